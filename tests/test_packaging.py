"""What is built is whole, holds nothing else, and works where it is installed, far from its source."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from tests.house.rooms import ROOMS, ROOT, files

NOT_COPIED = shutil.ignore_patterns(".*", "__pycache__", "build", "dist", "*.egg-info", "demo-out")
SAMPLE = ("agents.toml", "archive.jsonl", "backlog.gold.jsonl", "backlog.mbox", "salver.toml")
BESIDE = ("models/names/first.txt", "serve/pages/report.html", "serve/pages/docs.html")


def ran(*command: str | Path, cwd: Path) -> str:
    """What a command prints; it must succeed, and knows nothing of this process's paths."""
    known = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "SALVER_"))}
    done = subprocess.run(list(map(str, command)), cwd=cwd, env=known, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built of a copy, so that nothing of an earlier build gets into it."""
    source, out = tmp_path_factory.mktemp("source") / "salver", tmp_path_factory.mktemp("wheel")
    shutil.copytree(ROOT, source, ignore=NOT_COPIED)
    ran(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, source, cwd=out)
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def inside(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as opened:
        return set(opened.namelist())


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scripts of an environment with the wheel, in which the libraries are those of this one, but salver is not."""
    home = tmp_path_factory.mktemp("elsewhere") / "venv"
    ran(sys.executable, "-m", "venv", "--without-pip", home, cwd=home.parent)
    python = home / "bin" / "python"
    ran(sys.executable, "-m", "pip", "--python", python, "install", "-q", "--no-deps", "--no-index", wheel, cwd=home)
    (libraries,) = home.glob("lib/python*/site-packages")
    (libraries / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")  # the .pth files in it do not count
    return python.parent


def test_the_wheel_holds_every_page_of_every_room(inside: set[str]) -> None:
    assert {f"salver/{file}" for file in files()} <= inside


def test_the_wheel_holds_the_sample_company_and_what_pages_read(inside: set[str]) -> None:
    assert {f"salver/data/sample/{name}" for name in SAMPLE} <= inside
    assert {f"salver/{name}" for name in BESIDE} <= inside


def test_the_wheel_holds_nothing_but_rooms(inside: set[str]) -> None:
    foreign = {name for name in inside if not name.startswith(tuple(f"salver/{room}/" for room in ROOMS))}
    assert all(name.split("/")[0].endswith(".dist-info") for name in foreign), foreign
    assert not [name for name in inside if "/source/" in name or "__pycache__" in name or "/tests/" in name]


def test_the_wheel_knows_its_licence_and_its_command(wheel: Path, inside: set[str]) -> None:
    entry, licence = (next(name for name in inside if name.endswith(end)) for end in ("entry_points.txt", "LICENSE"))
    with zipfile.ZipFile(wheel) as opened:
        assert "salver = salver.serve.cli:main" in opened.read(entry).decode()
        assert opened.read(licence) == (ROOT / "LICENSE").read_bytes()


def test_the_installed_command_explains_itself(installed: Path, tmp_path: Path) -> None:
    assert "Reads customers' messages" in ran(installed / "salver", "--help", cwd=tmp_path)


def test_the_installed_package_is_the_wheel_s_and_imports_its_pipeline(installed: Path, tmp_path: Path) -> None:
    code = "import salver.pipeline; from salver.pipeline import Pipeline; print(salver.pipeline.__file__)"
    place = Path(ran(installed / "python", "-c", code, cwd=tmp_path).strip())
    assert place.is_relative_to(installed.parent)


def test_the_installed_command_reads_the_installed_sample(installed: Path, tmp_path: Path) -> None:
    code = "from importlib.resources import files; print(files('salver.data.sample') / 'backlog.mbox')"
    backlog = Path(ran(installed / "python", "-c", code, cwd=tmp_path).strip())
    assert backlog.is_relative_to(installed.parent)
    lines = ran(installed / "salver", "read", backlog, "--json", cwd=tmp_path).splitlines()
    assert len(lines) >= 200
    assert all({"id", "text", "screen"} <= json.loads(line).keys() for line in lines)


def test_the_editable_install_is_found_from_anywhere(tmp_path: Path) -> None:
    code = "import salver.data.message as one, salver.serve.cli as other; print(one.__file__, other.__file__)"
    found = ran(sys.executable, "-c", code, cwd=tmp_path).split()
    assert found == [str(ROOT / "data" / "message.py"), str(ROOT / "serve" / "cli.py")]


def test_nothing_with_a_general_name_is_installed(tmp_path: Path) -> None:
    code = "import importlib.util as u; print([one for one in ROOMS if u.find_spec(one)])".replace("ROOMS", repr(ROOMS))
    assert ran(sys.executable, "-c", code, cwd=tmp_path) == "[]\n"
