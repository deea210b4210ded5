"""Which intents a message has besides its main one."""

import numpy as np
import pytest

from salver.models.complete import Completeness
from salver.models.intents import Said
from salver.models.several import SeveralIntents, Spoken, candidates, long_ones

PARTS = ("Der Zähler zeigt 34112 an", "Und noch", "Außerdem ist das Internet sehr langsam")


def said(*rows: tuple[float, ...]) -> Said:
    chances = np.array(rows)
    return Said(chances=chances, words=4 * chances - 1)


def spoken(whole: tuple[float, ...], *parts: tuple[float, ...]) -> Spoken:
    """A message of three parts, or of one when nothing is said of parts."""
    texts = PARTS if parts else ()
    of_parts = said(*parts) if parts else Said(chances=np.zeros((0, 3)), words=np.zeros((0, 3)))
    return Spoken.of(said(whole), of_parts, texts, lambda part: part.startswith("Außerdem"))


TWO = spoken((0.7, 0.25, 0.05), (0.95, 0.03, 0.02), (0.02, 0.95, 0.03))
ONE = spoken((0.9, 0.06, 0.04), (0.9, 0.05, 0.05), (0.85, 0.1, 0.05))


def learned() -> SeveralIntents:
    seen = [(candidates(one), asked) for one, asked in [(TWO, {1}), (ONE, set())] * 20]
    features = np.concatenate([one.features for one, _ in seen])
    asked = np.concatenate([np.isin(one.places, list(truth)) for one, truth in seen])
    return SeveralIntents.fit(features, asked, np.ones(len(asked)))


def test_a_short_part_says_nothing_by_itself() -> None:
    assert long_ones(PARTS) == [0, 2]


def test_what_a_part_asks_for_is_found_with_that_part() -> None:
    (found,) = learned().further(TWO, 0.5)
    assert (found.place, found.part) == (1, 2)
    assert learned().further(ONE, 0.5) == ()


def test_a_message_that_is_one_part_can_ask_for_two_things() -> None:
    found = learned().further(spoken((0.5, 0.45, 0.05)))
    assert {one.place for one in found} == {1, 2}
    assert all(one.part is None for one in found)


def test_where_nothing_shows_what_several_requests_look_like_none_are_found() -> None:
    never = SeveralIntents.fit(candidates(ONE).features, np.zeros(2, bool), np.ones(2))
    assert never.further(TWO, 0.01) == ()


def test_what_is_told_is_asked_for_or_left_and_says_how_likely_it_is_all() -> None:
    (asked, all_of_it), (left, some_of_it) = (learned().told(TWO, least) for least in (0.5, 1.01))
    assert [one.place for one in asked.asked] == [one.place for one in left.left[:1]] == [1]
    assert (left.asked, left.signs[1], asked.signs[1]) == ((), 1, 0)
    assert all_of_it > some_of_it


def test_what_was_learned_of_whether_all_was_found_counts() -> None:
    doubtful = learned().with_whole(Completeness(np.array([1.0, -2.0, 0.0])))
    assert doubtful.told(TWO, 1.01)[1] < learned().told(TWO, 1.01)[1]
    assert doubtful.told(TWO, 0.5)[1] == learned().told(TWO, 0.5)[1]


def test_what_was_saved_finds_the_same() -> None:
    doubtful = learned().with_whole(Completeness(np.array([1.0, -2.0, 0.0])))
    again = SeveralIntents.from_json(doubtful.to_json())
    assert again.further(TWO) == learned().further(TWO)
    assert again.told(TWO, 1.01)[1] == doubtful.told(TWO, 1.01)[1]
    before = SeveralIntents.from_json({"weights": learned().to_json()["weights"]})
    assert before.told(TWO, 1.01)[1] == learned().told(TWO, 1.01)[1]
    with pytest.raises(ValueError, match="no weights of further intents"):
        SeveralIntents.from_json({"weights": [1.0]})
