"""One life of a salver that takes mails in, decides them, and sends the answers; it may be killed at any boundary.

The pipeline is made before the fork, so that a life begins in a moment.
"""

import os
import signal
import smtplib
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from salver.data.approval import EVERY_TEXT
from salver.data.mailbox import Mailbox, Server
from salver.data.message import RawMessage
from salver.data.outbox import Outbox
from salver.data.outgoing import Ceilings
from salver.data.store import Store
from salver.pipeline.run import Pipeline, now_utc
from salver.serve.mail.handover import HandOver
from salver.serve.mail.outbox import Sending
from salver.serve.mail.outgoing import outgoing
from salver.serve.recording import record_of
from tests.pipeline.small_bundle import small_bundle

SECRET = b"a secret of the crash test"
LEASE = timedelta(seconds=1)
ASKED = "Wie kann ich Ihnen meinen Zählerstand melden? Wo trage ich den Stand ein?"


class Boundaries:
    """Counts commits, renames and whatever goes over the line, before and after each; at one of them the life ends."""

    def __init__(self, last: int | None = None) -> None:
        self.passed = 0
        self._last = last

    def here(self) -> None:
        self.passed += 1
        if self.passed == self._last:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, does: Callable[..., Any]) -> Callable[..., Any]:
        def watched(*arguments: Any, **known: Any) -> Any:
            self.here()
            done = does(*arguments, **known)
            self.here()
            return done

        return watched


class RelayLog:
    """What the relay has taken, as the folder of sent mails of a server that keeps what it sends."""

    def __init__(self, log: Path) -> None:
        self._log = log

    def holds(self, message_id: str) -> bool:
        return message_id in (self._log.read_text("ascii").splitlines() if self._log.exists() else [])

    def keep(self, content: bytes, at: datetime) -> None:
        raise AssertionError(f"the relay keeps its own: {len(content)} bytes, {at}")


@cache
def pipeline() -> Pipeline:
    found = Pipeline(small_bundle(), audit_share=0)
    found.approvals = EVERY_TEXT
    found.suggest(ASKED)  # whatever is made at first use is made before the fork
    return found


def mail(number: int) -> bytes:
    return (
        f"From: Kunde {number} <kunde{number}@posthorn.example>\nTo: service@elmtalwerke.example\n"
        f"Message-ID: <{number}@posthorn.example>\nSubject: Anfrage {number}\n"
        f"Content-Type: text/plain; charset=utf-8\n\n{ASKED}\n"
    ).encode()


def feed(maildir: Path, numbers: range) -> None:
    """Lay mails into the Maildir, each whole or not at all."""
    for number in numbers:
        (maildir / "tmp" / str(number)).write_bytes(mail(number))
        (maildir / "tmp" / str(number)).rename(maildir / "new" / str(number))


def live(folder: Path, port: int, url: str, last: int | None = None, *, to_the_end: bool = False) -> int:
    """Take in, decide, send; how many boundaries were passed. With `to_the_end`, until nothing is to be done."""
    boundaries = Boundaries(last)
    with Store.open(url) as store:
        store.engine.dialect.do_commit = boundaries.around(store.engine.dialect.do_commit)  # type: ignore[method-assign]
        smtplib.SMTP.send = boundaries.around(smtplib.SMTP.send)  # type: ignore[method-assign]
        smtplib.SMTP.getreply = boundaries.around(smtplib.SMTP.getreply)  # type: ignore[method-assign]
        box = Mailbox(
            name="service",
            address="service@elmtalwerke.example",
            imap=Server(host="none", port=993),
            smtp=Server(host="127.0.0.1", port=port, tls="none", timeout_s=5),
            keep_sent=False,
            send=("*",),
        )
        _take_in(store, folder / "mail", boundaries)
        _decide(store, box)
        _send(store, box, folder / "accepted", to_the_end)
    return boundaries.passed


def _take_in(store: Store, maildir: Path, boundaries: Boundaries) -> None:
    """Commit first, move afterwards. What another life has moved meanwhile, it has stored."""
    raws = []
    for one in sorted((maildir / "new").iterdir(), key=lambda one: int(one.name)):
        with suppress(FileNotFoundError):
            raws.append(RawMessage(content=one.read_bytes(), source="mail", position=int(one.name)))
    store.take_in(raws)
    for raw in raws:
        with suppress(FileNotFoundError):
            name = str(raw.position)
            boundaries.around((maildir / "new" / name).rename)(maildir / "cur" / name)


def _decide(store: Store, box: Mailbox) -> None:
    while waiting := store.waiting(100):
        now = now_utc()
        trays = pipeline().assign(pipeline().prepare(waiting), box)
        mails = outgoing(trays, box, pipeline().bundle.company, SECRET, now)
        store.decided([record_of(tray, {}, now) for tray in trays], mails)


def _send(store: Store, box: Mailbox, log: Path, to_the_end: bool) -> None:
    hand_over = HandOver(store, pipeline(), [box], SECRET, now_utc, lambda _: None)
    sending = Sending(
        store,
        box,
        now_utc,
        lambda _: None,
        hand_over=hand_over,
        sent=RelayLog(log),
        ceilings=Ceilings(per_hour=1_000_000_000),
        auto_approve=True,
        lease=LEASE,
    )
    outbox = Outbox.of(store)
    sending.round()
    while to_the_end and (outbox.counts()["answer", "ready"] or outbox.counts()["answer", "sending"]):
        sending.round()
