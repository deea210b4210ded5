from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salver.data.case import Case, Customer
from salver.training.split import Split, by_thread_and_time, folds

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


def test_a_thread_is_never_on_both_sides_of_a_fold() -> None:
    groups = [f"t{i % 7}" for i in range(40)]
    for held in folds(groups):
        inside = {groups[i] for i in held}
        assert not inside & {group for i, group in enumerate(groups) if i not in set(held.tolist())}


def test_every_text_is_held_out_once() -> None:
    held = np.concatenate(folds([f"t{i % 7}" for i in range(40)]))
    assert sorted(held.tolist()) == list(range(40))


def test_dated_texts_are_held_out_by_stretches_of_time() -> None:
    times = [START + timedelta(days=i * 7 % 40) for i in range(40)]
    held = folds([f"t{i}" for i in range(40)], times)
    newest = [max(times[i] for i in some) for some in held]
    oldest = [min(times[i] for i in some) for some in held]
    assert len(held) == 5
    assert all(before < after for before, after in zip(newest[:-1], oldest[1:], strict=True))


def test_threads_without_a_date_are_spread_by_lot_and_the_rest_stays_in_order() -> None:
    times = [None if i % 4 == 0 else START + timedelta(days=i) for i in range(40)]
    held = folds([f"t{i}" for i in range(40)], times)
    assert sorted(np.concatenate(held)) == list(range(40))
    dated = [[times[i] for i in some if times[i]] for some in held]
    assert all(max(before) < min(after) for before, after in pairwise(dated))
