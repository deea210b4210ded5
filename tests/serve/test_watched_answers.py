"""What leaves for mails that came by a watched mailbox, and what counts while it is watched."""

import shutil
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from threading import Thread
from time import monotonic, sleep

import pytest

from salver.data.approval import Verdict
from salver.data.errors import MailboxError
from salver.models.bundle import save
from salver.models.shelf import Shelf
from salver.pipeline.run import now_utc
from salver.serve.approvals import judge, judged
from salver.serve.mail.deciding import Decider
from salver.serve.mail.imap import MOST_BYTES
from salver.serve.mail.sent import SentFolder
from salver.serve.settings import Settings
from tests.serve import dovecot
from tests.serve.office import draft
from tests.serve.post import Post
from tests.serve.watched import Watched, mail

pytestmark = pytest.mark.skipif(bool(dovecot.missing()), reason=dovecot.missing() or "it is there")


@pytest.fixture
def server():
    found = dovecot.start()
    found.empty()
    return found


@pytest.fixture
def post():
    with Post() as post:
        yield post


def test_an_answer_is_sent_once_and_its_copy_lies_with_the_sent_mails(server, post, tmp_path):
    sending = server.mailbox(from_start=True, smtp=post.server, send=("meter_reading",))
    watched = Watched(tmp_path, sending)
    server.deliver(mail(1), mail(2), mail(3))
    (seen,) = watched.once()
    assert (seen.taken, seen.decided["answer"], seen.fault) == (3, 1, "")
    (sent,) = post.accepted
    assert sent.recipients == ("kunde1@posthorn.example",)
    ((flags, copy),) = server.mails("Sent")
    assert b"\\Seen" in flags
    assert message_from_bytes(copy)["Message-ID"] == sent.id
    flags = [one[0] for one in server.mails()]
    assert b"\\Answered salver-answered" in flags[0]
    assert b"\\Answered" not in flags[1] + flags[2]
    watched.once()
    assert (len(post.accepted), len(server.mails("Sent"))) == (1, 1)
    watched.close()


REPORT = """From: Mail Delivery System <mailer-daemon@posthorn.example>
To: service@elmtalwerke.example
Message-ID: <report{action}@posthorn.example>
Subject: {subject}
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

{words}
--b
Content-Type: message/delivery-status

Final-Recipient: rfc822; kunde1@posthorn.example
Action: {action}
--b
Content-Type: text/rfc822-headers

Message-ID: {about}
--b--
"""


def report(action: str, subject: str, words: str, about: str) -> bytes:
    text = REPORT.format(action=action, subject=subject, words=words, about=about)
    return text.replace("\n", "\r\n").encode()


def test_an_answer_that_is_sent_back_brings_its_message_to_a_person(server, post, tmp_path):
    watched = Watched(tmp_path, server.mailbox(from_start=True, smtp=post.server, send=("*",)))
    server.deliver(mail(1))
    watched.once()
    (sent,) = post.accepted
    server.deliver(report("delayed", "Delayed mail", "It is still being tried.", sent.id))
    server.deliver(report("failed", "Undelivered", "550 5.1.1 user unknown", "<other@posthorn.example>"))
    watched.once()
    assert [state for _, state, _ in watched.mails_out()] == ["sent"]
    server.deliver(report("failed", "Undelivered Mail", "550 5.1.1 user unknown", sent.id))
    watched.once()
    watched.once()
    ((answer, draft), (waiting,)) = watched.mails_out(), watched.store.queue()
    assert (answer[:2], draft[:2]) == (("answer", "failed"), ("draft", "sent"))
    assert answer[2] == draft[2] == waiting.message
    assert "Its mail server sent it back." in watched.store.decision(waiting.message).line
    assert len(post.accepted) == 1
    watched.close()


def test_a_customer_who_writes_to_five_of_our_addresses_gets_one_answer(server, post, tmp_path):
    for user in dovecot.USERS:
        server.empty(user)
    boxes = [server.mailbox(user, from_start=True, smtp=post.server, send=("*",)) for user in dovecot.USERS]
    watched = Watched(tmp_path, *boxes)
    for user in dovecot.USERS:
        server.deliver(f"Delivered-To: {user}@elmtalwerke.example\r\n".encode() + mail(1), user=user)
    watched.once()
    watched.once()
    assert len(post.accepted) == 1
    assert [kind for kind, _, _ in watched.mails_out()] == ["answer"]
    assert all(b"\\Answered" in server.mails("INBOX", user)[0][0] for user in dovecot.USERS)
    watched.close()


def test_while_it_watches_answers_leave_and_mails_are_marked(server, post, tmp_path):
    server.deliver(mail(3))
    watched = Watched(tmp_path, server.mailbox(smtp=post.server, send=("*",)))
    office = watched.office()
    thread = Thread(target=office.run)
    thread.start()
    _until(lambda: watched.ledger.mark("service", "INBOX") is not None)
    server.deliver(mail(1))
    _until(lambda: len(post.accepted) == 1)
    _until(lambda: any(b"\\Answered" in flags for flags, _ in server.mails()))
    _until(lambda: len(server.mails("Sent")) == 1)
    started = monotonic()
    office.stop()
    thread.join(20)
    assert not thread.is_alive()
    assert monotonic() - started < 5
    assert watched.condition().state == "stopped"
    assert watched.once()[0].fault == "", "the lease was given back"
    watched.close()


def test_a_text_that_is_rejected_while_it_watches_is_sent_no_more(server, post, tmp_path):
    watched = Watched(tmp_path, server.mailbox(from_start=True, smtp=post.server, send=("*",)))
    server.deliver(mail(1))
    watched.once()
    templates = {one.id: one for one in draft().templates}
    found = judged(templates.values(), watched.store)
    said = [judge(one, templates[one.template.id], Verdict.REJECTED, "anna", datetime.now(UTC)) for one in found]
    watched.store.approve(said)
    server.deliver(mail(5))
    assert watched.once()[0].decided == {"route": 1}
    assert len(post.accepted) == 1
    watched.close()


def test_a_bundle_that_is_promoted_while_it_watches_decides_from_then_on(server, tmp_path):
    shelf = Shelf(tmp_path / "bundles")
    for name in ("first", "second"):
        save(replace(draft(), name=name), shelf.folder / name)
    shelf.promote("first", "", datetime.now(UTC))
    mailbox = server.mailbox(from_start=True)
    watched = Watched(tmp_path, mailbox)
    settings = Settings(home=tmp_path, mailboxes=(mailbox,))
    watched.decider = Decider(settings, watched.store, now_utc, watched.told.append)
    assert watched.decider.bundle == "first"
    server.deliver(mail(1))
    watched.once()
    shelf.promote("second", "", datetime.now(UTC))
    server.deliver(mail(2))
    watched.once()
    assert '"second" decides from now on.' in watched.told
    shutil.rmtree(shelf.folder / "first")
    (shelf.folder / "champion").write_text("gone")
    server.deliver(mail(3))
    watched.once()
    assert any(words.startswith('"second" goes on deciding') for words in watched.told)
    assert [one.bundle for one in watched.store.trail()] == ["first", "second", "second"]
    watched.close()


def test_the_folder_of_sent_mails_is_not_asked_again_at_once_when_it_cannot_be_reached(server):
    sent = SentFolder(server.mailbox(imap=server.server(password="falsch")))
    started = monotonic()
    for _ in range(20):
        with pytest.raises(MailboxError, match="The user or the password is not accepted"):
            sent.holds("<1@x.example>")
    assert monotonic() - started < 3
    there = SentFolder(server.mailbox())
    assert not there.holds("<1@posthorn.example>")
    there.keep(mail(1), datetime.now(UTC))
    assert there.holds("<1@posthorn.example>")
    there.close()
    assert there.holds("<1@posthorn.example>")
    there.close()


@pytest.mark.long
@pytest.mark.parametrize("size", [36 << 20, MOST_BYTES + (2 << 20)])
def test_a_very_large_mail_is_kept_as_far_as_it_fits_and_lies_with_a_person(server, tmp_path, size):
    watched = Watched(tmp_path, server.mailbox(from_start=True))
    large = mail(0) + b"a" * 76 + b"\r\n" + (b"b" * 76 + b"\r\n") * (size // 78)
    server.deliver(large, mail(3))
    (seen,) = watched.once()
    assert (seen.taken, seen.decided.total(), seen.fault) == (2, 2, "")
    (whole,) = [one for one in watched.decided() if len(watched.store.message(one).raw.content) > 1 << 20]
    kept = watched.store.message(whole).raw.content
    assert kept == large[:MOST_BYTES]
    assert any("a mail in INBOX has" in words for words in watched.told) == (len(large) > MOST_BYTES)
    assert watched.store.decision(whole).kind == "route"
    assert [body for _, body in server.mails() if len(body) > 1 << 20] == [large], "the whole lies there still"
    watched.close()


def _until(holds, seconds: float = 20.0) -> None:
    end = monotonic() + seconds
    while not holds():
        assert monotonic() < end
        sleep(0.05)
