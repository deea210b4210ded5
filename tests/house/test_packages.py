"""What is installed is what lies in the folders."""

import tomllib
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest

from tests.house.rooms import ROOMS, ROOT, files

TABLE: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
SETUP: dict[str, Any] = TABLE["tool"]["setuptools"]
FOLDERS: dict[str, str] = SETUP["package-dir"]
LEFT_OUT = ("data/sample/source", "data/sample/.gitattributes")
"""What the sample company's files are made of; the files themselves are installed."""


def test_every_folder_with_python_in_it_is_a_package() -> None:
    there = {file.parent for file in files()}
    assert {Path(FOLDERS[one]) for one in SETUP["packages"]} == there


def test_a_package_is_named_as_its_folder_and_has_a_word_to_say() -> None:
    assert sorted(SETUP["packages"]) == sorted(FOLDERS)
    assert {name: "salver." + folder.replace("/", ".") for name, folder in FOLDERS.items()} == {
        name: name for name in FOLDERS
    }
    assert all((ROOT / folder / "__init__.py").is_file() for folder in FOLDERS.values())


@pytest.mark.parametrize("package", SETUP["package-data"])
def test_every_pattern_of_a_package_finds_a_file(package: str) -> None:
    for pattern in SETUP["package-data"][package]:
        assert list((ROOT / FOLDERS[package]).glob(pattern)), f"{package}: nothing is like {pattern}"


@pytest.mark.parametrize("room", ROOMS)
def test_every_file_of_a_room_is_installed(room: str) -> None:
    patterns = [
        f"{FOLDERS[package]}/{pattern}" for package, found in SETUP["package-data"].items() for pattern in found
    ]
    there = (file.relative_to(ROOT) for file in (ROOT / room).rglob("*") if file.is_file())
    data = [str(one) for one in there if one.suffix != ".py" and "__pycache__" not in one.parts]
    lost = [one for one in data if not one.startswith(LEFT_OUT) and not any(fnmatch(one, each) for each in patterns)]
    assert not lost, "name it in [tool.setuptools.package-data], or in LEFT_OUT here"


def test_type_checkers_find_every_room() -> None:
    links = ROOT / ".typing" / "salver"
    assert {one.name: one.resolve() for one in links.iterdir()} == {room: ROOT / room for room in ROOMS}
    assert all(not one.readlink().is_absolute() for one in links.iterdir())
