"""Working time: when somebody is at work, and when so many working hours will have passed."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from salver.data.agent import Hours

_DAY = timedelta(days=1)
_FARTHEST = 400
"""How many days ahead working time is looked for."""

Span = tuple[datetime, datetime]


def after(
    start: datetime, working: timedelta, hours: Sequence[Hours], holidays: Sequence[date], zone: ZoneInfo
) -> datetime:
    """The moment at which `working` time will have passed since `start`; in clock time where no hours are known."""
    reached = start.astimezone(UTC)
    for begin, end in spans(start, hours, holidays, zone):
        reached = max(reached, begin)
        if reached + working <= end:
            return (reached + working).astimezone(zone)
        working -= max(end - reached, timedelta())
        reached = max(reached, end)
    return (reached + working).astimezone(zone)


def next_at_work(now: datetime, hours: Sequence[Hours], holidays: Sequence[date], zone: ZoneInfo) -> datetime | None:
    """`now` when it lies in working time, else the next beginning; None when there is none in sight."""
    found = next(spans(now, hours, holidays, zone), None)
    return max(now.astimezone(UTC), found[0]).astimezone(zone) if found else None


def spans(start: datetime, hours: Sequence[Hours], holidays: Sequence[date], zone: ZoneInfo) -> Iterator[Span]:
    """The spans of working time that end after `start`, in order, in UTC, so that a changed clock is counted right.

    A span whose end is not after its start ends on the next day.
    """
    free = frozenset(holidays)
    first = start.astimezone(zone).date() - _DAY
    for day in (first + n * _DAY for n in range(_FARTHEST if hours else 0)):
        if day in free:
            continue
        found = [_span(day, one, zone) for one in hours if one.weekday == day.weekday()]
        yield from sorted(span for span in found if span[1] > start)


def _span(day: date, hours: Hours, zone: ZoneInfo) -> Span:
    end_day = day if hours.end > hours.start else day + _DAY
    begin = datetime.combine(day, hours.start, zone).astimezone(UTC)
    return begin, datetime.combine(end_day, hours.end, zone).astimezone(UTC)
