"""Messages that are taken in, and the mails that answer them, for the tests of the outbox."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from salver.data.answer import sha256_of
from salver.data.approval import Approval, Verdict
from salver.data.message import RawMessage
from salver.data.outgoing import Outgoing
from salver.data.record import DecisionRecord
from salver.data.store import Store

NOW = datetime(2026, 3, 4, 10, 30, tzinfo=UTC)
TEXT = ("t-well", sha256_of("Gern."))
"""The text that all these answers rest on."""


def approve(store: Store, verdict: Verdict = Verdict.APPROVED) -> None:
    """Somebody has said so of the text."""
    store.approve([Approval(template=TEXT[0], sha256=TEXT[1], verdict=verdict, by="anna", at=NOW)])


def raw(n: int) -> RawMessage:
    return RawMessage(content=b"Subject: %d\n\nGuten Tag\n" % n, source="a.mbox", position=n)


def record(of: RawMessage, kind: Any = "answer", **more: Any) -> DecisionRecord:
    known = {"bundle": "first", "at": NOW, "reason": "recurring", "line": "{}"}
    return DecisionRecord(message=of.key, kind=kind, **known | more)


def outgoing(of: RawMessage, **more: Any) -> Outgoing:
    """An answer that nothing stops: of its own conversation, to an address of its own, of an approved text."""
    n = of.position
    known = {
        "id": f"<salver.{n}@elmtal.example>",
        "kind": "answer",
        "message": of.key,
        "mailbox": "service",
        "thread": f"<{n}@posthorn.example>",
        "recipient": f"kunde{n}@posthorn.example",
        "content": b"Message-ID: <salver.%d@elmtal.example>\r\nSubject: Auto: %d\r\n\r\nGern.\r\n" % (n, n),
        "made_at": NOW,
        "rests_on": (TEXT,),
    }
    return Outgoing(**known | more)


def laid_out(store: Store, *numbers: int, **more: Any) -> Sequence[Outgoing]:
    """Messages of these numbers, taken in and answered; their answers lie in the outbox."""
    raws = [raw(n) for n in numbers]
    store.take_in(raws)
    mails = [outgoing(one, **more) for one in raws]
    store.decided([record(one) for one in raws], mails)
    return mails
