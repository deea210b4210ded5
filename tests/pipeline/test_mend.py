"""What is broken in a mail's bytes is mended, so that sender, subject and text are read all the same."""

import binascii

import pytest

from salver.data.company import Company
from salver.data.message import Message, RawMessage
from salver.pipeline.read import read_one

HEAD = b"From: Kai Ott <kai@ott.example>\nTo: service@lindwerke.example\nSubject: Umzug\nMIME-Version: 1.0\n"
MAIL = HEAD + b"\nIch ziehe um.\n"


def mail(content: bytes) -> Message:
    return read_one(RawMessage(content=content, source="test"), Company(own=("@lindwerke.example",)))


def codes(message: Message) -> list[str]:
    return [problem.code for problem in message.problems]


@pytest.mark.parametrize(
    "content",
    [
        b"\n\n" + MAIL,
        b"\xef\xbb\xbf" + MAIL,
        b"\xef\xbb\xbf\r\n" + MAIL,
        b">From kai@ott.example Mon Nov  2 10:00:00 2026\n" + MAIL,
        b"From kai@ott.example Mon Nov  2 10:00:00 2026\n>From x Mon Nov  2 10:00:00 2026\n" + MAIL,
        MAIL.replace(b"\n", b"\r"),
        MAIL.replace(b"\n", b"\r\n", 3),
        MAIL.decode().encode("utf-16"),
        b"\xfe\xff" + MAIL.decode().encode("utf-16-be"),
        HEAD + b" \n\nIch ziehe um.\n",
    ],
)
def test_what_stands_over_a_mail_and_odd_line_ends_do_no_harm(content: bytes) -> None:
    message = mail(content)
    assert (message.subject, message.body.strip()) == ("Umzug", "Ich ziehe um.")
    assert message.sender is not None
    assert message.sender.email == "kai@ott.example"


@pytest.mark.parametrize(
    "broken",
    [
        b"Received: from here\nby there with SMTP; Mon, 2 Nov 2026\n",
        b"DKIM-Signature: v=1; a=rsa;\nd=ott.example; s=1;\nh=from:to:subject;\nbh=abc=;\nb=def==\n",
        b"an odd line\n",
        b"Subject without colon\n",
    ],
)
def test_a_broken_line_of_the_header_does_not_end_it(broken: bytes) -> None:
    message = mail(
        HEAD + b"Date: Mon, 2 Nov 2026 10:00:00 +0100\n" + broken + b"Message-ID: <1@ott.example>\n\nIch ziehe um.\n"
    )
    assert (message.message_id, message.body.strip()) == ("<1@ott.example>", "Ich ziehe um.")
    assert "broken_header" in codes(message)


def test_a_text_without_an_empty_line_before_it_stays_a_text() -> None:
    message = mail(b"Subject: Umzug\nGuten Tag,\nVon: Hauptstr. 3\nDate: 1. Dezember\n\nDanke")
    assert message.body.startswith("Guten Tag,\nVon: Hauptstr. 3")
    assert "broken_header" not in codes(message)


PARTS = (
    b"--real\nContent-Type: text/plain\n\nIch ziehe um.\n--real\nContent-Type: image/png; name=a.png\n\nx\n--real--\n"
)


@pytest.mark.parametrize("said", [b"; boundary=other", b"", b'; boundary=""', b"; boundary"])
def test_parts_are_told_apart_though_the_boundary_is_another(said: bytes) -> None:
    message = mail(HEAD + b"Content-Type: multipart/mixed" + said + b"\n\n" + PARTS)
    assert message.body.strip() == "Ich ziehe um."
    assert [one.name for one in message.attachments] == ["a.png"]
    assert "damaged_structure" in codes(message)


def test_what_calls_itself_base64_and_is_words_is_read_as_words() -> None:
    message = mail(HEAD + b"Content-Transfer-Encoding: base64\n\nIch ziehe um. Bitte melden Sie sich.\n")
    assert message.body.strip() == "Ich ziehe um. Bitte melden Sie sich."
    assert codes(message) == ["damaged_base64"]


def test_a_file_that_is_written_into_the_text_is_an_attachment() -> None:
    lines = b"".join(binascii.b2a_uu(bytes(45)) for _ in range(3))
    message = mail(HEAD + b"\nIch ziehe um.\n\nbegin 644 ../plan.pdf\n" + lines + b"`\nend\n")
    assert message.body.strip() == "Ich ziehe um."
    assert [(one.name, 100 < one.size < 200) for one in message.attachments] == [("plan.pdf", True)]


def test_a_text_that_is_uuencoded_is_decoded() -> None:
    encoded = b"begin 644 text\n" + binascii.b2a_uu("Ich ziehe um, für immer.".encode()) + b"broken \xff line\n`\nend\n"
    message = mail(HEAD + b"Content-Transfer-Encoding: x-uuencode\n\n" + encoded)
    assert message.body.strip() == "Ich ziehe um, für immer."


def test_html_that_calls_itself_plain_and_enriched_text_are_read_as_what_their_reader_sees() -> None:
    assert mail(HEAD + b"\n<!DOCTYPE html><html><body><p>Ich ziehe um.</body></html>").body == "Ich ziehe um."
    enriched = HEAD + b"Content-Type: text/enriched\n\n<bold>Ich</bold> ziehe <<um>."
    assert mail(enriched).body == "Ich ziehe <um>."


@pytest.mark.parametrize("sender", ["MAILER-DAEMON", "<MAILER-DAEMON>", "MAILER-DAEMON (Mail Delivery System)"])
def test_a_mail_server_without_a_domain_is_a_sender(sender: str) -> None:
    message = mail(f"From: {sender}\nSubject: x\n\nHallo".encode())
    assert message.sender is not None
    assert message.sender.name.startswith("MAILER-DAEMON")


def test_where_no_field_names_the_sender_the_return_path_does() -> None:
    message = mail(b"Return-Path: <kai@ott.example>\nSubject: x\n\nHallo")
    assert message.sender is not None
    assert message.sender.email == "kai@ott.example"


@pytest.mark.parametrize("lines", [900, 20_000, 120_000])
def test_a_large_attachment_keeps_its_size_and_the_text_below_it_is_read(lines: int) -> None:
    picture = binascii.b2a_base64(bytes(57)) * lines + b"AAAA\n"
    head = b"Content-Type: image/png; name=a.png\nContent-Transfer-Encoding: base64\n\n"
    parts = b"--b\n" + head + picture + b"--b\nContent-Type: text/plain\n\nIch ziehe um.\n--b--\n"
    for content in (parts, parts.replace(b"\n", b"\r\n")):
        message = mail(HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n" + content)
        assert [(one.name, one.size) for one in message.attachments] == [("a.png", 57 * lines + 3)]
        assert message.body.strip() == "Ich ziehe um."


def test_a_text_of_a_thousand_encoded_lines_is_decoded_whole() -> None:
    encoded = binascii.b2a_base64(b"Ich ziehe um. ".ljust(57)) * 2000
    assert mail(HEAD + b"Content-Transfer-Encoding: base64\n\n" + encoded).body.count("Ich ziehe um.") == 2000
