"""An archive out of whatever holds it: tables of cases, or mailboxes with both sides."""

import shlex
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from salver.data.case import Case
from salver.data.columns import Role, guess_columns
from salver.data.company import Company
from salver.data.errors import Fault, InputError, TrainingError
from salver.data.files import open_source
from salver.data.formats import recognise
from salver.data.message import Message, RawMessage
from salver.data.rows import cases_from_rows
from salver.data.tables import Tell, open_table
from salver.pipeline.markup import text_of_html
from salver.pipeline.read import read
from salver.training.labelled import with_intents
from salver.training.labels import folder_label
from salver.training.pair import pair

_TABLES = ("csv", "jsonl", "parquet")
_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """Cases with plain texts, all that was wrong with single rows and mails, and what was taken for what.

    Every case has an intent. `columns` says for each table what was taken for what, as a person would say it:
    `answer=reply_text text=Frage`.
    """

    cases: tuple[Case, ...]
    faults: tuple[Fault, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)


def gather(
    sources: Sequence[str | Path],
    company: Company | None = None,
    *,
    columns: Mapping[str, str] | None = None,
    intents_file: Path | None = None,
) -> Gathered:
    """Take in an archive: CSV, JSONL, Parquet, and mbox, Maildir, .eml with the company's replies.

    `columns` say which column of a table holds what. Where nobody has said what the cases want, it is found, or read
    from `intents_file` if a person has edited that already. Raises InputError for a source that cannot be taken, and
    TrainingError when there is nothing to learn from: no case with an answer, no intent, or one only.
    """
    company = company or Company()
    paths = [Path(source).expanduser() for source in sources]
    if not paths:
        raise InputError("no archive was given", todo="Name a table or a mailbox with resolved messages.")
    tables = [path for path in paths if recognise(path) in _TABLES]
    mailboxes = [path for path in paths if path not in tables]
    faults: list[Fault] = []
    cases = [case for path in tables for case in cases_of_table(path, faults.append, columns)]
    if mailboxes:
        cases += _paired(mailboxes, company, faults)
    where = ", ".join(map(str, paths))
    cases = _unique(cases, faults.append)
    _check_answers(cases, where, faults)
    cases = with_intents(cases, company, intents_file, faults.append, where)
    taken = {str(path): _taken(guess_columns(open_table(path).names, columns)) for path in tables}
    return Gathered(cases=tuple(cases), faults=tuple(faults), columns=taken)


def _taken(columns: Mapping[Role, str]) -> str:
    return " ".join(f"{role}={shlex.quote(column)}" for role, column in columns.items())


def cases_of_table(path: Path, tell: Tell, columns: Mapping[str, str] | None = None) -> Iterator[Case]:
    """The cases of a table, with plain texts."""
    for case in cases_from_rows(open_table(path), tell, columns):
        yield replace(case, text=text_of_html(case.text)[0], media="text") if case.media == "html" else case


@dataclass(frozen=True, slots=True, kw_only=True)
class Correspondence:
    """All mails of some mailboxes as read. `folders` are what the places of mails say of their intents, by key."""

    messages: tuple[Message, ...]
    folders: Mapping[str, str]
    source: str

    def cases(self, company: Company) -> tuple[list[Case], list[Fault]]:
        """What customers wrote, paired with what the company replied, and what could not be used, counted."""
        return pair(self.messages, company, folders=self.folders, source=self.source)


def correspondence(paths: Sequence[Path], company: Company, tell: Tell) -> Correspondence:
    """Read mailboxes with both sides. Raises TrainingError when the company's own addresses are not said."""
    source = str(paths[0]) if len(paths) == 1 else f"{len(paths)} mailboxes"
    places = [place for path in paths for place in places_of(path)]
    raws = (raw for place in places for raw in open_source(place, tell))
    several = len(places) > 1 or any(recognise(place) == "folder" for place in places)
    folders: dict[str, str] = {}
    messages: list[Message] = []
    while some := list(islice(raws, _AT_ONCE)):
        messages += read(some, company)
        folders |= _labels(some, several, folders)
    if not company.own:
        raise _nobody_is_known(messages, source)
    return Correspondence(messages=tuple(messages), folders=folders, source=source)


def _paired(paths: Sequence[Path], company: Company, faults: list[Fault]) -> list[Case]:
    both = correspondence(paths, company, faults.append)
    cases, counted = both.cases(company)
    faults += counted
    names = {case.intent for case in cases if case.intent}
    if len(names) == 1:
        what = f'only one label of the mails looks like an intent ("{names.pop()}"); the intents have to be found.'
        faults.append(Fault(source=both.source, line=0, what=what))
        return [replace(case, intents=()) for case in cases]
    return cases


def _labels(raws: Sequence[RawMessage], several: bool, known: Mapping[str, str]) -> dict[str, str]:
    """What the places of mails say of their intents; of a mail that lies in two places the first that says one."""
    said = {raw.key: folder_label(raw.source, several) for raw in raws}
    return {key: label for key, label in said.items() if label and key not in known}


def places_of(path: Path) -> list[Path]:
    """A Maildir with its subfolders; a folder's mailboxes, and itself for the .eml files in it."""
    match recognise(path):
        case "maildir":
            inside = [path, *(one for one in sorted(path.iterdir()) if one.name[:1] == "." and one.is_dir())]
            return [one for one in inside if _holds_mail(one)] or [path]
        case "folder":
            found = [place for one in sorted(path.iterdir()) if _is_mailbox(one) for place in places_of(one)]
            return [*found, path] if not found or next(path.rglob("*.eml"), None) else found
        case _:
            return [path]


def _holds_mail(maildir: Path) -> bool:
    return any(one.is_file() for name in ("cur", "new") for one in maildir.glob(f"{name}/*"))


def _is_mailbox(path: Path) -> bool:
    try:
        return recognise(path) in ("mbox", "maildir")
    except InputError:
        return False


def _unique(cases: Sequence[Case], tell: Tell) -> list[Case]:
    """Every case once, with an identifier of its own, though two sources may number theirs alike."""
    seen: dict[str, Case] = {}
    for case in cases:
        same = seen.get(case.id)
        if same is not None and (same.text, same.answer) == (case.text, case.answer):
            place, _, line = case.source.rpartition(":")
            what = f'the case "{case.id}" is in {same.source} too; it was taken once.'
            tell(Fault(source=place, line=int(line) if line.isdigit() else 0, what=what))
            continue
        key = case.id if same is None else f"{case.id}@{case.source}"
        seen[key] = case if key == case.id else replace(case, id=key)
    return list(seen.values())


def _check_answers(cases: Sequence[Case], where: str, faults: Sequence[Fault]) -> None:
    if cases:
        return
    more = f" The first fault of {len(faults)}: {faults[0]}" if faults else ""
    todo = f"Give resolved messages together with the answers that the company sent.{more}"
    raise TrainingError("there is not one message with its answer in this archive", where=where, todo=todo)


def _nobody_is_known(messages: Sequence[Message], where: str) -> TrainingError:
    """The error when the company's own addresses are not said; whoever wrote to the most people is likely one."""
    written: dict[str, set[str]] = {}
    for message in messages:
        if message.sender and message.sender.email:
            written.setdefault(message.sender.email, set()).update(one.email for one in message.to)
    most = Counter({sender: len(people) for sender, people in written.items()}).most_common(1)
    guess = f"Say it, perhaps --own {most[0][0]}" if most else "Say it with --own support@…"
    what = "which of these mails are the company's replies is not known"
    return TrainingError(what, where=where, todo=f"{guess} (an address, or a domain such as @example.org).")
