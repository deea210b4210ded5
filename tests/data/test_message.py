import time

import pytest

from salver.data.message import RawMessage

MAIL = b"""From: Jana Ott <jana@posthorn.example>
To: service@elmtalwerke.example,
 billing@elmtalwerke.example
Subject: Frage
Message-ID: <1@posthorn.example>

Guten Tag,

From now on I live in Steinau.
"""
TRACES = b"""Return-Path: <jana@posthorn.example>
Delivered-To: billing@elmtalwerke.example
Received: from a.example by b.example; Wed, 4 Mar 2026 11:00:00 +0100
X-Spam-Score: 1
X-Original-To: billing@elmtalwerke.example
Received-SPF: pass
DKIM-Signature: v=1; b=abc
 def
ARC-Seal: i=1
Authentication-Results: b.example; dkim=pass
"""


def key(content: bytes) -> str:
    return RawMessage(content=content, source="x").key


@pytest.mark.parametrize(
    "same",
    [
        TRACES + MAIL,
        MAIL.replace(b"\n", b"\r\n"),
        MAIL + b"\n\n",
        MAIL.rstrip(b"\n"),
        MAIL.replace(b",\n billing", b", billing"),
        MAIL.replace(b"Subject: Frage", b"subject:  Frage "),
        MAIL.replace(b"Subject: Frage", b"Subject: Frage \t"),
        MAIL.replace(b"\nFrom now", b"\n>From now"),
        b"Status: RO\nX-Status: A\nContent-Length: 12\nLines: 3\n" + MAIL,
        MAIL.replace(b"Subject: Frage\n", b"").replace(b"\n\nGuten", b"\nSubject: Frage\n\nGuten"),
    ],
)
def test_the_same_mail_by_another_way_has_the_same_key(same):
    assert key(same) == key(MAIL)


@pytest.mark.parametrize(
    "other",
    [
        MAIL.replace(b"Steinau", b"Wiesenrode"),
        MAIL.replace(b"<1@", b"<2@"),
        MAIL.replace(b"Subject: Frage", b"Subject: Fragen"),
        MAIL.replace(b"Jana", b"Jens"),
        b"Auto-Submitted: auto-replied\n" + MAIL,
        b"X-Auto-Response-Suppress: All\n" + MAIL,
        b"List-Id: <a.example>\n" + MAIL,
        MAIL.replace(b"\nFrom now", b"\n> From now"),
    ],
)
def test_another_mail_has_another_key_whatever_its_message_id(other):
    assert key(other) != key(MAIL)


def test_a_mail_without_a_message_id_has_a_key_all_the_same():
    without = MAIL.replace(b"Message-ID: <1@posthorn.example>\n", b"")
    assert key(without) == key(TRACES + without)
    assert key(without) != key(MAIL)


@pytest.mark.parametrize(
    ("written", "found"),
    [
        (b"Message-ID: <1@x.example>\r\n\r\n", "<1@x.example>"),
        (b"Subject: a\nmessage-id:\n  <1@x.example>\n\nMessage-ID: <2@x.example>", "<1@x.example>"),
        (b"Subject: a\n\nMessage-ID: <2@x.example>", ""),
        (b"Message-ID: " + b"a" * 5000, "a" * 998),
        (b"", ""),
    ],
)
def test_the_message_id_is_that_of_the_header(written, found):
    assert RawMessage(content=written, source="x").message_id == found
    assert RawMessage(content=written, source="x", media="application/json").message_id == ""


@pytest.mark.parametrize("many", [b" ", b"\n", b"\r\n", b">", b"a:\n", b"\n ", b"\nFrom ", b"message-id:"])
def test_a_key_takes_no_long_whatever_the_bytes(many):
    hostile = many * (8_000_000 // len(many))
    for content in (hostile, b"Subject: x\n\n" + hostile, b"Message-ID: " + hostile):
        started = time.process_time()
        raw = RawMessage(content=content, source="x")
        assert len(raw.key) == 32
        assert len(raw.message_id) <= 998
        assert time.process_time() - started < 1
