"""Files that are only ever added to, each thing in them once: an archive of cases, a backlog of messages.

What is in them is known by its key, so that an import can be repeated. A line that was cut off (the machine stopped
while it was written) is dropped when the file is opened again. Only its owner may read a new one.
"""

import json
import os
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.utils import format_datetime
from hashlib import blake2b
from pathlib import Path
from re import MULTILINE
from re import compile as pattern
from types import TracebackType
from typing import Any, Self

from salver.data.errors import InputError
from salver.data.mbox import pieces
from salver.data.message import RawMessage
from salver.serve.held import opened, write

_WRITTEN_AT_ONCE = 1 << 20
_FROM = pattern(rb"^(>*From )", MULTILINE)


@dataclass(slots=True)
class Counts:
    """How many were added, how many were there already, and how many of these look different now."""

    added: int = 0
    known: int = 0
    changed: int = 0

    def to_json(self) -> dict[str, int]:
        """The same as plain numbers."""
        return {"added": self.added, "known": self.known, "changed": self.changed}


class _Added(ABC):
    """An open file, for use in a `with`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.counts = Counts()
        self._known: dict[str, bytes] = {}
        self._waiting: list[bytes] = []
        self._size = 0
        self._file = opened(path, "import", 0o600)
        try:
            self._file.truncate(self._take_over())
            self._file.seek(0, os.SEEK_END)
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        try:
            self._write()
        finally:
            self._file.close()

    @abstractmethod
    def _take_over(self) -> int:
        """Remember what is there; how many bytes of it are whole."""

    def _put(self, key: str, looks: bytes, content: bytes) -> None:
        if key in self._known:
            self.counts.known += 1
            self.counts.changed += self._known[key] != looks
            return
        self._known[key] = looks
        self.counts.added += 1
        self._waiting.append(content)
        self._size += len(content)
        if self._size >= _WRITTEN_AT_ONCE:
            self._write()

    def _write(self) -> None:
        """Write what waits. When the disk is full, the file is cut back to what it was before."""
        write(self._file, b"".join(self._waiting), self.path)
        self._waiting.clear()
        self._size = 0


class AddedLines(_Added):
    """A file of JSON lines with an `id` each."""

    def add(self, row: Mapping[str, Any]) -> None:
        """Add a row, unless one with its id is there."""
        line = json.dumps(row, ensure_ascii=False).encode("utf-8", "backslashreplace")
        self._put(str(row["id"]), _looks(line), line + b"\n")

    def _take_over(self) -> int:
        whole = 0
        with self.path.open("rb") as held:
            for number, line in enumerate(held, start=1):
                if not line.endswith(b"\n"):
                    break
                try:
                    self._known[str(json.loads(line)["id"])] = _looks(line.rstrip(b"\n"))
                except (ValueError, KeyError, TypeError) as error:
                    todo = "Give another file; this one was not touched."
                    raise InputError(
                        "this line is none of an import", where=f"{self.path}:{number}", todo=todo
                    ) from error
                whole += len(line)
        return whole


class AddedMails(_Added):
    """An mbox (mboxrd, RFC 4155), each mail by its key."""

    def add(self, raw: RawMessage) -> None:
        """Add a mail, unless it is there."""
        at = format_datetime(raw.received_at) if raw.received_at else ""
        day = raw.received_at.strftime("%a %b %e %H:%M:%S %Y") if at and raw.received_at else "Thu Jan  1 00:00:00 1970"
        body = _FROM.sub(rb">\1", raw.content.replace(b"\r\n", b"\n"))
        end = b"\n" if body.endswith(b"\n") else b"\n\n"
        self._put(raw.key, b"", b"From MAILER-DAEMON " + day.encode() + b"\n" + body + end)

    def _take_over(self) -> int:
        with self.path.open("rb") as held:
            size = os.fstat(held.fileno()).st_size
            if size and held.read(5) != b"From ":
                todo = "Give another file; this one was not touched."
                raise InputError("this is no mbox", where=str(self.path), todo=todo)
            held.seek(0)
            for raw in _mails(held, self.path):
                self._known[raw.key] = b""
        return size


def _mails(held: Any, path: Path) -> Iterator[RawMessage]:
    for piece in pieces(held):
        yield RawMessage(content=piece.content, source=str(path))


def _looks(line: bytes) -> bytes:
    return blake2b(line, digest_size=8).digest()
