"""Files and functions fit the reader's hand, are named for what they are, say what they do, and promise nothing."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.rooms import ROOMS, ROOT, files, tracked, tree

LINES = 300
FUNCTION_LINES = 40
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "base", "constants", "misc", "manager", "core"}
EVERY_PAGE = files(*ROOMS, "bench")
FOREIGN = ("tests/cases/", "data/sample/", "LICENSE")
"""Mails and texts in which anything may stand."""
WRITTEN = [one for one in tracked() if not str(one).startswith(FOREIGN) and one.suffix not in (".gz", ".png", ".ico")]
PUBLIC = {
    "arxiv.org",
    "doi.org",
    "download.pytorch.org",
    "github.com",
    "huggingface.co",
    "keepachangelog.com",
    "semver.org",
    "www.apache.org",
    "www.rfc-editor.org",
}
"""Hosts that a reader may be sent to; whatever else stands in a file must be a made-up or a local one."""
MADE_UP = re.compile(
    r"(?:.+\.)?(?:example(?:\.(?:com|org|net))?|test|invalid|localhost)|127\.0\.0\.1|\[::1\]|\d+\.\d+\.\d+\.\d+"
)
OF_SOMEBODY = re.compile(r"(?<![\w.:/}])/(?:home|Users|root|work|mnt|workspace)/\w")


def functions(file: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("file", EVERY_PAGE, ids=str)
def test_a_page_fits_the_hand(file: Path) -> None:
    assert len((ROOT / file).read_text("utf-8").splitlines()) <= LINES
    lengths = {one.name: (one.end_lineno or 0) - one.lineno + 1 for one in functions(file)}
    assert not {name: length for name, length in lengths.items() if length > FUNCTION_LINES}


@pytest.mark.parametrize("file", EVERY_PAGE, ids=str)
def test_a_page_is_named_for_what_it_holds(file: Path) -> None:
    assert not EMPTY_NAMES & set(file.with_suffix("").parts)


@pytest.mark.parametrize("file", EVERY_PAGE, ids=str)
def test_what_is_public_says_what_it_is(file: Path) -> None:
    assert ast.get_docstring(tree(file)), "a page begins with what it is"
    named = [one for one in tree(file).body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)]
    assert not [one.name for one in named if not one.name.startswith("_") and not ast.get_docstring(one)]


@pytest.mark.skipif(not tracked(), reason="needs a clone: what is tracked cannot be told without git")
def test_nothing_is_left_for_later() -> None:
    mark = re.compile(rf"(?<!\w)(?:{'|'.join(('TO' + 'DO', 'FIX' + 'ME', 'X' * 3, 'HA' + 'CK'))})(?!\w)")
    assert not _places(mark)


@pytest.mark.skipif(not tracked(), reason="needs a clone: what is tracked cannot be told without git")
def test_no_file_knows_a_path_of_somebody_s_machine() -> None:
    assert not _places(OF_SOMEBODY)


@pytest.mark.skipif(not tracked(), reason="needs a clone: what is tracked cannot be told without git")
def test_files_point_to_nowhere_but_made_up_and_public_places() -> None:
    hosts = [
        (place, found.split("://")[1]) for place, found in _places(re.compile(r"\bhttps?://(?:\[[\d:]+\]|[\w.-]+\w)"))
    ]
    strange = {(place, host) for place, host in hosts if host not in PUBLIC and not MADE_UP.fullmatch(host)}
    assert not strange


def _places(pattern: re.Pattern[str]) -> list[tuple[str, str]]:
    """Where a pattern stands in what we wrote ourselves, and what stands there."""
    found = []
    for file in WRITTEN:
        for number, line in enumerate((ROOT / file).read_text("utf-8", errors="replace").splitlines(), start=1):
            found += [(f"{file}:{number}", one) for one in pattern.findall(line)]
    return found
