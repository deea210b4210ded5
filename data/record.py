"""What the store gives back: messages, decisions and what waits, as they were written."""

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Literal

from salver.data.message import RawMessage
from salver.data.profile import Seen
from salver.data.reading import Urgency

State = Literal["waiting", "done", "quarantined"]
Kind = Literal["answer", "route", "leave"]

NO_HASH = "0" * 64
"""What stands before the first record of the trail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMessage:
    """A message as it is kept. `copies` counts how often the same one came; `fault` says why it was set aside."""

    key: str
    raw: RawMessage
    state: State
    copies: int
    taken_in_at: datetime
    fault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRecord:
    """One decision as it is kept. `line` is the whole of it as JSON, the same that a batch writes.

    `agent`, `queue`, `due` and `urgency` are those of a routed message, for the order in which people work. `seen` is
    how the message looked, or None where nothing was to be understood.
    """

    message: str
    bundle: str
    at: datetime
    kind: Kind
    reason: str
    line: str
    agent: str = ""
    queue: str = ""
    due: datetime | None = None
    urgency: Urgency = Urgency.NORMAL
    seen: Seen | None = None

    def hash_after(self, previous: str) -> str:
        """The hash that chains this record to the one before.

        The line enters by its own hash, so that its text can be erased one day and the chain still holds.
        """
        return chained(previous, self.message, self.bundle, self.at, self.kind, self.reason, self.line_sha256)

    @property
    def line_sha256(self) -> str:
        return sha256(storable(self.line).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueEntry:
    """A routed message that nobody has answered yet."""

    message: str
    agent: str
    queue: str
    urgency: Urgency
    due: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many messages there are, each counted once. `copies` are those that came again."""

    waiting: int
    done: int
    quarantined: int
    copies: int

    @property
    def received(self) -> int:
        return self.waiting + self.done + self.quarantined


def chained(previous: str, message: str, bundle: str, at: datetime, kind: str, reason: str, line_sha256: str) -> str:
    """sha256 over the previous hash and the fields of a record, divided by a character that none of them holds."""
    fields = (previous, message, bundle, in_utc(at).isoformat(), kind, reason, line_sha256)
    return sha256("\x1f".join(map(storable, fields)).encode()).hexdigest()


def storable(text: str) -> str:
    """Text that any database takes: NUL and half characters become the replacement character or `?`."""
    if text.isascii() and "\0" not in text:
        return text
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "\ufffd")


def in_utc(moment: datetime) -> datetime:
    """The same moment in UTC; one without a zone is taken to be in UTC."""
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
