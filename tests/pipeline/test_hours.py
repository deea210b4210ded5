"""Working time across nights, weekends, holidays and changed clocks."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from salver.data.agent import Hours
from salver.pipeline.hours import after, next_at_work, spans

BERLIN = ZoneInfo("Europe/Berlin")
WEEK = tuple(Hours(weekday=day, start=time(8), end=time(18)) for day in range(5))
LUNCH = tuple(
    Hours(weekday=day, start=start, end=end)
    for day in range(5)
    for start, end in ((time(8), time(12)), (time(13), time(18)))
)
MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def berlin(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=BERLIN)  # type: ignore[misc,arg-type]


def test_time_runs_only_while_the_company_works() -> None:
    friday = berlin(2026, 3, 6, 16, 0)
    assert after(friday, timedelta(hours=1), WEEK, (), BERLIN) == berlin(2026, 3, 6, 17, 0)
    assert after(friday, timedelta(hours=2), WEEK, (), BERLIN) == berlin(2026, 3, 6, 18, 0)
    assert after(friday, timedelta(hours=4), WEEK, (), BERLIN) == berlin(2026, 3, 9, 10, 0)


def test_what_comes_at_night_counts_from_the_morning() -> None:
    assert after(berlin(2026, 3, 4, 22, 0), timedelta(hours=1), WEEK, (), BERLIN) == berlin(2026, 3, 5, 9, 0)
    assert after(berlin(2026, 3, 7, 12, 0), timedelta(hours=1), WEEK, (), BERLIN) == berlin(2026, 3, 9, 9, 0)


def test_a_holiday_is_free() -> None:
    good_friday, monday = date(2026, 4, 3), date(2026, 4, 6)
    thursday = berlin(2026, 4, 2, 17, 30)
    assert after(thursday, timedelta(hours=1), WEEK, (good_friday, monday), BERLIN) == berlin(2026, 4, 7, 8, 30)


def test_a_break_is_free() -> None:
    assert after(berlin(2026, 3, 4, 11, 30), timedelta(hours=1), LUNCH, (), BERLIN) == berlin(2026, 3, 4, 13, 30)


def test_a_night_shift_ends_on_the_next_day() -> None:
    night = (Hours(weekday=2, start=time(22), end=time(6)),)
    thursday = berlin(2026, 3, 5, 3, 0)
    assert next_at_work(thursday, night, (), BERLIN) == thursday
    assert after(thursday, timedelta(hours=2), night, (), BERLIN) == berlin(2026, 3, 5, 5, 0)


def test_a_changed_clock_takes_and_gives_an_hour() -> None:
    whole = tuple(Hours(weekday=day, start=time(0), end=time(0)) for day in range(7))
    assert after(berlin(2026, 3, 28, 12, 0), timedelta(hours=24), whole, (), BERLIN) == berlin(2026, 3, 29, 13, 0)
    assert after(berlin(2026, 10, 24, 12, 0), timedelta(hours=24), whole, (), BERLIN) == berlin(2026, 10, 25, 11, 0)


def test_overlapping_hours_are_counted_once() -> None:
    twice = (*WEEK, Hours(weekday=2, start=time(10), end=time(12)))
    assert after(berlin(2026, 3, 4, 8, 0), timedelta(hours=10), twice, (), BERLIN) == berlin(2026, 3, 4, 18, 0)


def test_without_hours_the_clock_runs() -> None:
    now = berlin(2026, 3, 7, 23, 0)
    assert after(now, timedelta(hours=3), (), (), BERLIN) == berlin(2026, 3, 8, 2, 0)
    assert next_at_work(now, (), (), BERLIN) is None


def test_when_every_day_is_a_holiday_there_is_still_an_end() -> None:
    now = berlin(2026, 3, 4, 12, 0)
    free = tuple(date(2026, 3, 1) + timedelta(days=n) for n in range(500))
    assert after(now, timedelta(hours=3), WEEK, free, BERLIN) == berlin(2026, 3, 4, 15, 0)
    assert next_at_work(now, WEEK, free, BERLIN) is None


@given(MOMENTS, st.integers(0, 5000))
def test_exactly_the_working_time_lies_between(start: datetime, minutes: int) -> None:
    end = after(start, timedelta(minutes=minutes), LUNCH, (date(2026, 1, 1),), BERLIN)
    worked = timedelta()
    for begin, stop in spans(start, LUNCH, (date(2026, 1, 1),), BERLIN):
        worked += max(min(stop, end) - max(begin, start), timedelta())
        if begin >= end:
            break
    assert worked == timedelta(minutes=minutes)


@given(MOMENTS, MOMENTS, st.integers(0, 5000))
def test_what_came_earlier_is_due_no_later(one: datetime, other: datetime, minutes: int) -> None:
    early, late = sorted((one, other))
    working = timedelta(minutes=minutes)
    assert after(early, working, WEEK, (), BERLIN) <= after(late, working, WEEK, (), BERLIN)
