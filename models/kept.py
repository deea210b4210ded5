"""Vectors of a pretrained encoder that outlive a training: a retraining asks for nearly the same texts.

They lie in one SQLite file, by the hash of the model and of the text, so that the file holds no word of anybody. After
each training only what it asked for is kept: a case that was erased leaves no vector behind.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from salver.data.errors import StoreError
from salver.models.ports import Encoder, Vectors

_PROBE = "Wo bleibt meine Bestellung? Where is my order?"
"""What a model makes of it tells it from others; rounded, so that another machine finds the vectors again."""
_AT_ONCE = 500
_COMPUTED = 2000
"""Texts after which what was computed is stored: a training that is stopped goes on from there."""


class KeptVectors:
    """An encoder whose vectors are looked up in a file first, and put there when they are new."""

    def __init__(self, encoder: Encoder, file: Path) -> None:
        self._encoder = encoder
        self._file = file
        self._model = sha256(np.round(encoder.encode([_PROBE]), 2).tobytes()).digest()
        self._asked: set[bytes] = set()

    @property
    def dim(self) -> int:
        return self._encoder.dim

    def encode(self, texts: Sequence[str]) -> Vectors:
        """(n, dim) float32. Raises StoreError when the file cannot be read or written."""
        keys = [self._key(text) for text in texts]
        self._asked.update(keys)
        with self._opened() as database:
            found = self._known(database, list(dict.fromkeys(keys)))
            new = {key: text for key, text in zip(keys, texts, strict=True) if key not in found}
            for some in _blocks(list(new), _COMPUTED):
                vectors = self._encoder.encode([new[key] for key in some])
                self._store(database, some, vectors)
                found |= dict(zip(some, vectors, strict=True))
        return np.stack([found[key] for key in keys]) if keys else np.zeros((0, self.dim), np.float32)

    def forget_others(self) -> int:
        """Remove every vector that this encoder was not asked for; how many there were. Raises StoreError as above."""
        with self._opened() as database:
            gone = {key for (key,) in database.execute("SELECT key FROM vectors")} - self._asked
            database.executemany("DELETE FROM vectors WHERE key = ?", [(key,) for key in gone])
            database.commit()
        return len(gone)

    def _key(self, text: str) -> bytes:
        return sha256(self._model + text.encode("utf-8", "surrogatepass")).digest()

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._file, timeout=30)) as database:
                database.execute("PRAGMA secure_delete = ON")
                database.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB) WITHOUT ROWID")
                yield database
        except (sqlite3.Error, OSError) as error:
            todo = "Make room, or remove that file: the vectors are computed again."
            raise StoreError(f"the kept vectors cannot be used ({error})", where=str(self._file), todo=todo) from error

    def _known(self, database: sqlite3.Connection, keys: Sequence[bytes]) -> dict[bytes, NDArray[np.float32]]:
        found = dict[bytes, NDArray[np.float32]]()
        for some in _blocks(keys, _AT_ONCE):
            marks = ", ".join("?" * len(some))
            rows = database.execute(f"SELECT key, vector FROM vectors WHERE key IN ({marks})", some)  # noqa: S608
            found |= {key: np.frombuffer(vector, np.float32) for key, vector in rows if len(vector) == 4 * self.dim}
        return found

    @staticmethod
    def _store(database: sqlite3.Connection, keys: Sequence[bytes], vectors: Vectors) -> None:
        rows = [(key, row.tobytes()) for key, row in zip(keys, vectors, strict=True)]
        database.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)
        database.commit()


def _blocks(keys: Sequence[bytes], size: int) -> Iterator[Sequence[bytes]]:
    return (keys[start : start + size] for start in range(0, len(keys), size))
