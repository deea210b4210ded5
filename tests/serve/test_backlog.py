"""Every message of a source gets one decision and one line, whatever happens meanwhile."""

import os
import random
import resource
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from salver.data.files import open_source
from salver.data.message import RawMessage
from salver.data.store import Store
from salver.pipeline.route import Loads
from salver.pipeline.run import Pipeline
from salver.serve.backlog import Backlog, Desk, Done
from salver.serve.outfile import OutFile
from salver.serve.workers import Workers
from tests.pipeline.small_bundle import NOON
from tests.serve.office import SALVER, bundle_folder, lines_of, mailbox, salver


def work_off(source: Path, out: Path, store: Store, *, workers: int = 0) -> Done:
    folder = bundle_folder()
    pipeline = Pipeline(Pipeline.load(folder).bundle, clock=lambda: NOON)
    pipeline.loads = Loads(store.loads())
    desk = Desk(pipeline=pipeline, folder=folder, store=store, own_store=True, workers=workers)
    with OutFile(out, "small") as file:
        return Backlog(source, file, desk).work_off()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(str(tmp_path / "store.db"))


def keys(source: Path) -> list[str]:
    return [raw.key for raw in open_source(source, lambda _: None)]


def test_every_message_gets_one_line_in_order(tmp_path: Path, store: Store) -> None:
    source = mailbox(tmp_path / "in.mbox", 300)
    done = work_off(source, tmp_path / "out.jsonl", store)
    assert [line["id"] for line in lines_of(tmp_path / "out.jsonl")] == keys(source)
    assert (done.messages, done.decided, done.copies, done.earlier) == (300, 300, 0, 0)
    assert sum(done.reasons.values()) == 300


def test_copies_of_a_mail_give_one_line_and_are_counted(tmp_path: Path, store: Store) -> None:
    source = mailbox(tmp_path / "in.mbox", 200)
    source.write_bytes(source.read_bytes() * 2)
    done = work_off(source, tmp_path / "out.jsonl", store)
    assert len(lines_of(tmp_path / "out.jsonl")) == 200
    assert (done.messages, done.decided, done.copies) == (400, 200, 200)


def test_two_processes_write_the_same_lines_as_one(tmp_path: Path) -> None:
    source = mailbox(tmp_path / "in.mbox", 300)
    for workers in (0, 2):
        with Store.open(str(tmp_path / f"{workers}.db")) as store:
            work_off(source, tmp_path / f"{workers}.jsonl", store, workers=workers)
    assert lines_of(tmp_path / "0.jsonl") == lines_of(tmp_path / "2.jsonl")


def test_what_is_done_is_not_done_again(tmp_path: Path, store: Store) -> None:
    out = tmp_path / "out.jsonl"
    work_off(mailbox(tmp_path / "in.mbox", 150), out, store)
    before = out.read_bytes()
    done = work_off(mailbox(tmp_path / "in.mbox", 200), out, store)
    assert out.read_bytes().startswith(before)
    assert (done.earlier, done.decided) == (150, 50)
    assert sum(done.reasons.values()) == len(lines_of(out)) == 200


def test_a_decision_whose_line_was_lost_keeps_its_decision(tmp_path: Path, store: Store) -> None:
    source, out = mailbox(tmp_path / "in.mbox", 200), tmp_path / "out.jsonl"
    work_off(source, out, store)
    whole = out.read_bytes()
    out.write_bytes(whole[: len(whole) // 3])
    work_off(source, out, store)
    assert out.read_bytes() == whole
    assert len(list(store.trail())) == 200


def test_a_message_that_was_stored_but_not_decided_is_decided(tmp_path: Path, store: Store) -> None:
    lost = mailbox(tmp_path / "lost.mbox", 5, first=1000)
    store.take_in(list(open_source(lost, lambda _: None)))
    source = mailbox(tmp_path / "in.mbox", 10)
    work_off(source, tmp_path / "out.jsonl", store)
    assert [line["id"] for line in lines_of(tmp_path / "out.jsonl")] == keys(lost) + keys(source)
    assert store.counts().waiting == 0


class _Deadly(RawMessage):
    """A message of which the process that is given it dies."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os._exit, (9,)


def test_a_message_that_kills_its_process_waits_with_a_person_and_the_rest_goes_on(tmp_path: Path) -> None:
    raws = list(open_source(mailbox(tmp_path / "in.mbox", 10), lambda _: None))
    raws[3] = _Deadly(content=raws[3].content, source="deadly")
    chunks = [raws[:2], raws[2:4], raws[4:7], raws[7:]]
    pipeline = Pipeline.load(bundle_folder())
    with Workers(bundle_folder(), (), 2, pipeline.failed) as workers:
        trays = [tray for some in workers.prepared(chunks) for tray in some]
    assert [tray.message.key for tray in trays] == [raw.key for raw in raws]
    failed = [tray for tray in trays if tray.decision.reason == "failed"]
    assert [tray.message.key for tray in failed] == [raws[3].key]
    assert "its process died" in failed[0].decision.because


@pytest.mark.long
@pytest.mark.parametrize("kills", [30])
def test_after_kills_at_any_moment_no_line_is_missing_and_none_twice(tmp_path: Path, kills: int) -> None:
    source, out = mailbox(tmp_path / "in.mbox", 1000 * kills), tmp_path / "out.jsonl"
    command = [SALVER, "batch", source, "--bundle", bundle_folder(), "--out", out, "--workers"]
    chance = random.Random(7)
    for attempt in range(kills):
        with subprocess.Popen([*command, str(attempt % 3)], stderr=subprocess.DEVNULL, cwd=tmp_path) as running:
            _wait_for_growth(out, running)
            time.sleep(chance.uniform(0, 0.2))
            children = psutil.Process(running.pid).children(recursive=True) if running.poll() is None else []
            running.kill()
            running.wait()
        _, alive = psutil.wait_procs(children, timeout=10)
        assert not alive, "processes outlive the one that started them"
        assert running.returncode in (0, -signal.SIGKILL)
    assert salver(*map(str, command[1:]), "0", cwd=tmp_path).returncode == 0
    assert sorted(line["id"] for line in lines_of(out)) == sorted(keys(source))
    with Store.open(f"{out}.store.db") as store:
        assert store.counts().done == len(list(store.trail())) == 1000 * kills


def _wait_for_growth(out: Path, running: "subprocess.Popen[bytes]") -> None:
    before = out.stat().st_size if out.exists() else 0
    while running.poll() is None and (out.stat().st_size if out.exists() else 0) <= before:
        time.sleep(0.005)


@pytest.mark.parametrize("workers", ["0", pytest.param("2", marks=pytest.mark.long)])
def test_ctrl_c_keeps_what_is_finished_and_says_how_to_go_on(tmp_path: Path, workers: str) -> None:
    source, out = mailbox(tmp_path / "in.mbox", 3000), tmp_path / "out.jsonl"
    command = [SALVER, "batch", source, "--bundle", bundle_folder(), "--out", out, "--workers", workers]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=tmp_path, start_new_session=True) as running:
        _wait_for_growth(out, running)
        os.killpg(running.pid, signal.SIGINT)
        _, said = running.communicate(timeout=60)
    assert running.returncode == 130
    kept = len(lines_of(out))
    assert 0 < kept < 3000
    assert said == f"salver: Stopped. {kept:,} decisions are in {out}; start the same command again to go on.\n"
    assert salver(*map(str, command[1:]), cwd=tmp_path).returncode == 0
    assert sorted(line["id"] for line in lines_of(out)) == sorted(keys(source))


def test_when_there_is_no_room_it_says_so_and_goes_on_later(tmp_path: Path) -> None:
    source, out = mailbox(tmp_path / "in.mbox", 600), tmp_path / "out.jsonl"
    command = [SALVER, "batch", source, "--bundle", bundle_folder(), "--out", out, "--workers", "0"]
    room = 700_000
    limited = subprocess.run(
        command,
        capture_output=True,
        text=True,
        cwd=tmp_path,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room)),
    )
    assert limited.returncode == 1
    assert limited.stderr.startswith("salver: ")
    assert len(limited.stderr.splitlines()) == 1
    assert salver(*map(str, command[1:]), cwd=tmp_path).returncode == 0
    assert sorted(line["id"] for line in lines_of(out)) == sorted(keys(source))


def test_decisions_of_another_bundle_are_not_mixed_in(tmp_path: Path) -> None:
    source, out = mailbox(tmp_path / "in.mbox", 3), tmp_path / "out.jsonl"
    salver("batch", source, "--bundle", bundle_folder(), "--out", out, cwd=tmp_path)
    other = salver("batch", source, "--bundle", bundle_folder("other"), "--out", out, cwd=tmp_path)
    assert other.returncode == 2
    assert 'its decisions are of the bundle "small", not "other"' in other.stderr


def test_faults_of_a_source_are_told_with_their_place_and_the_rest_goes_on(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.write_text('{"text": "Bei uns ist der Strom weg"}\nnonsense\n{"text": "Das Internet ist langsam"}\n')
    done = salver("batch", source, "--bundle", bundle_folder(), "--out", tmp_path / "out.jsonl", cwd=tmp_path)
    assert done.returncode == 0
    assert len(lines_of(tmp_path / "out.jsonl")) == 2
    assert f"{source}:2: this line is no JSON" in done.stderr
