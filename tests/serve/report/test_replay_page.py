"""The page of a replay is one file that says in sentences and pictures what would have been."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest

from salver.data.company import Company
from salver.data.lines import case_line
from salver.serve.report.replay_page import about_bounds, facts, headline, lasting, page
from salver.training.calibrate import Bound
from salver.training.played import Example, Played, Replay, Step, outcomes
from tests.serve.office import salver
from tests.training.test_replay import archive

START = datetime(2026, 3, 1, 8, tzinfo=UTC)
NONE = Bound(at=None, answered=0, wrong=0, seen=40, because="Nothing is answered: 100 are missing.", missing=100)
FROM_HALF = Bound(at=0.5, answered=60, wrong=1, seen=80, because="")
NAMES = {"mara": "Mara <Lind>", "felix": "Felix Horn"}
US = Company(name="Beispielwerk & Söhne")


def played(number: int, *, sure: float = 0.9, right: bool = True, stopped: str = "", wait: float = 3600) -> Played:
    return Played(
        case=f"c{number}",
        at=START + timedelta(days=number),
        lang="de",
        intent="bank_details",
        stretch=0 if number < 30 else 1,
        confidence=sure,
        passes=not stopped,
        right=right,
        texts=("t1",),
        stopped=stopped,
        agent=("mara", "felix")[number % 2],
        routed="mara" if stopped or sure < 0.5 else "",
        by_lot=0.5,
        waited=wait * (1 + number),
    )


def lived(second: Bound = FROM_HALF) -> Replay:
    """Sixty messages in two stretches: from 1 % on nothing is shown, at 10 % from the second stretch on."""
    some = [played(i, right=i % 10 != 5) for i in range(40)]
    some += [played(i, sure=0.2) for i in range(40, 50)] + [played(i, stopped="urgent") for i in range(50, 60)]
    middle, end = START + timedelta(days=30), START + timedelta(days=60)
    example = Example(
        case="c35",
        at=START,
        intent="bank_details",
        found="meter_reading",
        confidence=0.9,
        asked="<script>alert(1)</script> {name}",
        sent="Ihr Zähler",
        was="Ihre Bank",
    )
    return Replay(
        max_errors=(0.01, 0.1),
        owners=0.01,
        cases=100,
        undated=3,
        learned_first=30,
        steps=(
            Step(begins=START, ends=middle, learned_from=30, messages=30, bounds=(NONE, NONE)),
            Step(begins=middle, ends=end, learned_from=60, messages=30, bounds=(NONE, second)),
        ),
        played=tuple(some),
        last=(NONE, second),
        worst=(example,),
        seconds=12.0,
    )


def drawn(found: Replay, audited: float = 0.05) -> str:
    return page(found, US, START, minutes=6, audited=audited, names=NAMES, notes=("3 cases without a date.",))


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.remote: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.remote += [value for name, value in attrs if name in ("src", "href") and value and value[0] not in "#d"]
        if tag not in ("meta", "link", "br", "path", "use"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            while self.open.pop() != tag:
                pass


def test_only_what_its_threshold_let_pass_then_is_answered() -> None:
    strict, lax = outcomes(lived(), 6, 0.05)
    assert (strict.answered, strict.missing) == (0, 100)
    assert (lax.answered, lax.wrong) == (10, 1)
    assert lax.minutes == pytest.approx(0.95 * 6 * 9)
    assert lived().shown == 1, "where something is answered"


def test_the_page_is_one_whole_file_with_nothing_remote_and_nothing_unescaped() -> None:
    text = drawn(lived())
    tags = _Tags()
    tags.feed(text)
    assert not tags.open
    assert not tags.remote
    assert "<script" not in text
    assert "Mara <Lind>" not in text
    assert "Beispielwerk &amp; Söhne" in text


def test_the_page_says_what_would_have_been() -> None:
    text = " ".join(re.sub(r"<[^>]+>", " ", drawn(lived())).split())
    assert "Of 60 messages salver would have answered 10 by itself, 16.7 %, when at most 10 % may be wrong" in text
    assert "Your bound of 1 % could not be shown. 100 more checked answers would" in text
    assert "It would have begun to answer on 31 March 2026, having learned from 60 cases." in text
    assert "3 cases without a date." in text
    assert "urgent 10 16.7 %" in text
    assert "taken for meter reading" in text
    assert "5 % that a person checks" in text
    assert "that a person checks" not in drawn(lived(), audited=0)


def test_a_page_of_a_replay_that_answers_nothing_is_drawn_too() -> None:
    text = drawn(replace(lived(NONE), worst=()))
    assert "answered none of 60 messages by itself" in text
    assert "answered nothing by itself" in text


def test_a_bound_that_was_broken_is_said() -> None:
    wrong = replace(lived(), played=tuple(replace(one, right=False) for one in lived().played))
    lines = outcomes(wrong, 6, 0)
    assert "At 10 % more was wrong than allowed" in about_bounds(lines, 0.01)
    assert "10 of these would have been wrong" in headline(lines[1])


def test_the_facts_are_plain_json() -> None:
    known = json.loads(json.dumps(facts(lived(), 6, 0.05)))
    assert known["messages"] == 60
    assert [one["answered"] for one in known["bounds"]] == [0, 10]
    assert known["stopped"] == {"urgent": 10}


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(20, "a minute or less"), (1800, "30 minutes"), (7200, "2 hours"), (86_400, "24 hours"), (259_200, "3.0 days")],
)
def test_a_span_of_time_is_said_as_one_says_it(seconds: float, words: str) -> None:
    assert lasting(seconds) == words


@pytest.mark.long
def test_the_command_writes_the_page_and_says_what_it_comes_to(tmp_path: Path) -> None:
    rows = (json.dumps(case_line(case), ensure_ascii=False) for case in archive())
    (tmp_path / "archive.jsonl").write_text("\n".join(rows) + "\n", "utf-8")
    done = salver("replay", "archive.jsonl", "--max-error", "0.4", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Nothing was sent. The page is replay.html." in done.stdout
    assert "(yours)" in (tmp_path / "replay.html").read_text("utf-8")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["archive.jsonl", "replay.html"]


def test_an_archive_without_answers_is_said(tmp_path: Path) -> None:
    (tmp_path / "archive.jsonl").write_text('{"text": "Wo ist mein Zähler?", "date": "2026-01-01"}\n', "utf-8")
    done = salver("replay", "archive.jsonl", cwd=tmp_path)
    assert done.returncode == 2
    assert "No column looks like the answer" in done.stderr
