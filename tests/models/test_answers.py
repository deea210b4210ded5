"""Past answers are ranked by all that is known of them, weighed by what each was worth."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from salver.models.answers import KNOWN, OPINIONS, WEIGHTS, Answer, AnswerIndex, Wanted, weigh
from salver.models.history import HistoryEncoder

QUESTIONS = ["Der Strom ist weg", "Kein Strom im Haus", "Der Router blinkt rot", "Mein Router geht nicht"]
ENCODER = HistoryEncoder.fit([*QUESTIONS, "Leitung repariert", "Gerät neu starten"], np.array([0, 0, 1, 1, 0, 1]))

POWER = Answer(text="Die Leitung wird gerade repariert.", questions=tuple(QUESTIONS[:2]), often=2, newest=100.0)
ROUTER = Answer(text="Bitte das Gerät neu starten.", questions=tuple(QUESTIONS[2:]), often=2, newest=100.0)


def wanted(text: str, lang: str = "", **intents: float) -> Wanted:
    return Wanted(text=text, vector=ENCODER.encode([text])[0], lang=lang, intents=intents)


def ranked(
    answers: Mapping[int, Answer], asked: Wanted, near: tuple[tuple[int, float], ...] = (), **weights: float
) -> list[int]:
    index = AnswerIndex(answers, ENCODER)
    return [number for number, _ in index.rank(asked, near, weights or WEIGHTS)]


def test_words_of_past_questions_and_of_the_answer_itself_find_it() -> None:
    assert ranked({0: POWER, 1: ROUTER}, wanted("Strom weg im Haus"))[0] == 0
    assert ranked({0: POWER, 1: ROUTER}, wanted("muss ich das Gerät starten"))[0] == 1


def test_the_near_cases_vote_for_their_answers() -> None:
    assert ranked({0: POWER, 1: ROUTER}, wanted("?"), ((1, 0.9), (0, 0.5))) == [1, 0]


def test_an_answer_that_nobody_asked_for_is_found_by_its_vector() -> None:
    handbook = Answer(text="Kein Strom im Haus: Leitung repariert")
    assert 1 in ranked({0: ROUTER, 1: handbook}, wanted("Strom"))


@pytest.mark.parametrize(
    ("better", "asked"),
    [
        ({"newest": 900.0}, wanted("Strom")),
        ({"received": 1.0}, wanted("Strom")),
        ({"often": 40}, wanted("Strom")),
        ({"lang": "de"}, wanted("Strom", "de")),
        ({"intent": "outage"}, wanted("Strom", outage=0.9)),
    ],
)
def test_of_two_equal_answers_the_better_one_comes_first(better: dict[str, object], asked: Wanted) -> None:
    good = replace(POWER, **better)  # type: ignore[arg-type]
    assert ranked({0: POWER, 1: good}, asked) == [1, 0]
    assert ranked({0: good, 1: POWER}, asked) == [0, 1]


def test_an_answer_of_unknown_time_is_oldest() -> None:
    assert ranked({0: replace(POWER, newest=None), 1: POWER, 2: replace(POWER, newest=50.0)}, wanted("Strom"))[0] == 1


def test_the_chances_are_of_one_of_the_known_answers() -> None:
    index = AnswerIndex({0: POWER, 1: ROUTER}, ENCODER)
    chances = [chance for _, chance in index.rank(wanted("Strom Gerät"), (), WEIGHTS)]
    assert sum(chances) == pytest.approx(WEIGHTS[KNOWN])
    assert chances == sorted(chances, reverse=True)


def test_what_is_put_in_is_found_at_once_and_what_is_dropped_is_gone() -> None:
    index = AnswerIndex({0: POWER}, ENCODER)
    index.put({3: ROUTER, 4: Answer(text="Handbuch zum Router")})
    assert {number for number, _ in index.rank(wanted("Router"), (), WEIGHTS)} == {3, 4}
    index.put({4: replace(ROUTER, text="Handbuch")})
    index.drop([3, 4])
    assert index.rank(wanted("Router Handbuch"), (), WEIGHTS) == []


def test_an_index_of_nothing_ranks_nothing() -> None:
    assert ranked({}, wanted("Strom")) == []


def example(right: float, wrong: float, opinion: str) -> tuple[np.ndarray, int]:  # type: ignore[type-arg]
    said = np.zeros((2, len(OPINIONS)))
    said[:, OPINIONS.index(opinion)] = wrong, right
    return said, 1


def test_an_opinion_that_tells_gets_weight_and_one_that_does_not_gets_none() -> None:
    examples = [example(2.0, 0.0, "words") for _ in range(300)] + [example(0.0, 2.0, "near") for _ in range(300)]
    weights = weigh([*examples, *[None] * 200])
    assert weights["words"] > 1 > 0.02 > weights["near"]
    assert weights[KNOWN] == pytest.approx(0.75, abs=0.01)


def test_the_newer_and_better_received_keep_some_weight_whatever_was_sent() -> None:
    weights = weigh([example(0.0, 1.0, "recent") for _ in range(600)])
    assert weights["recent"] == 0.3
    assert weights["received"] >= 0.3


def test_few_examples_teach_little_and_fewer_nothing() -> None:
    tells = example(2.0, 0.0, "near")
    many, few = weigh([tells] * 200)["near"], weigh([tells] * 12)["near"]
    assert many > few > WEIGHTS["near"]
    assert weigh([tells] * 5) == WEIGHTS
    assert weigh([]) == WEIGHTS
