"""The bound: with 95 % confidence no more wrong answers than the owner allows."""

import numpy as np
import pytest

from salver.training.calibrate import choose, fewest, most_wrong


@pytest.mark.parametrize(("max_error", "answers"), [(0.05, 59), (0.02, 149), (0.01, 299)])
def test_so_many_answers_without_an_error_show_a_bound(max_error: float, answers: int) -> None:
    assert fewest(max_error) == answers
    assert most_wrong(0, answers) <= max_error < most_wrong(0, answers - 1)


@pytest.mark.parametrize(("max_error", "answers"), [(0.05, 93), (0.02, 236), (0.01, 473)])
def test_so_many_with_one_error(max_error: float, answers: int) -> None:
    assert most_wrong(1, answers) <= max_error < most_wrong(1, answers - 1)


def test_too_little_evidence_answers_nothing_and_says_how_much_is_missing() -> None:
    bound = choose([0.9] * 100, [True] * 100, 0.02)
    assert bound.at is None
    assert "149 checked answers without an error are needed, and there are 100: 49 are missing." in bound.because


def test_without_errors_everything_may_be_answered() -> None:
    confidences = np.linspace(0.5, 1, 300).tolist()
    bound = choose(confidences, [True] * 300, 0.02)
    assert (bound.at, bound.answered, bound.wrong) == (0.5, 300, 0)


def test_errors_among_the_surest_answer_nothing() -> None:
    bound = choose(np.linspace(0.5, 1, 400).tolist(), [True] * 380 + [False] * 20, 0.02)
    assert bound.at is None
    assert "were wrong" in bound.because


def test_the_threshold_lies_above_where_errors_begin() -> None:
    confidences = np.linspace(0, 1, 1000).tolist()
    bound = choose(confidences, [one > 0.5 for one in confidences], 0.02)
    assert bound.at is not None
    assert 0.48 < bound.at < 0.6


def test_a_stricter_bound_never_answers_more() -> None:
    chance = np.random.default_rng(1)
    sure = chance.random(2000)
    right = (chance.random(2000) < 0.7 + 0.3 * sure).tolist()
    answered = [choose(sure.tolist(), right, bound).answered for bound in (0.01, 0.02, 0.05, 0.1, 0.2)]
    assert answered == sorted(answered)


def test_the_bound_holds_in_19_of_20_draws() -> None:
    chance = np.random.default_rng(2)
    broken = 0
    for _ in range(200):
        sure = chance.random(1500)
        bound = choose(sure.tolist(), (chance.random(1500) < 0.8 + 0.2 * sure**0.5).tolist(), 0.05)
        if bound.at is not None:
            above = np.linspace(bound.at, 1, 2000)
            broken += float(np.mean(0.2 - 0.2 * above**0.5)) > 0.05
    assert broken <= 200 * 0.05
