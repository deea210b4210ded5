"""Mailboxes and helpdesks' exports become an archive and a backlog, as often as one likes."""

import json
import mailbox
import tomllib
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from salver.data.errors import InputError
from salver.data.files import open_source
from salver.serve.imports import import_all
from salver.training.gather import cases_of_table
from tests.serve import dovecot

EXPORTS = sorted(one for one in (Path(__file__).parents[1] / "cases" / "exports").iterdir() if one.is_dir())
NOTES = (
    "schwierig",
    "eingegangen",
    "landlord",
    "Call her",
    "SEPA-Liste",
    "Mandat",
    "zufrieden",
    "Schulden",
    "ausbauen",
)


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(
    capsys: pytest.CaptureFixture[str],
    *sources: Path,
    out: str = "archive.jsonl",
    backlog: str = "",
    intent_from: str = "",
) -> dict[str, Any]:
    import_all(
        [str(one) for one in sources],
        out=Path(out) if out else None,
        backlog=Path(backlog) if backlog else None,
        intent_from=intent_from,
        own=["@werk.example"],
        settings=None,
        as_json=True,
    )
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    return told


def rows(file: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path(file).read_text("utf-8").splitlines()]


def flat(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "customer": row["customer"]["email"]} if isinstance(row.get("customer"), dict) else row


@pytest.mark.parametrize("export", EXPORTS, ids=lambda one: one.name)
def test_an_export_gives_its_cases_and_what_waits(export: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wanted = tomllib.loads((export / "expected.toml").read_text("utf-8"))
    told = run(capsys, export, backlog="waiting.jsonl", intent_from=wanted["intent_from"])
    for file, expected in (("archive.jsonl", wanted["cases"]), ("waiting.jsonl", wanted.get("waiting", []))):
        found = [flat(row) for row in rows(file)]
        assert [one["id"] for one in found] == [one["id"] for one in expected]
        for row, one in zip(found, expected, strict=True):
            assert {name: row[name] for name in one} == one
    said = [one["what"] for one in told["faults"]]
    faults = wanted.get("faults", [])
    assert len(said) >= len(faults)
    assert all(any(words in one for one in said) for words in faults)
    assert all(one["line"] for one in told["faults"])
    both = Path("archive.jsonl").read_text("utf-8") + Path("waiting.jsonl").read_text("utf-8")
    assert not [word for word in NOTES if word in both], "a note or the system's words"


@pytest.mark.parametrize("export", EXPORTS, ids=lambda one: one.name)
def test_a_second_import_adds_nothing(export: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = run(capsys, export, backlog="waiting.jsonl")
    before = Path("archive.jsonl").read_bytes(), Path("waiting.jsonl").read_bytes()
    second = run(capsys, export, backlog="waiting.jsonl")
    assert second["cases"] == {"added": 0, "known": first["cases"]["added"], "changed": 0}
    assert second["waiting"] == {"added": 0, "known": first["waiting"]["added"], "changed": 0}
    assert (Path("archive.jsonl").read_bytes(), Path("waiting.jsonl").read_bytes()) == before


def test_what_was_imported_is_what_training_and_batch_take(capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, *EXPORTS, backlog="waiting.jsonl", intent_from="tags")
    faults: list[object] = []
    cases = list(cases_of_table(Path("archive.jsonl"), faults.append))
    assert not faults
    assert len(cases) == len(rows("archive.jsonl")) == 8
    assert {case.customer.email for case in cases} >= {"ruth@odell.example", "jonas@reuter.example"}
    assert cases[0].received_at
    waiting = list(open_source("waiting.jsonl", faults.append))
    assert len(waiting) == len(rows("waiting.jsonl"))
    assert not faults


def mbox(path: str, *mails: tuple[str, str, str, str]) -> Path:
    """Sender, subject, day, text."""
    box = mailbox.mbox(path)
    for at, (sender, subject, day, text) in enumerate(mails):
        mail = EmailMessage()
        to = "hilfe@werk.example" if "werk" not in sender else "ruth@odell.example"
        mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = sender, to, subject, f"<{at}.{path}@x.example>"
        if day:
            mail["Date"] = f"{day} Feb 2026 08:00:00 +0000"
        mail.set_content(text)
        box.add(mail)
    box.close()
    return Path(path)


def test_a_mailbox_gives_its_cases_and_leaves_what_waits_as_mails(capsys: pytest.CaptureFixture[str]) -> None:
    source = mbox(
        "in.mbox",
        ("Ruth <ruth@odell.example>", "Bill", "1", "Why is my bill so high?"),
        ("Mara Lind <mara@werk.example>", "Re: Bill", "2", "We have corrected it."),
        ("Ruth <ruth@odell.example>", "Meter", "3", "From now on my meter stands still.\n\nFrom here it is dark."),
        ("Sam <sam@ode.example>", "No day", "", "When was this?"),
    )
    told = run(capsys, source, backlog="waiting.mbox")
    assert [(row["text"], row["answer"]) for row in rows("archive.jsonl")] == [
        ("Why is my bill so high?", "We have corrected it.")
    ]
    assert told["waiting"]["added"] == 2
    kept = [raw.content for raw in open_source("waiting.mbox", lambda _: None)]
    there = [raw.content for raw in open_source(source, lambda _: None)]
    assert [one.rstrip() for one in kept] == [one.rstrip() for one in there[2:]], "byte for byte"
    again = run(capsys, source, backlog="waiting.mbox")
    assert (again["cases"]["known"], again["waiting"]["known"], again["waiting"]["added"]) == (1, 2, 0)


def test_a_later_export_adds_only_what_is_new(capsys: pytest.CaptureFixture[str]) -> None:
    ticket = {"id": 1, "number": "1", "title": "Bill", "state": "open", "customer": "ruth@odell.example"}
    asks = {
        "id": 10,
        "sender": "Customer",
        "type": "email",
        "internal": False,
        "body": "Why?",
        "created_at": "2026-01-01",
    }
    says = {"id": 11, "sender": "Agent", "type": "email", "internal": False, "body": "So.", "created_at": "2026-01-02"}
    more = {
        "id": 12,
        "sender": "Customer",
        "type": "email",
        "internal": False,
        "body": "But why?",
        "created_at": "2026-01-03",
    }
    export = Path("zammad.json")
    export.write_text(json.dumps([{**ticket, "articles": [asks]}]))
    assert run(capsys, export, backlog="w.jsonl")["waiting"]["added"] == 1
    export.write_text(json.dumps([{**ticket, "articles": [asks, says]}]))
    assert run(capsys, export, backlog="w.jsonl")["cases"] == {"added": 1, "known": 0, "changed": 0}
    export.write_text(json.dumps([{**ticket, "articles": [asks, says, more]}]))
    told = run(capsys, export, backlog="w.jsonl")
    assert told["cases"] == {"added": 0, "known": 1, "changed": 1}, "it was reopened since"
    assert [row["id"] for row in rows("w.jsonl")] == ["zammad-1-10", "zammad-1-12"]


def test_a_line_that_was_cut_off_is_written_again(capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, EXPORTS[0])
    whole = Path("archive.jsonl").read_bytes()
    Path("archive.jsonl").write_bytes(whole[:-20])
    told = run(capsys, EXPORTS[0])
    assert told["cases"]["added"] == 1
    assert Path("archive.jsonl").read_bytes() == whole


@pytest.mark.parametrize(
    ("sources", "kept", "words"),
    [
        ({"a.json": '[{"id": 1, "number": "1", "title": "x", "state": "open"}]'}, {}, "hold nothing"),
        ({"a.json": "[]"}, {}, "no export that is known"),
        ({"a.json": '{"id": 1, "number": "1", "title": "x", "articles": []}'}, {"intent_from": "tags"}, "hold nothing"),
        ({"a.mbox": "From a@b.example Thu Jan  1 00:00:00 2026\nFrom: a@b.example\nSubject: Hi\n\nHi\n"},
         {"backlog": "w.jsonl"}, "Mails that wait are kept as mails"),
        ({"archive.jsonl": '{"id": "1", "text": "a", "answer": "b"}\n'}, {}, "read and written at once"),
        ({}, {}, "no such file"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_said(
    sources: dict[str, str], kept: dict[str, str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, text in sources.items():
        Path(name).write_text(text)
    with pytest.raises(InputError, match=words):
        run(capsys, *map(Path, sources or ["nowhere.mbox"]), **kept)  # type: ignore[arg-type]
    if "archive.jsonl" not in sources:
        assert not Path("archive.jsonl").exists() or not Path("archive.jsonl").read_bytes()


def test_a_field_that_no_ticket_has_is_said_with_those_that_they_have(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(InputError, match=r"They have .*tags"):
        run(capsys, EXPORTS[0], intent_from="colour")


def test_a_file_of_something_else_is_not_touched(capsys: pytest.CaptureFixture[str]) -> None:
    Path("archive.jsonl").write_text("dear diary\n")
    with pytest.raises(InputError, match="none of an import"):
        run(capsys, EXPORTS[0])
    assert Path("archive.jsonl").read_text() == "dear diary\n"


@pytest.mark.skipif(bool(dovecot.missing()), reason=dovecot.missing() or "it is there")
def test_folders_of_a_mail_server_are_taken_in_and_left_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    server = dovecot.start()
    server.empty()
    source = mbox(
        "both.mbox",
        ("Ruth <ruth@odell.example>", "Bill", "1", "Why is my bill so high?"),
        ("Mara Lind <mara@werk.example>", "Re: Bill", "2", "We have corrected it."),
        ("Ruth <ruth@odell.example>", "Meter", "3", "My meter stands still."),
    )
    server.deliver(*[raw.content for raw in open_source(source, lambda _: None)])
    known = server.server()
    Path("salver.toml").write_text(
        '[[mailboxes]]\nname = "service"\naddress = "hilfe@werk.example"\npassword = "geheim"\n'
        f'imap = {{host = "{known.host}", port = {known.port}, tls = "{known.tls}", user = "{known.user}", '
        f'ca_file = "{known.ca_file}"}}\n'
    )
    folder = f"imaps://{known.user}@{known.host}:{known.port}/INBOX"
    for times in (1, 2):
        told = run(capsys, folder, backlog="w.mbox")
        assert (told["cases"]["added"], told["waiting"]["added"]) == ((1, 1) if times == 1 else (0, 0))
    assert all(b"Seen" not in flags for flags, _ in server.mails())
    assert told["cases"]["known"] == 1
    with pytest.raises(InputError, match="does not belong on a command line"):
        run(capsys, "imaps://a:b@mail.example/INBOX")
    with pytest.raises(InputError, match="names no user"):
        run(capsys, "imaps://mail.example/INBOX")
