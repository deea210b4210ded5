"""A ticket of a helpdesk's export: what was written in it, by whom, and how it ended."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from salver.data.cells import moment_of, text_of, yes_or_no_of
from salver.data.errors import Fault
from salver.data.message import Channel
from salver.data.tables import Tell

System = Literal["zammad", "zendesk", "freshdesk"]
Author = Literal["customer", "agent", "system"]
State = Literal["open", "solved", "gone"]
"""Gone is a ticket that was deleted, merged into another, or marked as spam."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Whoever wrote. `agent` is None where the export does not say whether that is one."""

    name: str = ""
    email: str = ""
    agent: bool | None = None


NOBODY = Person()


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One thing written in a ticket. A private one is a note among agents. `to` are addresses, where they are known."""

    id: str
    by: Author
    author: Person
    text: str
    at: datetime
    html: bool = False
    private: bool = False
    to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """`posts` in the order of time. `fields` are what agents filed it under, by name: tags, group, type and others."""

    system: System
    id: str
    subject: str
    customer: Person
    posts: tuple[Post, ...]
    state: State = "open"
    channel: Channel = "email"
    urgency: str | None = None
    fields: tuple[tuple[str, tuple[str, ...]], ...] = ()
    source: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Place:
    """Where in an export something stands, and whom to tell what is wrong with it."""

    source: str
    line: int
    tell: Tell

    def fault(self, what: str, todo: str = "") -> None:
        """Tell one thing that is wrong here."""
        self.tell(Fault(source=self.source, line=self.line, what=what, todo=todo))

    def moment(self, value: Any, zone: Any, what: str) -> datetime | None:
        """A moment, or None, told, when the value is none or missing. `what` names it."""
        try:
            found = moment_of(value, zone)
        except (ValueError, OverflowError, OSError, TypeError):
            found = None
        if found is None:
            said = f' ("{text_of(value)[:40]}")' if text_of(value) else ""
            self.fault(f"{what} has no date that can be read{said}; it was left out.", "Export it again with dates.")
        return found


def said(value: Any) -> bool | None:
    """Yes, no, or None for anything that says neither."""
    try:
        return yes_or_no_of(value)
    except ValueError:
        return None


def listed(value: Any) -> tuple[str, ...]:
    """Labels out of a list, of texts or of objects with a name, or out of a text divided by commas or spaces."""
    if isinstance(value, str):
        value = value.split(",") if "," in value else value.split(";")
    elif not isinstance(value, list | tuple):
        value = [] if value is None else [value]
    words = (text_of(one.get("name", "") if isinstance(one, dict) else one).strip() for one in value)
    return tuple(dict.fromkeys(one for one in words if one))
