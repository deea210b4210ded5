import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from salver.data.errors import TrainingError
from salver.training.gate import Verdict
from salver.training.track import champion, local_uri, move_champion, track

YES, NO = Verdict(promote=True, because="better"), Verdict(promote=False, because="not better")


@pytest.fixture(scope="module")
def uri(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A diary with three trainings, of which the first two were promoted."""
    folder = tmp_path_factory.mktemp("diary")
    uri = local_uri(folder)
    for name, verdict in {"first": YES, "second": YES, "third": NO}.items():
        bundle = folder / name
        bundle.mkdir()
        (bundle / "manifest.json").write_text("{}")
        params = {"cases": 800, "long": "x" * 9000}
        metrics = {"top1": 0.9, "top1/Zähler & Co. (alt)": 0.5}
        track(name, params=params, metrics=metrics, artifacts=bundle, verdict=verdict, uri=uri)
    return uri


def rows(uri: str, query: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(uri.removeprefix("sqlite:///")) as database:
        return database.execute(query).fetchall()


def test_every_training_is_a_run_with_its_figures(uri: str) -> None:
    assert rows(uri, "select distinct key, value from metrics order by key") == [
        ("top1", 0.9),
        ("top1/Zähler _ Co. _alt_", 0.5),
    ]
    assert rows(uri, "select count(*) from runs where status = 'FINISHED'") == [(3,)]


def test_every_bundle_is_a_version_with_the_verdict_and_its_files(uri: str) -> None:
    told = rows(uri, "select version, key, value from model_version_tags where key != 'because' order by version, key")
    assert told[-2:] == [(3, "bundle", "third"), (3, "promoted", "false")]
    beside = Path(uri.removeprefix("sqlite:///")).parent / "artifacts"
    assert len(list(beside.rglob("bundle/manifest.json"))) == 3


def test_the_champion_is_the_last_promoted_and_moves_back(uri: str) -> None:
    assert champion(uri) == "second"
    assert move_champion("first", uri=uri)
    assert champion(uri) == "first"
    assert not move_champion("never trained", uri=uri)
    assert champion(uri) == "first"


def test_a_new_diary_has_no_champion(tmp_path: Path) -> None:
    assert champion(local_uri(tmp_path / "new")) is None


def test_a_file_that_is_no_database_is_told_at_once_and_kept(tmp_path: Path) -> None:
    file = tmp_path / "mlflow.db"
    file.write_bytes(b"\x00not a database")
    with pytest.raises(TrainingError) as caught:
        champion(local_uri(tmp_path))
    assert str(caught.value) == (
        f"{file}: this file is no SQLite database. Give another address, or move the file away: a new one is made. "
        "The bundle itself is not touched."
    )
    assert file.read_bytes() == b"\x00not a database"


def test_a_damaged_database_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "mlflow.db").write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)
    with pytest.raises(TrainingError, match="MLflow could not write this down"):
        champion(local_uri(tmp_path))


def test_importing_it_does_not_import_mlflow() -> None:
    code = "import sys, salver.training.track; sys.exit('mlflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
