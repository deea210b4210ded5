"""What answers by itself, answered by us: each stops after one round. The mails go over real SMTP."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from salver.data.approval import EVERY_TEXT
from salver.data.mailbox import Mailbox, Server
from salver.data.message import RawMessage
from salver.data.outbox import Outbox
from salver.data.store import Store
from salver.pipeline.run import Pipeline
from salver.serve.mail.handover import HandOver
from salver.serve.mail.outbox import Sending
from salver.serve.mail.outgoing import outgoing
from salver.serve.recording import record_of
from tests.pipeline.small_bundle import COMPANY, small_bundle
from tests.serve.post import Accepted, Post

ASKED = "Wie kann ich Ihnen meinen Zählerstand melden? Wo trage ich den Stand ein?"
OURS = "service@elmtalwerke.example"
THEIRS = "service@nordwerke.example"
ADA = "ada@posthorn.example"

REPORT = f"""From: MAILER-DAEMON@posthorn.example
To: {OURS}
Subject: Undelivered Mail Returned to Sender
Message-ID: <b{{number}}@posthorn.example>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain; charset=utf-8

{ASKED}
--b
Content-Type: message/delivery-status

Final-Recipient: rfc822; ada@posthorn.example
Action: failed
Status: 5.1.1
--b--
"""


class Installation:
    """A salver with an address, a store, and a server on which its mail arrives."""

    def __init__(self, folder: Path, address: str, inbox: Post, to: Post, *, late: timedelta = timedelta()) -> None:
        company = replace(COMPANY, own=(f"@{address.partition('@')[2]}",))
        self.pipeline = Pipeline(replace(small_bundle(), company=company), audit_share=0)
        self.pipeline.approvals = EVERY_TEXT
        self.store = Store.open(str(folder / f"{address}.db"))
        self.inbox, self.late = inbox, late
        self.box = Mailbox(
            name=address, address=address, imap=Server(host="none", port=993), smtp=to.server, send=("*",)
        )
        hand_over = HandOver(self.store, self.pipeline, [self.box], b"s", self.clock, lambda _: None)
        known = {"hand_over": hand_over, "auto_approve": True}
        self.sending = Sending(self.store, self.box, self.clock, lambda _: None, **known)

    def clock(self) -> datetime:
        """Its answers left so much earlier than it is now."""
        return datetime.now(UTC) - self.late

    def work(self) -> int:
        """Take in what has arrived, decide it, and send; how many mails were taken in."""
        arrived = [delivered(one) for one in self.inbox.accepted]
        self.inbox.accepted.clear()
        raws = [RawMessage(content=one, source="imap") for one in arrived]
        self.store.take_in(raws)
        now = self.clock()
        trays = self.pipeline.assign(self.pipeline.prepare(raws), self.box)
        mails = outgoing(trays, self.box, self.pipeline.bundle.company, b"s", now)
        self.store.decided([record_of(one, {}, now) for one in trays], mails)
        self.sending.round()
        return len(raws)

    @property
    def answers(self) -> int:
        return sum(one.state == "sent" for one in Outbox.of(self.store).listed(kind="answer"))

    @property
    def reasons(self) -> list[str]:
        return [one.reason for one in self.store.trail()]


@pytest.fixture
def world(tmp_path) -> Iterator[Callable[..., tuple[Installation, Post]]]:
    """Us, and the server on which what we send arrives."""
    with ExitStack() as stack:
        inbox, outside = (stack.enter_context(Post()) for _ in range(2))

        def make(**known: timedelta) -> tuple[Installation, Post]:
            us = Installation(tmp_path, OURS, inbox, outside, **known)
            stack.callback(us.store.close)
            return us, outside

        yield make


def delivered(one: Accepted) -> bytes:
    """As it lies in the mailbox: whoever delivers it writes down the return path (RFC 5321, 4.4)."""
    return b"Return-Path: <%s>\r\n" % one.sender.strip("<>").encode() + one.content


def written(
    sender: str, to: str, *, text: str = ASKED, subject: str = "Anfrage", number: int = 0, more: str = ""
) -> bytes:
    return (
        f"From: {sender}\r\nTo: {to}\r\nSubject: {subject}\r\nMessage-ID: <w{number}@posthorn.example>\r\n{more}"
        f"Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
    ).encode()


def post(inbox: Post, content: bytes, sender: str = ADA) -> None:
    """Somebody's mail arrives."""
    inbox.accepted.append(Accepted(sender=sender, recipients=(OURS,), content=content))


def react(us: Installation, outside: Post, machine: Callable[[bytes, int], bytes | None], rounds: int = 6) -> None:
    """Let a machine react to whatever we send, again and again."""
    us.work()
    for number in range(1, rounds + 1):
        reactions = [machine(delivered(one), number) for one in outside.accepted]
        outside.accepted.clear()
        for one in filter(None, reactions):
            post(us.inbox, one)
        us.work()


def retold(content: bytes, *, references: bool) -> bytes:
    """The same mail without a word that a machine sent it, and as if it asked something again."""
    mail = message_from_bytes(content, policy=default)
    kept = [name for name in ("References", "In-Reply-To") if references]
    more = "".join(f"{name}: {' '.join(str(mail[name]).split())}\r\n" for name in kept)
    subject = str(mail["Subject"]).replace("Auto: ", "")
    told = written(str(mail["From"]), str(mail["To"]), subject=subject, more=more)
    return told.replace(b"<w0@posthorn.example>", str(mail["Message-ID"]).encode())


@pytest.mark.parametrize("told", ["whole", "silent", "nameless"])
def test_two_installations_that_answer_each_other_stop_after_one_round(world, tmp_path, told):
    us, outside = world()
    them = Installation(tmp_path, THEIRS, outside, us.inbox)
    post(us.inbox, written(THEIRS, OURS), sender=THEIRS)
    for side in (us, them) * 6:
        side.work()
        other = them.inbox if side is us else us.inbox
        if told != "whole":
            again = [retold(one.content, references=told == "silent") for one in other.accepted]
            other.accepted[:] = [Accepted(sender=ADA, recipients=(), content=one) for one in again]
    assert us.answers == 1
    assert them.answers == (0 if told == "whole" else 1)
    if told == "whole":
        assert them.reasons == ["machine"]
    else:
        assert us.reasons[-1] == {"silent": "thread_answered", "nameless": "came_at_once"}[told]
        assert len(us.store.queue()) == 1
    them.store.close()


def out_of_office(kind: str) -> Callable[[bytes, int], bytes]:
    """A machine that is out of office; its subject and its identifier are others each time."""

    def machine(content: bytes, number: int) -> bytes:
        ours = message_from_bytes(content, policy=default)
        more = {
            "proper": "Auto-Submitted: auto-replied\r\n",
            "silent": f"In-Reply-To: {ours['Message-ID']}\r\n",
            "nameless": "",
        }[kind]
        subject = f"{('Anfrage', 'Zählerstand', 'Zähler', 'Stand')[number % 4]} {number}"
        text = f"{ASKED} ({number})"
        return written(ADA, OURS, text=text, subject=subject, number=number, more=more)

    return machine


@pytest.mark.parametrize("kind", ["proper", "silent", "nameless"])
def test_an_out_of_office_that_changes_its_subject_and_its_id_is_answered_no_second_time(world, kind):
    us, outside = world()
    post(us.inbox, written(ADA, OURS))
    react(us, outside, out_of_office(kind))
    assert us.answers == 1
    said = {"proper": "machine", "silent": "thread_answered", "nameless": "came_at_once"}[kind]
    assert us.reasons[-1] == said


def test_one_that_takes_its_time_and_names_nothing_ends_at_the_ceiling_of_a_day(world):
    us, outside = world(late=timedelta(minutes=10))
    post(us.inbox, written(ADA, OURS))
    react(us, outside, out_of_office("nameless"))
    assert us.answers == 3
    assert us.reasons[-1] == "sender_answered"


@pytest.mark.parametrize("proper", [True, False])
def test_a_bouncer_gets_no_answer(world, proper):
    def machine(content: bytes, number: int) -> bytes:
        if proper:
            return REPORT.format(number=number).replace("\n", "\r\n").encode()
        text = f"This is the mail system at host posthorn.example. {ASKED}"
        return written("postmaster@posthorn.example", OURS, text=text, subject=f"Mail {number}", number=number)

    us, outside = world()
    post(us.inbox, written(ADA, OURS))
    react(us, outside, machine)
    assert us.answers == 1
    assert us.reasons[1:] == ["machine"]


def test_a_list_gets_no_answer_and_what_a_member_writes_to_us_one(world):
    def machine(content: bytes, number: int) -> bytes:
        body = re.split(rb"\r\n\r\n", content, maxsplit=1)[1].decode("utf-8", "replace")
        more = "List-Id: <kunden.posthorn.example>\r\nPrecedence: list\r\n"
        return written(ADA, "kunden@posthorn.example", text=body + ASKED, number=number, more=more)

    us, outside = world()
    post(us.inbox, written(ADA, OURS))
    react(us, outside, machine)
    assert us.answers == 1
    assert us.reasons[1:] == ["machine"]


@pytest.mark.parametrize("silent", [False, True])
def test_a_customer_s_address_that_forwards_to_us_brings_our_own_answer_back_once(world, silent):
    us, outside = world()
    post(us.inbox, written(ADA, OURS))
    react(us, outside, lambda content, _: retold(content, references=False) if silent else content)
    assert us.answers == 1
    assert us.reasons[1:] == ["machine"]
