"""`salver import`: mailboxes or a helpdesk's export, as an archive and a backlog. It answers nobody."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from salver.data.case import Case
from salver.data.company import Company
from salver.data.errors import Fault, InputError
from salver.data.exports import is_export, tickets
from salver.data.files import open_source
from salver.data.formats import recognise
from salver.data.lines import case_line
from salver.data.message import RawMessage
from salver.data.tickets import Ticket
from salver.serve import show
from salver.serve.added import AddedLines, AddedMails, Counts
from salver.serve.batch import tell_faults
from salver.serve.live import fetch_folder, is_live
from salver.serve.settings import Settings
from salver.serve.wiring import settings_of
from salver.training.exchanges import Waiting, exchanged
from salver.training.gather import cases_of_table, correspondence, places_of
from salver.training.pair import waiting

_TABLES = ("csv", "jsonl", "parquet")


@dataclass(slots=True)
class Imported:
    """What an import did."""

    cases: Counts = field(default_factory=Counts)
    waiting: Counts = field(default_factory=Counts)
    tickets: int = 0
    gone: int = 0
    labelled: int = 0
    faults: list[Fault] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """The same as plain numbers."""
        return {
            "cases": self.cases.to_json(),
            "waiting": self.waiting.to_json(),
            "tickets": self.tickets,
            "gone": self.gone,
            "with_intent": self.labelled,
            "faults": [{"source": one.source, "line": one.line, "what": one.what} for one in self.faults],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What there is in the sources: cases, and what waits, of mailboxes as mails and of tickets as texts."""

    cases: list[Case]
    texts: list[Waiting]
    mails: list[Path]
    keys: frozenset[str]


def import_all(
    sources: Sequence[str],
    *,
    out: Path | None,
    backlog: Path | None,
    intent_from: str,
    own: Sequence[str],
    settings: Path | None,
    as_json: bool,
) -> None:
    """Import sources and say what became of them. Raises InputError for a source that cannot be taken at all."""
    if not out and not backlog:
        raise InputError("Nothing was asked for", where="import", todo="Name --out ARCHIVE.jsonl or --backlog FILE.")
    known = settings_of(settings)
    company = known.company
    company = replace(company, own=tuple(dict.fromkeys((*company.own, *(one.casefold() for one in own)))))
    done = Imported()
    with ExitStack() as held:
        paths = [_path(source, (out, backlog)) for source in sources if not is_live(source)]
        paths += _fetched([source for source in sources if is_live(source)], known, held, done)
        found = _read(paths, company, intent_from, done)
        if out:
            file = held.enter_context(AddedLines(out))
            for case in found.cases:
                file.add(case_line(case))
            done.cases = file.counts
        if backlog:
            done.waiting = _put_aside(found, backlog, held)
    tell_faults(done.faults)
    show.machine(done.to_json()) if as_json else _summary(done, out, backlog)


def _fetched(sources: Sequence[str], settings: Settings, held: ExitStack, done: Imported) -> list[Path]:
    """The folders of mail servers as files that live as long as the import; one that is empty is told."""
    paths = []
    for source in sources:
        path = fetch_folder(source, settings, Path(held.enter_context(TemporaryDirectory())))
        if path:
            paths.append(path)
        else:
            done.faults.append(Fault(source=source, line=0, what="there is no mail in this folder."))
    return paths


def _path(source: str, written: Sequence[Path | None]) -> Path:
    path = Path(source).expanduser()
    if any(one is not None and one.absolute() == path.absolute() for one in written):
        raise InputError("This is to be read and written at once", where=source, todo="Give another file to write.")
    return path


def _read(paths: Sequence[Path], company: Company, intent_from: str, done: Imported) -> Found:
    exports = [path for path in paths if is_export(path)]
    others = [path for path in paths if path not in exports]
    for path in others:
        if path.is_file() and path.suffix.casefold() == ".json":
            todo = "Those of Zammad, Zendesk and Freshdesk are, with what was written in the tickets."
            raise InputError("This JSON is no export that is known", where=str(path), todo=todo)
    tables = [path for path in others if recognise(path) in _TABLES]
    mailboxes = [path for path in others if path not in tables]
    cases: list[Case] = []
    texts: list[Waiting] = []
    keys: frozenset[str] = frozenset()
    if exports:
        cases, texts = _of_tickets(tickets(exports, done.faults.append), company, intent_from, done)
    for path in tables:
        cases += cases_of_table(path, done.faults.append)
    if mailboxes:
        both = correspondence(mailboxes, company, done.faults.append)
        paired, counted = both.cases(company)
        cases += paired
        keys = waiting(both.messages, company)
        done.faults += counted
    done.labelled = sum(bool(case.intents) for case in cases)
    return Found(cases=cases, texts=texts, mails=mailboxes, keys=keys)


def _of_tickets(
    some: Iterator[Ticket], company: Company, intent_from: str, done: Imported
) -> tuple[list[Case], list[Waiting]]:
    cases: list[Case] = []
    texts: list[Waiting] = []
    names: dict[str, None] = {}
    for ticket in some:
        found = exchanged(ticket, company, intent_from)
        cases += found.cases
        texts += [found.waiting] if found.waiting else []
        names.update(dict.fromkeys(name for name, values in ticket.fields if values))
        done.tickets += 1
        done.gone += ticket.state == "gone"
    if intent_from and intent_from not in names:
        has = f"They have {', '.join(names)}." if names else "They have none that says anything."
        raise InputError(f'No ticket has a field "{intent_from}" with anything in it', where="--intent-from", todo=has)
    return cases, texts


def _put_aside(found: Found, backlog: Path, held: ExitStack) -> Counts:
    """Write what waits. Raises InputError when the file is not of the kind that can hold it."""
    if found.mails and found.texts:
        todo = "Import them one after the other, each into a backlog of its own."
        raise InputError("Mails and tickets wait in files of different kinds", where=str(backlog), todo=todo)
    mbox = backlog.suffix.casefold() == ".mbox"
    if found.mails and not mbox:
        todo = "Call the file something.mbox, so that nothing of a mail is lost."
        raise InputError("Mails that wait are kept as mails", where=str(backlog), todo=todo)
    if mbox and not found.mails:
        todo = "Call the file something.jsonl."
        raise InputError("What waits in tickets is no mail", where=str(backlog), todo=todo)
    if mbox:
        mails = held.enter_context(AddedMails(backlog))
        for raw in _waiting_mails(found):
            mails.add(raw)
        return mails.counts
    lines = held.enter_context(AddedLines(backlog))
    for one in found.texts:
        lines.add(_waiting_line(one))
    return lines.counts


def _waiting_mails(found: Found) -> Iterator[RawMessage]:
    for path in found.mails:
        for place in places_of(path):
            for raw in open_source(place, lambda _: None):  # what is wrong was told when they were read
                if raw.key in found.keys:
                    yield raw


def _waiting_line(one: Waiting) -> dict[str, Any]:
    """A row that `salver batch` takes."""
    wrote = one.first.author if one.first.author.email else one.ticket.customer
    sender = f"{wrote.name} <{wrote.email}>" if wrote.name and wrote.email else wrote.email or wrote.name
    return {
        "id": one.id,
        "thread": f"{one.ticket.system}-{one.ticket.id}",
        "channel": one.ticket.channel,
        "subject": one.ticket.subject,
        "from": sender,
        "date": one.first.at.isoformat(),
        "text": one.text,
    }


def _summary(done: Imported, out: Path | None, backlog: Path | None) -> None:
    if done.tickets:
        gone = f"; {done.gone:,} were deleted, merged or spam" if done.gone else ""
        show.words(f"{done.tickets:,} tickets read{gone}.")
    if out:
        show.words(_counted(done.cases, "case", out))
        labelled = f"{done.labelled:,} say what was wanted" if done.labelled else "none says what was wanted"
        show.words(f"Of the cases {labelled}; the rest is for salver train to find out (--intents).")
    if backlog:
        show.words(_counted(done.waiting, "waiting message", backlog))
    if done.faults:
        show.words(f"{len(done.faults):,} things could not be used as they are; the rest went on.")
    show.words("Nobody was answered.")


def _counted(counts: Counts, noun: str, path: Path) -> str:
    nouns = noun if counts.added == 1 else f"{noun}s"
    changed = f" ({counts.changed:,} look different now and were kept as they were)" if counts.changed else ""
    return f"{counts.added:,} {nouns} added to {path}; {counts.known:,} were known{changed}."
