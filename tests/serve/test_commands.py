"""The commands as a person types them: a table for a person, JSON for a machine, a sentence for what is wrong."""

import json
import socket
import subprocess
from pathlib import Path

import pytest

from tests.serve.office import SALVER, bundle_folder, lines_of, mail, mailbox, salver


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    file = tmp_path / "one.eml"
    file.write_text(
        mail(1, "Bei uns ist der Strom weg, die ganze Straße ist dunkel\n\n-- \nAnna Ott\nMühlgasse 4"), "utf-8"
    )
    return file


def test_read_gives_a_json_line_a_message(letter: Path) -> None:
    line = json.loads(salver("read", letter, "--json").stdout)
    assert line["subject"] == "Anfrage"
    assert line["from"] == "Kunde 1 <kunde1@posthorn.example>"
    assert line["text"] == "Bei uns ist der Strom weg, die ganze Straße ist dunkel"
    assert line["lang"] == "de"
    assert line["removed"][0]["kind"] == "signature"
    assert line["screen"]["verdict"] == "human"


def test_read_goes_on_after_a_path_that_cannot_be_taken_and_says_so(letter: Path, tmp_path: Path) -> None:
    done = salver("read", tmp_path / "nowhere", letter, "--json")
    assert done.returncode == 2
    assert len(done.stdout.splitlines()) == 1
    assert "There is no such file or folder" in done.stderr


def test_explain_says_what_each_step_found(letter: Path) -> None:
    done = salver("explain", letter, "--bundle", bundle_folder())
    steps = [line.split()[0] for line in done.stdout.splitlines() if not line.startswith(" ")]
    assert steps == ["read", "clean", "screen", "split", "classify", "match", "decide", "route"]
    assert "power_outage" in done.stdout


def test_explain_and_batch_decide_alike(letter: Path, tmp_path: Path) -> None:
    told = json.loads(salver("explain", letter, "--bundle", bundle_folder(), "--json").stdout)
    salver("batch", letter, "--bundle", bundle_folder(), "--out", tmp_path / "out.jsonl", "--workers", "0")
    line = lines_of(tmp_path / "out.jsonl")[0]
    assert {key: told["decided"][key] for key in ("id", "intent", "decision", "reason", "answer", "agent")} == {
        key: line[key] for key in ("id", "intent", "decision", "reason", "answer", "agent")
    }


def test_explain_wants_one_mail(tmp_path: Path) -> None:
    done = salver("explain", mailbox(tmp_path / "in.mbox", 2), "--bundle", bundle_folder())
    assert done.returncode == 2
    assert "There is more than one message in it. Use: salver batch" in done.stderr


def test_a_bundle_is_promoted_listed_and_rolled_back(tmp_path: Path) -> None:
    for name in ("first", "second"):
        assert salver("bundles", "promote", bundle_folder(name), cwd=tmp_path).returncode == 0
    listed = [json.loads(line) for line in salver("bundles", "--json", cwd=tmp_path).stdout.splitlines()]
    assert [(one["name"], one["champion"]) for one in listed] == [("first", False), ("second", True)]
    assert salver("bundles", "rollback", cwd=tmp_path).stderr == '"first" serves again.\n'
    assert "first" in salver("bundles", cwd=tmp_path).stdout


def test_without_a_bundle_it_says_how_to_get_one(letter: Path, tmp_path: Path) -> None:
    done = salver("explain", letter, cwd=tmp_path)
    assert done.returncode == 1
    assert "no bundle was named and none was promoted. Name one with --bundle, or promote one" in done.stderr


def test_a_damaged_bundle_is_refused_in_a_sentence(letter: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged"
    subprocess.run(["cp", "-r", bundle_folder(), damaged], check=True)
    (damaged / "intents.npz").write_bytes(b"nonsense")
    done = salver("explain", letter, "--bundle", damaged)
    assert done.returncode == 1
    assert 'its file "intents.npz" is damaged or missing' in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_corrections_are_taken_in_and_help_at_once(tmp_path: Path) -> None:
    source, out = mailbox(tmp_path / "in.mbox", 3), tmp_path / "out.jsonl"
    salver("batch", source, "--bundle", bundle_folder(), "--out", out, "--workers", "0")
    key = lines_of(out)[0]["id"]
    table = tmp_path / "c.csv"
    table.write_text(
        f"message,agent,intent,answer\n{key},anna,complaint,Das tut uns leid.\n{'0' * 32},anna,complaint,\n"
    )
    store = f"sqlite:///{out}.store.db"
    done = salver("correct", table, "--store", store, "--bundle", bundle_folder(), "--json", cwd=tmp_path)
    assert json.loads(done.stdout) == {
        "corrections": 1,
        "learned": 1,
        "faults": 1,
        "intents": ["complaint"],
        "checked": 0,
    }
    assert f"{table}:3: no message {'0' * 32} was ever taken in" in done.stderr


def test_a_report_is_one_file(tmp_path: Path) -> None:
    source, out = mailbox(tmp_path / "in.mbox", 3), tmp_path / "out.jsonl"
    salver("batch", source, "--bundle", bundle_folder(), "--out", out, "--workers", "0")
    page = tmp_path / "report.html"
    done = salver("report", "--out", page, "--store", f"{out}.store.db", "--bundle", bundle_folder(), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert page.read_text("utf-8").startswith("<!doctype html>")


def test_a_port_in_use_is_a_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = salver("serve", "--bundle", bundle_folder(), "--port", port, cwd=tmp_path)
    assert done.returncode == 2
    assert f"127.0.0.1:{port} cannot be listened on (Address already in use)" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_retrain_without_a_training_asks_for_archives(tmp_path: Path) -> None:
    done = salver("retrain", cwd=tmp_path)
    assert done.returncode == 2
    assert "Name the archives: salver retrain ARCHIVE…" in done.stderr


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02 binary", b"%PDF-1.7 a letter"])
def test_a_source_that_cannot_be_taken_leaves_nothing_behind(tmp_path: Path, content: bytes) -> None:
    source = tmp_path / "in"
    source.write_bytes(content)
    done = salver("batch", source, "--bundle", bundle_folder(), "--out", tmp_path / "out.jsonl", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith(f"salver: {source}: ")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["in"]


def test_a_server_ends_on_ctrl_c_in_a_sentence(tmp_path: Path) -> None:
    command = [SALVER, "serve", "--bundle", bundle_folder(), "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=tmp_path) as running:
        assert running.stderr is not None
        assert "decides at http://127.0.0.1:" in running.stderr.readline()
        running.send_signal(2)
        said = running.stderr.read()
    assert running.returncode == 130
    assert said == "salver: Stopped; what had been begun is finished.\n"
