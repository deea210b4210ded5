"""The wager against the error bound: it is seldom won while the bound holds, and soon when it does not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta

from salver.pipeline.wager import ENOUGH, at_most, most_wealth, wealth

STREAMS = 1000


def checks(count: int, error: float, chance: np.random.Generator) -> list[bool]:
    found: list[bool] = (chance.random(count) >= error).tolist()
    return found


def won(right: list[bool], max_error: float) -> bool:
    return most_wealth(right, max_error) >= ENOUGH


@pytest.mark.parametrize("max_error", [0.01, 0.02, 0.1])
def test_while_the_bound_holds_it_is_won_in_no_more_than_a_twentieth_of_all_streams(max_error: float) -> None:
    chance = np.random.default_rng(7)
    false = sum(won(checks(500, max_error, chance), max_error) for _ in range(STREAMS))
    assert 0 < false <= 0.05 * STREAMS


def test_when_twice_as_many_are_wrong_it_is_won_mostly_within_a_thousand_checks() -> None:
    chance = np.random.default_rng(8)
    found = sum(won(checks(1000, 0.04, chance), 0.02) for _ in range(200))
    assert found > 0.85 * 200


def test_when_five_times_as_many_are_wrong_a_hundred_and_fifty_checks_are_enough() -> None:
    chance = np.random.default_rng(9)
    found = sum(won(checks(150, 0.1, chance), 0.02) for _ in range(200))
    assert found > 0.9 * 200


def test_what_was_right_for_long_does_not_hide_what_goes_wrong_now() -> None:
    chance = np.random.default_rng(10)
    found = [won(checks(2000, 0.01, chance) + checks(600, 0.1, chance), 0.02) for _ in range(50)]
    assert sum(found) >= 48


def test_nobody_wins_or_loses_before_the_first_check() -> None:
    assert wealth([], 0.02) == most_wealth([], 0.02) == 1
    assert most_wealth([True] * 50, 0.02) == 1
    assert 0 < wealth([True] * 50, 0.02) < 1


def test_what_was_won_once_stays_won() -> None:
    right = [False] * 3 + [True] * 5000
    assert most_wealth(right, 0.02) >= ENOUGH > wealth(right, 0.02)


def test_nothing_grows_beyond_what_can_be_written() -> None:
    assert np.isfinite(wealth([False] * 5000, 0.02))


@given(st.lists(st.booleans(), max_size=300), st.sampled_from([0.01, 0.02, 0.1, 0.5]))
def test_a_right_answer_never_makes_it_grow_and_a_wrong_one_never_shrink(right: list[bool], max_error: float) -> None:
    now = wealth(right, max_error)
    assert wealth([*right, True], max_error) <= now <= wealth([*right, False], max_error)
    assert most_wealth(right, max_error) >= now or not right or right[-1]


@pytest.mark.parametrize(
    ("checked", "wrong", "share"), [(0, 0, 1.0), (20, 0, 0.171), (57, 1, 0.112), (1000, 20, 0.036)]
)
def test_the_share_that_is_not_exceeded(checked: int, wrong: int, share: float) -> None:
    assert at_most(checked, wrong) == pytest.approx(share)


def test_looking_at_any_time_costs_little_beside_looking_once() -> None:
    for checked, wrong in ((57, 1), (200, 4), (1000, 20)):
        once = float(beta.ppf(0.95, wrong + 1, checked - wrong))
        assert once < at_most(checked, wrong) < 1.5 * once


def test_the_share_is_exceeded_at_any_time_in_no_more_than_a_twentieth_of_all_streams() -> None:
    chance, streams, broken = np.random.default_rng(11), 300, 0
    for _ in range(streams):
        right = checks(200, 0.05, chance)
        lowest = [place for place, one in enumerate(right) if not one]  # it falls until the next wrong answer
        broken += any(at_most(place, wrong) < 0.05 for wrong, place in enumerate(lowest))
    assert broken <= 0.05 * streams
