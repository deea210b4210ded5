import re
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salver.data.answer import Letter
from salver.data.message import Address, Message
from salver.pipeline.envelope import (
    MOST_REFERENCES,
    Envelope,
    message_id,
    no_address,
    recipient_of,
    references_of,
    sealed,
    subject_of,
    thread_of,
)

NOW = datetime(2026, 3, 4, 10, 30, tzinfo=UTC)
SECRET = b"s" * 32
LETTER = Letter(text="Guten Tag,\n\nZähler: 4\n.\nFrom here\n\nGrüße", html="<p>Guten Tag,</p>\n<p>Zähler: 4</p>")


def message(**known) -> Message:
    usual = {"key": "k1", "message_id": "<a@posthorn.example>", "subject": "Zählerstand"}
    return Message(**usual | {"sender": Address(name="Ada", email="ada@posthorn.example")} | known)


def envelope(kind="answer", **known) -> Envelope:
    usual = {
        "id": message_id("k1", "1", SECRET, "service@elmtal.example"),
        "sender": "service@elmtal.example",
        "name": "Elmtalwerke GmbH",
        "recipient": "ada@posthorn.example",
        "lang": "de",
        "at": NOW,
    }
    return Envelope(kind=kind, **usual | known)


def parsed(content: bytes):
    assert b"\r\n" in content
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", content), "a bare line end"
    assert max(map(len, content.split(b"\r\n"))) <= 998
    return message_from_bytes(content, policy=default)


def test_an_answer_carries_every_header_that_tells_machines_to_be_silent():
    mail = parsed(sealed(LETTER, envelope(), message(references=("<r@x.example>",))))
    assert mail["Auto-Submitted"] == "auto-replied"
    assert mail["X-Auto-Response-Suppress"] == "All"
    assert mail["X-Loop"] == "service@elmtal.example"
    assert mail["In-Reply-To"] == "<a@posthorn.example>"
    assert mail["References"].split() == ["<r@x.example>", "<a@posthorn.example>"]
    assert mail["Subject"] == "Auto: Zählerstand"
    assert mail["From"] == "Elmtalwerke GmbH <service@elmtal.example>"
    assert mail["To"] == "ada@posthorn.example"
    assert mail["Content-Language"] == "de"
    assert mail["Date"].datetime == NOW
    assert re.fullmatch(r"<salver\.[0-9a-f]{32}@elmtal\.example>", mail["Message-ID"])
    assert not {"cc", "bcc", "reply-to", "sender"} & {name.lower() for name in mail}


def test_the_text_is_there_twice_and_comes_back_as_it_was():
    mail = parsed(sealed(LETTER, envelope(), message()))
    assert mail.get_content_type() == "multipart/alternative"
    text, html = mail.iter_parts()
    assert text.get_content().replace("\r\n", "\n").strip() == LETTER.text
    assert html.get_content().replace("\r\n", "\n").strip() == LETTER.html


def test_a_draft_is_nobody_s_automatic_mail():
    mail = parsed(sealed(LETTER, envelope("draft"), message(subject="AW: Zähler")))
    assert mail["Subject"] == "Re: Zähler"
    assert mail["In-Reply-To"] == "<a@posthorn.example>"
    assert not {"Auto-Submitted", "X-Loop", "X-Auto-Response-Suppress"} & set(mail)
    assert "To" not in parsed(sealed(LETTER, envelope("draft", recipient=""), message()))


def test_the_same_letter_is_the_same_mail():
    assert sealed(LETTER, envelope(), message()) == sealed(LETTER, envelope(), message())


def test_an_identifier_is_derived_and_nobody_can_guess_it():
    one = message_id("k1", "1", SECRET, "service@elmtal.example")
    assert one == message_id("k1", "1", SECRET, "service@elmtal.example")
    others = [
        message_id("k2", "1", SECRET, "service@elmtal.example"),
        message_id("k1", "2", SECRET, "service@elmtal.example"),
        message_id("k1", "1", b"t" * 32, "service@elmtal.example"),
    ]
    assert len({one, *others}) == 4
    assert message_id("k1", "1", SECRET, "a@müller.example").endswith("@xn--mller-kva.example>")


@pytest.mark.parametrize(
    ("subject", "answer", "draft"),
    [
        ("Zähler", "Auto: Zähler", "Re: Zähler"),
        ("Re: AW: re:Zähler", "Auto: Re: Zähler", "Re: Zähler"),
        ("Auto: Re: Auto: Zähler", "Auto: Re: Zähler", "Re: Zähler"),
        ("Re[2]: [Kunde] Re: x", "Auto: Re: x", "Re: x"),
        ("hi\r\nBcc: x@y.example", "Auto: hi Bcc: x@y.example", "Re: hi Bcc: x@y.example"),
        ("", "Auto:", "Re:"),
        (
            "=?utf-8?q?hi=0D=0ABcc:_x@y.z?=",
            "Auto: =?utf-8?q?hi=0D=0ABcc:_x@y.z?=",
            "Re: =?utf-8?q?hi=0D=0ABcc:_x@y.z?=",
        ),
    ],
)
def test_a_subject_is_answered_once_and_on_one_line(subject, answer, draft):
    assert subject_of(subject, "answer") == answer
    assert subject_of(subject, "draft") == draft
    assert parsed(sealed(LETTER, envelope(), message(subject=subject)))["Subject"] == answer


def test_many_references_are_named_by_the_first_and_the_newest():
    known = tuple(f"<{n}@x.example>" for n in range(100))
    found = references_of(message(references=(*known, "<with blank@x.example>", "nonsense")))
    assert len(found) == MOST_REFERENCES
    assert (found[0], found[-2], found[-1]) == ("<0@x.example>", "<99@x.example>", "<a@posthorn.example>")
    long = f"<{'m' * 200}@x.example>"
    mail = parsed(sealed(LETTER, envelope(), message(references=(long,), message_id=long.replace("m", "n"))))
    assert mail["References"].split() == [long, long.replace("m", "n")]
    assert mail["In-Reply-To"] == long.replace("m", "n")


def test_a_message_without_an_identifier_is_its_own_thread():
    assert thread_of(message(message_id="")) == "k1"
    assert thread_of(message(message_id="what is this")) == "k1"
    assert thread_of(message()) == "<a@posthorn.example>"
    assert thread_of(message(references=("<r@x.example>", "<s@x.example>"))) == "<r@x.example>"
    assert "In-Reply-To" not in parsed(sealed(LETTER, envelope(), message(message_id="what is\r\nX: y")))


@pytest.mark.parametrize(
    ("email", "why"),
    [
        ("", "names no address"),
        ("ada", "has no domain"),
        ("ada@", "has no domain"),
        ("@posthorn.example", "has no domain"),
        ("ada@posthorn.example, eve@posthorn.example", "is not one address"),
        ("ada@posthorn.example\r\nbcc: eve@posthorn.example", "is not one address"),
        ("ada eve@posthorn.example", "is not one address"),
        ("ada@eve@posthorn.example", "is not one address"),
        ("ada@posthorn..example", "cannot be"),
        ("ada@-posthorn.example", "cannot be"),
        ("a" * 65 + "@posthorn.example", "cannot be"),
        ("ada@" + "ü" * 70 + ".example", "cannot be"),
        ("ada>@posthorn.example", "is not one address"),
        ("<ada@posthorn.example>", "is not one address"),
    ],
)
def test_what_is_no_address_gets_no_mail_and_a_reason(email, why):
    assert why in no_address(Address(name="", email=email))


@pytest.mark.parametrize("email", ["ada@posthorn.example", "o'hara+x@a.b.example", "müller@posthorn.example", "a@host"])
def test_an_address_gets_mail(email):
    assert not no_address(Address(name="", email=email))
    assert no_address(None)
    assert recipient_of(Address(name="", email="a@müller.example")) == "a@xn--mller-kva.example"


@given(st.text(max_size=300), st.text(max_size=80), st.lists(st.text(max_size=60), max_size=30), st.text(max_size=60))
def test_no_text_of_a_customer_becomes_a_header(subject, name, references, identifier):
    asked = message(subject=subject, references=tuple(references), message_id=identifier)
    mail = parsed(sealed(LETTER, envelope(name=name), asked))
    allowed = {
        *("date", "from", "to", "subject", "message-id", "in-reply-to", "references", "content-language"),
        *("auto-submitted", "x-auto-response-suppress", "x-loop", "content-type", "mime-version"),
    }
    assert {field.lower() for field in mail} <= allowed
    assert mail["To"] == "ada@posthorn.example"
    assert len(list(mail.iter_parts())) == 2
