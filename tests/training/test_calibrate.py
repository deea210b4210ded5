"""The bound: with 95 % confidence no more wrong answers than the owner allows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import binom

from salver.training.calibrate import Bound, choose, fewest, most_wrong

WORST = 0.4
"""In the simulations a share u of all messages is surer than a message that is wrong with chance 0.4 u³; so of all that
are as sure or surer a share of 0.1 u³ is wrong."""
DRAWS = 500
MOST_BROKEN = int(binom.ppf(0.99, DRAWS, 0.05))
"""So many of 500 bounds that are each broken with a chance of 5 % are broken, but in one of 100 cases."""


@pytest.mark.parametrize(("max_error", "none", "one"), [(0.05, 59, 93), (0.02, 149, 236), (0.01, 299, 473)])
def test_so_many_answers_show_a_bound_without_an_error_and_with_one(max_error: float, none: int, one: int) -> None:
    assert (fewest(max_error), fewest(max_error, 1)) == (none, one)
    assert most_wrong(0, none) <= max_error < most_wrong(0, none - 1)
    assert most_wrong(1, one) <= max_error < most_wrong(1, one - 1)


@given(st.integers(0, 400), st.floats(0.0005, 0.6))
def test_no_fewer_would_do(errors: int, max_error: float) -> None:
    needed = fewest(max_error, errors)
    assert most_wrong(errors, needed) <= max_error + 1e-9
    assert most_wrong(errors, needed - 1) > max_error - 1e-9


@pytest.mark.parametrize(("max_error", "none", "one"), [(0.05, 59, 93), (0.02, 149, 236), (0.01, 299, 473)])
def test_just_so_many_are_answered_and_one_fewer_are_not(max_error: float, none: int, one: int) -> None:
    assert with_errors(none, 0, max_error).answered == none
    assert with_errors(one, 1, max_error).answered == one
    assert (with_errors(none - 1, 0, max_error).at, with_errors(none - 1, 0, max_error).missing) == (None, 1)
    assert (with_errors(one - 1, 1, max_error).at, with_errors(one - 1, 1, max_error).missing) == (None, 1)


@pytest.mark.parametrize(
    ("seen", "wrong", "says", "takes"),
    [
        (0, 0, "there are no checked answers", "149 without an error: 149 are missing"),
        (100, 0, "of the 100 surest checked answers none was wrong", "149 without an error: 49 are missing"),
        (200, 1, "of the 200 surest checked answers 1 was wrong", "236 without a further error: 36 are missing"),
        (235, 1, "of the 235 surest checked answers 1 was wrong", "236 without a further error: 1 is missing"),
        (300, 6, "of the 236 surest checked answers 4 were wrong", "456 without a further error: 220 are missing"),
    ],
)
def test_too_little_evidence_answers_nothing_and_says_how_much_is_missing(
    seen: int, wrong: int, says: str, takes: str
) -> None:
    bound = with_errors(seen, wrong, 0.02)
    assert (bound.at, bound.answered, bound.seen, bound.most) == (None, 0, seen, 1.0)
    assert bound.because == f"Nothing is answered automatically: {says}. To show at most 2 % wrong takes {takes}."


def test_of_little_evidence_the_most_promising_part_says_how_much_is_missing() -> None:
    bound = choose(np.linspace(1, 0.5, 100).tolist(), [True] * 80 + [False] * 20, 0.02)
    assert "of the 80 surest checked answers none was wrong" in bound.because
    assert bound.missing == 69


def test_what_was_shown_is_said() -> None:
    bound = with_errors(236, 1, 0.02)
    assert (bound.answered, bound.wrong, bound.seen, bound.missing, bound.newest) == (236, 1, 236, 0, False)
    assert bound.most == most_wrong(1, 236)
    assert bound.because == (
        "Of 236 checked answers with a confidence of 0.500 or more 1 was wrong: "
        "with 95 % confidence at most 1.99 % are (allowed: 2 %)."
    )


def test_the_words_name_the_intent_whose_evidence_it_is() -> None:
    bound = choose([0.9] * 300, [True] * 300, 0.005, intent="tariff_change")
    assert bound.because == (
        "tariff_change is not answered automatically: of the 300 surest checked answers none was wrong. "
        "To show at most 0.5 % wrong takes 598 without an error: 298 are missing."
    )


def test_without_errors_everything_may_be_answered() -> None:
    bound = choose(np.linspace(0.5, 1, 300).tolist(), [True] * 300, 0.02)
    assert (bound.at, bound.answered, bound.wrong) == (0.5, 300, 0)


def test_errors_among_the_surest_answer_nothing() -> None:
    bound = choose(np.linspace(0.5, 1, 400).tolist(), [True] * 380 + [False] * 20, 0.02)
    assert bound.at is None
    assert "20 were wrong" in bound.because


def test_the_threshold_lies_above_where_errors_begin() -> None:
    confidences = np.linspace(0, 1, 1000).tolist()
    bound = choose(confidences, [one > 0.5 for one in confidences], 0.02)
    assert bound.at is not None
    assert 0.48 < bound.at < 0.6


def test_a_few_odd_answers_among_the_surest_do_not_end_it() -> None:
    confidences = 1 - np.linspace(0, 0.5, 3000) ** 3
    right = [i not in (1, 5, 40) for i in range(3000)]
    assert choose(confidences.tolist(), right, 0.02).answered > 2500


@pytest.mark.parametrize("modest", [0.3, 0.6])
def test_confidences_that_are_too_modest_or_too_bold_still_answer(modest: float) -> None:
    chance = np.random.default_rng(5)
    sure, right = draw(chance, 4000)
    shown = choose(sure.tolist(), right.tolist(), 0.02).answered
    assert choose((modest * sure).tolist(), right.tolist(), 0.02).answered > 0.9 * shown
    assert choose((1 - (1 - sure) ** 3).tolist(), right.tolist(), 0.02).answered > 0.9 * shown


def test_a_stricter_bound_never_answers_more() -> None:
    chance = np.random.default_rng(1)
    sure = chance.random(2000)
    right = (chance.random(2000) < 0.7 + 0.3 * sure).tolist()
    answered = [choose(sure.tolist(), right, bound).answered for bound in (0.01, 0.02, 0.05, 0.1, 0.2)]
    assert answered == sorted(answered)


def test_messages_that_are_equally_sure_are_answered_together_or_not_at_all() -> None:
    bound = choose([0.9] * 200 + [0.8] * 100, [True] * 200 + [True] * 70 + [False] * 30, 0.02)
    assert (bound.at, bound.answered, bound.wrong) == (0.9, 200, 0)
    assert choose([0.9] * 300, [True] * 290 + [False] * 10, 0.02).at is None


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 9)), max_size=400), st.sampled_from([0.02, 0.1, 0.3]))
def test_the_threshold_lets_just_those_pass_that_were_counted(answers: list[tuple[int, int]], max_error: float) -> None:
    sure, right = [one / 20 for one, _ in answers], [one > 0 for _, one in answers]
    bound = choose(sure, right, max_error)
    if bound.at is None:
        assert bound.missing > 0
        return
    passed = [held for confidence, held in zip(sure, right, strict=True) if confidence >= bound.at]
    assert (len(passed), passed.count(False)) == (bound.answered, bound.wrong)
    assert most_wrong(bound.wrong, bound.answered) <= max_error + 1e-9


@given(st.integers(0, 1 << 32))
def test_the_order_in_which_evidence_comes_does_not_matter(lot: int) -> None:
    sure, right = draw(np.random.default_rng(3), 300)
    sure = sure.round(2)
    order = np.random.default_rng(lot).permutation(300)
    assert choose(sure[order].tolist(), right[order].tolist(), 0.1) == choose(sure.tolist(), right.tolist(), 0.1)


@pytest.mark.parametrize(("max_error", "digits"), [(0.01, 12), (0.02, 12), (0.02, 3), (0.05, 12)])
def test_the_bound_is_kept_in_19_of_20_draws(max_error: float, digits: int) -> None:
    """The true share of wrong answers is known; with few digits many messages are equally sure."""
    chance = np.random.default_rng(2)
    bounds = []
    for _ in range(DRAWS):
        sure, right = draw(chance, 1500)
        bounds.append(choose(sure.round(digits).tolist(), right.tolist(), max_error))
    risks = [risk_from(bound.at - 0.5 * 10**-digits) for bound in bounds if bound.at is not None]
    assert sum(risk > max_error for risk in risks) <= MOST_BROKEN
    assert np.median([bound.answered for bound in bounds]) > 0.5 * 1500 * (max_error / 0.1) ** (1 / 3)


@pytest.mark.parametrize("max_error", [0.01, 0.02, 0.05])
def test_confidences_that_tell_nothing_pass_a_share_just_too_high_in_1_of_20_draws(max_error: float) -> None:
    chance = np.random.default_rng(4)
    shown = 0
    for _ in range(DRAWS):
        sure, right = chance.random(800), chance.random(800) > 1.001 * max_error
        shown += choose(sure.tolist(), right.tolist(), max_error).at is not None
    assert shown <= MOST_BROKEN


def test_newest_messages_that_are_no_worse_change_nothing() -> None:
    sure, right = draw(np.random.default_rng(6), 3000)
    newest = [i >= 2400 for i in range(3000)]
    plain = choose(sure.tolist(), right.tolist(), 0.02)
    assert choose(sure.tolist(), right.tolist(), 0.02, newest) == plain
    assert choose(sure.tolist(), right.tolist(), 0.02, [False] * 3000) == plain


def test_where_the_newest_messages_are_worse_they_alone_decide() -> None:
    sure = np.tile(np.linspace(1, 0, 1000), 5)
    newest = np.arange(5000) >= 4000
    right = sure > np.where(newest, 0.7, 0.5)
    bound = choose(sure.tolist(), right.tolist(), 0.02, newest.tolist())
    assert bound.at is not None
    assert 0.68 < bound.at < 0.8
    assert (bound.newest, bound.seen) == (True, 1000)
    assert bound.because.startswith("Of the newest 3")
    assert "which all messages together would allow" in bound.because
    assert f"so the newest alone count. Of {bound.answered} checked answers" in bound.because


def test_where_the_newest_messages_alone_show_nothing_nothing_is_answered() -> None:
    sure = np.tile(np.linspace(1, 0.5, 100), 20)
    newest = np.arange(2000) >= 1900
    right = ~newest | (np.arange(2000) % 10 > 0)
    bound = choose(sure.tolist(), right.tolist(), 0.02, newest.tolist())
    assert (bound.at, bound.newest) == (None, True)
    assert "10 were wrong: so the newest alone count. Nothing is answered automatically: of the" in bound.because
    assert bound.missing > 50


def with_errors(seen: int, wrong: int, max_error: float) -> Bound:
    """Evidence from sure to less sure, with errors spread evenly."""
    right = np.ones(seen, dtype=bool)
    right[np.linspace(0, seen - 1, wrong).astype(int)] = False
    return choose(np.linspace(1, 0.5, seen).tolist(), right.tolist(), max_error)


def draw(chance: np.random.Generator, count: int) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    wrong = WORST * chance.random(count) ** 3
    return 1 - wrong, chance.random(count) >= wrong


def risk_from(at: float) -> float:
    """The share of wrong answers among all messages of this confidence or more."""
    return float(np.clip(1 - at, 0, WORST)) / 4
