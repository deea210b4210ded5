"""The same at another server, pymap, which needs neither Dovecot nor root: no keywords, everything in memory."""

import imaplib
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from salver.data.errors import MailboxError, MailboxRefusedError
from salver.data.mailbox import Mailbox, Server
from salver.serve.mail.imap import Connection
from tests.serve.watched import Watched, mail

PYMAP = Path(sys.executable).with_name("pymap")
pytestmark = pytest.mark.skipif(not PYMAP.exists(), reason="pymap is not installed: pip install pymap")


@pytest.fixture
def server():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = ["--no-service", "admin", "--host", "127.0.0.1", "--port", str(port), "dict", "--demo-user", "service"]
    process = subprocess.Popen([PYMAP, *words, "--demo-password", "geheim"], stderr=subprocess.DEVNULL)
    until = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            break
        except OSError:
            assert time.monotonic() < until
            time.sleep(0.05)
    yield Server(host="127.0.0.1", port=port, tls="none", user="service", password="geheim", timeout_s=10)
    process.kill()
    process.wait()


def deliver(server: Server, *mails: bytes, create: tuple[str, ...] = ()) -> None:
    client = imaplib.IMAP4(server.host, server.port)
    client.login(server.user, server.password)
    for folder in create:
        client.create(folder)
    for one in mails:
        client.append("INBOX", None, imaplib.Time2Internaldate(time.time()), one)
    client.logout()


def test_mails_are_fetched_found_laid_and_moved_there_too(server):
    deliver(server, mail(0), mail(1), create=("Drafts",))
    with Connection.open(server, "mailbox service") as connection:
        folder = connection.select("INBOX")
        assert not folder.keywords
        uids = connection.uids(1)
        assert [one.size for one in connection.listed(uids)] == [len(mail(0)), len(mail(1))]
        assert list(connection.fetch(uids).values()) == [mail(0), mail(1)]
        connection.move(uids[:1], "Drafts")
        assert connection.uids(1) == uids[1:]
        assert connection.find("Drafts", "<0@posthorn.example>")
        connection.append("Drafts", mail(2), (r"\Draft",))
        assert connection.find("Drafts", "<2@posthorn.example>")
        with pytest.raises(MailboxRefusedError):
            connection.select("Weg")
        connection.select("INBOX")
        connection.uids(1)
        threading.Timer(0.3, deliver, [server, mail(3)]).start()
        assert connection.wait(10, lambda: False)
    with pytest.raises(MailboxError, match="The user or the password is not accepted"):
        Connection.open(Server(host=server.host, port=server.port, tls="none", user="service", password="x"), "x")


def test_it_is_watched_and_what_it_cannot_do_holds_nothing_up(server, tmp_path):
    watched = Watched(tmp_path, Mailbox(name="service", address="a@b.example", imap=server, from_start=True))
    deliver(server, *[mail(n) for n in range(4)])
    (seen,) = watched.once()
    assert (seen.taken, seen.decided.total()) == (4, 4)
    assert 'There is no folder "Drafts". Create it, or correct its name; there are: INBOX.' in seen.fault
    assert watched.condition().state == "failing"
    deliver(server, mail(4), create=("Drafts",))
    assert watched.once()[0].taken == 1
    assert set(watched.decided().values()) == {1}
    assert watched.condition().unplaced == 0
    with Connection.open(server, "x") as connection:
        connection.select("Drafts")
        laid = len(connection.uids(1))
    drafts = [state for kind, state, _ in watched.mails_out() if kind == "draft"]
    assert (drafts.count("sent"), drafts.count("ready")) == (laid, 1)
    watched.close()
