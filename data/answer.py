"""Texts that may be laid beside a message."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Literal

from salver.data.account import NOTHING_KNOWN, Account


def sha256_of(text: str) -> str:
    """What a text is told by when somebody says something of it: 64 hexadecimal digits."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """Answer text shown to be common to many customers, with slots written as `{kind}`.

    It has neither salutation nor closing: those are the composer's. `customers`, `agents`, `first` and `last` are its
    evidence: how many different customers were sent this text, by how many agents, from when to when; `reopened` and
    `thanked` how many of them wrote again, or said thank you.
    """

    id: str
    intent: str
    lang: str
    text: str
    slots: tuple[str, ...]
    cases: tuple[str, ...]
    customers: int
    agents: int
    first: datetime | None = None
    last: datetime | None = None
    reopened: int = 0
    thanked: int = 0

    @property
    def sha256(self) -> str:
        """That of its text, in hex."""
        return sha256_of(self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Uses:
    """What agents did with a text when it was suggested: sent it as it was, sent it changed, or sent something else."""

    taken: int = 0
    edited: int = 0
    rejected: int = 0

    def __add__(self, other: "Uses") -> "Uses":
        return Uses(
            taken=self.taken + other.taken,
            edited=self.edited + other.edited,
            rejected=self.rejected + other.rejected,
        )

    @property
    def liking(self) -> float:
        """How willingly agents take it, 0 to 1: a half where it was never suggested. An edited one counts half."""
        shown = self.taken + self.edited + self.rejected
        return (1 + self.taken + self.edited / 2) / (2 + shown)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A text for an agent: a template or a masked past answer. `score` is 0 to 1; `holes` are slots still open.

    `request` is the place of the request that it answers among those of the message.
    """

    kind: Literal["template", "past_answer"]
    text: str
    score: float
    because: str
    cases: tuple[str, ...]
    intent: str
    lang: str
    template: str | None = None
    holes: tuple[str, ...] = ()
    request: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """The template that would answer a request. `text` is its body with the slots filled from the message at hand.

    `confidence` is the chance, 0 to 1, that an agent would have sent this text: of the intent, times of this template
    among the intent's. `holes` are slots that the message does not fill, or fills in two ways. `cases` are the nearest
    past cases that were answered with it.
    """

    template: Template
    text: str
    confidence: float
    holes: tuple[str, ...]
    cases: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """An answer as it is sent, in two forms that say the same: plain text, and a piece of HTML."""

    text: str
    html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What past answers offer for one message: suggestions for an agent, and candidates for an automatic answer, that
    of the main request and, where several things are asked, one for each of the `others` in their order. `account` is
    what was looked up of the sender."""

    suggestions: tuple[Suggestion, ...] = ()
    candidate: Candidate | None = None
    others: tuple[Candidate | None, ...] = ()
    account: Account = NOTHING_KNOWN
