"""What the commands do with a bound: answers are set aside and checked; too many wrong ones, and nothing is sent."""

import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from salver.models.bundle import save
from salver.serve.batch import batch
from salver.serve.bound import bound
from salver.serve.correct import correct
from salver.serve.explain import explain
from tests.serve.office import approved_store, bundle_folder, draft, lines_of, mail, mailbox, salver


class Office:
    """The commands in a folder with settings, as a person types them there; what they print is given back."""

    def __init__(self, folder: Path, heard: pytest.CaptureFixture[str]) -> None:
        self.folder, self.heard, self.settings = folder, heard, folder / "salver.toml"
        self.set("audit_share = 0.34")

    def set(self, line: str) -> None:
        self.settings.write_text(f'home = "home"\n{line}\n')

    def work_off(self, name: str, first: int, bundle: Path | None = None) -> tuple[list[dict[str, Any]], str]:
        source, out = mailbox(self.folder / f"{name}.mbox", 90, first=first), self.folder / f"{name}.jsonl"
        opened = bundle or bundle_folder()
        (self.folder / "home").mkdir(exist_ok=True)
        approved_store(self.folder / "home" / "store.db", opened)
        batch(source, out, bundle=opened, workers=0, store=None, settings=self.settings, as_json=True)
        return lines_of(out), self.heard.readouterr().err

    def correct(self, table: str, *, as_json: bool = True) -> tuple[str, str]:
        file = self.folder / "c.csv"
        file.write_text(table, "utf-8")
        correct(file, bundle=bundle_folder(), store=None, settings=self.settings, as_json=as_json)
        printed = self.heard.readouterr()
        return printed.out, printed.err

    def bound(self, *, waiting: bool = False, as_json: bool = True) -> str:
        bound(bundle=bundle_folder(), store=None, settings=self.settings, waiting=waiting, as_json=as_json)
        return self.heard.readouterr().out

    def explained(self, text: str) -> str:
        file = self.folder / "one.eml"
        file.write_text(mail(7, text), "utf-8")
        explain(file, bundle=bundle_folder(), store=None, settings=self.settings, as_json=True)
        decided: str = json.loads(self.heard.readouterr().out)["decided"]["reason"]
        return decided


@pytest.fixture
def office(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Office:
    return Office(tmp_path, capsys)


def reasons(lines: list[dict[str, Any]]) -> Counter[str]:
    return Counter(line["reason"] for line in lines)


def test_the_bound_of_a_bundle_is_told_where_nothing_was_decided_yet(tmp_path: Path) -> None:
    known = json.loads(salver("bound", "--bundle", bundle_folder(), "--json", cwd=tmp_path).stdout)
    assert (known["state"], known["held"], known["max_error"], known["threshold"]) == ("held", True, 0.02, 0.5)
    assert (known["checked"], known["unchecked"], known["audit_share"], known["drift"]) == (0, 0, 0.05, [])
    assert datetime.fromisoformat(known["expires"]) > datetime.now(UTC) + timedelta(days=170)
    assert list(tmp_path.iterdir()) == [], "asking makes no store"


def test_answers_are_set_aside_checked_and_when_too_many_are_wrong_no_more_are_sent(office: Office) -> None:
    lines, said = office.work_off("first", 0)
    aside = [line for line in lines if line["reason"] == "audit"]
    assert (len(aside) > 4, reasons(lines)["recurring"] > 0, said) == (True, True, "")
    assert [json.loads(line)["id"] for line in office.bound(waiting=True).splitlines()] == [one["id"] for one in aside]
    assert aside[0]["id"] in office.bound(waiting=True, as_json=False)

    right, *wrong = (line["id"] for line in aside[:4])
    sent = aside[0]["suggestions"][0]["text"].replace("\n", " ")
    kept, said = office.correct(f'message,agent,answer\n{right},anna,"{sent}"\n{wrong[0]},anna,Nein.\n')
    assert (json.loads(kept)["checked"], said) == (2, "")
    assert "Of 2 checked answers 1 was wrong" in office.bound(as_json=False)
    kept, said = office.correct(f"message,agent,right\n{wrong[1]},bela,no\n{wrong[2]},bela,no\n", as_json=False)
    assert said.startswith("The error bound is broken: answers are only suggested. Of 4 checked answers 3 were wrong;")
    assert "2 of them say whether an answer that was set aside was right." in kept

    lines, said = office.work_off("second", 1000)
    assert said.startswith("The error bound is broken: answers are only suggested.")
    assert (reasons(lines)["recurring"], reasons(lines)["audit"]) == (0, 0)
    fallen = next(line for line in lines if line["reason"] == "bound_expired")
    assert "Of 4 checked answers 3 were wrong; at most 2 % were to be." in fallen["because"]
    known = json.loads(office.bound())
    assert (known["state"], known["checked"], known["wrong"], known["unchecked"]) == ("broken", 4, 3, len(aside) - 4)

    lines, said = office.work_off("third", 2000, bundle=bundle_folder("next"))
    assert (reasons(lines)["recurring"] > 0, said) == (True, "")


def test_explain_says_what_a_batch_with_the_same_store_would_decide(office: Office) -> None:
    lines, _ = office.work_off("first", 0)
    wrong = [line["id"] for line in lines if line["reason"] == "audit"][:3]
    asked = "Das Internet ruckelt, die Geschwindigkeit ist schlecht (7)"
    assert office.explained(asked) in ("recurring", "audit")
    office.correct("message,agent,right\n" + "".join(f"{key},anna,no\n" for key in wrong))
    assert office.explained(asked) == "bound_expired"


def test_a_bundle_that_was_trained_too_long_ago_only_suggests(office: Office) -> None:
    old = office.folder / "old"
    save(replace(draft(), name="old", created=datetime.now(UTC) - timedelta(days=200)), old)
    lines, said = office.work_off("first", 0, bundle=old)
    assert said.startswith("The error bound is expired: answers are only suggested. It was shown on")
    assert reasons(lines)["recurring"] == 0 < reasons(lines)["bound_expired"]
    office.set("bound_days = 365")
    lines, said = office.work_off("second", 1000, bundle=old)
    assert (reasons(lines)["recurring"] > 0, said) == (True, "")
