"""Rows of a data set: a file of JSON lines, or a folder that has one as `data.jsonl`."""

import json
from pathlib import Path
from typing import Any

_NAME = "data.jsonl"

Row = dict[str, Any]


def rows_of(path: Path) -> list[Row]:
    """The objects of the lines that are not empty. Raises SystemExit with what is wrong, and in which line."""
    file = path / _NAME if path.is_dir() else path
    try:
        lines = file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SystemExit(
            f"{file} cannot be read ({getattr(error, 'strerror', None) or 'it is not UTF-8'}). Give a file of JSON"
            f" lines, or a folder with a {_NAME}."
        ) from None
    rows = [_row(file, number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if not rows:
        raise SystemExit(f"{file} is empty.")
    return rows


def _row(file: Path, number: int, line: str) -> Row:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise SystemExit(f"{file}, line {number} is no JSON: {error}.") from None
    if not isinstance(row, dict):
        raise SystemExit(f"{file}, line {number} is no JSON object.")
    return row
