"""What persons see of a command: tables and words on stdout, progress on stderr. Machines get JSON lines."""

import json
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Line = Mapping[str, Any]


def as_line(known: Line) -> str:
    """One JSON object on one line; half a surrogate pair, which some mails hold, becomes an escape."""
    return json.dumps(known, ensure_ascii=False).encode("utf-8", "backslashreplace").decode() + "\n"


def machine(known: Line) -> None:
    """Print one JSON object."""
    sys.stdout.write(as_line(known))


def words(text: str = "") -> None:
    """Print a line for a person; what the terminal cannot show is replaced."""
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, "replace").decode(encoding) + "\n")


def told(text: str) -> None:
    """Say how far long work has come."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table. Columns whose name begins with "#" hold numbers and stand to the right."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=box.SIMPLE_HEAD)
    for column in columns:
        number = column.startswith("#")
        drawn.add_column(column.removeprefix("#"), justify="right" if number else "left", no_wrap=number)
    for row in rows:
        drawn.add_row(*(Text("" if cell is None else str(cell)) for cell in row))
    console = Console(width=None if sys.stdout.isatty() else 120)
    console.print(Text(title, style="bold"))
    console.print(drawn)


def share(part: float | None) -> str:
    """A share as a percentage, or a dash."""
    return "–" if part is None else f"{part:.1%}"


class Counted:
    """Tells on stderr how many are done and how fast: in place on a terminal, otherwise a line every ten seconds."""

    def __init__(self, noun: str) -> None:
        self._noun = noun
        self._terminal = sys.stderr.isatty()
        self._started = self._told = time.monotonic()
        self.done = 0

    @property
    def per_second(self) -> float:
        return self.done / max(time.monotonic() - self._started, 1e-9)

    def add(self, some: int) -> None:
        self.done += some
        now = time.monotonic()
        if now - self._told >= (0.2 if self._terminal else 10):
            self._told = now
            self._tell("\r" if self._terminal else "", "" if self._terminal else "\n")

    def close(self) -> None:
        if self._terminal and self.done:
            self._tell("\r", "\n")

    def _tell(self, before: str, after: str) -> None:
        sys.stderr.write(f"{before}{self.done:,} {self._noun}, {self.per_second:,.0f} a second{after}")
        sys.stderr.flush()
