"""The past answers for a request: folded, the best first, learned and forgotten at once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from salver.data.answer import Uses
from salver.data.case import PastCase
from salver.models.answers import WEIGHTS, Wanted
from salver.models.history import HistoryEncoder
from salver.models.index import CaseIndex
from salver.pipeline.rank import PastAnswers, Ranked

START = datetime(2026, 1, 5, tzinfo=UTC)
REPAIR = "Die Leitung in Ihrer Straße wird gerade repariert, der Strom kommt heute Abend wieder zu Ihnen zurück."
RESTART = "Bitte halten Sie die Taste zehn Sekunden gedrückt, danach startet der Router von selbst neu."
QUESTIONS = ["Der Strom ist weg", "Kein Strom im Haus", "Stromausfall", "Der Router blinkt rot", "Router geht nicht"]
ENCODER = HistoryEncoder.fit(QUESTIONS, np.array([0, 0, 0, 1, 1]))


def case(name: str, question: str, answer: str, day: int = 0, **more: object) -> PastCase:
    known = {"intent": "power", "lang": "de", "agent": "anna", "ending": "resolved"} | more
    at = START + timedelta(days=day)
    return PastCase(id=name, question=question, answer=answer, answered_at=at, **known)  # type: ignore[arg-type]


CASES = [
    case("p1", QUESTIONS[0], REPAIR, 1, ending="reopened"),
    case("p2", QUESTIONS[1], REPAIR.upper(), 2, ending="thanked"),
    case("p3", QUESTIONS[2], REPAIR, 3),
    case("r1", QUESTIONS[3], RESTART, 4, intent="router"),
    case("r2", QUESTIONS[4], RESTART, 5, intent="router"),
]


def rank(past: PastAnswers, text: str, cases: Sequence[PastCase] = CASES) -> list[Ranked]:
    vector = ENCODER.encode([text])
    asked = [one for one in cases if one.question]
    near = CaseIndex.build([one.id for one in asked], ENCODER.encode([one.question for one in asked])).nearest(
        vector, 2
    )
    return past.rank(Wanted(text=text, vector=vector[0], lang="de", intents={}), near[0], 5)


@pytest.fixture
def past() -> PastAnswers:
    return PastAnswers(CASES, ENCODER, WEIGHTS)


def test_alike_answers_are_one_and_the_right_one_comes_first(past: PastAnswers) -> None:
    first, second = rank(past, "kein Strom mehr im Haus, und der Router?")
    assert set(first.given.cases) == {"p1", "p2", "p3"}
    assert set(second.given.cases) == {"r1", "r2"}
    assert 0 < second.chance < first.chance < 1


def test_what_agents_take_comes_up_and_what_they_pass_over_goes_down(past: PastAnswers) -> None:
    asked = "kein Strom mehr im Haus, und der Router?"
    before = {one.given.best.intent: one.chance for one in rank(past, asked)}
    past.use({"r1": Uses(taken=4), "p1": Uses(rejected=3), "p3": Uses(rejected=1)})
    after = {one.given.best.intent: one.chance for one in rank(past, asked)}
    assert after["router"] > before["router"]
    assert after["power"] < before["power"]
    assert past.uses_of(["p1", "p2", "p3"]) == Uses(rejected=4)


def test_a_template_is_moved_by_what_agents_did_with_it(past: PastAnswers) -> None:
    assert past.moved(0.4, "t1") == 0.4
    past.use({"t1": Uses(taken=2)})
    assert 0.4 < past.moved(0.4, "t1") < 1
    past.use({"t1": Uses(rejected=9)})
    assert 0 < past.moved(0.4, "t1") < 0.4


def test_what_was_done_with_an_answer_is_forgotten_with_its_case(past: PastAnswers) -> None:
    past.use({"r1": Uses(taken=4)})
    past.forget(["r1"])
    assert past.uses_of(["r1"]) == Uses()


def test_words_that_are_shared_are_named_but_no_slots_and_no_short_ones(past: PastAnswers) -> None:
    shared = past.shared("Der Router blinkt ohne Strom {customer}", ["Der Router blinkt {ohne}", "customer Strom"])
    assert sorted(shared) == ["Router", "Strom", "blinkt"]


def test_the_cases_stand_newest_first_beside_those_that_are_near(past: PastAnswers) -> None:
    wanted = Wanted(text="Strom", vector=ENCODER.encode(["Strom"])[0], lang="de", intents={})
    (first,) = past.rank(wanted, [("p2", 0.9)], 5)
    assert first.near == ("p2",)
    assert list(first.given.cases) == ["p3", "p2", "p1"]


def test_the_best_received_wording_stands_for_all_and_of_equals_the_newest(past: PastAnswers) -> None:
    assert rank(past, "Strom weg")[0].given.best.id == "p2"
    assert rank(past, "Router rot")[0].given.best.id == "r2"


def test_a_case_that_joined_a_moment_ago_is_found_by_its_words_too(past: PastAnswers) -> None:
    new = case("w1", "Meine Wallbox piept", "Schalten Sie die Wallbox einmal aus und wieder ein.", 9)
    past.learn([new])
    assert list(rank(past, "Wallbox")[0].given.cases.values()) == [new]


def test_a_case_that_is_learned_again_is_replaced(past: PastAnswers) -> None:
    past.learn([case("r2", QUESTIONS[4], "Wir schicken Ihnen ein neues Gerät mit der Post.", 9)])
    answers = {one.text: list(one.given.cases) for one in rank(past, "Router neues Gerät Taste")}
    assert answers[RESTART] == ["r1"]
    assert answers["Wir schicken Ihnen ein neues Gerät mit der Post."] == ["r2"]


def test_a_case_that_is_forgotten_is_gone_and_those_like_it_stay(past: PastAnswers) -> None:
    past.forget(["p1", "p2", "r1", "r2", "unknown"])
    (only,) = rank(past, "Strom Router Taste")
    assert list(only.given.cases) == ["p3"]
    assert past.number(RESTART) is None
    past.forget(["p3"])
    assert rank(past, "Strom Router Taste") == []


def test_a_question_that_is_forgotten_finds_nothing_any_more() -> None:
    odd = case("odd", "Mein Xylophon brummt", REPAIR)
    past = PastAnswers([*CASES, odd], ENCODER, WEIGHTS)
    assert rank(past, "Xylophon", [])
    past.forget(["odd"])
    assert rank(past, "Xylophon", []) == []


def test_learning_later_or_from_the_start_knows_the_same_answers(past: PastAnswers) -> None:
    later = PastAnswers(CASES[:2], ENCODER, WEIGHTS)
    later.learn(CASES[2:])
    for text in QUESTIONS:
        assert [one.given for one in rank(past, text)] == [one.given for one in rank(later, text)]


def test_an_answer_without_a_question_is_found_by_what_it_says(past: PastAnswers) -> None:
    handbook = replace(case("h", "", "Den Zählerstand melden Sie im Portal."), answered_at=None)
    past.learn([handbook])
    assert rank(past, "Zählerstand melden")[0].given.best == handbook


def test_a_case_without_an_answer_has_none_to_give() -> None:
    assert rank(PastAnswers([case("e", QUESTIONS[0], "  ")], ENCODER, WEIGHTS), QUESTIONS[0]) == []


def test_an_example_says_which_of_the_answers_was_given(past: PastAnswers) -> None:
    wanted = Wanted(text="Strom", vector=ENCODER.encode(["Strom"])[0], lang="de", intents={})
    example = past.example(wanted, [("p1", 0.9)], REPAIR)
    assert example is not None
    assert len(example[0]) > example[1]
    assert past.example(wanted, [("p1", 0.9)], "Etwas ganz anderes.") is None
