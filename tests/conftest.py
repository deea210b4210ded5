"""What several rooms' tests stand on: a bundle that was really trained, once a run."""

import json
import os
import signal
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import settings

from salver.models.bundle import save
from salver.serve.settings import load_settings
from salver.serve.wiring import team_of
from salver.training.order import Order
from salver.training.run import train

settings.register_profile("steady", derandomize=True, deadline=None)
settings.load_profile("steady")  # a run finds what the last one found

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell lets background jobs ignore it

SAMPLE = Path(__file__).parents[1] / "data" / "sample"
INTENTS = {
    "complaint",
    "meter_reading",
    "move_in",
    "number_porting",
    "portal_login",
    "solar_feed_in",
    "tariff_question",
    "wallbox",
}
CASES = 200
ANSWER_AT = 0.3
"""So few cases prove no error bound: this threshold is set by hand, so that some messages are answered."""


@pytest.fixture(scope="session")
def trained_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a bundle, trained on eight of the sample company's intents; do not change it.

    Where tests run in several processes, the first that needs it trains, and the others wait.
    """
    apart = "PYTEST_XDIST_WORKER" in os.environ
    folder = tmp_path_factory.getbasetemp().parent / "trained" if apart else tmp_path_factory.mktemp("trained")
    folder.mkdir(exist_ok=True)
    with FileLock(folder / "lock"):
        if not (folder / "cut").exists():
            _train(folder)
    return folder / "cut"


def _train(folder: Path) -> None:
    archive = folder / "archive.jsonl"
    lines = (SAMPLE / "archive.jsonl").read_text("utf-8").splitlines(keepends=True)
    archive.write_text("".join([line for line in lines if json.loads(line)["intents"][0] in INTENTS][:CASES]), "utf-8")
    settings = load_settings(SAMPLE / "salver.toml", environ={})
    at, team = datetime.now(UTC), team_of(settings)
    order = Order(sources=(archive,), company=settings.company, team=team, at=at, name="cut")
    draft = train(order, lambda _: None).draft
    save(replace(draft, policy=replace(draft.policy, answer_at=ANSWER_AT)), folder / "cut")
