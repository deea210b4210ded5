"""`salver watch` at a real IMAP server: what is taken, decided, placed and left alone."""

import json
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest

from salver.data.errors import SettingsError
from salver.data.mailbox import Server
from salver.serve.mail.watching import watch
from tests.serve import dovecot
from tests.serve.cut import Cut
from tests.serve.office import bundle_folder
from tests.serve.watched import Watched, mail

pytestmark = pytest.mark.skipif(bool(dovecot.missing()), reason=dovecot.missing() or "it is there")


@pytest.fixture
def server():
    found = dovecot.start()
    for user in dovecot.USERS:
        found.empty(user)
    return found


@pytest.fixture
def watched(server, tmp_path):
    found = Watched(tmp_path, server.mailbox(from_start=True))
    yield found
    found.close()


def message_ids(server, folder="INBOX", user="service"):
    bodies = [body for _, body in server.mails(folder, user)]
    return sorted(line for body in bodies for line in body.split(b"\r\n") if line.lower().startswith(b"in-reply-to:"))


def test_each_mail_is_taken_once_and_a_draft_lies_there_for_the_agent(server, watched):
    server.deliver(*[mail(n) for n in range(4)])
    (seen,) = watched.once()
    assert (seen.taken, seen.decided.total(), seen.fault) == (4, 4, "")
    assert watched.store.counts().done == 4
    assert set(watched.decided().values()) == {1}
    drafts = server.mails("Drafts")
    assert len(drafts) == len([one for one in watched.mails_out() if one[0] == "draft"]) > 0
    assert all(b"\\Draft" in flags for flags, _ in drafts)
    assert {state for kind, state, _ in watched.mails_out()} == {"sent"}
    assert {kind for kind, _, _ in watched.mails_out()} == {"draft"}, "nothing is sent that nobody switched on"
    (again,) = watched.once()
    assert (again.taken, again.decided.total()) == (0, 0)
    assert server.mails("Drafts") == drafts


def test_looking_leaves_mails_unread_and_marks_them_with_queue_and_urgency(server, watched):
    server.deliver(mail(0), mail(3))
    watched.once()
    flags = [one[0] for one in server.mails()]
    assert all(b"\\Seen" not in one for one in flags)
    assert b"salver-routed salver-queue-power_outage salver-high" in flags[0]
    assert b"salver-queue-complaint" in flags[1]
    condition = watched.condition()
    assert (condition.state, condition.taken, condition.waiting, condition.unplaced) == ("stopped", 2, 0, 0)


def test_mails_are_moved_by_queue_and_stay_where_a_person_puts_them_back(server, watched):
    moving = replace(watched.mailboxes[0], moves=(("power_outage", "Störung"), ("complaint", "Weg")))
    with server.client() as other:
        other.create("St&APY-rung")
    server.deliver(mail(0), mail(3))
    (seen,) = watched.once(moving)
    assert "There is no such folder" in seen.fault
    assert [body for _, body in server.mails("St&APY-rung")] == [mail(0)]
    assert [body for _, body in server.mails()] == [mail(3)], "what cannot be moved stays where it is"
    assert watched.condition().unplaced == 1
    with server.client() as other:
        other.create("Weg")
        other.select("St&APY-rung")
        other.uid("MOVE", "1", "INBOX")
    (seen,) = watched.once(moving)
    assert (seen.taken, seen.fault) == (0, "")
    assert [body for _, body in server.mails()] == [mail(0)], "a person wants it here"
    assert [body for _, body in server.mails("Weg")] == [mail(3)]


def test_what_lay_there_before_the_first_look_is_left_alone_until_it_is_asked_for(server, tmp_path):
    long_ago = time.time() - 400 * 86_400
    server.deliver(*[mail(n) for n in range(3)], at=long_ago)
    watched = Watched(tmp_path, server.mailbox())
    (seen,) = watched.once()
    assert (seen.taken, watched.store.counts().received, watched.condition().left) == (0, 0, 3)
    assert any("3 mails in INBOX came before and will be left alone" in words for words in watched.told)
    server.deliver(mail(3))
    assert watched.once()[0].taken == 1
    (seen,) = watched.once(from_start=True)
    assert (seen.taken, watched.store.counts().done, watched.condition().left) == (3, 4, 0)
    assert set(watched.decided().values()) == {1}
    watched.close()


def test_only_what_came_since_a_day_is_taken_if_one_is_named(server, tmp_path):
    now = datetime.now(UTC)
    for number, days in ((0, 40), (1, 10), (2, 3), (3, 0)):
        server.deliver(mail(number), at=(now - timedelta(days=days)).timestamp())
    day = (now - timedelta(days=5)).date()
    watched = Watched(tmp_path, server.mailbox(since=day))
    assert watched.once()[0].taken == 2
    assert watched.condition().left == 2
    earlier = replace(watched.mailboxes[0], since=day - timedelta(days=10))
    assert watched.once(earlier)[0].taken == 1
    assert watched.condition().left == 1
    watched.close()


def test_a_new_uidvalidity_is_read_again_and_nothing_is_answered_twice(server, tmp_path):
    server.deliver(*[mail(n) for n in range(3)], at=time.time() - 86_400)
    watched = Watched(tmp_path, server.mailbox())
    watched.once()
    server.deliver(mail(3), mail(4))
    watched.once()
    drafts = len(server.mails("Drafts"))
    server.renew()
    server.deliver(mail(5))
    before = watched.ledger.mark("service", "INBOX")
    (seen,) = watched.once()
    after = watched.ledger.mark("service", "INBOX")
    assert after.uidvalidity != before.uidvalidity
    assert (seen.taken, after.changes, watched.condition().left) == (1, 1, 3)
    assert watched.store.counts().done == 3
    assert set(watched.decided().values()) == {1}
    assert len(server.mails("Drafts")) - drafts <= 1
    watched.close()


def test_the_same_mail_by_five_ways_is_one_message_and_one_draft(server, tmp_path):
    users = dovecot.USERS
    watched = Watched(tmp_path, *[server.mailbox(user, from_start=True) for user in users])
    plain = mail(0).replace(b"Message-ID: <0@posthorn.example>\r\n", b"")
    for user in users:
        trace = (
            f"Delivered-To: {user}@elmtalwerke.example\r\nReceived: by {user}.example; 4 Mar 2026 11:00:00 +0100\r\n"
        )
        server.deliver(trace.encode() + mail(1), trace.encode() + plain, user=user)
    seen = watched.once()
    assert sum(one.taken for one in seen) == 2
    assert watched.store.counts().received == 2
    assert sorted(watched.decided().values()) == [1, 1]
    assert sum(len(server.mails("Drafts", user)) for user in users) == 2
    assert all(one.unplaced == 0 for one in watched.ledger.conditions())
    watched.close()


def test_a_message_id_that_is_used_again_does_not_suppress_a_mail(server, watched):
    server.deliver(mail(1))
    watched.once()
    server.deliver(mail(1, "Bei uns ist der Strom weg, die ganze Straße ist dunkel"))
    assert watched.once()[0].taken == 1
    lines = [json.loads(one.line) for one in watched.store.trail()]
    assert ["with the same Message-ID" in line["because"] for line in lines] == [False, True]


def test_one_mailbox_that_fails_does_not_keep_the_others(server, tmp_path):
    wrong = server.mailbox("billing", imap=server.server("billing", password="falsch"))
    missing = server.mailbox("old", folders=("INBOX", "Weg"), from_start=True)
    watched = Watched(tmp_path, wrong, server.mailbox(from_start=True), missing)
    server.deliver(mail(0))
    server.deliver(mail(1), user="old")
    seen = {one.mailbox: one for one in watched.once()}
    assert "The user or the password is not accepted" in seen["billing"].fault
    assert (seen["service"].taken, seen["service"].fault) == (1, "")
    assert (seen["old"].taken, 'The folder "Weg" cannot be opened' in seen["old"].fault) == (1, True)
    assert watched.condition("billing").state == "failing"
    assert watched.condition("billing").failures == 1
    assert "Weg" in watched.condition("old").fault
    watched.close()


def test_a_full_mailbox_is_told_and_its_drafts_wait(server, tmp_path):
    watched = Watched(tmp_path, server.mailbox("full", from_start=True))
    server.deliver(mail(1), mail(2) + b"x" * 4_900, user="full")
    (seen,) = watched.once()
    assert "The mailbox is over its quota. Make room in it" in seen.fault
    assert seen.decided.total() == 2
    assert "ready" in {state for _, state, _ in watched.mails_out()}
    assert watched.condition("full").state == "failing"
    watched.close()


@pytest.mark.parametrize("says", [b"", b"220 mail.example ESMTP\r\n", b"* OK\r\n\xff\xfe{999999999}\r\n", b"* BYE\r\n"])
def test_a_server_that_answers_nonsense_ends_in_a_sentence(tmp_path, says):
    import socket

    listening = socket.create_server(("127.0.0.1", 0))

    def talk() -> None:
        opened, _ = listening.accept()
        opened.sendall(says)
        opened.close()

    Thread(target=talk, daemon=True).start()
    imap = Server(host="127.0.0.1", port=listening.getsockname()[1], tls="none", user="x", password="y", timeout_s=5)
    watched = Watched(tmp_path, dovecot.Mailbox(name="service", address="a@elmtalwerke.example", imap=imap))
    (seen,) = watched.once()
    listening.close()
    assert seen.fault.startswith("mailbox service (127.0.0.1): The server ")
    assert watched.condition().state == "failing"
    watched.close()


def test_two_salvers_never_watch_the_same_mailbox(server, watched):
    first, second = watched.office(), watched.office()
    server.deliver(mail(0))
    assert first._leases.take("mailbox service")
    (seen,) = second.run(once=True)
    assert (seen.taken, seen.fault) == (0, "Another salver watches this mailbox.")
    first._leases.release("mailbox service")
    assert second.run(once=True)[0].taken == 1


def test_a_line_that_is_cut_in_the_middle_loses_and_doubles_nothing(server, watched):
    server.deliver(*[mail(n) for n in range(4)])
    with Cut(server.imap, every=6, where="after") as cut:
        plain = server.server(tls="none", host="127.0.0.1", port=cut.port)
        through = replace(watched.mailboxes[0], imap=plain)
        for _ in range(12):
            watched.once(through)
        assert cut.cuts > 2
    watched.once()
    assert watched.store.counts().done == 4
    assert set(watched.decided().values()) == {1}
    ours = message_ids(server, "Drafts")
    assert len(ours) == len(set(ours)) == len(watched.mails_out())


def test_drafts_that_are_not_laid_when_it_is_stopped_stay_ready_and_are_laid_later(server, watched):
    server.deliver(*[mail(n) for n in range(4)])

    def told(words: str) -> None:
        if "decided" in words:
            office.stop()

    office = watched.office(told=told)
    office.run(once=True)
    drafts = len([one for one in watched.mails_out() if one[0] == "draft"])
    assert drafts > 0
    assert server.mails("Drafts") == []
    assert {state for _, state, _ in watched.mails_out()} == {"ready"}
    watched.once()
    assert len(server.mails("Drafts")) == drafts


def test_it_watches_until_it_is_told_to_stop_and_new_mail_is_taken_at_once(server, tmp_path):
    server.deliver(mail(1))
    settings = tmp_path / "salver.toml"
    settings.write_text(
        f'bundle = "{bundle_folder()}"\nlogs = "words"\n'
        '[[mailboxes]]\nname = "service"\naddress = "service@elmtalwerke.example"\n'
        f'password = "{dovecot.PASSWORD}"\nevery_s = 60\n'
        f'imap = {{ host = "localhost", port = {server.imaps}, user = "service", ca_file = "{server.ca_file}" }}\n'
    )
    command = [sys.executable, "-c", "from salver.serve.cli import main; main()", "watch", "--settings", str(settings)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=tmp_path)
    try:
        until = time.monotonic() + 60
        told = []
        while not any("1 mail in INBOX came before" in line for line in told):
            told.append(process.stderr.readline())
            assert time.monotonic() < until, told
        server.deliver(mail(0, "Mein ganz geheimer Text: kein Strom"))
        started = time.monotonic()
        told.append(process.stderr.readline())
        assert time.monotonic() - started < 5
        assert "service: 1 message decided: 1 for agents." in told[-1]
        process.send_signal(signal.SIGTERM)
        started = time.monotonic()
        rest = process.communicate(timeout=30)[1]
        assert time.monotonic() - started < 5
        assert process.returncode == 0
        assert "Stopping: what was begun is finished." in rest
        assert not any(word in "".join(told) + rest for word in ("geheimer", "kunde0", "Anfrage 0"))
    finally:
        process.kill()


def test_without_a_mailbox_it_says_what_to_do(tmp_path):
    file = tmp_path / "salver.toml"
    file.write_text("")
    known = {"once": True, "from_start": False, "bundle": None, "store": None, "settings": file, "as_json": False}
    with pytest.raises(SettingsError, match=r"There is no mailbox to watch\. Add one under \[\[mailboxes\]\]"):
        watch((), **known)
    box = '[[mailboxes]]\nname = "service"\naddress = "a@b.example"\nimap = "imaps://h"\npassword = "x"\n'
    file.write_text(box)
    with pytest.raises(SettingsError, match=r"There is no mailbox sales\. There are service\."):
        watch(("sales",), **known)


def test_mails_for_which_nothing_can_be_written_go_to_a_person_and_hold_up_nobody(server, tmp_path):
    impossible = "serv\udc80ice@elmtalwerke.example"  # half a letter, that no mail can hold
    watched = Watched(tmp_path, server.mailbox(from_start=True, address=impossible))
    server.deliver(*[mail(n) for n in range(4)])
    (seen,) = watched.once()
    assert (seen.decided, seen.fault) == ({"route": 4}, "")
    assert "failed" in {one.reason for one in watched.store.trail()}
    assert watched.store.counts().done == 4
    watched.close()


def test_a_fault_of_our_own_is_told_without_words_of_a_mail_and_tried_again(server, watched):
    def fails(words: str) -> None:
        if "decided" in words:
            raise KeyError("the customer's own words")
        watched.told.append(words)

    server.deliver(mail(1))
    office = watched.office(told=fails)
    (seen,) = office.run(once=True)
    assert seen.fault.startswith("Something unforeseen happened (KeyError at test_watching.py:")
    assert "own words" not in " ".join(watched.told)
    assert watched.once()[0].fault == ""
    assert (watched.store.counts().done, watched.condition().unplaced) == (1, 0)


def test_a_store_that_is_held_for_a_while_loses_nothing(server, watched):
    server.deliver(*[mail(n) for n in range(3)])
    with watched.store.writing():
        thread = Thread(target=watched.once)
        thread.start()
        time.sleep(1)
        assert thread.is_alive()
    thread.join(30)
    assert watched.store.counts().done == 3
    assert set(watched.decided().values()) == {1}
