"""A file that one process at a time adds to: opened and locked, and written whole or not at all."""

import os
from fcntl import LOCK_EX, LOCK_NB, flock
from io import FileIO
from pathlib import Path

from salver.data.errors import InputError


def opened(path: Path, who: str, mode: int = 0o666) -> FileIO:
    """Open a file, or make it with these rights, for one writer. Raises InputError when it cannot, or `who` does."""
    try:
        file = FileIO(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, mode), "r+")
    except FileNotFoundError as error:
        raise InputError(f"There is no folder {path.parent}", where=str(path), todo="Make it first.") from error
    except OSError as error:
        raise InputError(
            f"It cannot be written ({error.strerror})", where=str(path), todo="Give another file."
        ) from error
    try:
        flock(file, LOCK_EX | LOCK_NB)
    except OSError as error:
        file.close()
        todo = "Wait until it is done, or give another file."
        raise InputError(f"Another {who} is writing it", where=str(path), todo=todo) from error
    return file


def write(file: FileIO, content: bytes, path: Path) -> None:
    """Write and sync. When the disk is full, the file is cut back to what it was before, and OSError names it."""
    start, left = file.tell(), memoryview(content)
    try:
        while left:
            left = left[file.write(left) :]
        os.fsync(file.fileno())
    except OSError as error:
        file.truncate(start)
        raise OSError(error.errno, error.strerror, str(path)) from error
