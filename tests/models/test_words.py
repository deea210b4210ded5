"""What shares rare words with a text is found, also what was put in a moment ago, and nothing that is gone."""

import numpy as np
import pytest

from salver.models.words import WordIndex

TEXTS = [
    "Der Zählerstand steht im Keller",
    "Die Rechnung kommt im Dezember",
    "Der Router blinkt rot, die Rechnung kommt später",
    "",
]


@pytest.fixture
def index() -> WordIndex:
    return WordIndex(range(len(TEXTS)), TEXTS)


def best(index: WordIndex, text: str) -> int:
    return int(index.scores(text).argmax())


def test_a_text_is_nearest_to_itself(index: WordIndex) -> None:
    assert [best(index, text) for text in TEXTS[:3]] == [0, 1, 2]


def test_an_inflected_or_compound_word_is_found(index: WordIndex) -> None:
    assert best(index, "Zählerstände") == 0
    assert best(index, "Rechnungen vom Dezember") == 1


def test_a_rare_word_says_more_than_a_common_one(index: WordIndex) -> None:
    scores = index.scores("Router Rechnung")
    assert scores[2] > scores[1] > scores[0] == 0


def test_the_same_words_in_a_shorter_text_say_more() -> None:
    index = WordIndex([0, 1], ["Router rot", "Router rot " + "und noch vieles andere mehr " * 9])
    assert index.scores("Router")[0] > index.scores("Router")[1] > 0


def test_what_is_said_more_often_says_more() -> None:
    index = WordIndex([0, 1], ["Router rot, Kabel blau", "Router rot, Router blau"])
    assert index.scores("Router")[1] > index.scores("Router")[0] > 0


def test_what_has_no_word_in_common_or_none_at_all_scores_nothing(index: WordIndex) -> None:
    for text in ("", "?!", "qqqq"):
        assert not index.scores(text).any()


def test_a_text_is_found_at_once_and_then_gone(index: WordIndex) -> None:
    index.put([6], ["Die Wallbox piept"])
    assert best(index, "wallbox") == 6
    assert len(index.scores("wallbox")) == 7
    index.drop([6, 99])
    assert not index.scores("Wallbox piept").any()


def test_a_text_that_is_put_in_again_is_replaced(index: WordIndex) -> None:
    index.put([0], ["Die Wallbox piept"])
    assert best(index, "Wallbox") == 0
    assert index.scores("Zählerstand")[0] == 0
    index.put([0], [TEXTS[0]])
    assert np.allclose(index.scores(TEXTS[0]), WordIndex(range(4), TEXTS).scores(TEXTS[0]), rtol=0.5)


def test_an_index_of_nothing_knows_what_is_put_in() -> None:
    index = WordIndex([], [])
    assert not len(index.scores("Router"))
    index.put([], [])
    index.put([1], ["Der Router blinkt"])
    assert best(index, "Router") == 1


def test_the_rarest_words_are_enough_where_there_are_many() -> None:
    texts = [f"die Rechnung für den Kunden kommt im Monat {'q' * (n % 90 + 4)}" for n in range(2000)]
    index = WordIndex(range(len(texts)), texts)
    assert index.scores(texts[77])[77] == index.scores(texts[77]).max() > 0
