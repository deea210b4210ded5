"""A server over a small bundle of real parts and a store in a file, for the tests of the HTTP door."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from salver.data.store import Store
from salver.models.index import CaseIndex
from salver.pipeline.run import Pipeline
from salver.serve.app import create_app
from salver.serve.settings import Settings
from tests.pipeline.small_bundle import NOON, small_bundle

HERE = "http://127.0.0.1"


def pipeline() -> Pipeline:
    """A pipeline that may learn: its cases are its own."""
    bundle = small_bundle()
    cases = dict(bundle.cases)
    near = CaseIndex.build(list(cases), bundle.encoder.encode([case.question for case in cases.values()]))
    return Pipeline(replace(bundle, cases=cases, neighbours=near), clock=lambda: NOON)


@contextmanager
def open_door(folder: Path, *, base: str = HERE, **settings: Any) -> Iterator[TestClient]:
    store = Store.open(str(folder / "store.db"))
    app = create_app(pipeline(), store, Settings(**settings))
    with TestClient(app, base_url=base, raise_server_exceptions=False) as client:
        yield client
