"""What goes out over HTTP, with an example of each for the documentation."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from salver.serve.forms import EXAMPLE_ID, Level

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


class Health(BaseModel):
    """How the server is; `bundle` is the one that decides."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"status": "ready", "bundle": "2026-11"}]})

    status: Literal["alive", "ready"]
    bundle: str


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
