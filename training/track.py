"""The diary of training in MLflow: what was tried, with what result, and which bundle is the champion.

The only file that touches MLflow, and it does so only when it is called. Everything is in one SQLite file with the
artifacts beside it, unless another address is given. MLflow's own words, its telemetry and its warnings are kept quiet.

Measured on two cores, both busy with other work: the first call of a process with a new file takes 10 to 14 s (MLflow
makes its tables), with a file that is there 4 to 7 s (most of it is MLflow's import), every further call 0.3 s.
"""

import logging
import os
import re
import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from salver.data.errors import TrainingError
from salver.training.gate import Verdict

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities.model_registry import ModelVersion

EXPERIMENT = "salver"
MODEL = "salver"
CHAMPION = "champion"
_LONGEST_PARAM = 500
_LONGEST_TAG = 5000
_LOCAL = "sqlite:///"
_SQLITE = b"SQLite format 3\0"
_FOREIGN = re.compile(r"[^\w. :/-]")
_QUIET = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_LOGGING_LEVEL": "WARNING",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "GIT_PYTHON_REFRESH": "quiet",
}
_TODO = "Give another address, or move the file away: a new one is made. The bundle itself is not touched."


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracked:
    """Where it was written down: the run, and the version of the registered model."""

    run: str
    version: str


def local_uri(folder: Path) -> str:
    """The address of the diary in a folder: one SQLite file."""
    return f"{_LOCAL}{folder.resolve() / 'mlflow.db'}"


def track(
    bundle: str,
    *,
    params: Mapping[str, Any],
    metrics: Mapping[str, float],
    artifacts: Path,
    verdict: Verdict,
    uri: str,
) -> Tracked:
    """Write down a training and register its bundle; a promoted one gets the alias `champion`.

    `artifacts` is a folder, copied whole. Raises TrainingError when MLflow is not installed or `uri` does not answer;
    the bundle itself does not depend on it.
    """
    with _diary(uri) as client:
        run = client.create_run(_experiment(client, uri), run_name=bundle).info.run_id
        _log(client, run, params, metrics)
        client.log_artifacts(run, str(artifacts), "bundle")
        tags = {"bundle": bundle, "promoted": str(verdict.promote).lower(), "because": verdict.because[:_LONGEST_TAG]}
        for key, value in tags.items():
            client.set_tag(run, key, value)
        client.set_terminated(run)
        version = _register(client, run, tags)
        if verdict.promote:
            client.set_registered_model_alias(MODEL, CHAMPION, version)
        return Tracked(run=run, version=version)


def move_champion(bundle: str, *, uri: str) -> bool:
    """Move the alias `champion` to a bundle, as after a rollback. False when that bundle was never written down."""
    with _diary(uri) as client:
        version = _version_of(client, bundle)
        if version is not None:
            client.set_registered_model_alias(MODEL, CHAMPION, version.version)
        return version is not None


def champion(uri: str) -> str | None:
    """The bundle that has the alias `champion`, or None."""
    with _diary(uri) as client:
        for model in client.search_registered_models(f"name = '{MODEL}'"):
            if CHAMPION in model.aliases:
                return str(client.get_model_version_by_alias(MODEL, CHAMPION).tags["bundle"])
        return None


def _experiment(client: "MlflowClient", uri: str) -> str:
    known = client.get_experiment_by_name(EXPERIMENT)
    if known is not None:
        return str(known.experiment_id)
    file = _local_file(uri)
    beside = None if file is None else (file.parent / "artifacts").as_uri()
    return str(client.create_experiment(EXPERIMENT, artifact_location=beside))


def _log(client: "MlflowClient", run: str, params: Mapping[str, Any], metrics: Mapping[str, float]) -> None:
    from mlflow.entities import Metric, Param

    now = time.time_ns() // 1_000_000
    told = [Metric(key=_key(key), value=float(value), timestamp=now, step=0) for key, value in metrics.items()]
    given = [Param(key=_key(key), value=str(value)[:_LONGEST_PARAM]) for key, value in params.items()]
    client.log_batch(run, metrics=told, params=given)


def _key(name: str) -> str:
    """A name that MLflow takes: intents may have any character."""
    return _FOREIGN.sub("_", name)[:250]


def _register(client: "MlflowClient", run: str, tags: Mapping[str, str]) -> str:
    if not client.search_registered_models(f"name = '{MODEL}'"):
        client.create_registered_model(
            MODEL, description="Bundles of salver; the alias champion is the one that serves."
        )
    source = f"{client.get_run(run).info.artifact_uri}/bundle"
    made = client.create_model_version(MODEL, source=source, run_id=run, tags=dict(tags))
    return str(made.version)


def _version_of(client: "MlflowClient", bundle: str) -> "ModelVersion | None":
    known = client.search_model_versions(f"name = '{MODEL}'", max_results=10_000)
    found = [one for one in known if one.tags.get("bundle") == bundle]
    return max(found, key=lambda one: int(one.version), default=None)


@contextmanager
def _diary(uri: str) -> Iterator["MlflowClient"]:
    """A client of MLflow that says nothing by itself and whose errors are ours."""
    _check_file(uri)
    for key, value in _QUIET.items():
        os.environ.setdefault(key, value)
    try:
        from mlflow import MlflowClient
        from mlflow.exceptions import MlflowException
        from sqlalchemy.exc import SQLAlchemyError  # MLflow lets its database's errors through
    except ImportError as error:
        raise TrainingError("MLflow is not installed", todo='Type: pip install "salver[training]".') from error
    for name in ("mlflow", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)
    try:
        with warnings.catch_warnings(action="ignore"):
            yield MlflowClient(tracking_uri=uri, registry_uri=uri)
    except (MlflowException, SQLAlchemyError, OSError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise TrainingError(f"MLflow could not write this down ({reason})", where=uri, todo=_TODO) from error


def _check_file(uri: str) -> None:
    """A file that is no database is refused here: MLflow would try again for minutes."""
    file = _local_file(uri)
    if file is None:
        return
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if file.exists():
            with file.open("r+b") as opened:
                start = opened.read(len(_SQLITE))
            if start not in (b"", _SQLITE):
                raise TrainingError("this file is no SQLite database", where=str(file), todo=_TODO)
    except OSError as error:
        raise TrainingError(f"cannot be written ({error.strerror})", where=str(file), todo=_TODO) from error


def _local_file(uri: str) -> Path | None:
    return Path(uri.removeprefix(_LOCAL)).resolve() if uri.startswith(_LOCAL) else None
