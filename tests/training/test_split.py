from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salver.data.case import Case, Customer
from salver.training.split import Split, by_thread_and_time

START = datetime(2026, 1, 1, tzinfo=UTC)


def case(i: int, thread: str = "", day: int | None = None) -> Case:
    date = None if day is None else START + timedelta(days=day)
    return Case(id=str(i), thread=thread or f"t{i}", customer=Customer(), text="q", answer="a", received_at=date)


def ids(cases: tuple[Case, ...]) -> list[str]:
    return [one.id for one in cases]


def test_the_newest_fifth_is_held_out() -> None:
    split = by_thread_and_time([case(i, day=i * 7 % 10) for i in range(10)])
    days = [one.received_at for one in split.earlier]
    assert len(split.later) == 2
    assert all(day < one.received_at for one in split.later for day in days if day and one.received_at)


def test_a_thread_stays_whole_and_is_dated_by_its_first_message() -> None:
    old_and_long = [case(0, "long", day=0), case(1, "long", day=99)]
    split = by_thread_and_time([*old_and_long, *(case(i, day=i) for i in range(2, 10))])
    assert ids(split.later) == ["8", "9"]


def test_undated_threads_are_learned_from_when_most_have_a_date() -> None:
    split = by_thread_and_time([case(0), *(case(i, day=i) for i in range(1, 10))])
    assert "0" in ids(split.earlier)
    assert split.by_time


def test_without_dates_the_lot_decides_and_a_thread_keeps_its_side_when_the_archive_grows() -> None:
    few = by_thread_and_time([case(i) for i in range(200)])
    more = by_thread_and_time([case(i) for i in range(220)])
    assert not few.by_time
    assert len(few.later) == 40
    assert len(set(ids(few.later)) & set(ids(more.later))) >= 35
    assert by_thread_and_time([case(i) for i in range(200)], seed=1) != few


def test_dates_with_and_without_a_time_zone_are_compared() -> None:
    cases = [case(i, day=i) for i in range(9)]
    naive = Case(id="n", thread="n", customer=Customer(), text="q", answer="a", received_at=datetime(2027, 1, 1))  # noqa: DTZ001
    assert ids(by_thread_and_time([naive, *cases], share=0.1).later) == ["n"]


@pytest.mark.parametrize("count", [0, 1])
def test_with_one_thread_or_none_nothing_is_held_out(count: int) -> None:
    assert by_thread_and_time([case(i, day=i) for i in range(count)]).later == ()


@given(st.lists(st.tuples(st.integers(0, 9), st.none() | st.integers(0, 99)), max_size=40), st.floats(0, 1))
def test_every_case_is_on_one_side_and_no_thread_on_both(rows: list[tuple[int, int | None]], share: float) -> None:
    cases = [case(i, f"t{thread}", day) for i, (thread, day) in enumerate(rows)]
    split: Split = by_thread_and_time(cases, share)
    assert sorted(ids(split.earlier) + ids(split.later)) == sorted(ids(tuple(cases)))
    assert not {one.thread for one in split.earlier} & {one.thread for one in split.later}
    assert not cases or split.earlier
