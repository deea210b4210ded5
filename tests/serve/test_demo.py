"""The demo does the whole job, and the second time it does not learn again."""

import json
from pathlib import Path

import pytest

from tests.serve.office import salver


@pytest.mark.long
def test_the_demo_learns_once_and_decides_every_message(tmp_path: Path) -> None:
    first = salver("demo", "--json", cwd=tmp_path)
    assert first.returncode == 0, first.stderr
    known = json.loads(first.stdout)
    assert known["trained"] is True
    batch, gold = known["batch"], known["gold"]
    assert batch["decided"] + batch["copies"] == batch["messages"]
    assert sum(one["n"] for one in batch["decisions"]) == batch["decided"]
    assert gold["machine_left"] == gold["machine"] > 0
    assert gold["human_left"] == 0
    assert (tmp_path / "salver-demo" / "report.html").stat().st_size > 10_000

    again = salver("demo", cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    assert "trained before on the same archive" in again.stderr
    assert "Against the truth that a person wrote down" in again.stdout
