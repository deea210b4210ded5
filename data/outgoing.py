"""A mail on its way out, and how far it has come.

    ready -> sending -> sent
                     -> ready       it was refused for now, and is tried again later
                     -> uncertain   nobody knows whether it arrived: it is never sent again blindly
                     -> failed      it was refused for good
    ready -> held                   a ceiling or the fuse keeps it back; a person must look

Whoever wants to send a mail claims it: it is still ready, but nobody else gets it until the lease ends. It is marked
`sending` when the server is ready to take it, before its first byte leaves. So a crash on the way to there costs
nothing, and what a crash leaves behind after it is uncertain and never sent twice.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

OutState = Literal["ready", "sending", "sent", "uncertain", "failed", "held"]
OutKind = Literal["answer", "draft"]
"""An answer leaves by SMTP; a draft is laid into the mailbox's folder of drafts by IMAP."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A mail to a customer, as the bytes that leave. `id` is its Message-ID, derived from the message it answers.

    `message` is the key of that message, `mailbox` the name of the watched mailbox that it came by, `thread` what tells
    the conversation, `recipient` the one address that gets it. `intents` are what it answers, `rests_on` pairs of the
    id and the sha256 of every text in it: all of them must be let out still when it leaves. `references` are earlier
    mails of its conversation; they are not kept, but let one of ours tell which conversation it is.

    `attempts` counts how often it was tried, `due` is when it may be tried next, `lease` until when the one who tries
    it is alone with it. `left_at` is when it was tried last, never before any other; `kept_at` when a copy of it came
    into the folder of sent mails. `fault` says what went wrong last, `reason` is the code of that if it keeps it back.
    """

    id: str
    kind: OutKind
    message: str
    mailbox: str
    thread: str
    recipient: str
    content: bytes
    made_at: datetime
    state: OutState = "ready"
    attempts: int = 0
    due: datetime | None = None
    lease: datetime | None = None
    sent_at: datetime | None = None
    fault: str = ""
    reason: str = ""
    intents: tuple[str, ...] = ()
    rests_on: tuple[tuple[str, str], ...] = ()
    references: tuple[str, ...] = ()
    left_at: datetime | None = None
    kept_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceilings:
    """What automatic answers never exceed, whatever the rules say: one a conversation, ever; so many a sender in 24
    hours; so many an hour from the whole installation, and then the fuse opens. A message that came within `at_once_s`
    seconds after an answer to the same address may be a machine's reply to that."""

    per_sender: int = 3
    per_hour: int = 100
    at_once_s: float = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Fuse:
    """The fuse of the installation: while it is open no automatic answer leaves. `who` opened or closed it last."""

    is_open: bool = False
    at: datetime | None = None
    who: str = ""
    because: str = ""
