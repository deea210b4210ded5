"""What was understood of a message."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Literal


class Urgency(IntEnum):
    """How soon somebody must act; ordered."""

    LOW = 0
    NORMAL = 1
    HIGH = 2
    CRITICAL = 3

    @property
    def label(self) -> str:
        return self.name.lower()

    @classmethod
    def of(cls, label: str) -> "Urgency":
        """The level with this name. Raises ValueError for any other word."""
        try:
            return cls[label.strip().upper()]
        except KeyError:
            names = ", ".join(level.label for level in cls)
            raise ValueError(f'"{label}" is no urgency; it is one of {names}') from None


CutKind = Literal["quote", "signature", "footer", "forward_header"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A piece that was taken out of a body, and why; kept so that it can be shown."""

    kind: CutKind
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """What the customer wrote this time, and what was cut away around it."""

    text: str
    removed: tuple[Cut, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Screening:
    """Whether a person wrote the message. `reason` is a code of `screen`'s rules, `because` its words.

    Only `human` may be answered by a machine; with any other reason a person answers, or nobody. `about` is the
    Message-ID of the mail that a bounce or a read receipt is about, "" when it is not known; `lost` says that this mail
    will not arrive.
    """

    verdict: Literal["human", "machine"]
    reason: str
    because: str
    about: str = ""
    lost: bool = False

    @property
    def answerable(self) -> bool:
        """Whether a machine may answer it."""
        return self.reason == "human"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A typed span of a text: `text[start:end]`, and its canonical `value` (an IBAN without spaces, an ISO date)."""

    kind: str
    start: int
    end: int
    text: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A label with its calibrated probability, 0 to 1."""

    label: str
    probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One thing that is asked in a message; `intents` are the likeliest, best first, never empty. It begins after
    `place` other parts of the message."""

    text: str
    intents: tuple[Scored, ...]
    place: int = 0

    @property
    def intent(self) -> str:
        return self.intents[0].label

    @property
    def probability(self) -> float:
        return self.intents[0].probability


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was understood of a message. `requests` is never empty; the first is the main one.

    `scope` is the probability that the message asks for anything known; `cosine` is the mean of those to the
    nearest few cases. `urgency_because` names the words and facts that moved the urgency. `complete` is the probability
    that nothing is asked besides the requests; `perhaps` are the few intents that are likeliest to be asked for
    besides, with their probabilities: too unlikely for a request of its own, too likely to keep from an agent.
    """

    lang: str
    lang_probability: float
    requests: tuple[Request, ...]
    urgency: Urgency
    urgency_probability: float
    urgency_because: str
    scope: float
    in_scope: bool
    entities: tuple[Entity, ...] = ()
    cosine: float = 0.0
    complete: float = 1.0
    perhaps: tuple[Scored, ...] = ()

    @property
    def main(self) -> Request:
        return self.requests[0]
