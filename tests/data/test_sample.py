"""The sample company: what it promises, and that it is always built the same from its source."""

import json
import os
import re
import subprocess
import sys
import tomllib
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from salver.data.errors import InputError
from salver.data.sample import build as sample
from salver.data.sample.archive_source import INTENTS, Source, read_archive
from salver.data.sample.backlog_source import read_backlog
from salver.data.sample.build import build
from salver.data.sample.diversity import MOST, alike, alike_shares, words
from salver.data.sample.staff import STRENGTHS, Staff

HERE = Path(sample.__file__).parent
BUILT = ("archive.jsonl", "backlog.mbox", "backlog.gold.jsonl")
CUSTOMERS = """\
@customers
a01 | de | Sie | Frau | Anna Alt | anna@post.example | 4120987 | Gasse 4 | 38901 Elmtal | 05399 4418 | 1EMT0043218876
a02 | en | - | Mr | Tom Okafor | tom@post.example | 3377120 | Wehr 19 | 38904 Steinau | 0151 5550 2231 | 1EMT0051120093
"""
ANSWERS = "@answers meter_reading\n[de.noted]\nden Stand {reading} haben wir.\n[en.noted]\nwe have {reading}.\n"
CASE = "== a01 | 2026-01 | normal\nStand\n--\n{name} meldet {meter_no}\n--\n<<de.noted reading=12 345>>\n"


@pytest.fixture(scope="module")
def archive() -> list[dict]:
    return [json.loads(line) for line in (HERE / "archive.jsonl").read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def source() -> Source:
    return read_archive(HERE / "source" / "archive")


@pytest.fixture(scope="module")
def staff() -> Staff:
    return Staff.of(HERE / "agents.toml")


def written(folder: Path, text: str) -> Source:
    (folder / "z.txt").write_text(text, "utf-8")
    return read_archive(folder)


@pytest.mark.parametrize("seed", ["0", "4711"])
def test_the_build_gives_the_same_bytes_every_time(tmp_path: Path, seed: str) -> None:
    command = [sys.executable, "-m", "salver.data.sample.build", str(tmp_path)]
    done = subprocess.run(command, env=os.environ | {"PYTHONHASHSEED": seed, "TZ": "Asia/Tokyo"}, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    for name in BUILT:
        assert (tmp_path / name).read_bytes() == (HERE / name).read_bytes(), f"{name} is not what the source gives"


def test_the_source_has_no_fault(source: Source) -> None:
    assert source.faults == []
    assert read_backlog(HERE / "source" / "backlog")[1] == []


def test_every_fault_of_the_source_is_told_with_its_line(tmp_path: Path) -> None:
    wrong = CASE.replace("a01", "a99") + CASE.replace("2026-01", "January") + CASE.replace("reading=12 345", "")
    found = written(tmp_path, CUSTOMERS + ANSWERS + "@cases meter_reading\n" + wrong)
    assert [str(fault) for fault in found.faults] == [
        'z.txt:10: There is no customer "a99".',
        'z.txt:16: "January" is no month, no day and no moment.',
        "z.txt:22: {reading} is not given.",
    ]


def test_a_case_is_filled_from_its_customer_and_its_paste(tmp_path: Path) -> None:
    (case,) = written(tmp_path, CUSTOMERS + ANSWERS + "@cases meter_reading\n" + CASE).cases
    assert case.text == "Anna Alt meldet 1EMT0043218876"
    assert case.answer == "den Stand 12 345 haben wir."


@pytest.mark.parametrize(
    ("fact", "theirs"),
    [
        ("customer_no", "4120987"),
        ("meter_no", "1EMT0043218876"),
        ("email", "anna@post.example"),
        ("name", "Anna Alt"),
        ("phone", "05399 4418"),
    ],
)
def test_the_build_stops_when_two_customers_share_a_fact(tmp_path: Path, fact: str, theirs: str) -> None:
    ours = {"customer_no": "3377120", "meter_no": "1EMT0051120093", "email": "tom@post.example", "name": "Tom Okafor"}
    found = written(tmp_path, CUSTOMERS.replace(ours.get(fact, "0151 5550 2231"), theirs))
    assert [str(fault) for fault in found.faults] == [
        f"z.txt:3: a02 has the {fact} of a01: {theirs}. Give one of them another."
    ]


def test_the_build_stops_when_texts_are_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "source" / "archive").mkdir(parents=True)
    (tmp_path / "source" / "backlog").mkdir()
    cases = CASE + CASE.replace("a01", "a02").replace("de.noted", "en.noted").replace("{name} meldet", "Anna meldet")
    text = CUSTOMERS + ANSWERS + "@cases meter_reading\n" + cases.replace("{meter_no}", "den Stand von heute")
    (tmp_path / "source" / "archive" / "z.txt").write_text(text, "utf-8")
    monkeypatch.setattr(sample, "HERE", tmp_path)
    with pytest.raises(InputError) as caught:
        build(tmp_path)
    assert str(caught.value) == (
        "Too many texts are alike: meter_reading 100.0%. Write some of them anew, in other words."
    )
    assert not (tmp_path / "archive.jsonl").exists()


def test_the_archive_is_as_large_as_it_must_be(archive: list[dict]) -> None:
    assert len(archive) >= 800
    assert len({row["customer_no"] for row in archive}) >= 350
    assert len({row["intents"][0] for row in archive}) == len(INTENTS) >= 24
    assert len({row["agent"] for row in archive}) == 8
    assert len({row["date"][:7] for row in archive}) == 12
    assert 0.55 <= sum(row["lang"] == "de" for row in archive) / len(archive) <= 0.65


def test_customers_write_in_their_own_words(source: Source) -> None:
    shares = alike_shares(source.cases)
    assert set(shares) == set(INTENTS)
    assert max(shares.values()) < MOST == 0.03


def test_two_texts_are_alike_when_they_share_sixty_percent_of_the_smaller_ones_words() -> None:
    assert alike(words("eins zwei drei vier fünf"), words("Eins, zwei! DREI sechs sieben acht neun"))
    assert not alike(words("eins zwei drei vier fünf"), words("eins zwei sechs sieben acht neun"))
    assert not alike(words("eins zwei drei"), words("eins zwei drei vier fünf"))


def test_cases_lie_in_the_order_in_which_they_came(archive: list[dict]) -> None:
    moments = [datetime.fromisoformat(row["date"]) for row in archive]
    assert moments == sorted(moments)
    assert [row["id"] for row in archive] == [f"c{number:04}" for number in range(1, len(archive) + 1)]
    assert {row["date"][-6:] for row in archive} == {"+01:00", "+02:00"}


def test_a_month_or_day_of_the_source_is_kept(archive: list[dict], source: Source) -> None:
    assert Counter(row["date"][:7] for row in archive) == Counter(case.day[:7] for case in source.cases)
    days = {row["date"][:10] for row in archive}
    assert all(case.day[:10] in days for case in source.cases if len(case.day) >= 10)


def test_messages_come_by_the_week_and_by_the_day_as_people_write(archive: list[dict]) -> None:
    moments = [datetime.fromisoformat(row["date"]) for row in archive]
    week = Counter(moment.weekday() for moment in moments)
    assert max(week, key=week.__getitem__) == 0
    assert 0 < max(week[5], week[6]) < min(week[day] for day in range(5))
    hours = Counter(moment.hour for moment in moments)
    night, noon = sum(hours[hour] for hour in range(6)), hours[13]
    assert 0 < night < 0.02 * len(moments)
    assert min(hours[10], hours[19]) > noon


def test_one_stormy_night_stands_out(archive: list[dict]) -> None:
    outages = [row["date"] for row in archive if row["intents"][0] == "power_outage"]
    assert sum("2026-02-13T18" <= moment < "2026-02-14T02" for moment in outages) >= 6


def test_answers_go_out_in_the_agents_hours(archive: list[dict], staff: Staff) -> None:
    clerks = {clerk.id: clerk for clerk in staff.clerks}
    for row in archive:
        came, sent = datetime.fromisoformat(row["date"]), datetime.fromisoformat(row["answered_at"])
        assert came < sent, row["id"]
        assert clerks[row["agent"]].works(sent.replace(tzinfo=None), staff.holidays), row["id"]
        assert row["lang"] in clerks[row["agent"]].languages


def test_urgent_messages_are_answered_sooner(archive: list[dict]) -> None:
    waits = defaultdict(list)
    for row in archive:
        wait = datetime.fromisoformat(row["answered_at"]) - datetime.fromisoformat(row["date"])
        waits[row["urgency"]].append(wait)
    medians = [sorted(waits[level])[len(waits[level]) // 2] for level in ("critical", "high", "normal", "low")]
    assert medians == sorted(medians)
    assert max(waits["critical"]) < timedelta(hours=1)


def test_agents_differ_visibly(archive: list[dict], staff: Staff) -> None:
    assert set(STRENGTHS) == {clerk.id for clerk in staff.clerks}
    good, weak = Counter(), Counter()
    for row in archive:
        strength = STRENGTHS[row["agent"]][staff.groups[row["intents"][0]]]
        (good if strength >= 0.9 else weak if strength <= 0.75 else Counter())[row["ending"]] += 1
    assert good["reopened"] / good.total() < 0.1 < 0.2 < weak["reopened"] / weak.total()
    assert good.total() > 0.5 * len(archive)


def test_what_the_source_says_was_reopened_was_reopened(archive: list[dict], source: Source) -> None:
    assert {row["ending"] for row in archive} == {"resolved", "reopened", "thanked"}
    said = {(case.customer.customer_no, case.intents, case.answer[-60:]) for case in source.cases if case.reopened}
    assert said
    for number, intents, end in said:
        assert any(
            row["ending"] == "reopened"
            for row in archive
            if row["customer_no"] == number and tuple(row["intents"]) == intents and end in row["answer"]
        )


def test_a_case_that_comes_back_stays_in_its_thread(archive: list[dict]) -> None:
    threads = defaultdict(list)
    for row in archive:
        threads[row["thread"]].append(row)
    more = [rows for rows in threads.values() if len(rows) > 1]
    assert len(more) >= 10
    for first, *later in more:
        assert first["ending"] == "reopened"
        for row in later:
            assert (row["customer_no"], row["intents"][0]) == (first["customer_no"], first["intents"][0])
            assert first["answered_at"][:16] < row["date"][:16]


def test_an_answer_greets_the_customer_by_name_and_has_no_open_slot(archive: list[dict]) -> None:
    for row in archive:
        text = row.get("text") or row["html"]
        assert ("text" in row) != ("html" in row)
        assert row["customer"]["name"].split()[-1] in row["answer"].splitlines()[0], row["id"]
        assert not re.search(r"\{\w+\}|<<|>>", row["answer"]), row["id"]
        assert not re.search(r"\{\w+\}|<<\w", text.replace("{margin", "")), row["id"]


def test_some_short_messages_came_by_another_channel(archive: list[dict]) -> None:
    channels = Counter(row["channel"] for row in archive)
    assert set(channels) == {"email", "web_form", "chat", "sms", "social"}
    assert 0.1 <= 1 - channels["email"] / len(archive) <= 0.2


def test_every_intent_waits_in_one_queue(staff: Staff) -> None:
    queues = tomllib.loads((HERE / "agents.toml").read_text("utf-8"))["queues"]
    assert sorted(intent for intents in queues.values() for intent in intents) == sorted(INTENTS)
    assert set(staff.groups.values()) == set(queues)


def test_the_patterns_of_the_settings_find_every_customers_numbers(source: Source) -> None:
    patterns = tomllib.loads((HERE / "salver.toml").read_text("utf-8"))["patterns"]
    for row in source.customers.values():
        for kind in ("customer_no", "meter_no"):
            assert re.fullmatch(patterns[kind], getattr(row, kind))
