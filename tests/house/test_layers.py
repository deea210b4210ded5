"""An import never points up; and what says so can fail."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.house.rooms import ROOMS, ROOT, files, imports

COMMANDS_THAT_LEARN = {
    Path(f"serve/{name}.py") for name in ("bundles", "demo", "gaps", "imports", "learn", "overview", "replay")
} | {Path(f"serve/report/{name}.py") for name in ("replay_page", "replay_charts")}


def linted(root: Path) -> subprocess.CompletedProcess[str]:
    """What `make layers` says of a tree."""
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]
    environment = os.environ | {"PYTHONPATH": str(root / ".typing")}
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """The rooms once more, to be spoilt."""
    for room in ROOMS:
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__", "sample"))
    shutil.copytree(ROOT / ".typing", tmp_path / ".typing", symlinks=True)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_contracts_are_kept() -> None:
    done = linted(ROOT)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("data/company.py", "import salver.models.bundle"),
        ("pipeline/hours.py", "def later() -> None:\n    import salver.training.run"),
        ("serve/http/service.py", "import salver.training.run"),
    ],
)
def test_an_import_that_points_up_breaks_a_contract(copied: Path, file: str, line: str) -> None:
    with (copied / file).open("a", encoding="utf-8") as opened:
        opened.write(f"\n{line}\n")
    done = linted(copied)
    assert done.returncode == 1, done.stdout
    assert "BROKEN" in done.stdout


def test_the_contract_knows_every_room_in_its_order() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    (layers,) = (one["layers"] for one in contracts if one["type"] == "layers")
    assert layers == [f"salver.{room}" for room in reversed(ROOMS)]


@pytest.mark.parametrize("room", ROOMS)
def test_no_import_is_relative_or_names_a_room_without_its_house(room: str) -> None:
    bare = {(str(file), one) for file in files(room) for one in imports(file) if one.split(".")[0] in ("", *ROOMS)}
    assert not bare, "write it as salver.room.file"


def test_only_commands_open_the_training() -> None:
    opened = {file for file in files("serve") if any(one.startswith("salver.training") for one in imports(file))}
    assert opened <= COMMANDS_THAT_LEARN
