"""What comes in over HTTP, with an example of each for the documentation."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from salver.data.message import Channel

Key = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$", description="A message's id: 32 hexadecimal digits.")]
Words = Annotated[str, Field(min_length=1, pattern=r"\S")]
Level = Literal["low", "normal", "high", "critical"]


def _written(value: Any) -> Any:
    if value is not None and not isinstance(value, str | datetime):
        raise ValueError("write it as in 2026-11-23T08:15:00+01:00")
    return value


Moment = Annotated[datetime, BeforeValidator(_written)]

EXAMPLE_SHA256 = "0f3c1a" + "9d" * 29
EXAMPLE_ID = "3f2a9c0d5e6b47188a1b2c3d4e5f6071"
_MAIL = "From: Jo Doe <jo@example.org>\nSubject: Strom weg\nMessage-ID: <1@example.org>\n\nBei uns ist der Strom weg.\n"
MAIL_EXAMPLE = {"mail": {"summary": "A mail, as its bytes are", "value": _MAIL}}


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class Question(_Form):
    """A text of which one wants to know what would be decided. Nothing of it is kept."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"text": "Bei uns ist der Strom weg", "subject": "Störung?"}]}
    )

    text: Annotated[str, Field(description="What the customer wrote.")]
    subject: str = ""
    sender: Annotated[str, Field(alias="from", description="Who wrote it: `name@host`, or `Name <name@host>`.")] = ""
    channel: Channel = "email"

    def known(self) -> dict[str, str]:
        """The further fields of a message that came as a text, as far as they are known."""
        return {name: value for name, value in (("from", self.sender), ("channel", self.channel)) if value}


class NewMessage(Question):
    """A message that came as a text: a web form, a chat. The same fields again are the same message."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "text": "Bei uns ist der Strom weg",
                    "subject": "Störung?",
                    "from": "Jo Doe <jo@example.org>",
                    "channel": "web_form",
                    "message_id": "form-20261123-0815",
                }
            ]
        }
    )

    to: Annotated[str, Field(description="To whom it was written.")] = ""
    date: Annotated[Moment | None, Field(description="When it was written.")] = None
    message_id: Annotated[str, Field(description="The channel's own id; tells two equal texts apart.")] = ""

    def known(self) -> dict[str, str]:
        more = {"to": self.to, "date": self.date.isoformat() if self.date else "", "message_id": self.message_id}
        return super().known() | {name: value for name, value in more.items() if value}


_SAID = {"intent": "string", "urgency": "string", "answer": "string", "assignee": "string", "right": "boolean"}
"""What a correction may say, by its type in JSON."""


class Change(_Form):
    """What an agent changed of a decision, or found of it. What is left out was right, or is not known."""

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [{"required": [one], "properties": {one: {"type": kind}}} for one, kind in _SAID.items()],
            "examples": [
                {
                    "message": EXAMPLE_ID,
                    "agent": "mara.lind",
                    "intent": "power_outage",
                    "answer": "Guten Tag,\n\nder Strom ist seit 14 Uhr wieder da.\n\nMara Lind",
                    "reason": "It was an outage, not a question.",
                }
            ],
        }
    )

    message: Key
    agent: Annotated[Words, Field(description="Who says so.")]
    at: Annotated[Moment | None, Field(description="When; now, if it is left out.")] = None
    intent: Words | None = None
    urgency: Level | None = None
    answer: Annotated[Words | None, Field(description="What was sent; the message waits no longer.")] = None
    assignee: Annotated[Words | None, Field(description="The agent who should have it.")] = None
    reason: str = ""
    right: Annotated[
        bool | None,
        Field(strict=True, description="Whether the decision and its answer were right, from who checks an audit."),
    ] = None

    @model_validator(mode="after")
    def says_something(self) -> "Change":
        if all(getattr(self, one) is None for one in _SAID):
            raise ValueError("it changes nothing: give intent, urgency, answer, assignee or right")
        return self


class Word(_Form):
    """A person's word on a template. It is bound to the text that was read, which `sha256` names."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"verdict": "approved", "by": "mara.lind", "sha256": EXAMPLE_SHA256}],
            "oneOf": [
                {"properties": {"verdict": {"const": "edited"}, "text": {"type": "string"}}, "required": ["text"]},
                {"properties": {"verdict": {"enum": ["approved", "rejected"]}, "text": {"type": "null"}}},
            ],
        }
    )

    verdict: Annotated[
        Literal["approved", "rejected", "edited"], Field(description="Edited: `text` stands there now, and waits.")
    ]
    by: Annotated[Words, Field(description="Who says so.")]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="That of the text that was read.")]
    text: Annotated[Words | None, Field(description="The new text, where it is edited.")] = None

    @model_validator(mode="after")
    def has_a_text_when_edited(self) -> "Word":
        if (self.verdict == "edited") != (self.text is not None):
            raise ValueError('give a text with the verdict "edited", and only then')
        return self


class Shown(_Form):
    """Which templates are listed."""

    state: Annotated[
        Literal["waiting", "approved", "rejected"] | None, Field(description="Only those in this state.")
    ] = None
    intent: Annotated[str | None, Field(description="Only those of this intent.")] = None


class Which(_Form):
    """Which part of the queue."""

    agent: Annotated[str | None, Field(description="Only of this agent; empty: of nobody yet.")] = None
    limit: Annotated[int, Field(ge=1, le=500, description="How many at most.")] = 50
