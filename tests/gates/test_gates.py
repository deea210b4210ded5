"""What each gate refuses. For every gate there is a test here that fails without it: `make gates` takes each away."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bench.canaries import SHAPES, plain
from salver.data.approval import EVERY_TEXT, Approvals
from salver.data.case import Case, Customer
from salver.data.decision import AutoAnswer, Reason, Tray
from salver.models.personal import PersonalIndex
from salver.pipeline.run import Pipeline
from salver.training import templates
from salver.training.prepare import Lesson, prepare
from tests.pipeline.small_bundle import COMPANY, small_bundle
from tests.serve.door import pipeline

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
TEXT = "Die Ablesung melden Sie im Portal oder am Telefon.\nDas geht rund um die Uhr."
PEOPLE = ("Anna Albers", "Bernd Bosse", "Clara Czerny", "Dieter Dorn", "Elif Ergün", "Fritz Fuhrmann")
CHANCE = random.Random(4)
TYPED = {shape: SHAPES[shape](CHANCE) for shape in ("phone", "iban", "email", "birth_date", "amount", "order_no")}
IN_RECORD = {shape: SHAPES[shape](CHANCE) for shape in ("rare_name", "common_name", "street")}


def case(number: int, body: str, who: Customer | None = None, asked: str = "Wie melde ich die Ablesung?") -> Case:
    name = PEOPLE[number % len(PEOPLE)]
    who = who or Customer(name=name, email=f"{name.split()[1].casefold()}@post.example")
    return Case(
        id=f"c{number}",
        thread=f"c{number}",
        customer=who,
        text=asked,
        answer=f"Guten Tag {who.name},\n\n{body}\n\nMit freundlichen Grüßen\nMara Lind",
        lang="de",
        intents=("meter_reading",),
        agent=("mara", "felix")[number % 2],
        answered_at=START + timedelta(days=number),
    )


def lessons(bodies: Sequence[str], **known: Any) -> list[Lesson]:
    return prepare([case(i, body, **known) for i, body in enumerate(bodies)], COMPANY)


def induced(bodies: Sequence[str]) -> list[str]:
    """The texts of the templates that replies with these bodies give."""
    found, _ = templates.induce([one.reply() for one in lessons(bodies)], 5)
    return [one.text for one in found]


@pytest.mark.parametrize("shape", TYPED)
def test_1_what_has_a_shape_is_masked_before_anything_learns_from_it(shape: str) -> None:
    canary = TYPED[shape]
    lesson = prepare([case(0, f"Es geht um {canary} bei Ihnen.", asked=f"Was ist mit {canary}?")], COMPANY)[0]
    assert plain(canary) not in plain(lesson.question + lesson.answer)


@pytest.mark.parametrize("shape", IN_RECORD)
def test_1_what_the_record_says_is_masked_however_it_is_written(shape: str) -> None:
    canary = IN_RECORD[shape]
    fields = {"street": canary} if shape == "street" else {}
    name = PEOPLE[0] if fields else canary
    who = Customer(name=name, email="x@post.example", fields=tuple(fields.items()))
    written = (canary, canary.upper(), canary[:3] + "\N{ZERO WIDTH SPACE}" + canary[3:])
    for one in written:
        lesson = prepare([case(0, f"Es geht um {one} bei Ihnen.", who, asked=f"Ich wohne {one}.")], COMPANY)[0]
        assert plain(canary) not in plain(lesson.question + lesson.answer)


def test_2_a_line_that_an_agent_added_is_in_no_template() -> None:
    bodies = [TEXT] * 5 + [f"{TEXT}\nIhre Katze hat hoffentlich nicht gebissen."]
    assert induced(bodies) == [TEXT]


def test_2_a_past_reply_is_never_sent_as_it_was() -> None:
    things = ("den Keller", "das Dach", "die Garage", "den Garten", "die Werkstatt", "das Treppenhaus")
    assert induced([f"Das sehe ich mir an und komme dann auf {thing} zurück." for thing in things]) == []


def test_2_two_texts_that_say_the_opposite_are_not_made_one() -> None:
    yes, no = "Die Anfahrt ist im Preis enthalten.", "Die Anfahrt ist im Preis nicht enthalten."
    assert induced([yes, no] * 3) == []


def test_3_a_rare_word_sent_to_four_customers_is_in_no_template() -> None:
    assert induced([f"{TEXT}\nDas Codewort ist Quittenmond."] * 4) == []
    assert induced([f"{TEXT}\nDas Codewort ist Quittenmond."] * 5) != []


def test_3_what_was_put_back_for_everybody_is_the_companys_own() -> None:
    pasted = [case(i, f"{TEXT}\nRückruf an 0151 5550 9217.") for i in range(6)]
    one_agent = [replace(one, agent="mara", answered_at=START + timedelta(days=9 * i)) for i, one in enumerate(pasted)]
    found, _ = templates.induce([one.reply() for one in prepare(one_agent, COMPANY)], 5)
    assert found
    assert not [one for one in found if "9217" in one.text]


def asking(text: str, **index: Any) -> Pipeline:
    """A pipeline whose only text for readings is this one; every text in it is approved."""
    known = next(one for one in small_bundle().templates if one.id == "t-how")
    changed = replace(known, text=text, slots=tuple(templates.SLOT.findall(text)))
    others = tuple(one for one in small_bundle().templates if (one.intent, one.lang) != ("meter_reading", "de"))
    found = pipeline(templates=(*others, changed), **index)
    found.approvals = EVERY_TEXT
    return found


def asked(text: str, of: Pipeline) -> Tray:
    return of.suggest(text)


ASKED = "wie kann ich Ihnen meinen Zählerstand melden? Wo trage ich den Stand ein?"
SLOTTED = "Den Zählerstand {reading} melden Sie bitte selbst im Portal oder per Antwort auf diese E-Mail."


def test_4_a_slot_that_the_message_does_not_fill_stops_the_answer() -> None:
    tray = asked(ASKED, asking(SLOTTED))
    assert tray.decision.reason is Reason.SLOT_OPEN


def test_4_a_slot_is_filled_with_what_the_customer_wrote() -> None:
    decision = asked(f"{ASKED} Der Stand ist 9283.", asking(SLOTTED)).decision
    assert isinstance(decision, AutoAnswer)
    assert "Den Zählerstand 9283 melden Sie" in decision.answer


def test_4_a_text_that_no_person_has_approved_is_not_sent() -> None:
    of = asking(TEXT)
    of.approvals = Approvals()
    assert asked(ASKED, of).decision.reason is Reason.NOT_APPROVED


def leading(text: str, *, said: bool = False) -> Pipeline:
    """The same, with a customer in the archive to whom `anna albers` and a phone lead."""
    traces = ("albers anna", "155509217")
    index = PersonalIndex.build({"c001": ((), traces) if said else (traces, ())})
    return asking(text, personal=index)


@pytest.mark.parametrize(
    "words", ["Fragen Sie Anna Albers.", "Rufen Sie unter 0151 5550 9217 an."], ids=["name", "phone"]
)
@pytest.mark.parametrize("said", [False, True], ids=["of_record", "of_text"])
def test_5_what_leads_to_another_customer_does_not_leave_though_a_template_says_it(words: str, said: bool) -> None:
    text = f"Den Zählerstand melden Sie im Portal. {words}"
    tray = asked(ASKED, leading(text, said=said))
    assert tray.decision.reason is Reason.MAY_LEAK
    assert tray.decision.evidence.cases == ("c001",)
    assert isinstance(asked(ASKED, asking(text)).decision, AutoAnswer)


def test_5_what_a_step_before_took_from_elsewhere_does_not_leave(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("salver.pipeline.match.fill", lambda text, _: (text.replace("{reading}", "77123"), ()))
    assert asked(f"{ASKED} Der Stand ist 9283.", asking(SLOTTED)).decision.reason is Reason.MAY_LEAK


def test_5_who_is_forgotten_stops_no_answer_any_more() -> None:
    of = leading("Den Zählerstand melden Sie im Portal. Fragen Sie Anna Albers.")
    of.forget(["c001"])
    assert isinstance(asked(ASKED, of).decision, AutoAnswer)
