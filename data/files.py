"""Messages out of whatever a company keeps them in: one after the other, never the whole mailbox in memory."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

from salver.data.errors import Fault, InputError
from salver.data.formats import recognise, unreadable
from salver.data.mbox import MAIL_BYTES, is_cut_off, pieces, without_from_line
from salver.data.message import RawMessage
from salver.data.rows import messages_from_rows
from salver.data.tables import open_table

Tell = Callable[[Fault], None]


def open_source(path: str | Path, tell: Tell, overrides: Mapping[str, str] | None = None) -> Iterator[RawMessage]:
    """The messages of an mbox, a Maildir, a folder of .eml, one .eml, or a table (CSV, JSONL, Parquet).

    What it is, is found out by looking. `tell` is called with every fault of a single mail or row while the others go
    on. `overrides` say which column of a table holds what (`{"text": "Anfrage"}`). Raises InputError at once when
    nothing can be taken.
    """
    path = Path(path).expanduser()
    match recognise(path):
        case "mbox":
            return _mbox(path, tell)
        case "maildir":
            return _some(path, _mails(chain(_sorted(path / "cur"), _sorted(path / "new")), tell), _no_mail_in_maildir)
        case "folder":
            return _some(path, _mails(_walk(path, tell), tell), _no_mail_in_folder)
        case "mail":
            return _mails([path], tell)
        case "csv" | "jsonl" | "parquet":
            return messages_from_rows(open_table(path), tell, overrides)


def name_of(path: Path) -> str:
    """A path as text that can be stored anywhere, whatever bytes its name is made of."""
    return str(path).encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _mbox(path: Path, tell: Tell) -> Iterator[RawMessage]:
    source = name_of(path)
    try:
        with path.open("rb") as file:
            for position, piece in enumerate(pieces(file), start=1):
                if piece.cut:
                    what = f"this mail is longer than {MAIL_BYTES >> 20} MB; its beginning was taken."
                    tell(Fault(source=source, line=piece.line, what=what, todo="Look at it in the mailbox."))
                elif piece.last and is_cut_off(piece.content):
                    what = "the last mail ends in the middle; what is there was taken."
                    tell(Fault(source=source, line=piece.line, what=what, todo="Copy the mailbox again."))
                yield RawMessage(content=piece.content, source=source, position=position)
    except OSError as error:
        raise unreadable(path, error) from error


def _mails(paths: Iterable[Path], tell: Tell) -> Iterator[RawMessage]:
    for path in paths:
        source = name_of(path)
        try:
            with path.open("rb") as file:
                content = file.read(MAIL_BYTES + 1)
        except OSError as error:
            problem = unreadable(path, error)
            tell(Fault(source=source, line=1, what=f"{problem.what}; it was left out.", todo=problem.todo))
            continue
        if not content:
            tell(Fault(source=source, line=1, what="the file is empty.", todo="Copy it again."))
            continue
        if len(content) > MAIL_BYTES:
            what = f"this mail is longer than {MAIL_BYTES >> 20} MB; its beginning was taken."
            tell(Fault(source=source, line=1, what=what, todo="Look at it in the mailbox."))
        yield RawMessage(content=without_from_line(content[:MAIL_BYTES]), source=source, received_at=_delivered(path))


def _delivered(path: Path) -> datetime | None:
    """When a Maildir's mail was delivered: its name begins with the Unix time."""
    seconds = path.name.partition(".")[0]
    if path.parent.name in ("cur", "new") and seconds.isascii() and seconds.isdigit() and len(seconds) == 10:
        return datetime.fromtimestamp(int(seconds), UTC)
    return None


def _sorted(folder: Path) -> Iterator[Path]:
    try:
        names = sorted(one for one in folder.iterdir() if not one.name.startswith("."))
    except FileNotFoundError:
        return iter(())
    except OSError as error:
        raise unreadable(folder, error) from error
    return (one for one in names if one.is_file())


def _walk(folder: Path, tell: Tell) -> Iterator[Path]:
    """All .eml files below a folder, sorted; links to folders are not followed."""
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        problem = unreadable(folder, error)
        tell(Fault(source=name_of(folder), line=0, what=f"{problem.what}; it was left out.", todo=problem.todo))
        return
    for one in entries:
        if one.is_dir() and not one.is_symlink():
            yield from _walk(one, tell)
        elif one.suffix.casefold() == ".eml" and one.is_file():
            yield one


def _some(path: Path, raws: Iterator[RawMessage], otherwise: Callable[[Path], InputError]) -> Iterator[RawMessage]:
    """The same messages, if there is at least one."""
    first = next(raws, None)
    if first is None:
        raise otherwise(path)
    return chain([first], raws)


def _no_mail_in_maildir(path: Path) -> InputError:
    folders = sorted(one.parent.name for one in path.glob(".*/cur"))
    todo = f"Its mails may lie in {', '.join(folders[:5])}: give one of these." if folders else "Check the path."
    return InputError("This Maildir holds no mail", where=str(path), todo=todo)


def _no_mail_in_folder(path: Path) -> InputError:
    files = sorted(one.name for one in path.iterdir() if one.is_file())
    held = f"It holds {', '.join(files[:3])}; give one of these by its own path" if files else "Give another folder"
    return InputError("There is no .eml file in this folder or below it", where=str(path), todo=f"{held}.")
