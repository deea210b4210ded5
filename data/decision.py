"""What happens with a message, and why."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from salver.data.answer import Suggestion
from salver.data.message import Message
from salver.data.reading import Cleaned, Reading, Screening


class Reason(StrEnum):
    """Why a decision was taken. A code never changes its meaning; new ones are added."""

    RECURRING = "recurring"  # AutoAnswer: a proven template fits within the error bound
    AUDIT = "audit"  # Route: it would have been answered by itself; by lot a person checks the answer
    NOT_APPROVED = "not_approved"  # Route: it would have been answered, but no person has approved the text
    BOUND_EXPIRED = "bound_expired"  # Route: it would have been answered, but the error bound is not held any more
    MACHINE = "machine"  # Leave: no person wrote it
    NEVER_ANSWERED = "never_answered"  # Route: the owner wants a person for this intent
    SEVERAL_REQUESTS = "several_requests"  # Route: more than one thing is asked, and not all of it is covered
    OUT_OF_SCOPE = "out_of_scope"  # Route: nothing known is asked
    OTHER_LANGUAGE = "other_language"  # Route: a language nobody configured
    URGENT = "urgent"  # Route: high or critical
    NOT_SURE = "not_sure"  # Route: confidence under the threshold
    PERHAPS_MORE = "perhaps_more"  # Route: perhaps it asks for something that the answer would not cover
    BOUND_NOT_SHOWN = "bound_not_shown"  # Route: too little evidence for the error bound
    NO_TEMPLATE = "no_template"  # Route: no proven text for it
    CLAIMS_A_DEED = "claims_a_deed"  # Route: the text says that something was done, and nobody has done it
    SLOT_OPEN = "slot_open"  # Route: the text needs a fact that the message does not hold
    UNREADABLE = "unreadable"  # Route: encrypted, damaged or empty
    NO_REPLY_WANTED = "no_reply_wanted"  # Route: no machine may answer it; the words say why
    MAY_LEAK = "may_leak"  # Route: the check at the way out found something in the answer that is not its own
    FAILED = "failed"  # Route: a step failed on this message; the words say which
    SENDING_OFF = "sending_off"  # Route: it would have been answered, but the mailbox sends no answers to such requests
    NO_ADDRESS = "no_address"  # Route: it would have been answered, but there is no address that an answer can go to
    THREAD_ANSWERED = "thread_answered"  # Route: its conversation has had its one automatic answer
    SENDER_ANSWERED = "sender_answered"  # Route: its sender has had as many automatic answers as a day allows
    CAME_AT_ONCE = "came_at_once"  # Route: it came so soon after an automatic answer that a machine may have sent it
    FUSE_OPEN = "fuse_open"  # Route: so many answers left in an hour that none leaves until a person closes the fuse
    SEND_FAILED = "send_failed"  # Route: the answer could not be delivered
    SEND_UNCERTAIN = "send_uncertain"  # Route: nobody knows whether the answer arrived
    SEND_STOPPED = "send_stopped"  # Route: the answer was kept back before it left, by a person or a later decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a decision leans on. `confidence` and `threshold` are 0 to 1; None where the rule has no threshold."""

    bundle: str
    cases: tuple[str, ...] = ()
    confidence: float | None = None
    threshold: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """Who should answer, by when, and why this agent. `agent` is empty when nobody fits: the queue waits."""

    agent: str
    queue: str
    due: datetime
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """What would answer one request: its text, filled, and the template of that; both empty where there is none.

    `open` says why the request is not covered: why this text would not go out by itself. It is empty where it would.
    """

    intent: str
    text: str = ""
    template: str | None = None
    open: str = ""

    @property
    def covered(self) -> bool:
        return not self.open


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoAnswer:
    """Send `answer`, which `answer_html` says once more as HTML. `body` is what stands in it between greeting and
    closing, `template` the proven text of that.

    `drafts` has the text of each request, in their order; `template` is that of the main one.
    `rests_on` are pairs of the id and the sha256 of every text in it: each must be approved.
    """

    reason: Reason
    because: str
    evidence: Evidence
    answer: str
    template: str
    body: str = ""
    drafts: tuple[Drafted, ...] = ()
    rests_on: tuple[tuple[str, str], ...] = ()
    answer_html: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Lay it before a person. `assignment` is None until `route` has chosen one.

    `drafts` says of each request, in their order, what would answer it, or why it is open.
    """

    reason: Reason
    because: str
    evidence: Evidence
    assignment: Assignment | None = None
    drafts: tuple[Drafted, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """Do nothing: no person waits for an answer."""

    reason: Reason
    because: str
    evidence: Evidence


Decision = AutoAnswer | Route | Leave


@dataclass(frozen=True, slots=True, kw_only=True)
class Tray:
    """A message and all that is laid beside it. `reading` is None where nothing was to be understood."""

    message: Message
    cleaned: Cleaned
    screening: Screening
    reading: Reading | None
    decision: Decision
    suggestions: tuple[Suggestion, ...] = field(default=())
