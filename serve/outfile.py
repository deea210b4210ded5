"""The file of decisions: a JSON line a message, only ever added to, so that a batch can go on where it was.

A line is whole when it ends in a line feed; one that was cut off (the machine stopped while it was written) is dropped
when the file is opened again. All lines are of one bundle. One process at a time may write.
"""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from salver.data.errors import InputError
from salver.serve.held import opened, write

_BEGINNING = b'{"id": "'


class OutFile:
    """An open file of decisions, for use in a `with`.

    `done` are the keys of the messages that have their line; `reasons` counts the pairs of decision and reason that
    were in the file when it was opened.
    """

    def __init__(self, path: Path, bundle: str) -> None:
        """Open a file, or make it. Raises InputError when it holds anything else, or is being written already."""
        self.path = path
        self.done: set[bytes] = set()
        self.reasons: Counter[tuple[str, str]] = Counter()
        self._file = opened(path, "batch")
        try:
            self._take_over(bundle)
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self._file.close()

    def has(self, key: str) -> bool:
        return bytes.fromhex(key) in self.done

    def whole_lines(self) -> int:
        """How many lines are in the file by now, whatever was interrupted while it was written."""
        with self.path.open("rb") as held:
            return sum(line.endswith(b"\n") for line in held)

    def add(self, lines: Sequence[dict[str, Any]]) -> None:
        """Write lines and sync them. When the disk is full, the file is cut back to what it was before."""
        content = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode(
            "utf-8", "backslashreplace"
        )
        write(self._file, content, self.path)
        self.done.update(bytes.fromhex(line["id"]) for line in lines)

    def _take_over(self, bundle: str) -> None:
        whole = 0
        with self.path.open("rb") as held:
            for number, line in enumerate(held, start=1):
                if not line.endswith(b"\n"):
                    _must_be_ours(line, self.path, number)
                    break
                key, reason = _facts(line, bundle, self.path, number)
                self.done.add(key)
                self.reasons[reason] += 1
                whole += len(line)
        self._file.truncate(whole)
        self._file.seek(whole)


def _must_be_ours(tail: bytes, path: Path, number: int) -> None:
    """A last line without its end is dropped only if it began as ours do (or holds nothing, after a power cut)."""
    if not _BEGINNING.startswith(tail[: len(_BEGINNING)]) and tail.strip(b"\0"):
        raise _no_decision(path, number)


def _facts(line: bytes, bundle: str, path: Path, number: int) -> tuple[bytes, tuple[str, str]]:
    """Key, decision and reason of a line. Raises InputError when it is no decision, or another bundle's."""
    try:
        known = json.loads(line)
        key, of, reason = bytes.fromhex(known["id"]), known["bundle"], (known["decision"], known["reason"])
    except (ValueError, KeyError, TypeError) as error:
        raise _no_decision(path, number) from error
    if of != bundle:
        todo = f'Give another file, or go on with the bundle "{of}".'
        raise InputError(f'its decisions are of the bundle "{of}", not "{bundle}"', where=str(path), todo=todo)
    return key, reason


def _no_decision(path: Path, number: int) -> InputError:
    todo = "Give another file for the decisions; this one was not touched."
    return InputError("this line is no decision", where=f"{path}:{number}", todo=todo)
