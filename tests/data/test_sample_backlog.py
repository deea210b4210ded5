"""The backlog of the sample company: raw mails as a mailbox holds them, and what is right for each."""

import json
import mailbox
import re
from collections import Counter
from pathlib import Path

import pytest

from salver.data.sample import build as sample
from salver.data.sample.archive_source import INTENTS, read_archive
from salver.data.sample.backlog_source import Record, read_backlog
from salver.data.sample.diversity import words
from salver.data.sample.mails import mail, mbox

HERE = Path(sample.__file__).parent


@pytest.fixture(scope="module")
def gold() -> list[dict]:
    return [json.loads(line) for line in (HERE / "backlog.gold.jsonl").read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def records() -> list[Record]:
    return read_backlog(HERE / "source" / "backlog")[0]


def test_the_backlog_holds_what_a_mailbox_holds(gold: list[dict], records: list[Record]) -> None:
    assert len(gold) == len(records) >= 200
    assert Counter(one["kind"] for one in gold)["machine"] >= 40
    assert {one["intents"][0] for one in gold if one["intents"]} == set(INTENTS)
    assert sum(one["requests"] > 1 for one in gold) >= 20
    assert len({record.charset for record in records}) >= 4


def test_the_mbox_gives_back_every_mail_in_the_order_of_the_gold(gold: list[dict]) -> None:
    raw = (HERE / "backlog.mbox").read_bytes()
    mails = list(mailbox.mbox(HERE / "backlog.mbox"))
    assert [(one["Message-ID"] or "").strip("<>") for one in mails] == [one["message_id"] for one in gold]
    assert re.search(rb"^>From December", raw, re.MULTILINE)


def test_a_body_comes_back_as_it_was_written(records: list[Record]) -> None:
    mails = list(mailbox.mbox(HERE / "backlog.mbox"))
    checked = 0
    for one, record in zip(mails, records, strict=True):
        if record.format not in ("plain", "html") or record.bare or record.header("Content-Type"):
            continue
        text = one.get_payload(decode=True).decode(one.get_content_charset())
        text = re.sub(r"^>(>*From )", r"\1", text.replace("\r\n", "\n"), flags=re.MULTILINE)
        assert text.strip() == record.body.strip(), record.name
        checked += 1
    assert checked >= 150


def test_nothing_is_added_twice_and_only_the_bare_are_left_bare(records: list[Record]) -> None:
    for one, record in zip(mailbox.mbox(HERE / "backlog.mbox"), records, strict=True):
        for name in ("Return-Path", "To", "Message-ID", "MIME-Version", "Content-Type"):
            there = len(one.get_all(name, []))
            assert there == (sum(key.lower() == name.lower() for key, _ in record.headers) if record.bare else 1)
        head = mail(record).partition(b"\n\n")[0]
        assert record.bare or head.isascii(), record.name


def test_a_copy_is_the_same_mail_to_the_byte(gold: list[dict], records: list[Record]) -> None:
    mails = {record.name: mail(record) for record in records}
    copies = [one for one in gold if "copy_of" in one]
    assert copies
    for one in copies:
        assert mails[one["name"]] == mails[one["copy_of"]]
        assert one["message_id"] == next(other["message_id"] for other in gold if other["name"] == one["copy_of"])


def test_a_line_that_begins_like_a_mail_is_quoted(tmp_path: Path) -> None:
    text = (
        "== r1 | kind=human | intents=- | urgency=low | lang=en\nFrom: A <a@b.example>\nSubject: Ü\n\nFrom here\n>From"
    )
    (tmp_path / "z.txt").write_text(text + " there\n", "utf-8")
    records, faults = read_backlog(tmp_path)
    assert faults == []
    assert mbox(records).endswith(b"\n\n>From here\n>>From there\n\n")
    assert b"Subject: =?utf-8?" in mbox(records)


def test_nothing_of_the_backlog_stands_in_the_archive(records: list[Record]) -> None:
    learned = [words(case.text) for case in read_archive(HERE / "source" / "archive").cases]
    for record in records:
        asked = words(re.sub(r"<[^>]*>", " ", record.body))
        assert not any(len(asked & text) >= 0.6 * max(len(asked), len(text), 8) for text in learned), record.name
