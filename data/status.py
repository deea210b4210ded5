"""How an installation is: what waits, what left, what is wrong, and what needs a person."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from salver.data.mailbox import Condition
from salver.data.outgoing import Fuse, Outgoing, OutKind, OutState

Code = Literal[
    "store",
    "disk",
    "mailbox",
    "undecided",
    "set_aside",
    "unsent",
    "uncertain",
    "failed",
    "fuse",
    "bundle",
    "bound",
]
"""
store      it cannot be opened or written      unsent     an answer has waited long for its first attempt to leave
disk       little room is left for the store   uncertain  nobody knows whether an answer arrived
mailbox    it was not looked into for long     failed     an answer was refused for good
undecided  a message has waited long           fuse       it is open: no answer leaves
set_aside  a message is damaged in the store   bundle     there is none that can be opened
                                               bound      it is no longer held: nothing is answered by itself
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """After how long something is wrong: minutes since a mailbox was last looked into to the end, that a message waits
    for its decision, that an answer waits for its first attempt to leave, and that nobody settles an uncertain one.
    `free_mb` is how many megabytes must be free where the store lies."""

    mailbox_minutes: int = 15
    undecided_minutes: int = 30
    unsent_minutes: int = 60
    uncertain_minutes: int = 60
    free_mb: int = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """Something that needs a person: what it is and what to do. With `red` it is more than that, and health turns red:
    customers' mail waits, or may. `of` is the mailbox or the mail it concerns."""

    code: Code
    words: str
    todo: str
    red: bool = False
    of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What waits in the store. `undecided` messages have no decision, the oldest came in `undecided_since`; `set_aside`
    ones are damaged; `for_persons` counts the routed ones that nobody has answered, `overdue` those past their service
    level, the first of which was due `overdue_since`. `unsent` answers were never tried, the oldest `unsent_since`."""

    undecided: int = 0
    undecided_since: datetime | None = None
    set_aside: int = 0
    for_persons: int = 0
    overdue: int = 0
    overdue_since: datetime | None = None
    unsent: int = 0
    unsent_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How an installation was `at` a moment, as its store tells. `store` is what to call that, `free_bytes` the room
    where it lies, None where that cannot be known. `mailboxes` are those of the settings and those ever watched;
    `stuck` are the uncertain and failed answers. `concerns` are red ones first; where the store cannot be read there
    is only that one, and the rest is not known."""

    at: datetime
    store: str = ""
    free_bytes: int | None = None
    received: int = 0
    mailboxes: tuple[Condition, ...] = ()
    waiting: Waiting = field(default_factory=Waiting)
    outbox: Counter[tuple[OutKind, OutState]] = field(default_factory=Counter)
    stuck: tuple[Outgoing, ...] = ()
    fuse: Fuse = field(default_factory=Fuse)
    concerns: tuple[Concern, ...] = ()

    @property
    def red(self) -> bool:
        """Whether customers' mail waits, or may, and somebody must look now."""
        return any(one.red for one in self.concerns)
