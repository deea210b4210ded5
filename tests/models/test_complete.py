"""How likely it is that nothing else is asked."""

import numpy as np
import pytest

from salver.models.complete import Completeness, alone, signs

OURS, OTHER, UNSURE = (0.95, 0.03, 0.02), (0.02, 0.95, 0.03), (0.6, 0.3, 0.1)
METER, SLOW = 0, 1


def sign_of(*parts: tuple[float, ...], turns: tuple[bool, ...], found: tuple[int, ...] = (METER,)) -> float:
    return float(signs([0.1], np.array(parts), turns, found)[1])


def test_what_is_left_counts_as_if_each_were_by_itself() -> None:
    assert alone([]) == 1
    assert alone([0.5, 0.2]) == pytest.approx(0.4)
    whole = Completeness.unlearned()
    assert whole.chance(signs([0.5, 0.2], np.zeros((0, 3)), (), (METER,))) == pytest.approx(0.4)


def test_a_part_that_turns_to_something_that_was_not_found_is_a_sign() -> None:
    assert sign_of(OURS, OTHER, turns=(False, True)) == 1
    assert sign_of(OURS, OTHER, turns=(True, False)) == 0
    assert sign_of(OURS, UNSURE, turns=(False, True)) == 0
    assert sign_of(OURS, OTHER, turns=(False, True), found=(METER, SLOW)) == 0


def test_a_message_of_one_part_shows_no_sign() -> None:
    assert signs([], np.zeros((0, 3)), (), (METER,))[1] == 0


def learned(*, shown: int = 40) -> Completeness:
    """From messages of which half of those with the sign asked for more."""
    some = np.array([[3.0, 0.0]] * 200 + [[3.0, 1.0]] * (2 * shown))
    complete = np.array([True] * 200 + [True] * shown + [False] * shown)
    return Completeness.fit(some, complete, np.ones(len(some)))


def test_a_sign_that_was_often_right_makes_it_less_likely_that_all_was_found() -> None:
    plain, signed = (learned().chance(np.array([3.0, one])) for one in (0.0, 1.0))
    assert plain > 0.9
    assert signed == pytest.approx(0.5, abs=0.1)


def test_of_few_messages_nothing_is_learned() -> None:
    few = learned(shown=5)
    assert few.chance(np.array([0.0, 1.0])) == Completeness.unlearned().chance(np.array([0.0, 1.0])) == 0.5


def test_what_speaks_against_it_never_speaks_for_it() -> None:
    some = np.array([[-1.0, 0.0], [1.0, 1.0]] * 100)
    odd = Completeness.fit(some, np.array([False, True] * 100), np.ones(200))
    assert odd.chance(np.array([0.0, 1.0])) <= odd.chance(np.array([0.0, 0.0]))


def test_what_was_saved_says_the_same() -> None:
    some = np.array([1.5, 1.0])
    assert Completeness.from_json(learned().to_json()).chance(some) == learned().chance(some)
    with pytest.raises(ValueError, match="no weights of what is complete"):
        Completeness.from_json([1.0])
