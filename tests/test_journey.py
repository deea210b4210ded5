"""The same mails through every door, with a bundle that was really trained: each gives the same line, to the letter.

The mails lie in a Maildir, whose names say when each was delivered; the HTTP door is told that moment by its clock. So
nothing has to be left out of the comparison.
"""

import json
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from salver.data.approval import Approvals
from salver.data.decision import AutoAnswer
from salver.data.files import open_source
from salver.data.lines import tray_line
from salver.data.message import RawMessage
from salver.data.store import Store
from salver.models.bundle import Bundle, load
from salver.pipeline import Pipeline
from salver.pipeline.withhold import lot
from salver.serve.http.app import create_app
from salver.serve.settings import Settings
from tests.conftest import SAMPLE
from tests.serve.office import approve_all, approved_store, lines_of, salver

MAILS = 60
DELIVERED = datetime(2026, 11, 18, 9, 30, tzinfo=UTC)
"""A Wednesday on which people work."""

Line = dict[str, Any]


@pytest.fixture(scope="module")
def maildir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The last different mails of the sample's backlog, machines' and people's, all delivered at one moment."""
    folder = tmp_path_factory.mktemp("backlog") / "Maildir"
    for name in ("cur", "new", "tmp"):
        (folder / name).mkdir(parents=True)
    found = {raw.key: raw for raw in open_source(SAMPLE / "backlog.mbox", lambda _: None)}
    for number, raw in enumerate(list(found.values())[-MAILS:]):
        name = f"{DELIVERED.timestamp():.0f}.{number:04}.elmtal"
        (folder / "new" / name).write_bytes(raw.content)
    return folder


@pytest.fixture(scope="module")
def raws(maildir: Path) -> list[RawMessage]:
    return list(open_source(maildir, lambda _: None))


@pytest.fixture(scope="module")
def bundle(trained_bundle: Path) -> Bundle:
    return load(trained_bundle)


@pytest.fixture(scope="module")
def by_function(bundle: Bundle, raws: Sequence[RawMessage]) -> list[Line]:
    """What the function says of all mails at once."""
    return [as_json(tray_line(tray, bundle.name)) for tray in pipeline_of(bundle).decide(raws)]


def pipeline_of(bundle: Bundle, **more: Any) -> Pipeline:
    """A pipeline that knows that somebody has let all texts of its bundle out."""
    pipeline = Pipeline(bundle, **more)
    with Store.open(":memory:") as store:
        approve_all(store, bundle.templates)
        pipeline.approvals = Approvals.of_all(store.approvals())
    return pipeline


def as_json(line: Line) -> Line:
    found: Line = json.loads(json.dumps(line))
    return found


def test_the_mails_are_of_every_kind(by_function: Sequence[Line]) -> None:
    assert len(by_function) == MAILS
    assert {line["decision"] for line in by_function} == {"auto_answer", "route", "leave"}
    assert len({line["agent"] for line in by_function}) > 3
    assert len(Counter(line["reason"] for line in by_function)) > 4


def test_batch_equals_one_by_one(bundle: Bundle, raws: Sequence[RawMessage], by_function: Sequence[Line]) -> None:
    one_by_one = pipeline_of(bundle)
    lines = [as_json(tray_line(one_by_one.decide([raw])[0], bundle.name)) for raw in raws]
    assert lines == by_function


@pytest.mark.parametrize("size", [7, 32])
def test_where_a_chunk_ends_does_not_matter(
    bundle: Bundle, raws: Sequence[RawMessage], by_function: Sequence[Line], size: int
) -> None:
    pipeline = pipeline_of(bundle)
    chunks = [raws[start : start + size] for start in range(0, len(raws), size)]
    trays = [tray for chunk in chunks for tray in pipeline.decide(chunk)]
    assert [as_json(tray_line(tray, bundle.name)) for tray in trays] == by_function


@pytest.mark.parametrize("workers", ["0", pytest.param("2", marks=pytest.mark.long)])
def test_the_command_line_decides_as_the_function_does(
    trained_bundle: Path, maildir: Path, by_function: Sequence[Line], tmp_path: Path, workers: str
) -> None:
    out, store = tmp_path / "decisions.jsonl", approved_store(tmp_path / "store.db", trained_bundle)
    command = ["--bundle", trained_bundle, "--out", out, "--store", store, "--workers", workers]
    done = salver("batch", maildir, *command, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert lines_of(out) == by_function


def test_the_http_door_decides_as_the_function_does(
    bundle: Bundle, trained_bundle: Path, raws: Sequence[RawMessage], by_function: Sequence[Line], tmp_path: Path
) -> None:
    pipeline = Pipeline(bundle, clock=lambda: DELIVERED)
    store = Store.open(approved_store(tmp_path / "store.db", trained_bundle))
    app = create_app(pipeline, store, Settings())
    with TestClient(app, base_url="http://127.0.0.1") as client:
        mail = {"content-type": "message/rfc822"}
        answers = [client.post("/v1/messages", content=raw.content, headers=mail) for raw in raws]
        again = [client.get(f"/v1/messages/{raw.key}").json() for raw in raws]
    assert {answer.status_code for answer in answers} == {201}
    assert [answer.json() for answer in answers] == by_function
    assert again == by_function


@pytest.mark.long
def test_every_door_sets_the_same_answers_aside(
    bundle: Bundle, trained_bundle: Path, maildir: Path, raws: Sequence[RawMessage], tmp_path: Path
) -> None:
    every = pipeline_of(bundle, audit_share=0).decide(raws)
    lots = sorted(lot(tray.message.key, bundle.name) for tray in every if isinstance(tray.decision, AutoAnswer))
    share = (lots[0] + lots[-1]) / 2
    own = pipeline_of(bundle, clock=lambda: DELIVERED, audit_share=share)
    lines = [as_json(tray_line(tray, bundle.name)) for tray in own.decide(raws)]
    assert {"audit", "recurring"} < {line["reason"] for line in lines}
    (tmp_path / "salver.toml").write_text(f"audit_share = {share}\n")
    for workers in ("0", "2"):
        command = ["--bundle", trained_bundle, "--out", f"{workers}.jsonl", "--store", f"{workers}.db"]
        approved_store(tmp_path / f"{workers}.db", trained_bundle)
        salver("batch", maildir, *command, "--workers", workers, cwd=tmp_path)
        assert lines_of(tmp_path / f"{workers}.jsonl") == lines
    own = Pipeline(bundle, clock=lambda: DELIVERED, audit_share=share)
    kept = approved_store(tmp_path / "h.db", trained_bundle)
    with TestClient(create_app(own, Store.open(kept), Settings()), base_url="http://127.0.0.1") as door:
        sent = (
            door.post("/v1/messages", content=raw.content, headers={"content-type": "message/rfc822"}) for raw in raws
        )
        assert [answer.json() for answer in sent] == lines


def test_explain_decides_as_the_function_does(
    trained_bundle: Path, raws: Sequence[RawMessage], by_function: Sequence[Line], tmp_path: Path
) -> None:
    """One mail that is answered: then no moment stands in its line, and `explain` needs none."""
    raw, line = next(pair for pair in zip(raws, by_function, strict=True) if pair[1]["decision"] == "auto_answer")
    mail = tmp_path / "one.eml"
    mail.write_bytes(raw.content)
    store = approved_store(tmp_path / "store.db", trained_bundle)
    told = salver("explain", mail, "--bundle", trained_bundle, "--store", store, "--json", cwd=tmp_path)
    assert json.loads(told.stdout)["decided"] == line
