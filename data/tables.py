"""Rows out of CSV, JSONL and Parquet, one after the other. A bad row is told and left out; the rest goes on."""

import codecs
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from salver.data.csv_rows import byte_lines, csv_names, csv_rows
from salver.data.errors import Fault, InputError
from salver.data.formats import recognise, unreadable

Row = dict[str, Any]
Tell = Callable[[Fault], None]

_PEEK_ROWS = 1_000
_BATCH_ROWS = 1_024


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A file of rows. `names` are its columns; of JSON objects in objects the inner ones are `outer.inner`."""

    path: Path
    format: Literal["csv", "jsonl", "parquet"]
    names: tuple[str, ...]

    @property
    def source(self) -> str:
        return str(self.path).encode("utf-8", "surrogateescape").decode("utf-8", "replace")

    def rows(self, tell: Tell) -> Iterator[tuple[int, Row]]:
        """Pairs of the line (of Parquet: the row, from 1) and what stands there by column name."""
        try:
            match self.format:
                case "csv":
                    yield from csv_rows(self.path, self.source, self.names, tell)
                case "jsonl":
                    yield from _json_rows(self.path, self.source, tell)
                case "parquet":
                    yield from _parquet_rows(self.path)
        except OSError as error:
            raise unreadable(self.path, error) from error


def open_table(path: str | Path) -> Table:
    """Look at a table and name its columns. Raises InputError when it is missing, empty, damaged or no table."""
    path = Path(path).expanduser()
    kind = recognise(path)
    if kind not in ("csv", "jsonl", "parquet"):
        todo = "Give a CSV, JSONL or Parquet file."
        raise InputError(f"This is no table but looks like a {kind}", where=str(path), todo=todo)
    try:
        names = {"csv": csv_names, "jsonl": _json_names, "parquet": _parquet_names}[kind](path)
    except OSError as error:
        raise unreadable(path, error) from error
    return Table(path=path, format=kind, names=names)


# JSONL


def _json_rows(path: Path, source: str, tell: Tell) -> Iterator[tuple[int, Row]]:
    with path.open("rb") as file:
        for number, line in enumerate(byte_lines(file), start=1):
            text = line.removeprefix(codecs.BOM_UTF8).strip()
            if not text:
                continue
            row, fault = _json_row(text)
            if row is not None:
                yield number, row
                continue
            if not line.endswith(b"\n"):
                fault = "the last line is half-written"
            tell(Fault(source=source, line=number, what=f"{fault}; it was left out.", todo="Write the row again."))


def _json_row(text: bytes) -> tuple[Row | None, str]:
    try:
        try:
            value = json.loads(text.decode("utf-8"))
        except UnicodeDecodeError:
            value = json.loads(text.decode("cp1252", "replace"))
    except json.JSONDecodeError as error:
        return None, f"this line is no JSON ({error.msg} at column {error.colno})"
    except (ValueError, RecursionError):
        return None, "this line holds a number or a nesting too large to read"
    return (_flat(value), "") if isinstance(value, dict) else (None, "this line is no JSON object")


def _json_names(path: Path) -> tuple[str, ...]:
    told_later: list[Fault] = []
    rows = islice(_json_rows(path, "", told_later.append), _PEEK_ROWS)
    names = dict.fromkeys(name for _, row in rows for name in row)
    if not names:
        todo = 'Write one object a line, such as {"text": "…", "answer": "…"}.'
        raise InputError("No line holds a JSON object with fields", where=str(path), todo=todo)
    return tuple(names)


def _flat(row: dict[str, Any]) -> Row:
    """Inner objects as columns of their own: `customer.name`."""
    flat: Row = {}
    for name, value in row.items():
        if isinstance(value, dict):
            flat.update({f"{name}.{inner}": one for inner, one in value.items()})
        else:
            flat[name] = value
    return flat


# Parquet


def _parquet_names(path: Path) -> tuple[str, ...]:
    row = next(_parquet_rows(path), (0, {}))[1]
    if not row:
        raise InputError("The table has no rows", where=str(path), todo="Export it again.")
    return tuple(row)


def _parquet_rows(path: Path) -> Iterator[tuple[int, Row]]:
    try:
        import pyarrow
        from pyarrow.parquet import ParquetFile
    except ModuleNotFoundError as error:
        todo = "Install it: pip install 'salver[training]'."
        raise InputError("Reading Parquet needs pyarrow, which is not installed", where=str(path), todo=todo) from error
    try:
        with ParquetFile(path) as file:
            rows = (row for batch in file.iter_batches(_BATCH_ROWS) for row in batch.to_pylist())
            for number, row in enumerate(rows, start=1):
                yield number, _flat(row)
    except pyarrow.ArrowException as error:
        what = f"The Parquet file is damaged ({str(error).splitlines()[0]})"
        raise InputError(what, where=str(path), todo="Export or copy it again.") from error
