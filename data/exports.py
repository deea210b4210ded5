"""The exports of helpdesks: Zammad, Zendesk and Freshdesk, as JSON lines, JSON pages or CSV, found out by looking.

An export may be several files: tickets, what was written in them, and the people. They are joined by their numbers. The
people and the loose posts are held in memory, the tickets are not.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from salver.data import freshdesk, zammad, zendesk
from salver.data.cells import text_of
from salver.data.columns import plain
from salver.data.errors import Fault, InputError
from salver.data.export_rows import Found, is_json, objects
from salver.data.tables import Tell, open_table
from salver.data.tickets import Person, Place, System, Ticket

Raw = Mapping[str, Any]
Kind = Literal["ticket", "post", "person"]

_SYSTEMS = {"freshdesk": freshdesk, "zammad": zammad, "zendesk": zendesk}
_ORDER: tuple[System, ...] = ("zammad", "freshdesk", "zendesk")
_LOOKED_AT = 50
_WRAPPED = ("helpdesk_ticket", "ticket", "user", "contact")
_AGENT_ROLES = {"agent", "admin", "1", "2"}


@dataclass(frozen=True, slots=True)
class What:
    """What an object of an export is, and whose."""

    kind: Kind
    system: System


def is_export(path: Path) -> bool:
    """Whether a file, or a folder of JSON or CSV files, holds an export. A table of cases is none."""
    if path.is_dir():
        return any(map(is_export, _files(path)))
    if not (path.is_file() and (is_json(path) or path.suffix.casefold() in (".csv", ".tsv"))):
        return False
    if path.suffix.casefold() in (".csv", ".tsv") and not _columns(path):
        return False
    try:
        return any(what_is(_unwrapped(raw)) for _, raw in islice(objects(path, _unheard), _LOOKED_AT))
    except InputError:
        return False


def what_is(raw: Raw) -> What | None:
    """What an object is, by the names of its fields; None for anything else."""
    for name in _ORDER:
        if _SYSTEMS[name].is_post(raw):
            return What("post", name)
    for name in _ORDER:
        if _SYSTEMS[name].is_ticket(raw):
            return What("ticket", name)
    if _is_person(raw):
        return What("person", "zammad" if "login" in raw or "firstname" in raw else "zendesk")
    return None


def tickets(paths: Sequence[Path], tell: Tell) -> Iterator[Ticket]:
    """The tickets of all files, in their order, with what was written in them.

    Posts whose ticket is in no file make one of their own. What is broken is told and left out. Raises InputError when
    a file cannot be read, or when nothing was written in any ticket.
    """
    files = [file for path in paths for file in (_files(path) if path.is_dir() else [path])]
    people, loose = _beside(files)
    used: set[tuple[System, str]] = set()
    written = 0
    for ticket in _tickets(files, people, loose, used, tell):
        written += len(ticket.posts)
        yield ticket
    for (system, number), some in loose.items():
        if (system, number) not in used:
            place = Place(some[0][0], some[0][1], tell)
            ticket = _SYSTEMS[system].ticket_of({"id": number}, [raw for *_, raw in some], people, place)
            written += len(ticket.posts)
            yield replace(ticket, source=f"{place.source}:{place.line}")
    if not written:
        where = ", ".join(map(str, paths))
        todo = "Export the conversations too: comments (Zendesk), conversations (Freshdesk), articles (Zammad)."
        raise InputError("These tickets hold nothing that was written in them", where=where, todo=todo)


Loose = dict[tuple[System, str], list[tuple[str, int, Raw]]]


def _tickets(
    files: Sequence[Path], people: Mapping[str, Person], loose: Loose, used: set[tuple[System, str]], tell: Tell
) -> Iterator[Ticket]:
    for file, line, raw, what in _all(files, tell):
        if what is None:
            tell(Fault(source=str(file), line=line, what="this is no ticket; it was left out.", todo="Look at it."))
        elif what.kind == "ticket":
            place = Place(str(file), line, tell)
            number = text_of(raw.get("display_id") or raw.get("id") or raw.get("ticket_id"))
            if not number:
                place.fault("this ticket has no number; it was left out.", "Export it again with its id.")
                continue
            posts = loose.get((what.system, number), [])
            used.add((what.system, number))
            ticket = _SYSTEMS[what.system].ticket_of(raw, [one for *_, one in posts], people, place)
            yield replace(ticket, source=f"{file}:{line}")


def _beside(files: Sequence[Path]) -> tuple[dict[str, Person], Loose]:
    """The people by number, login and address, and the posts that lie outside their tickets."""
    people: dict[str, Person] = {}
    loose: Loose = defaultdict(list)
    for file, line, raw, what in _all(files, _unheard):
        if what and what.kind == "person":
            person = _person(raw)
            names = (text_of(raw.get("id")), text_of(raw.get("login")).casefold(), person.email)
            people.update((name, person) for name in names if name)
        elif what and what.kind == "post":
            loose[what.system, text_of(raw["ticket_id"])].append((str(file), line, raw))
    return people, loose


def _all(files: Sequence[Path], tell: Tell) -> Iterator[tuple[Path, int, Raw, What | None]]:
    for file in files:
        found: Iterator[Found] = objects(file, tell)
        for line, wrapped in found:
            raw = _unwrapped(wrapped)
            yield file, line, raw, what_is(raw)


def _files(folder: Path) -> list[Path]:
    return sorted(
        one for one in folder.rglob("*") if one.is_file() and (is_json(one) or one.suffix in (".csv", ".tsv"))
    )


def _columns(path: Path) -> bool:
    """Whether a CSV file's columns are an export's; one that pairs texts with answers is a table of cases."""
    try:
        names = {plain(name): "" for name in open_table(path).names}
    except InputError:
        return False
    return what_is(names) is not None and "answer" not in names


def _unwrapped(raw: Raw) -> Raw:
    """`{"helpdesk_ticket": {…}}` as what is inside."""
    if len(raw) == 1:
        name, inner = next(iter(raw.items()))
        if name in _WRAPPED and isinstance(inner, Mapping):
            return inner
    return raw


def _is_person(raw: Raw) -> bool:
    named = any(one in raw for one in ("name", "firstname", "login", "contact"))
    told = any(one in raw for one in ("role", "roles", "role_ids", "login", "occasional", "contact"))
    return named and told and not any(one in raw for one in ("subject", "title", "body"))


def _person(raw: Raw) -> Person:
    inner = raw.get("contact")
    about: Raw = inner if isinstance(inner, Mapping) else raw
    both = " ".join(filter(None, (text_of(about.get("firstname")), text_of(about.get("lastname")))))
    roles = {text_of(raw.get("role")).casefold()} | {one.casefold() for one in _roles(raw)}
    agent = bool(roles & _AGENT_ROLES) or "occasional" in raw
    name, email = text_of(about.get("name")) or both, text_of(about.get("email")).casefold()
    return Person(name=name, email=email, agent=agent)


def _roles(raw: Raw) -> list[str]:
    held = raw.get("roles") or raw.get("role_ids") or []
    return [text_of(one) for one in held] if isinstance(held, list) else text_of(held).split(",")


def _unheard(_: Fault) -> None:
    """Faults are told when tickets are read, not when it is only looked."""
