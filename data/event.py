"""One thing that happened while salver works by itself: what the log says in a line, and the figures count."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

Name = Literal[
    "began", "taken", "decided", "drafted", "sent", "again", "uncertain", "failed", "stopped", "failing", "well", "note"
]
"""
began                       salver is ready, and this bundle decides
taken                       so many mails came out of a mailbox into the store
decided                     what is to become of one message
drafted                     a draft lies in the agents' folder
sent again uncertain failed what became of one attempt to send an answer, as in `OutState`
stopped                     an answer was kept back in the last moment
failing well                a mailbox cannot be worked with, or can be again
note                        anything else that a person should know
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Never holds what a customer wrote, a subject, or a customer's address.

    `message` is the key of the message, `decision` and `reason` are codes as everywhere, `seconds` is how long it took,
    `attempt` counts from 1, `count` is how many mails it speaks of. `words` are for a person.
    """

    name: Name
    mailbox: str = ""
    message: str = ""
    decision: str = ""
    reason: str = ""
    seconds: float | None = None
    attempt: int | None = None
    bundle: str = ""
    count: int | None = None
    words: str = ""

    def known(self) -> dict[str, Any]:
        """All that is said of it besides its name."""
        said = {key: value for key, value in asdict(self).items() if value not in ("", None)}
        del said["name"]
        return said
