"""Whatever the pages tell a reader to type, to import or to open is there."""

import ast
import importlib.util
import json
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from salver.serve.cli import app
from tests.house.rooms import ROOT

PAGES = sorted(one for one in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")] if one.is_file())
README_LINES = 150
FENCED = re.compile(r"^(?P<indent> *)```(?P<lang>\w*)[^\n]*\n(?P<text>.*?)^(?P=indent)```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`((?:salver|make|python -m) [^`\n]+)`")
LINKED = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
SHELLS = {"", "console", "bash", "sh", "shell"}
STARTS = ("salver", "make", "python", "python3")
TARGETS = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
COMMAND: Any = typer.main.get_command(app)


def blocks(page: Path, *langs: str) -> list[str]:
    found = FENCED.finditer(page.read_text("utf-8"))
    return [one["text"] for one in found if one["lang"] in langs]


def shown(page: Path) -> list[str]:
    """Every command that a page shows, without prompt, continuation and comment."""
    inline = INLINE.findall(FENCED.sub("", page.read_text("utf-8")))
    return [*(line for text in blocks(page, *SHELLS) for line in _commands(text)), *inline]


def _commands(text: str) -> Iterator[str]:
    lines = [line.strip() for line in text.replace("\\\n", " ").splitlines()]
    prompted = any(line.startswith("$ ") for line in lines)  # then what has no prompt is output
    for line in lines:
        if line.startswith("$ ") or not prompted:
            yield from re.split(r"\s(?:\||&&|;)\s", line.removeprefix("$ "))


def words_of(command: str) -> list[str]:
    """The words of a command line, without the environment before and redirections after it."""
    try:
        words = shlex.split(command, comments=True)
    except ValueError:  # prose
        return []
    while words and re.fullmatch(r"[A-Z_]+=\S*", words[0]):
        words = words[1:]
    ends = [place for place, word in enumerate(words) if word in {">", "2>", ">>", "&", "<"}]
    words = words[: ends[0]] if ends else words
    return [Path(words[0]).name, *words[1:]] if words else []


ALL = [(page, words) for page in PAGES for words in map(words_of, shown(page)) if words and words[0] in STARTS]


def faults(words: list[str]) -> str:
    """What is wrong with a command, or nothing."""
    program, *rest = words
    if program == "salver":
        return salver_faults(rest)
    if program == "make":
        targets = [one for one in rest if "=" not in one and not one.startswith("-")]
        return ", ".join(f"there is no target {one}" for one in targets if one not in TARGETS)
    if rest[:1] == ["-m"]:
        return "" if importlib.util.find_spec(rest[1]) else f"there is no module {rest[1]}"
    return ""


def salver_faults(words: list[str]) -> str:
    """What the command line itself says of these words, short of doing anything; and of options, whether they are."""
    command, known = COMMAND, {"--help"}
    while words and words[0] in getattr(command, "commands", {}):
        command, words = command.commands[words[0]], words[1:]
    if command is COMMAND and words and not words[0].startswith("-"):
        return f"there is no command {words[0]}"
    known |= {name for one in command.params for name in one.opts}
    strange = [word for word in words if word.startswith("--") and word.partition("=")[0].strip("[]") not in known]
    return f"{command.name} has no option {', '.join(strange)}" if strange else ""


def parsed(words: list[str]) -> None:
    """Let the command line take a command that a reader may paste. Raises what it would say of it."""
    command = COMMAND
    while words and words[0] in getattr(command, "commands", {}):
        command, words = command.commands[words[0]], words[1:]
    if words != ["--help"]:
        command.make_context(command.name, list(words))


def test_the_pages_are_there() -> None:
    names = {str(page.relative_to(ROOT)) for page in PAGES}
    assert {"README.md", "CHANGELOG.md", "CONTRIBUTING.md", "docs/house.md"} <= names


def test_the_readme_is_a_page_that_shows_what_to_type() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    assert len(text.splitlines()) <= README_LINES
    assert "@@" not in text, "a figure is missing"
    assert {"salver", "make"} <= {words[0] for page, words in ALL if page.name == "README.md"}


@pytest.mark.parametrize(("page", "words"), ALL, ids=[f"{page.name}: {' '.join(words)}" for page, words in ALL])
def test_every_command_on_a_page_exists(page: Path, words: list[str]) -> None:
    assert not faults(words)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_in_a_block_can_be_pasted(page: Path) -> None:
    for text in blocks(page, *SHELLS):
        for words in map(words_of, _commands(text)):
            if words[:1] == ["salver"]:
                parsed(words[1:])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_python_on_a_page_can_be_run(page: Path) -> None:
    for text in blocks(page, "python", "py"):
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("salver"):
                module = importlib.import_module(node.module)
                assert not [one.name for one in node.names if not hasattr(module, one.name)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_toml_and_json_on_a_page_are_toml_and_json(page: Path) -> None:
    for text in blocks(page, "toml"):
        tomllib.loads(text)
    for text in blocks(page, "json", "jsonl"):
        try:
            json.loads(text)
        except json.JSONDecodeError:
            assert all(json.loads(line) for line in text.splitlines() if line.strip())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_to_a_file_leads_to_one(page: Path) -> None:
    lost = [one for one in LINKED.findall(FENCED.sub("", page.read_text("utf-8"))) if not (page.parent / one).exists()]
    assert not lost


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("salver digest", "there is no command digest"),
        ("salver batch in.mbox --fast", "batch has no option --fast"),
        ("salver bundles rollback --now", "rollback has no option --now"),
        ("make coffee", "there is no target coffee"),
        ("python -m bench.nothing", "there is no module bench.nothing"),
        ("A=1 salver batch in.mbox --out x.jsonl > log", ""),
    ],
)
def test_what_is_not_there_is_told(command: str, told: str) -> None:
    assert faults(words_of(command)) == told
