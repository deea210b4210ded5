"""The JSON line of a message: its keys are a promise."""

import json
from datetime import UTC, datetime

from salver.data.answer import Suggestion
from salver.data.decision import Assignment, AutoAnswer, Decision, Drafted, Evidence, Leave, Reason, Route, Tray
from salver.data.lines import reading_line, tray_line
from salver.data.message import Address, Attachment, Message, Problem
from salver.data.reading import Cleaned, Cut, Reading, Request, Scored, Screening, Urgency

AT = datetime(2026, 3, 4, 12, 30, tzinfo=UTC)
HUMAN = Screening(verdict="human", reason="human", because="A person wrote it.")
MESSAGE = Message(
    key="k1",
    message_id="<1@posthorn.example>",
    subject="Zählerstand",
    sender=Address(name="Anna Ott", email="anna@posthorn.example"),
    to=(Address(name="", email="service@elmtalwerke.example"),),
    date=AT,
    attachments=(Attachment(name="foto.jpg", type="image/jpeg", size=12),),
    problems=(Problem(code="charset", words="The charset is unknown."),),
)
READING = Reading(
    lang="de",
    lang_probability=1,
    requests=(Request(text="Stand 1", intents=(Scored(label="meter_reading", probability=0.912345),)),),
    urgency=Urgency.NORMAL,
    urgency_probability=0.9,
    urgency_because="Nothing in it is pressing.",
    scope=0.9,
    in_scope=True,
    cosine=0.765432,
    perhaps=(Scored(label="complaint", probability=0.12345),),
)
SUGGESTION = Suggestion(
    kind="template", text="Danke, {date}", score=0.777777, because="sent", cases=("c1",), intent="a", lang="de",
    template="t1", holes=("date",),
)  # fmt: skip
EVIDENCE = Evidence(bundle="b", cases=("c1",), confidence=0.912399, threshold=0.94)
ASSIGNED = Route(
    reason=Reason.NOT_SURE,
    because="under",
    evidence=EVIDENCE,
    assignment=Assignment(agent="anna", queue="billing", due=AT, because="solves it"),
    drafts=(Drafted(intent="meter_reading", text="Danke, {date}", template="t1", open="under"),),
)
ASKED_FOR = [
    "id",
    "requests",
    "intent",
    "probability",
    "urgency",
    "decision",
    "reason",
    "because",
    "answer",
    "suggestions",
    "queue",
    "agent",
    "due",
    "bundle",
]


def tray(decision: Decision, reading: Reading | None = READING) -> Tray:
    return Tray(
        message=MESSAGE,
        cleaned=Cleaned(text="Stand 1"),
        screening=HUMAN,
        reading=reading,
        decision=decision,
        suggestions=(SUGGESTION,),
    )


def test_a_routed_message_as_a_line() -> None:
    assert tray_line(tray(ASSIGNED), "first") == {
        "id": "k1",
        "requests": [
            {
                "text": "Stand 1",
                "intent": "meter_reading",
                "probability": 0.9123,
                "covered": False,
                "draft": "Danke, {date}",
                "template": "t1",
                "open": "under",
            }
        ],
        "intent": "meter_reading",
        "probability": 0.9123,
        "urgency": "normal",
        "decision": "route",
        "reason": "not_sure",
        "because": "under",
        "answer": None,
        "suggestions": [
            {
                "text": "Danke, {date}",
                "score": 0.7778,
                "cases": ["c1"],
                "kind": "template",
                "because": "sent",
                "holes": ["date"],
                "template": "t1",
                "intent": "a",
                "lang": "de",
                "request": 0,
            }
        ],
        "queue": "billing",
        "agent": "anna",
        "due": "2026-03-04T12:30:00+00:00",
        "bundle": "first",
        "message_id": "<1@posthorn.example>",
        "subject": "Zählerstand",
        "lang": "de",
        "screen": {"verdict": "human", "reason": "human", "about": ""},
        "confidence": 0.9124,
        "threshold": 0.94,
        "cases": ["c1"],
        "template": None,
        "urgency_because": "Nothing in it is pressing.",
        "agent_because": "solves it",
        "cosine": 0.7654,
        "answer_html": None,
        "perhaps": [{"intent": "complaint", "probability": 0.1235}],
    }


def test_what_was_asked_for_comes_first_and_in_that_order() -> None:
    assert list(tray_line(tray(ASSIGNED), "first"))[: len(ASKED_FOR)] == ASKED_FOR


def test_an_answer_and_a_message_left_alone_as_lines() -> None:
    answered = AutoAnswer(reason=Reason.RECURRING, because="", evidence=EVIDENCE, answer="Guten Tag", template="t1")
    line = tray_line(tray(answered), "first")
    assert (line["decision"], line["answer"], line["template"], line["agent"]) == (
        "auto_answer",
        "Guten Tag",
        "t1",
        None,
    )
    left = tray_line(tray(Leave(reason=Reason.MACHINE, because="", evidence=Evidence(bundle="b")), None), "first")
    assert (left["decision"], left["requests"], left["intent"], left["confidence"]) == ("leave", [], None, None)


def test_a_reading_as_a_line() -> None:
    cleaned = Cleaned(text="Stand 1", removed=(Cut(kind="signature", text="-- \nAnna"),))
    assert reading_line(MESSAGE, cleaned, HUMAN, "de") == {
        "id": "k1",
        "message_id": "<1@posthorn.example>",
        "subject": "Zählerstand",
        "from": "Anna Ott <anna@posthorn.example>",
        "to": ["service@elmtalwerke.example"],
        "date": "2026-03-04T12:30:00+00:00",
        "lang": "de",
        "text": "Stand 1",
        "removed": [{"kind": "signature", "text": "-- \nAnna"}],
        "attachments": [{"name": "foto.jpg", "type": "image/jpeg", "size": 12}],
        "screen": {"verdict": "human", "reason": "human", "about": ""},
        "problems": [{"code": "charset", "words": "The charset is unknown."}],
    }


def test_a_message_of_which_nothing_is_known_is_a_line_too() -> None:
    line = reading_line(Message(key="k2"), Cleaned(text=""), HUMAN, "")
    assert (line["from"], line["to"], line["date"]) == ("", [], None)


def test_lines_are_json() -> None:
    for line in (tray_line(tray(ASSIGNED), "b"), reading_line(MESSAGE, Cleaned(text=""), HUMAN, "de")):
        assert json.loads(json.dumps(line)) == line
