"""A suggestion says in words why it may be the right one."""

from dataclasses import replace
from datetime import UTC, datetime

from salver.data.answer import Template
from salver.data.case import PastCase
from salver.pipeline.rank import Given, Ranked
from salver.pipeline.suggest import Offer, suggestion

AT = datetime(2026, 3, 4, 12, tzinfo=UTC)
CASE = PastCase(
    id="c1", intent="power", lang="de", question="?", answer="Stand {reading}.", agent="anna", ending="resolved"
)
TEMPLATE = Template(
    id="t1", intent="power", lang="de", text="Stand {reading}.", slots=("reading",), cases=("c1", "c2"), customers=5,
    agents=2,
)  # fmt: skip


def because(*cases: PastCase, near: int = 0, lang: str = "de") -> str:
    near_ids = tuple(case.id for case in cases[:near])
    return suggestion(Ranked(chance=0.4, given=Given.of(cases), near=near_ids), lang, {}).because


def test_a_past_answer_says_who_sent_it_and_which_cases_are_near() -> None:
    other = replace(CASE, id="c2", agent="bela")
    assert because(CASE, other, near=2) == "sent by 2 agents in 2 cases; nearest cases c1, c2"
    assert because(CASE, other, near=1) == "sent by 2 agents in 2 cases; nearest case c1"
    assert because(CASE) == "sent by 1 agent in 1 case; found by its words"


def test_it_says_how_lately_it_was_given_and_how_it_was_received() -> None:
    thanked, reopened = replace(CASE, ending="thanked", answered_at=AT), replace(CASE, id="c2", ending="reopened")
    assert because(thanked, reopened, near=1).endswith(
        "; last on 2026-03-04; 1 customer thanked for it; 1 case opened again afterwards"
    )


def test_another_language_is_noted() -> None:
    assert because(CASE, lang="en").endswith("in German, for there is none of power in English")


def test_a_template_says_what_proves_it_and_what_speaks_against_it() -> None:
    offer = Offer(template=replace(TEMPLATE, last=AT, reopened=2), chance=0.6, cases=("c1",))
    assert suggestion(offer, "de", {}).because == (
        "sent by 2 agents to 5 customers; nearest case c1; last on 2026-03-04; 2 cases opened again afterwards"
    )


def test_slots_are_filled_from_the_message_and_what_is_not_said_stays_open() -> None:
    filled = suggestion(Offer(template=TEMPLATE, chance=0.6, cases=()), "de", {"reading": "34112"})
    assert (filled.text, filled.holes, filled.score, filled.template) == ("Stand 34112.", (), 0.6, "t1")
    assert filled.cases == ("c1", "c2")
    answer = suggestion(Ranked(chance=0.4, given=Given.of([CASE]), near=()), "de", {})
    assert (answer.text, answer.holes, answer.kind) == ("Stand {reading}.", ("reading",), "past_answer")
