"""What an agent changed of a decision, and what that says of an answer that was set aside."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """None means: left as it was. `message` is the key of the message that was decided.

    `right` is what somebody says who only checks: whether the decision, and the answer with it, was right.
    """

    message: str
    agent: str
    at: datetime
    intent: str | None = None
    urgency: str | None = None
    answer: str | None = None
    assignee: str | None = None
    reason: str = ""
    right: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """Whether the answer was right that this bundle would have sent to a message, had it not been set aside."""

    message: str
    bundle: str
    right: bool
