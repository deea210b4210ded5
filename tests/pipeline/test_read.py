"""Reading: golden mails beside what they should be read as, hostile mails, and laws that hold for any bytes."""

import json
import time
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from salver.data.company import Company
from salver.data.message import Message, RawMessage
from salver.pipeline.read import PROBLEMS, read, read_one

CASES = sorted((Path(__file__).parent.parent / "cases").glob("*.eml"))
COMPANY = Company(own=("service@lindwerke.example", "@lindwerke.example"))


def mail(content: bytes, company: Company = COMPANY) -> Message:
    """The message of some bytes; what `read` would hide behind `unreadable` is raised here."""
    return read_one(RawMessage(content=content, source="test"), company)


def codes(message: Message) -> list[str]:
    return [problem.code for problem in message.problems]


def shown(message: Message, field: str) -> Any:
    """One field of a message as the golden files write it."""
    value = getattr(message, field)
    match field:
        case "sender" | "forwarded_by":
            return str(value or "")
        case "to" | "cc":
            return [str(one) for one in value]
        case "attachments":
            return [{"name": one.name, "type": one.type, "size": one.size} for one in value]
        case "problems":
            return codes(message)
        case "references" | "media_types" | "enclosed":
            return list(value)
        case "date":
            return value or ""
        case _:
            return value


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_a_golden_mail_is_read_as_its_file_says(case: Path) -> None:
    expected = tomllib.loads(case.with_suffix(".toml").read_text("utf-8"))["read"]
    message = mail(case.read_bytes())
    headers, start = expected.pop("headers", {}), expected.pop("body_starts", "")
    assert {field: shown(message, field) for field in expected} == expected
    assert {name: message.header(name) for name in headers} == headers
    assert message.body.startswith(start)


def test_the_golden_mails_are_there() -> None:
    assert len(CASES) >= 25


@given(st.binary(max_size=2000))
@example(b"")
@example(b"\x00")
@example(b"\xff\xfe\x00")
def test_reading_never_raises(content: bytes) -> None:
    message = mail(content)
    assert set(codes(message)) <= set(PROBLEMS)
    assert message.key == RawMessage(content=content, source="elsewhere").key


@given(st.data())
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
def test_reading_a_damaged_mail_never_raises_and_gives_clean_text(data: st.DataObject) -> None:
    content = bytearray(data.draw(st.sampled_from(CASES)).read_bytes())
    for _ in range(data.draw(st.integers(1, 12))):
        at = data.draw(st.integers(0, len(content)))
        length = data.draw(st.sampled_from((0, 1, 1, 7, 60)))
        content[at : at + length] = data.draw(st.binary(max_size=6) | st.sampled_from(DEBRIS))
    message = mail(bytes(content))
    for text in (message.subject, message.body, *(value for _, value in message.headers)):
        assert not any(unwanted in text for unwanted in UNWANTED)
    assert not any("\n" in value for _, value in message.headers)
    assert "unreadable" not in codes(message)


DEBRIS = (b"\n", b"\r\n\r\n", b"--", b";", b'"', b"=?utf-8?q?", b"?=", b"<", b"boundary=x", b"\x00", b"\xe2\x80\xae")
UNWANTED = ("\x00", "\r", "\u202e", "\u200b", "\x1b", "\x85", "\ud800")


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), lambda inner: st.lists(inner), max_leaves=5))
def test_reading_any_json_never_raises(value: Any) -> None:
    fields = ("text", "subject", "from", "to", "date", "message_id", "channel", "html")
    content = json.dumps(dict.fromkeys(fields, value)).encode()
    message = read_one(RawMessage(content=content, source="test", media="application/json"), COMPANY)
    assert "unreadable" not in codes(message)


def test_one_bad_mail_does_not_stop_the_others() -> None:
    raws = [RawMessage(content=content, source="test") for content in (b"From: a@b.example\n\nA", b"\xff", b"B")]
    assert [message.body for message in read(raws, COMPANY)] == ["A", "ÿ", "B"]


HEAD = b"From: a@b.example\nTo: service@lindwerke.example\nSubject: x\nMIME-Version: 1.0\n"
OURS = b"From: a@lindwerke.example\nSubject: WG: x\n\n"
NESTED = b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (i, i) for i in range(1000))
HTML = HEAD + b"Content-Type: text/html\n\n"
PARTS = HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nhi\n" * 100_000 + b"--b--\n"
FLOWED = HEAD + b"Content-Type: text/plain; format=flowed\n\n" + b"a \n" * 500_000
ATTRIBUTES = b"<a " + b" ".join(b"x%d" % i for i in range(200_000)) + b">"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (HEAD + NESTED + b"\nhi\n", "too_deep"),
        (b"From: " + b", ".join(b"u%d@x.example" % i for i in range(50_000)) + b"\n\nhi", "too_many_addresses"),
        (PARTS, "too_many_parts"),
        (b'From: a@b.example, "' + b'"' * 20_000 + b"\n\nhi", None),
        (b'From: a@b.example, "' + b'\\"' * 30_000 + b"\n\nhi", None),
        (b"From: " + b"(" * 5_000 + b"\nDate: " + b"(" * 5_000 + b"\n\nhi", "bad_date"),
        (b"From: a@b.example\nContent-Type: text/plain" + b';a="' * 15_000 + b"\n\nhi", None),
        (b"X-Long: " + b"a" * 3_000_000 + b"\nFrom: a@b.example\n\nhi", "field_too_long"),
        (b"".join(b"X-%d: y\n" % i for i in range(60_000)) + b"\nhi", "headers_too_large"),
        (HEAD + b"\n" + b"a" * 3_000_000, "text_too_long"),
        (HEAD + b"\n" + b"\n" * 3_200_000, "message_too_large"),
        (FLOWED, None),
        (HTML + b"<div>" * 400_000, "text_too_long"),
        (HTML + b"<b>" * 20_000 + b"<table>x" * 20_000, "text_too_long"),
        (HTML + ATTRIBUTES, None),
        (HTML + b"<blockquote>x" * 100_000, "text_too_long"),
        (OURS + b"> " * 500_000, None),
        (OURS + b"Von: " + b"a@" * 500_000 + b"\nGesendet: x\n", None),
        (OURS + b"Von: a\nGesendet: x\n" * 100_000, None),
    ],
    ids=lambda value: None if isinstance(value, bytes) else value,
)
def test_a_hostile_mail_is_read_within_a_second(content: bytes, problem: str | None) -> None:
    start = time.process_time()
    message = mail(content)
    assert time.process_time() - start < 1
    assert problem is None or problem in codes(message)


def test_what_fits_is_read_when_the_header_is_too_large() -> None:
    content = b"X-Long: " + b"a" * 300_000 + b"\n" + b"X-More: " + b"b" * 300_000 + b"\nSubject: small\n\nText"
    message = mail(content)
    assert (message.subject, message.body) == ("small", "Text")


def test_a_mail_has_the_same_key_by_whatever_way_it_came() -> None:
    way = b"Received: from here\nReturn-Path: <x@y.example>\n"
    assert mail(way + HEAD + b"\nhi\n").key == mail(HEAD.replace(b"\n", b"\r\n") + b"\r\nhi\r\n").key


def test_a_json_message_is_read_field_by_field() -> None:
    raw = RawMessage.of_text(
        "Hallo\r\nWelt\u200b",
        subject="Frage\nBcc: x",
        **{"from": "Kai Ott <Kai@Ott.example>", "to": "service@lindwerke.example", "channel": "chat"},
        date="2026-11-03T08:12:40",
        message_id="chat-7",
    )
    message = read_one(raw, COMPANY)
    assert (message.body, message.subject, message.channel) == ("Hallo\nWelt", "Frage Bcc: x", "chat")
    assert (str(message.sender), message.message_id) == ("Kai Ott <kai@ott.example>", "chat-7")
    assert message.date == datetime(2026, 11, 3, 8, 12, 40, tzinfo=UTC)
    assert message.problems == ()


def test_json_html_is_read_when_there_is_no_text() -> None:
    raw = RawMessage(content=b'{"text": " ", "html": "<p>a<p>b"}', source="test", media="application/json")
    assert read_one(raw, COMPANY).body == "a\n\nb"


@pytest.mark.parametrize("content", [b"no json", b"[1]", b"", b"[" * 100_000, b'{"text": "\xff"}', b"\xff\xfe"])
def test_what_is_not_a_json_object_is_read_as_text(content: bytes) -> None:
    message = read_one(RawMessage(content=content, source="test", media="application/json"), COMPANY)
    assert "bad_json" in codes(message)
