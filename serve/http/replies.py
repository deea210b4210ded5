"""What goes out over HTTP, with an example of each for the documentation."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from salver.serve.http.forms import EXAMPLE_ID, EXAMPLE_SHA256, Level

_LINE: dict[str, Any] = {
    "id": EXAMPLE_ID,
    "requests": [{"text": "Bei uns ist der Strom weg", "intent": "power_outage", "probability": 0.97}],
    "intent": "power_outage",
    "probability": 0.97,
    "urgency": "high",
    "decision": "route",
    "reason": "urgent",
    "because": "It is urgent (Strom weg), so a person must see it.",
    "answer": None,
    "suggestions": [
        {
            "text": "wir kennen die Störung und arbeiten daran.",
            "score": 0.91,
            "cases": ["c0412", "c0077"],
            "kind": "template",
            "because": "It was sent to 31 customers.",
            "holes": [],
            "template": "t-outage",
        }
    ],
    "queue": "energy",
    "agent": "mara.lind",
    "due": "2026-11-23T12:30:00+01:00",
    "bundle": "2026-11",
}


class Line(BaseModel):
    """What was decided of a message, and why; the same that `salver batch` writes. What does not apply is null."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [_LINE]})

    id: str
    requests: list[dict[str, Any]]
    intent: str | None
    probability: float | None
    urgency: Level | None
    decision: Literal["auto_answer", "route", "leave"]
    reason: str
    because: str
    answer: str | None
    suggestions: list[dict[str, Any]]
    queue: str | None
    agent: str | None
    due: datetime | None
    bundle: str


class Pending(BaseModel):
    """A message that is kept, but not decided. `because` says what holds it up."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"id": EXAMPLE_ID, "state": "waiting", "because": "It has not been read yet."}]}
    )

    id: str
    state: Literal["waiting", "quarantined"]
    because: str


class Learned(BaseModel):
    """What became of a correction. `learned` says whether the message helps with the next ones from now on, `checked`
    whether it says of an answer that was set aside for an audit if it was right."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"message": EXAMPLE_ID, "learned": True, "checked": False}]}
    )

    message: str
    learned: bool
    checked: bool


class Waiting(BaseModel):
    """A message that waits for a person."""

    id: str
    subject: str
    intent: str | None
    urgency: Level
    queue: str
    agent: str
    due: datetime | None
    overdue: bool
    reason: str | None


class Queue(BaseModel):
    """What waits, in the order in which it is due. `waiting` is how many there are in all, `limit` or not."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "waiting": 1,
                    "messages": [
                        {
                            "id": EXAMPLE_ID,
                            "subject": "Störung?",
                            "intent": "power_outage",
                            "urgency": "high",
                            "queue": "energy",
                            "agent": "mara.lind",
                            "due": "2026-11-23T12:30:00+01:00",
                            "overdue": False,
                            "reason": "urgent",
                        }
                    ],
                }
            ]
        }
    )

    waiting: int
    messages: list[Waiting]


_TEMPLATE: dict[str, Any] = {
    "id": "t3f9a11c02b7e",
    "state": "waiting",
    "intent": "wallbox",
    "lang": "de",
    "text": "eine Wallbox bis 11 kW muss nur gemeldet werden, nicht genehmigt.",
    "sha256": EXAMPLE_SHA256,
    "slots": [],
    "edited": False,
    "claims": "",
    "by": None,
    "at": None,
    "customers": 31,
    "agents": 4,
    "first": "2025-02-03T09:12:00+01:00",
    "last": "2026-10-21T15:40:00+02:00",
    "reopened": 1,
    "thanked": 6,
    "corrected": 0,
    "cases": ["c0412", "c0077"],
}


class Template(BaseModel):
    """A text that may be sent once it is approved, with what speaks for it: to how many customers it was sent, by how
    many agents, from when to when, and how it was received. `claims` are words that say that something is done."""

    model_config = ConfigDict(json_schema_extra={"examples": [_TEMPLATE]})

    id: str
    state: Literal["waiting", "approved", "rejected"]
    intent: str
    lang: str
    text: str
    sha256: str
    slots: list[str]
    edited: bool
    claims: str
    by: str | None
    at: datetime | None
    customers: int
    agents: int
    first: datetime | None
    last: datetime | None
    reopened: int
    thanked: int
    corrected: int
    cases: list[str]


class Templates(BaseModel):
    """The templates of the bundle that decides, those that wait first; `waiting` is how many do in all."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"waiting": 1, "templates": [_TEMPLATE]}]})

    waiting: int
    templates: list[Template]


class Health(BaseModel):
    """How the server is; `bundle` is the one that decides."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"status": "ready", "bundle": "2026-11"}]})

    status: Literal["alive", "ready"]
    bundle: str


class Need(BaseModel):
    """Something that needs a person; `of` is the mailbox or the mail it concerns. With `red` customers' mail waits."""

    code: str
    of: str
    red: bool


class Wellbeing(BaseModel):
    """Whether all is well with the installation; `salver status` says each concern in words, and what to do."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"status": "red", "concerns": [{"code": "mailbox", "of": "service", "red": True}]}]
        }
    )

    status: Literal["well", "needs a person", "red"]
    concerns: list[Need]


class Trouble(BaseModel):
    """A problem as of RFC 9457. `errors` names each wrong field."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "about:blank",
                    "title": "Unprocessable Content",
                    "status": 422,
                    "detail": "text: Field required. See /docs for what is expected.",
                    "errors": [{"where": "text", "what": "Field required"}],
                }
            ]
        }
    )

    type: str
    title: str
    status: int
    detail: str
    errors: list[dict[str, str]] = []
