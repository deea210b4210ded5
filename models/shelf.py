"""The folder that holds the bundles: which there are, which one is the champion, and how that came about.

    bundles/
    ├── 2026-03/            one bundle a folder
    ├── 2026-04/
    ├── champion            the name of the one that serves; written beside and renamed
    └── history.jsonl       a line a move: at, what, from, to, because

A move is written down first and made second. A line whose move was never made (the machine stopped between the two)
does not fit into the chain that ends at the champion, and does not count.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import Any, Literal, Self

from salver.data.errors import BundleError

_MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A change of the champion. `before` is None for the first; `because` is in words."""

    at: datetime
    what: Literal["promote", "rollback"]
    before: str | None
    after: str
    because: str

    @classmethod
    def of_line(cls, line: str) -> Self:
        known = json.loads(line)
        at = datetime.fromisoformat(known["at"])
        return cls(at=at, what=known["what"], before=known["from"], after=known["to"], because=known["because"])

    def to_json(self) -> dict[str, Any]:
        at = self.at.isoformat()
        return {"at": at, "what": self.what, "from": self.before, "to": self.after, "because": self.because}


class Shelf:
    """Knows the bundles of a folder and moves the champion. It has no clock: moves are told when they happen."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._pointer = folder / "champion"
        self._history = folder / "history.jsonl"

    def names(self) -> tuple[str, ...]:
        """The bundles there are, in order of their names; one that is still being written is not among them."""
        if not self.folder.is_dir():
            return ()
        found = (one.parent.name for one in self.folder.glob(f"*/{_MANIFEST}"))
        return tuple(sorted(name for name in found if not name.startswith(".")))

    def path(self, name: str) -> Path:
        """Where a bundle is. Raises BundleError when there is none of this name."""
        if name not in self.names():
            raise BundleError(f'there is no bundle "{name}"', where=str(self.folder), todo=self._choice())
        return self.folder / name

    @property
    def champion(self) -> str | None:
        """The bundle that serves, or None when none was promoted yet."""
        try:
            return self._pointer.read_text("utf-8").strip() or None
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise BundleError(
                "this file cannot be read", where=str(self._pointer), todo="Promote a bundle by its name."
            ) from error

    def promote(self, name: str, because: str, at: datetime) -> None:
        """Make a bundle the champion; nothing happens when it is already. Raises BundleError for an unknown name."""
        self.path(name)
        with self._alone():
            before = self.champion
            if name != before:
                self._make(Move(at=at, what="promote", before=before, after=name, because=because))

    def rollback(self, at: datetime, because: str = "rolled back by hand") -> str:
        """Make the champion before this one the champion again, and say which. Twice goes back by two.

        Raises BundleError when there was none before, or when its folder is gone.
        """
        with self._alone():
            now, earlier = self.champion, self._earlier()
            if now is None or earlier is None:
                what = "nothing to roll back to: " + (f'"{now}" is the first champion' if now else "no champion yet")
                raise BundleError(what, where=str(self.folder), todo=self._choice())
            self.path(earlier)
            self._make(Move(at=at, what="rollback", before=now, after=earlier, because=because))
            return earlier

    def history(self) -> tuple[Move, ...]:
        """All moves that were made, oldest first."""
        kept, expected = [], self.champion
        for move in reversed(self._lines()):
            if move.after == expected:
                kept.append(move)
                expected = move.before
        return tuple(reversed(kept))

    def _earlier(self) -> str | None:
        champions: list[str] = []
        for move in self.history():
            if move.what == "rollback" and champions:
                champions.pop()
            if not champions or champions[-1] != move.after:
                champions.append(move.after)
        return champions[-2] if len(champions) > 1 else None

    def _lines(self) -> list[Move]:
        """The lines that are whole; a torn one is of a move that was not made."""
        if not self._history.exists():
            return []
        moves = []
        for line in self._history.read_text("utf-8", errors="replace").splitlines():
            try:
                moves.append(Move.of_line(line))
            except (ValueError, KeyError, TypeError):
                continue
        return moves

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One move at a time, in all processes; whatever the disk refuses is said in a sentence."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with self._history.open("ab") as held:
                flock(held, LOCK_EX)
                yield
        except OSError as error:
            todo = "Make room or give the right to write, then do it again; the champion is as it was."
            raise BundleError(f"cannot be written ({error.strerror})", where=str(self.folder), todo=todo) from error

    def _make(self, move: Move) -> None:
        with self._history.open("ab+") as file:
            file.seek(max(file.seek(0, os.SEEK_END) - 1, 0))
            torn = file.read(1) not in (b"", b"\n")
            line = json.dumps(move.to_json(), ensure_ascii=False)
            file.write((f"\n{line}\n" if torn else f"{line}\n").encode())
            file.flush()
            os.fsync(file.fileno())
        beside = self._pointer.with_name(".champion")
        with beside.open("w", encoding="utf-8") as file:
            file.write(move.after + "\n")
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._pointer)

    def _choice(self) -> str:
        names = self.names()
        return f"There are: {', '.join(names)}." if names else "There is no bundle here yet: train one."
