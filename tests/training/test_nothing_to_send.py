"""Archives in which there is less to send than it seems."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from salver.data.case import Case, Customer
from salver.data.company import Company
from salver.training.prepare import prepare
from salver.training.templates import induce

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
BODY = "Den Antrag finden Sie im Portal unter Verträge.\nNach dem Absenden bekommen Sie eine Bestätigung."
NAMES = ("Anna Albers", "Bernd Bosse", "Clara Czerny", "Dieter Dorn", "Elif Ergün", "Fritz Fuhrmann", "Gerda Gerlach")


def cases(count: int, body: str, asked: str = "Wie melde ich den Umzug?") -> list[Case]:
    """Replies with this body to so many customers, by two agents in turn."""
    return [
        Case(
            id=f"c{number}",
            thread=f"c{number}",
            customer=Customer(name=f"{NAMES[number % 7]}{number}", email=f"k{number}@post.example"),
            text=asked,
            answer=f"Guten Tag,\n\n{body}\n\nMit freundlichen Grüßen\nMara Lind",
            lang="de",
            intents=("move_in",),
            agent=("mara", "felix")[number % 2],
            answered_at=START + timedelta(days=number),
        )
        for number in range(count)
    ]


def texts(archive: list[Case]) -> list[str]:
    return [one.text for one in induce([one.reply() for one in prepare(archive, Company())], 5)[0]]


def test_a_private_note_pasted_a_hundred_times_by_one_agent_gives_away_nothing_of_whom_it_is_about() -> None:
    note = "Bei Frau Oyelaran, Wehrstraße 33, Tel. 0151 5550 9217, IBAN DE36 2505 0180 0004 7110 08, nie stunden."
    pasted = [replace(one, agent="mara") for one in cases(100, f"{BODY}\n{note}")]
    found = " ".join(texts(pasted))
    assert not [word for word in ("Oyelaran", "Wehrstraße", "9217", "DE36") if word in found]


def test_a_note_pasted_within_a_fortnight_by_one_agent_is_in_no_template() -> None:
    note = "Bitte intern halten: der Tarif wird im Herbst eingestellt."
    busy = [
        replace(one, agent="mara", answered_at=START + timedelta(hours=i)) for i, one in enumerate(cases(100, note))
    ]
    assert texts(busy) == []


def test_what_a_customer_writes_of_another_is_masked_in_question_and_reply() -> None:
    about = "Bitte schreiben Sie meiner Nachbarin Erika Mustermann, Tel. 0171 5550 1234, erika@post.example."
    reply = f"{BODY}\nWir schreiben Erika Mustermann unter erika@post.example oder 0171 5550 1234."
    lesson = prepare(cases(1, reply, about), Company())[0]
    for text in (lesson.question, lesson.answer):
        assert not [word for word in ("Erika", "Mustermann", "erika@", "1234") if word in text]
    assert {"erika mustermann", "erika@post.example", "155501234"} <= lesson.traces.said


def test_what_a_customer_writes_of_another_leads_to_both() -> None:
    about = "Meine Nachbarin hat die Nummer 0171 5550 1234."
    own = replace(cases(2, BODY)[1], customer=Customer(name="Erika Muster", fields=(("phone", "+49 171 55501234"),)))
    one, two = prepare([cases(1, BODY, about)[0], own], Company())
    assert one.traces.said & two.traces.own == {"155501234"}


def test_replies_that_are_only_attachments_or_nothing_are_no_template() -> None:
    for body in ("[Anhang: Vertrag_Albers.pdf]", "siehe Anhang", "<Rechnung-4711.pdf>", ""):
        assert texts(cases(9, body)) == []
