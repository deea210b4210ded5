"""Rows out of a CSV file whose delimiter and encoding nobody has said."""

import codecs
import csv
import io
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from salver.data.columns import guess_columns
from salver.data.errors import Fault, InputError
from salver.data.formats import LOOK_BYTES

LINE_BYTES = 50 << 20
_FIELD_CHARACTERS = 10 << 20
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class _Lines:
    """The lines of a CSV file. The lines of a broken row but its first can be read again."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._again: deque[str] = deque()
        self._row: list[str] = []
        self.read = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines)
        self._row.append(line)
        self.read += 1
        return line

    def begin_row(self) -> int:
        """Forget the row that was read; the line on which the next one begins."""
        self._row.clear()
        return self.read + 1

    def step_back(self, *, keep: int) -> None:
        """Read the lines since `begin_row` again, but the first `keep`."""
        self._again.extendleft(reversed(self._row[keep:]))
        self.read -= len(self._row[keep:])

    @property
    def ended_in_line(self) -> bool:
        return bool(self._row) and not self._row[-1].endswith(("\n", "\r"))


def csv_rows(
    path: Path, source: str, names: tuple[str, ...], tell: Callable[[Fault], None]
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Pairs of the line on which a row begins and its cells by column name; a broken row is told and left out."""
    with path.open("rb") as file:
        lines = _Lines(_decoded(file))
        delimiter = _skip_separator_line(lines) or _delimiter(path)
        _header(path, lines, delimiter)
        cells = csv.reader(lines, delimiter=delimiter, strict=True)
        while True:
            line = lines.begin_row()
            try:
                row = next(cells, None)
            except csv.Error as error:
                lines.step_back(keep=1)
                what = f"this row cannot be split into columns ({error}); it was left out."
                todo = 'A quote character inside a field must be doubled (""), and each that opens must close.'
                tell(Fault(source=source, line=line, what=what, todo=todo))
                continue
            if row is None:
                return
            fault = _width_fault(row, names, lines.ended_in_line)
            if fault:
                tell(Fault(source=source, line=line, what=fault, todo="Complete the row or drop it."))
            elif row:
                yield line, dict(zip(names, row + [""] * (len(names) - len(row)), strict=True))


def _width_fault(row: list[str], names: tuple[str, ...], at_end_of_file: bool) -> str:
    """Spreadsheets leave out empty cells at the end of a row; more cells, or fewer at the very end, are a fault."""
    if len(row) > len(names) or (at_end_of_file and 0 < len(row) < len(names)):
        return f"this row has {len(row)} columns, the first line names {len(names)}; it was left out."
    return ""


def csv_names(path: Path) -> tuple[str, ...]:
    """The cells of the first row, each made to differ from the others."""
    with path.open("rb") as file:
        lines = _Lines(_decoded(file))
        delimiter = _skip_separator_line(lines) or _delimiter(path)
        header = _header(path, lines, delimiter)
    names: list[str] = []
    for number, cell in enumerate(header, start=1):
        name = cell.strip() or f"column {number}"
        names.append(name if name not in names else f"{name} {number}")
    return tuple(names)


def _header(path: Path, lines: _Lines, delimiter: str) -> list[str]:
    csv.field_size_limit(_FIELD_CHARACTERS)
    try:
        return next(row for row in csv.reader(lines, delimiter=delimiter, strict=True) if row)
    except csv.Error as error:
        todo = "A quote character that opens a column name must close it."
        raise InputError(
            f"The first line cannot be split into columns ({error})", where=f"{path}:1", todo=todo
        ) from error


def _delimiter(path: Path) -> str:
    """The character that makes most sense of the first rows: known names first, then rows of one width."""
    with path.open("rb") as file:
        lines = "".join(_decoded(io.BytesIO(file.read(LOOK_BYTES)))).splitlines(keepends=True)
    lines = lines[:-1] if len(lines) > 1 else lines

    def sense(delimiter: str) -> tuple[int, float, int]:
        rows = [row for row in csv.reader(lines, delimiter=delimiter) if row] or [[]]
        alike = sum(len(row) == len(rows[0]) for row in rows) / len(rows)
        return len(guess_columns(dict.fromkeys(cell.strip() for cell in rows[0]))), alike, len(rows[0])

    return max((",", ";", "\t", "|"), key=sense)


def _skip_separator_line(lines: _Lines) -> str:
    """Spreadsheets may write `sep=;` on top."""
    first = next(lines, "")
    if first.startswith("sep=") and len(first.strip()) == len("sep=;"):
        return first[4]
    lines.step_back(keep=0)
    return ""


def _decoded(file: BinaryIO) -> Iterator[str]:
    """Lines as text: UTF-16 by its mark, otherwise each line as UTF-8 and, where it is none, as Windows-1252."""
    start = file.read(4)
    file.seek(0)
    if start.startswith(_UTF16):
        yield from io.TextIOWrapper(file, encoding="utf-16", errors="replace", newline="")
        return
    file.seek(3 if start.startswith(codecs.BOM_UTF8) else 0)
    for line in byte_lines(file):
        try:
            yield line.decode("utf-8")
        except UnicodeDecodeError:
            yield line.decode("cp1252", "replace")


def byte_lines(file: BinaryIO) -> Iterator[bytes]:
    """Lines of at most LINE_BYTES; what a longer one has beyond is dropped, so that it cannot fill the memory."""
    while line := file.readline(LINE_BYTES):
        yield line
        while len(line) == LINE_BYTES and not line.endswith(b"\n"):
            line = file.readline(LINE_BYTES)
