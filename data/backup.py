"""Copies of a store: made while others write, checked, and born with an open fuse.

Whoever restores a copy has a store that knows nothing of what left since it was made. So in a copy the fuse is open: no
answer leaves until a person has looked. SQLite's VACUUM INTO writes what one moment's reader sees.
"""

import os
import sqlite3
from datetime import datetime
from pathlib import Path

from salver.data.database import in_words
from salver.data.errors import StoreError
from salver.data.outbox import Outbox
from salver.data.store import Store


def copy(store: Store, to: Path, now: datetime) -> None:
    """Write a copy of a SQLite store as it is at one moment, check it, and open its fuse.

    Raises StoreError when it cannot be written or is not whole; then there is none.
    """
    part = to.with_name(f".{to.name}.part")
    try:
        _vacuum(store, part)
        with Store.open(str(part)) as made:
            check(made)
            because = f"This store is a copy of {now:%Y-%m-%d %H:%M} UTC: answers may have left since."
            Outbox.of(made).switch_fuse(is_open=True, by="salver backup", because=because, now=now)
        _settled(part)
        part.replace(to)
        _settled(to.parent)
    except OSError as error:
        todo = "Choose another place, or make room."
        raise StoreError(f"The copy cannot be written ({error.strerror})", where=str(to), todo=todo) from error
    finally:
        for left in (part, *(part.with_name(part.name + end) for end in ("-wal", "-shm", "-journal"))):
            left.unlink(missing_ok=True)


def check(store: Store) -> int:
    """Check that a store is whole: its pages, and that no decision was changed; how many decisions there are.

    Raises StoreError at the first fault.
    """
    with store.reading() as connection:
        said = connection.exec_driver_sql("PRAGMA integrity_check").scalar()
    if said != "ok":
        raise StoreError("The store is damaged", where=store.place, todo="Take another copy.")
    return sum(1 for _ in store.trail())


def _vacuum(store: Store, to: Path) -> None:
    os.close(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))  # what only its owner may read stays so
    with in_words(store.engine.url):
        held = store.engine.raw_connection()
        try:
            connection = held.driver_connection
            if not isinstance(connection, sqlite3.Connection):
                todo = "Copy it with pg_dump, and open the fuse after restoring it: salver outbox fuse --open"
                raise StoreError("Only SQLite stores are copied so", where=store.place, todo=todo)
            connection.execute("VACUUM INTO ?", (str(to),)).close()
        finally:
            held.close()


def _settled(path: Path) -> None:
    """Let it be on the disk, and not only on its way."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
