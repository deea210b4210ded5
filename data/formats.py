"""What a file or folder is, found out by looking at it, never by trusting its name alone."""

import difflib
import re
from pathlib import Path
from typing import Literal

from salver.data.errors import InputError

Format = Literal["mbox", "maildir", "folder", "mail", "csv", "jsonl", "parquet"]

LOOK_BYTES = 65_536
FROM_LINE = re.compile(rb"From [^\n]*\r?\n?")
HEADER_FIELD = re.compile(rb"[!-9;-~]+:")
_TAKES = "mbox, Maildir, a folder of .eml, .eml, CSV, JSONL and Parquet can be taken"
_BY_SUFFIX: dict[str, Format] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".eml": "mail",
}
_UNPACK = "Unpack it and give what is inside."
_EXPORT = "Export the mails as mbox or .eml (readpst does it for PST) and give those."
_FOREIGN: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF", "a PDF", f"Give the mails or the table themselves: {_TAKES}."),
    (b"PK\x03\x04", "a ZIP archive or an Office file", "Unpack it, or save the table as CSV, and give what is inside."),
    (b"\x1f\x8b", "gzip", _UNPACK),
    (b"BZh", "bzip2", _UNPACK),
    (b"\xfd7zXZ", "xz", _UNPACK),
    (b"\x28\xb5\x2f\xfd", "zstd", _UNPACK),
    (b"7z\xbc\xaf", "a 7z archive", _UNPACK),
    (b"Rar!", "a RAR archive", _UNPACK),
    (b"!BDN", "an Outlook PST", _EXPORT),
    (b"\xd0\xcf\x11\xe0", "an Outlook .msg or an old Office file", _EXPORT),
    (b"SQLite format 3\0", "a SQLite database", "Export the table as CSV or JSONL and give that."),
    (b"\x89PNG", "a picture", f"Give the mails or the table themselves: {_TAKES}."),
    (b"\xff\xd8\xff", "a picture", f"Give the mails or the table themselves: {_TAKES}."),
    (b"\x7fELF", "a program", f"Give the mails or the table themselves: {_TAKES}."),
)


def recognise(path: Path) -> Format:
    """What `path` is. Raises InputError when it is missing, empty, unreadable or of a kind that cannot be taken."""
    try:
        if path.is_dir():
            return "maildir" if (path / "cur").is_dir() or (path / "new").is_dir() else "folder"
        if not path.exists():
            raise InputError("There is no such file or folder", where=str(path), todo=_nearest(path))
        if not path.is_file():
            raise InputError("This is neither a file nor a folder", where=str(path), todo="Save it to a file first.")
        with path.open("rb") as file:
            start = file.read(LOOK_BYTES)
    except OSError as error:
        raise unreadable(path, error) from error
    return _of_start(path, start)


def unreadable(path: Path, error: OSError) -> InputError:
    """What to tell when the operating system refuses a file."""
    if isinstance(error, PermissionError):
        todo = "Give this user the right to read it, or run as one who has it."
        return InputError("This user may not read it", where=str(path), todo=todo)
    return InputError(f"It cannot be read ({error.strerror or error})", where=str(path), todo="Check the disk.")


def without_bom(start: bytes) -> bytes:
    """The bytes after a UTF-8 byte order mark and empty lines."""
    return start.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")


def _of_start(path: Path, start: bytes) -> Format:
    if not start.strip():
        raise InputError("The file is empty", where=str(path), todo="Check that it was exported or copied completely.")
    if start.startswith(b"PAR1"):
        return "parquet"
    _refuse_foreign(path, start)
    text = without_bom(start)
    if start.startswith((b"\xff\xfe", b"\xfe\xff")) and path.suffix.casefold() != ".eml":
        return "csv"
    if text.startswith(b"From ") and FROM_LINE.match(text):
        return "mbox"
    return _BY_SUFFIX.get(path.suffix.casefold()) or _of_text(path, text)


def _refuse_foreign(path: Path, start: bytes) -> None:
    for magic, name, todo in _FOREIGN:
        if start.startswith(magic):
            raise InputError(f"This is {name}, not mails or a table", where=str(path), todo=todo)
    utf16 = start.startswith((b"\xff\xfe", b"\xfe\xff"))
    if b"\0" in start[:1024] and not utf16 and path.suffix.casefold() != ".eml":
        raise InputError("This is a binary file of an unknown kind", where=str(path), todo=f"{_sentence(_TAKES)}.")


def _of_text(path: Path, text: bytes) -> Format:
    first = text.partition(b"\n")[0]
    if first.startswith(b"{"):
        return "jsonl"
    if first.startswith(b"["):
        todo = "Write one object a line instead, for example with: jq -c '.[]'"
        raise InputError("This is one JSON list, not JSON lines", where=str(path), todo=todo)
    if HEADER_FIELD.match(first):
        return "mail"
    if any(mark in first for mark in (b",", b";", b"\t", b"|")) and not first.lstrip().startswith(b"<"):
        return "csv"
    raise InputError("This is neither a mailbox nor a table", where=str(path), todo=f"{_sentence(_TAKES)}.")


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def _nearest(path: Path) -> str:
    """A name in the same folder that was perhaps meant."""
    if not path.parent.is_dir():
        return f"There is no folder {path.parent} either; check the path."
    close = difflib.get_close_matches(path.name, sorted(one.name for one in path.parent.iterdir()), n=1)
    return f"Did you mean {path.parent / close[0]}?" if close else "Check the spelling."
