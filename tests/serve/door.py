"""A server over a small bundle of real parts and a store in a file, for the tests of the HTTP door."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from salver.data.store import Store
from salver.models.index import CaseIndex
from salver.models.personal import PersonalIndex
from salver.pipeline.run import Pipeline
from salver.serve.http.app import create_app
from salver.serve.settings import Settings
from tests.pipeline.small_bundle import NOON, small_bundle
from tests.serve.office import approve_all

HERE = "http://127.0.0.1"


def pipeline(audit_share: float = 0.0, **changed: Any) -> Pipeline:
    """A pipeline that may learn: its cases are its own. `changed` is what its bundle has otherwise."""
    bundle = small_bundle()
    cases = dict(bundle.cases)
    near = CaseIndex.build(list(cases), bundle.encoder.encode([case.question for case in cases.values()]))
    own = {"cases": cases, "neighbours": near, "personal": PersonalIndex()}
    return Pipeline(replace(bundle, **(own | changed)), clock=lambda: NOON, audit_share=audit_share)


@contextmanager
def open_door(
    folder: Path, *, base: str = HERE, decides: Pipeline | None = None, approved: bool = True, **settings: Any
) -> Iterator[TestClient]:
    """With `approved`, somebody has let all texts of the bundle out."""
    store, decides = Store.open(str(folder / "store.db")), decides or pipeline()
    if approved and not store.newest_approval():
        approve_all(store, decides.bundle.templates)
    app = create_app(decides, store, Settings(**settings))
    with TestClient(app, base_url=base, raise_server_exceptions=False) as client:
        yield client
