"""The log: what a line holds, and what never stands in one."""

import io
import json
import logging
import threading
from pathlib import Path

import pytest

from salver.serve import logs
from tests.serve import dovecot
from tests.serve.post import Post
from tests.serve.watched import Watched, mail

TEXT, SUBJECT, ADDRESS = "Zwergspitzmaus", "Nachtigallenweg", "quittenbaum"
"""What a customer writes, says it is about, and is called; none of it may come into the log."""


def lines_of(out: io.StringIO) -> list[dict]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_an_event_is_one_line_of_json_with_known_keys_only():
    out = io.StringIO()
    with logs.written("json", out), logs.of_mailbox("service"):
        logs.tell("decided", message="5f", decision="route", reason="urgent", seconds=0.01234567, bundle="small")
        logs.tell("uncertain", message="5f", attempt=2)
        logs.note("Zwei\nZeilen")
    first, second, third = lines_of(out)
    assert first.pop("at").endswith("Z")
    assert first == {
        "level": "info",
        "event": "decided",
        "message": "5f",
        "decision": "route",
        "reason": "urgent",
        "seconds": 0.0123,
        "bundle": "small",
        "mailbox": "service",
    }
    assert (second["level"], second["event"], second["attempt"]) == ("warning", "uncertain", 2)
    assert (third["event"], third["words"]) == ("note", "Zwei\nZeilen")


def test_a_person_reads_words_with_the_time_and_no_line_a_message():
    out = io.StringIO()
    with logs.written("words", out), logs.of_mailbox("service"):
        logs.tell("decided", message="5f", decision="route")
        logs.note("service: 1 message decided.")
        logs.note("All is\nwell.")
        logging.getLogger("salver.http").error("GET %s failed", "/x")
    told = [line[20:] for line in out.getvalue().splitlines()]
    assert told == ["service: 1 message decided.", "service: All is well.", "service: GET /x failed"]


def test_where_no_person_looks_on_it_is_json_unless_words_are_asked_for():
    for kind, is_json in (("", True), ("json", True), ("words", False)):
        out = io.StringIO()
        with logs.written(kind, out):
            logs.note("Guten Tag")
        assert out.getvalue().startswith("{") is is_json


def test_addresses_and_the_words_of_unexpected_errors_are_left_out():
    out = io.StringIO()
    with logs.written("json", out):
        logs.note(f"550 5.1.1 <{ADDRESS}@posthorn.example>: no such user, mailto:{ADDRESS}@posthorn.example")
        try:
            int(TEXT)
        except ValueError:
            logging.getLogger("salver.http").exception("GET /x failed")
        logging.getLogger("uvicorn.error").warning("Invalid request of %s@posthorn.example", ADDRESS)
        thread = threading.Thread(target=lambda: int(TEXT), name="service")
        thread.start()
        thread.join()
    first, second, third, fourth = lines_of(out)
    assert first["words"] == "550 5.1.1 <(an address)>: no such user, mailto:(an address)"
    assert second["error"] == f"ValueError in test_logs.py:{line_of('int(TEXT)')}"
    assert (third["of"], third["words"]) == ("uvicorn.error", "Invalid request of (an address)")
    assert fourth["words"].startswith("service ended by ValueError in test_logs.py:")
    assert not any(word in out.getvalue() for word in (TEXT, ADDRESS))


def line_of(wanted: str) -> int:
    lines = Path(__file__).read_text("utf-8").splitlines()
    return next(number for number, line in enumerate(lines, start=1) if line.strip() == wanted)


def test_nothing_is_written_before_and_after(capsys):
    logs.note("too early")
    with logs.written("json", io.StringIO()):
        pass
    logs.note("too late")
    assert capsys.readouterr() == ("", "")


@pytest.mark.skipif(bool(dovecot.missing()), reason=dovecot.missing() or "it is there")
def test_no_word_of_a_customer_comes_into_the_log_whatever_becomes_of_the_mail(tmp_path):
    server = dovecot.start()
    server.empty()
    asked = f"wie kann ich Ihnen meinen Zählerstand melden? Wo trage ich den Stand ein? {TEXT}"
    mails = [
        one.replace(b"Subject: Anfrage", f"Subject: {SUBJECT}".encode()) for one in map(hidden, range(8), [asked] * 8)
    ]
    bounce = (
        f"From: MAILER-DAEMON@posthorn.example\r\nTo: service@elmtalwerke.example\r\nSubject: {SUBJECT}\r\n"
        f"Message-ID: <b@posthorn.example>\r\nContent-Type: text/plain\r\n\r\n{ADDRESS}@posthorn.example: {TEXT}\r\n"
    ).encode()
    out = io.StringIO()
    with Post() as post, logs.written("json", out):
        echo = f"<{ADDRESS}0@posthorn.example> {ADDRESS}0@posthorn.example {SUBJECT} {TEXT}"
        post.plan.replies = {
            "RCPT": [f"550 5.1.1 {echo} is unknown", f"451 4.7.1 {echo} greylisted"],
            ".": [f"554 5.7.1 {echo} is spam", "250 2.0.0 taken", f"421 4.3.2 {echo} is too much"],
        }
        sends = server.mailbox(from_start=True, smtp=post.server, send=("*",))
        watched = Watched(tmp_path, sends, told=Told())
        server.deliver(*mails, bounce)
        office = watched.office(sends)
        office.run(once=True)
        office.run(once=True)
        watched.close()
        assert len(post.accepted) == 1
    found = lines_of(out)
    events = {one["event"] for one in found}
    assert {"taken", "decided", "sent", "failed", "again", "drafted"} <= events, events
    assert sum(one["event"] == "decided" for one in found) >= len(mails) + 1
    assert {one["mailbox"] for one in found if one["event"] != "note"} == {"service"}
    for hidden_word in (TEXT, SUBJECT, ADDRESS, ADDRESS.title(), "Zählerstand"):
        assert hidden_word not in out.getvalue(), hidden_word


class Told(list):
    """What is told goes into the log, as in `salver watch`."""

    def append(self, words: str) -> None:
        super().append(words)
        logs.note(words)


def hidden(number: int, text: str) -> bytes:
    found = mail(number, text)
    return found.replace(b"Kunde", ADDRESS.title().encode()).replace(b"kunde", ADDRESS.encode())
