"""The rooms as files, modules and syntax trees, for the tests that hold the house."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("data", "models", "pipeline", "training", "serve")
"""From the ground up: a room imports only what stands before it."""


@cache
def files(*folders: str) -> tuple[Path, ...]:
    """The Python files of the rooms, or of these folders, relative to the root."""
    found = (file for folder in folders or ROOMS for file in (ROOT / folder).rglob("*.py"))
    return tuple(sorted(file.relative_to(ROOT) for file in found))


@cache
def tree(file: Path) -> ast.Module:
    """What a file says."""
    return ast.parse((ROOT / file).read_text("utf-8"), str(file))


def module(file: Path) -> str:
    """The name under which a file of a room is imported."""
    parts = file.with_suffix("").parts
    return ".".join(("salver", *(parts[:-1] if parts[-1] == "__init__" else parts)))


def imports(file: Path) -> Iterator[str]:
    """Every module that a file imports, wherever in it, with its dots."""
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or "."
            yield from (f"{node.module}.{one.name}" for one in node.names)


@cache
def tracked() -> tuple[Path, ...]:
    """Every file that is under version control, relative to the root; of a tree without it, none."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    names = done.stdout.decode().split("\0") if done.returncode == 0 else []
    return tuple(Path(name) for name in names if name and (ROOT / name).is_file())
