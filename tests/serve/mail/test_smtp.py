import shutil
import socket
import ssl
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from salver.data.errors import MailboxError, MailboxRefusedError, SettingsError
from salver.data.mailbox import Server
from salver.serve.mail.smtp import Line, lease_of
from tests.data.mails import outgoing, raw
from tests.serve.dovecot import certificate
from tests.serve.post import DOT, VERBS, Post

MAIL = outgoing(raw(1), content=b"Message-ID: <1@elmtal.example>\r\nSubject: x\r\n\r\n.\r\n..a\r\nb")


def yes() -> bool:
    return True


def send(post, mail=MAIL, sender="", **server):
    with Line(replace(post.server, **server), "elmtal.example") as line:
        return line.send(mail, sender, yes)


def test_a_mail_arrives_byte_for_byte_with_an_empty_envelope_sender():
    with Post() as post:
        assert send(post).fate == "sent"
    (one,) = post.accepted
    assert (one.sender, one.recipients) == ("<>", ("kunde1@posthorn.example",))
    assert one.content == MAIL.content + b"\r\n"
    assert post.said == ["EHLO", "MAIL", "RCPT", "DATA", "QUIT"]


def test_an_envelope_sender_may_be_named_and_a_line_takes_many_mails():
    with Post() as post, Line(post.server, "elmtal.example") as line:
        assert [line.send(MAIL, "bounce@elmtal.example", yes).fate for _ in range(3)] == ["sent"] * 3
    assert [one.sender for one in post.accepted] == ["bounce@elmtal.example"] * 3


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("verb", VERBS)
def test_wherever_the_line_is_cut_it_is_known_whether_the_mail_may_have_arrived(verb, when):
    with Post() as post:
        post.plan.cut = (verb, when)
        try:
            outcome = send(post)
        except MailboxError:
            assert verb == "EHLO"
            return
        expected = {DOT: {"before": "uncertain", "after": "sent"}[when]}.get(verb, "again")
        assert outcome.fate == expected or ((verb, when, outcome.fate) == ("DATA", "after", "uncertain"))
        assert len(post.accepted) == (1 if verb == DOT else 0)
        if outcome.fate != "sent":
            assert not outcome.usable


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA", DOT])
@pytest.mark.parametrize(
    ("reply", "fate"), [("451 4.7.1 Greylisted", "again"), ("550 5.1.1 No\x07such user", "failed")]
)
def test_what_is_refused_is_tried_again_or_never(verb, reply, fate):
    with Post() as post, Line(post.server, "elmtal.example") as line:
        post.plan.replies[verb] = [reply]
        outcome = line.send(MAIL, "", yes)
        if verb == "MAIL" and fate == "failed":
            assert (outcome.fate, outcome.ours, outcome.usable) == ("again", True, False)
            return
        assert (outcome.fate, outcome.ours, outcome.usable) == (fate, False, True)
        assert outcome.words.startswith(reply[:3])
        assert "\x07" not in outcome.words
        assert line.send(MAIL, "", yes).fate == "sent", "the line goes on"
    assert len(post.accepted) == 1


def test_a_line_that_is_cut_while_the_mail_is_on_its_way_has_not_taken_it():
    with Post() as post:
        post.plan.cut = ("DATA", "after")
        outcome = send(post, replace(MAIL, content=b"a line of text\r\n" * 1_000_000))
    assert (outcome.fate, outcome.usable) == ("again", False)
    assert post.accepted == []


def test_who_sends_is_asked_once_more_when_the_server_is_ready():
    def broken() -> bool:
        raise OSError("the store is gone")

    with Post() as post:
        with Line(post.server, "elmtal.example") as line:
            outcome = line.send(MAIL, "", lambda: post.said[-1] != "DATA")
            assert (outcome.fate, outcome.usable) == ("stopped", False)
        with Line(post.server, "elmtal.example") as line, pytest.raises(OSError, match="the store is gone"):
            line.send(MAIL, "", broken)
    assert post.accepted == []


def test_a_server_that_gave_up_while_the_store_was_slow_has_not_taken_the_mail():
    with Post() as post, Line(post.server, "elmtal.example") as line:
        post.plan.cut = ("DATA", "after")

        def slow() -> bool:
            time.sleep(0.3)
            return True

        outcome = line.send(MAIL, "", slow)
        assert (outcome.fate, outcome.usable) == ("again", False)
    assert post.accepted == []


def test_a_server_that_closes_for_now_is_not_asked_again():
    with Post() as post:
        post.plan.replies["MAIL"] = ["421 4.3.2 Closing"]
        outcome = send(post)
        assert (outcome.fate, outcome.usable) == ("again", False)


def test_a_reply_that_comes_too_late_is_no_reply():
    with Post() as post:
        post.plan.delay_s = 0.5
        assert send(post, timeout_s=0.2).fate == "sent", "the final dot may take ten times as long"
        post.plan.delay_s = 2.6
        outcome = send(post, timeout_s=0.2)
    assert outcome.fate == "uncertain"
    assert len(post.accepted) == 2


@pytest.mark.parametrize(
    ("verb", "reply", "fate"),
    [("RCPT", "999 what", "again"), (DOT, "999 what", "uncertain"), (DOT, "abc", "uncertain")],
)
def test_nonsense_is_neither_yes_nor_no(verb, reply, fate):
    with Post() as post:
        post.plan.replies[verb] = [reply]
        assert send(post).fate == fate


def test_an_address_that_is_not_ascii_needs_a_server_that_takes_it():
    mail = replace(MAIL, recipient="müller@posthorn.example")
    with Post() as post:
        assert send(post, mail).fate == "sent"
        assert post.accepted[0].recipients == ("müller@posthorn.example",)
    with Post(utf8=False) as post:
        outcome = send(post, mail)
        assert outcome.fate == "failed"
        assert "SMTPUTF8" in outcome.words
        assert post.said == ["EHLO", "QUIT"]


def test_a_mail_that_is_too_large_is_not_even_begun():
    with Post(size=100) as post:
        outcome = send(post, replace(MAIL, content=b"x" * 200))
        assert outcome.fate == "failed"
        assert "up to 100 bytes" in outcome.words
        assert "MAIL" not in post.said


@pytest.mark.parametrize("password", ["geheim", "schlüssel 🔑"])
def test_a_login_takes_any_password(password):
    with Post(login=("salver", password)) as post:
        assert send(post).fate == "sent"
        with pytest.raises(MailboxRefusedError, match=r"The login is refused \(535.*Correct user and password"):
            send(post, password="wrong")
    assert len(post.accepted) == 1


def test_a_password_may_be_printed_by_a_command():
    with Post(login=("salver", "geheim")) as post:
        assert send(post, password="", password_command="printf geheim").fate == "sent"
        with pytest.raises(SettingsError, match="password_command ended with code 1"):
            send(post, password_command="false")


def test_a_token_signs_in():
    with Post(token="t0k3n") as post:
        assert send(post, user="salver", token_command="echo t0k3n").fate == "sent"
        with pytest.raises(MailboxRefusedError, match="The login is refused"):
            send(post, user="salver", token_command="echo stale")


@pytest.fixture(scope="module")
def certificates(tmp_path_factory) -> Path:
    """A folder with an authority, a certificate for localhost, and one that is past its time."""
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed: apt-get install openssl")
    folder = tmp_path_factory.mktemp("certificates")
    certificate(folder, "good")
    certificate(folder, "old", expired=True)
    return folder


def context_of(folder: Path, name: str) -> ssl.SSLContext:
    found = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    found.load_cert_chain(folder / f"{name}.pem", folder / f"{name}.key")
    return found


@pytest.mark.parametrize("tls", ["tls", "starttls"])
def test_a_certificate_must_be_one_that_is_known(certificates, tls):
    known = {"tls": tls, "host": "localhost", "ca_file": str(certificates / "ca.pem")}
    with Post(context=context_of(certificates, "good"), implicit=tls == "tls") as post:
        assert send(post, **known).fate == "sent"
        for wrong in ({"ca_file": ""}, {"host": "127.0.0.1"}):
            with pytest.raises(MailboxError, match=r"The certificate is not accepted \(.*Renew it, correct the host"):
                send(post, **known | wrong)
    with Post(context=context_of(certificates, "old"), implicit=tls == "tls") as post:
        with pytest.raises(MailboxError, match="certificate has expired"):
            send(post, **known)
        assert post.accepted == []


def test_tls_that_is_not_spoken_there_ends_in_a_sentence(certificates):
    with Post() as post:
        with pytest.raises(MailboxError, match="no STARTTLS"):
            send(post, tls="starttls")
        with pytest.raises(MailboxError, match="No TLS can be spoken"):
            send(post, tls="tls")


def test_what_is_no_server_ends_in_a_sentence():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    here = Server(host="127.0.0.1", port=port, tls="none", timeout_s=0.3)
    with pytest.raises(MailboxError, match="Nothing listens there"):
        Line(here, "elmtal.example")
    with pytest.raises(MailboxError, match="There is no such host"):
        Line(replace(here, host="nowhere.invalid"), "elmtal.example")
    with pytest.raises(MailboxError, match="ca_file cannot be read"):
        Line(replace(here, ca_file="/nowhere/ca.pem"), "elmtal.example")


@pytest.mark.parametrize(
    ("greeting", "says"),
    [
        (b"", "closed the connection"),
        (b"what?\r\n", "no SMTP|closed the connection"),
        (None, "does not answer in time"),
    ],
)
def test_a_server_that_makes_no_sense_ends_in_a_sentence(greeting, says):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        done = threading.Event()

        def answer() -> None:
            line, _ = listening.accept()
            if greeting is None:
                done.wait(10)
            else:
                line.sendall(greeting)
            line.close()

        threading.Thread(target=answer, daemon=True).start()
        server = Server(host="127.0.0.1", port=listening.getsockname()[1], tls="none", timeout_s=0.3)
        with pytest.raises(MailboxError, match=says):
            Line(server, "elmtal.example")
        done.set()


def test_a_lease_outlasts_the_longest_mail_and_ends_some_day():
    server = Server(host="h", port=25, timeout_s=60)
    assert lease_of(server).total_seconds() > 10 * 60 + 4 * 60
    assert lease_of(replace(server, timeout_s=3600)).total_seconds() < 2 * 3600
