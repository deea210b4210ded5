"""A past message together with the answer that resolved it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from salver.data.message import Channel

Ending = Literal["resolved", "reopened", "thanked", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """Whatever the archive knows of who wrote. Every value of it is personal and is masked when taken in."""

    name: str = ""
    email: str = ""
    fields: tuple[tuple[str, str], ...] = ()

    @property
    def identity(self) -> str:
        """One string for one customer: the customer number if there is one, else the address, else the name."""
        known = dict(self.fields)
        return (known.get("customer_no") or self.email or self.name).casefold()


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A past message and its answer. Its texts are raw, as they were written: they stay in the message store.

    `intents` has the main one first and is empty where the archive has no labels; `urgency` is None where it has none.
    `media` says whether `text` is plain or HTML.
    """

    id: str
    thread: str
    customer: Customer
    text: str
    answer: str
    media: Literal["text", "html"] = "text"
    subject: str = ""
    channel: Channel = "email"
    lang: str = ""
    intents: tuple[str, ...] = ()
    urgency: str | None = None
    agent: str = ""
    received_at: datetime | None = None
    answered_at: datetime | None = None
    ending: Ending = "unknown"
    source: str = field(default="", repr=False)

    @property
    def intent(self) -> str:
        return self.intents[0] if self.intents else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastCase:
    """What a bundle keeps of a case: masked texts only, so that nothing in it names a person.

    `templates` are the identifiers of the templates that the answer was made of, if any. `traces` are keyed hashes of
    what leads to the customer, in a case that joins a bundle and by the key of that bundle; it keeps them elsewhere.
    """

    id: str
    intent: str
    lang: str
    question: str
    answer: str
    agent: str
    ending: Ending
    answered_at: datetime | None = None
    templates: tuple[str, ...] = ()
    traces: tuple[int, ...] = field(default=(), repr=False)
