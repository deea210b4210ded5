"""What is asked of an IMAP server, asked of a real one."""

import ssl
import threading
import time

import pytest

from salver.data.errors import MailboxError, MailboxRefusedError
from salver.serve.mail.imap import Connection
from tests.serve import dovecot
from tests.serve.watched import mail

pytestmark = pytest.mark.skipif(bool(dovecot.missing()), reason=dovecot.missing() or "it is there")


@pytest.fixture
def server():
    found = dovecot.start()
    found.empty()
    return found


@pytest.fixture
def connection(server):
    with Connection.open(server.server(), "mailbox service") as connection:
        yield connection


def test_looking_at_mails_changes_nothing(server, connection):
    mails = [mail(n) for n in range(3)]
    server.deliver(*mails)
    folder = connection.select("INBOX")
    uids = connection.uids(1)
    assert uids == [1, 2, 3]
    assert (folder.uidnext, folder.keywords) == (4, True)
    listed = connection.listed(uids)
    assert [one.size for one in listed] == [len(one) for one in mails]
    assert all(abs(one.arrived.timestamp() - time.time()) < 60 for one in listed)
    assert connection.fetch(uids) == dict(zip(uids, mails, strict=True))
    assert connection.uids(3) == [3]
    assert connection.uids(4) == []
    assert connection.listed([7]) == []
    assert connection.fetch([3, 7]) == {3: mails[2]}
    assert all(b"FLAGS ()" in flags for flags, _ in server.mails())


def test_a_mail_of_no_bytes_and_one_of_all_bytes_are_fetched_as_they_are(server, connection):
    every = b"Subject: x\r\n\r\n" + bytes(one for one in range(1, 256) if one not in b"\r\n") * 40 + b"\r\n"
    server.deliver(b"\r\n", every)
    connection.select("INBOX")
    assert connection.fetch([1, 2]) == {1: b"\r\n", 2: every}


def test_keywords_are_added_and_nobody_else_s_deleted_mail_is_expunged(server, connection):
    server.deliver(*[mail(n) for n in range(4)])
    with server.client() as other:
        other.select("INBOX")
        other.uid("STORE", "4", "+FLAGS", r"(\Deleted)")
    connection.select("INBOX")
    connection.label([1, 2, 99], ["salver-routed", r"\Answered"])
    connection.move([2], "Drafts")
    flags = [one[0] for one in server.mails()]
    assert len(flags) == 3
    assert b"salver-routed" in flags[0]
    assert b"\\Answered" in flags[0]
    assert b"\\Deleted" in flags[2]
    assert [one[1] for one in server.mails("Drafts")] == [mail(1)]


@pytest.mark.parametrize("capability", ["IMAP4rev1 UIDPLUS LITERAL+", "IMAP4rev1 LITERAL+"])
def test_where_a_server_cannot_move_only_our_own_mail_is_taken_away(capability):
    server = dovecot.start(capability)
    server.empty()
    server.deliver(*[mail(n) for n in range(3)])
    with server.client() as other:
        other.select("INBOX")
        other.uid("STORE", "3", "+FLAGS", r"(\Deleted)")
    with Connection.open(server.server(), "x") as connection:
        assert not connection.offers("MOVE")
        connection.select("INBOX")
        connection.move([1], "Sent")
    left = server.mails()
    assert [body for _, body in server.mails("Sent")] == [mail(0)]
    assert mail(2) in [body for _, body in left]
    if "UIDPLUS" in capability:
        assert len(left) == 2
    else:
        assert [b"\\Deleted" in flags for flags, _ in left] == [True, False, True]


@pytest.mark.parametrize("name", ["Anfragen", "Störung & Ausfall", "日本語", 'Mit "Zeichen" \\ drin', "a/b/c", "  "])
def test_a_folder_may_have_any_name(server, connection, name):
    connection._box.folder.create(name)
    connection.append(name, mail(1), (r"\Seen",))
    assert connection.folder_named(name) == name
    assert connection.select(name).uidnext == 2
    assert connection.find(name, "<1@posthorn.example>")
    assert not connection.find(name, "<2@posthorn.example>")


def test_a_folder_is_found_by_its_use_when_it_has_another_name(server, connection):
    assert connection.folder_named("Entwürfe", "\\Drafts") == "Drafts"
    with pytest.raises(MailboxRefusedError, match="There is no folder"):
        connection.folder_named("Entwürfe")
    with pytest.raises(MailboxRefusedError, match="cannot be opened: there is no such folder"):
        connection.select("Weg")
    assert connection.select("INBOX").uidnext == 1


def test_what_is_laid_there_has_its_flags_and_is_found_by_its_message_id(server, connection):
    connection.append("Drafts", mail(7), (r"\Draft",))
    connection.append("Sent", mail(8), (r"\Seen",))
    assert b"\\Draft" in server.mails("Drafts")[0][0]
    assert b"\\Seen" in server.mails("Sent")[0][0]
    assert server.mails("Sent")[0][1] == mail(8)
    assert (connection.find("Sent", "<8@posthorn.example>"), connection.find("Sent", "<7@posthorn.example>")) == (1, 0)
    assert not connection.find("Sent", "<ä@posthorn.example>")


def test_a_full_mailbox_refuses_and_the_connection_holds(server):
    server.empty("full")
    with Connection.open(server.server("full"), "mailbox full") as connection:
        with pytest.raises(MailboxRefusedError) as error:
            connection.append("Drafts", mail(1) + b"x" * 30_000, (r"\Draft",))
        assert str(error.value) == (
            "mailbox full (localhost): The mailbox is over its quota. Make room in it, or raise the quota."
        )
        connection.append("Drafts", mail(1), (r"\Draft",))


def test_new_mail_is_told_while_waiting(server, connection):
    assert connection.offers("IDLE")
    connection.select("INBOX")
    connection.uids(1)
    threading.Timer(0.5, server.deliver, [mail(1)]).start()
    started = time.monotonic()
    assert connection.wait(10, lambda: False)
    assert 0.3 < time.monotonic() - started < 5
    assert connection.uids(1) == [1]
    assert not connection.wait(0.6, lambda: False)
    started = time.monotonic()
    assert not connection.wait(30, lambda: time.monotonic() - started > 0.2)
    assert time.monotonic() - started < 3


def test_where_idle_is_not_offered_it_waits_all_the_same():
    server = dovecot.start("IMAP4rev1 LITERAL+")
    server.empty()
    with Connection.open(server.server(), "x") as connection:
        assert not connection.offers("IDLE")
        connection.select("INBOX")
        connection.uids(1)
        started = time.monotonic()
        assert not connection.wait(0.7, lambda: False)
        assert 0.6 < time.monotonic() - started < 2


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"password": "falsch"}, "The user or the password is not accepted. Correct the user and the password"),
        ({"password": "fälsch"}, "The user or the password is not accepted. Correct the user and the password"),
        ({"token_command": "echo abc"}, "The user or the password is not accepted. Correct the user and the password"),
        ({"password_command": "false"}, "password_command ended with code 1. Correct password_command, or run it by"),
        ({"password_command": "no-such-program"}, "password_command cannot be run (No such file or directory)."),
        ({"ca_file": ""}, "The certificate is not accepted ("),
        ({"ca_file": "/nowhere.pem"}, "ca_file cannot be read (No such file or directory). Correct its path."),
        ({"host": "127.0.0.1"}, "The certificate is not accepted (IP address mismatch"),
        ({"host": "no.such.host.invalid"}, "There is no such host. Correct its name."),
        ({"port": 1}, "Nothing listens there. Start the server, or correct host and port."),
    ],
)
def test_who_cannot_sign_in_is_told_why(server, more, says):
    with pytest.raises(MailboxError) as error:
        Connection.open(server.server(**more), "mailbox service")
    assert str(error.value).startswith(f"mailbox service ({more.get('host', 'localhost')}): {says}")
    assert "geheim" not in str(error.value)


def test_the_other_ways_to_connect(server):
    for more in ({"tls": "starttls", "port": server.imap}, {"tls": "none", "port": server.imap}):
        with Connection.open(server.server(**more), "x") as connection:
            assert connection.select("INBOX").uidvalidity
    with pytest.raises(MailboxError, match="No TLS can be spoken with the server"):
        Connection.open(server.server(port=server.imap), "x")
    for secret in ("password_command", "token_command"):  # this server takes a token that is the password
        with Connection.open(server.server(**{"password": "", secret: "echo geheim"}), "x") as connection:
            assert connection.offers("MOVE")


def test_an_expired_certificate_is_not_accepted(server, tmp_path):
    import socket

    dovecot.certificate(tmp_path, "old", expired=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "old.pem", tmp_path / "old.key")
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        opened, _ = listening.accept()
        with pytest.raises(OSError, match=r"."):
            context.wrap_socket(opened, server_side=True)

    threading.Thread(target=serve, daemon=True).start()
    more = {"port": listening.getsockname()[1], "ca_file": str(tmp_path / "ca.pem")}
    with pytest.raises(MailboxError, match=r"The certificate is not accepted \(certificate has expired\)\. Renew the"):
        Connection.open(server.server(**more), "x")
    listening.close()
