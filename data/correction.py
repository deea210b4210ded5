"""What an agent changed of a decision."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """None means: left as it was. `message` is the key of the message that was decided."""

    message: str
    agent: str
    at: datetime
    intent: str | None = None
    urgency: str | None = None
    answer: str | None = None
    assignee: str | None = None
    reason: str = ""
