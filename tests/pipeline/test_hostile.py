"""No mail, however it was made, hangs a reader, floods it, or is lost; the largest of them run with the long tests."""

from dataclasses import astuple

import pytest

from salver.data.message import RawMessage
from salver.pipeline.read import read_one
from tests.pipeline.hostile import BODY, COMPANY, HEADER, KINDS, LINES, MARKUP, MOST_MB, MOST_S, REPLY, STRUCTURE, taken


def within_bounds(kind: str) -> None:
    seconds, megabytes, fault = astuple(taken(kind))
    assert not fault
    assert seconds <= MOST_S
    assert megabytes <= MOST_MB


@pytest.mark.parametrize("kind", HEADER)
def test_a_hostile_header_takes_a_second_at_most(kind: str) -> None:
    within_bounds(kind)


@pytest.mark.parametrize("kind", REPLY)
def test_a_hostile_reply_takes_a_second_at_most(kind: str) -> None:
    within_bounds(kind)


@pytest.mark.long
@pytest.mark.parametrize("kind", [*STRUCTURE, *BODY, *MARKUP, *LINES])
def test_a_mail_of_hostile_parts_takes_a_second_at_most(kind: str) -> None:
    within_bounds(kind)


def test_there_are_more_kinds_than_forty() -> None:
    assert len(KINDS) == sum(map(len, (STRUCTURE, HEADER, BODY, MARKUP, REPLY, LINES))) > 100


def test_a_smuggled_line_break_is_no_line_break() -> None:
    content = b"From: a@b.example\nSubject: =?utf-8?q?hi=0D=0ABcc:_x@y.example?=\n\nHallo"
    message = read_one(RawMessage(content=content, source="test"), COMPANY)
    assert message.subject == "hi Bcc: x@y.example"
    assert [name for name, _ in message.headers] == ["from", "subject"]
