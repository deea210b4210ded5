"""Reading whatever lies in a folder: all of it is counted, and what is kept of a reply is compared."""

import shutil
import sys
from pathlib import Path

import pytest

from bench.mails import main, read_all, recognised
from bench.trimmed import trimmed

CASES = Path(__file__).parent.parent / "cases"
MAILS = list(CASES.glob("*.eml"))
REPLY = (
    "Der Stand ist 34112.\n\nViele Grüße\nKai Ott\n\nAm 3.2.2026 um 9:12 schrieb Service <s@firma.example>:\n> Bitte?"
)


def test_whatever_lies_below_a_folder_is_read(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "picture").write_bytes(bytes(range(256)))
    (tmp_path / "nothing.eml").touch()
    (tmp_path / ".hidden").touch()
    shutil.copy(CASES / "plain.eml", tmp_path / "plain.txt")
    mail = (CASES / "plain.eml").read_bytes()
    (tmp_path / "two").write_bytes(2 * (b"From kai@ott.example Mon Nov  2 10:00:00 2026\n" + mail + b"\n"))
    found = read_all([tmp_path]).figures()
    assert (found["mails"], found["exceptions"], found["dropped"]) == (5, 0, 0)
    assert found["without_header"] == 2


def test_our_own_cases_are_all_read_within_a_second() -> None:
    found = read_all(MAILS).figures()
    assert found["mails"] == len(MAILS) > 40
    assert (found["exceptions"], found["dropped"]) == (0, 0)
    assert found["slowest_s"] < 1


def test_mistaken_mails_are_named() -> None:
    found = recognised([CASES / "newsletter.eml", CASES / "plain.eml"], [CASES / "plain.eml"])
    assert (found["recognised"], found["wrongly_left"]) == (0.5, 0)
    assert found["missed"] == [str(CASES / "plain.eml")]


@pytest.mark.parametrize(
    ("kept", "exact"), [("Der Stand ist 34112.\nViele Grüße\nKai Ott", 1), ("Der Stand ist 34112.\n> Bitte?", 0)]
)
def test_what_is_kept_is_compared_with_its_closing(tmp_path: Path, kept: str, exact: float) -> None:
    for folder, text in (("emails", REPLY), ("trimmed", kept)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "one.txt").write_text(text, "utf-8")
    found = trimmed(tmp_path)
    assert found["exact"] == exact
    assert len(found["differences"]) == 1 - exact


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="nowhere"):
        read_all([tmp_path / "nowhere"])


def test_the_page_names_no_folder_of_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "page.md"
    monkeypatch.setattr(sys, "argv", ["bench.mails", "--source", str(CASES), "--json", "--write", str(page)])
    main()
    written = page.read_text("utf-8")
    assert "`python -m bench.mails --source tests/cases`" in written
    assert "| exceptions | 0 |" in written
    assert str(CASES.parent) not in written
