"""The objects in a file of an export, whatever holds them: JSON lines, a JSON page, a JSON list, or rows of CSV."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from salver.data.columns import plain
from salver.data.errors import Fault, InputError
from salver.data.formats import unreadable
from salver.data.tables import Tell, open_table

Found = tuple[int, Mapping[str, Any]]
"""The line, of a JSON page the number, and the object."""

_PAGES = (
    *("tickets", "users", "comments", "audits", "ticket_audits", "results", "conversations", "articles"),
    *("ticket_articles", "contacts", "agents"),
)
_BEGINS = re.compile(r"[\[,]\s*(?=\{)")
_DECODER = json.JSONDecoder()
_MENDED = 100
"""After a broken object so many places are tried, until one holds a whole object."""
_STANDS_ALONE = {"subject", "title", "helpdesk_ticket", "ticket", "user", "email"}
"""What a ticket or a person has, and a part of a broken ticket has not."""
_PEEKED = 3


def is_json(path: Path) -> bool:
    """Whether a file is called JSON."""
    return path.suffix.casefold() in (".json", ".jsonl", ".ndjson")


def objects(path: Path, tell: Tell) -> Iterator[Found]:
    """The objects in order; a broken one is told and left out. Raises InputError when the file cannot be read."""
    if not is_json(path):
        for line, row in open_table(path).rows(tell):
            yield line, {plain(name): value for name, value in row.items()}
        return
    try:
        yield from _lines(path, tell) if _is_a_line_each(path) else _page(path, tell)
    except OSError as error:
        raise unreadable(path, error) from error


def _is_a_line_each(path: Path) -> bool:
    """Whether one of the first lines is an object by itself, and not one that holds all others."""
    with path.open("rb") as file:
        first = [_object(file.readline().removeprefix(b"\xef\xbb\xbf")) for _ in range(_PEEKED)]
    return any(one is not None and not _is_page(one) for one in first)


def _object(line: bytes) -> Mapping[str, Any] | None:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _is_page(one: Mapping[str, Any]) -> bool:
    return not {"id", "number"} & one.keys() and any(isinstance(one.get(name), list) for name in _PAGES)


def _lines(path: Path, tell: Tell) -> Iterator[Found]:
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            text = line.removeprefix(b"\xef\xbb\xbf").strip()
            if not text:
                continue
            try:
                found = json.loads(text.decode("utf-8", "replace"))
            except (ValueError, RecursionError):
                end = "" if line.endswith(b"\n") else " and ends in the middle"
                _tell(tell, path, number, f"this line is no JSON{end}; it was left out.")
                continue
            if isinstance(found, dict):
                yield number, found
            else:
                _tell(tell, path, number, "this line is no JSON object; it was left out.")


def _page(path: Path, tell: Tell) -> Iterator[Found]:
    text = path.read_bytes().decode("utf-8-sig", "replace")
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        yield from _mended(path, text, tell)
        return
    held = [whole] if isinstance(whole, dict) else whole if isinstance(whole, list) else []
    number = 0
    for one in held:
        for inner in _inner(one):
            number += 1
            if isinstance(inner, dict):
                yield number, inner
            else:
                _tell(tell, path, number, f"entry {number} is no JSON object; it was left out.")
    if not number:
        raise InputError("There is nothing in this JSON", where=str(path), todo="Export it again.")


def _inner(one: Any) -> Iterator[Any]:
    """What a page holds; an object that is no page is itself."""
    if not isinstance(one, dict) or not _is_page(one):
        yield one
        return
    lists = [one[name] for name in _PAGES if isinstance(one.get(name), list)]
    for some in lists:
        yield from some


def _mended(path: Path, text: str, tell: Tell) -> Iterator[Found]:
    """The whole tickets and people of a page that is broken somewhere, with their lines; what is broken is told."""
    at, line, counted, tried = 0, 1, 0, 0
    while tried < _MENDED and (begin := _BEGINS.search(text, at)):
        line += text.count("\n", counted, begin.end())
        counted = begin.end()
        try:
            found, at = _DECODER.raw_decode(text, begin.end())
        except (ValueError, RecursionError):
            at, tried = begin.end(), tried + 1
            if tried == 1:
                _tell(tell, path, line, "what begins here is no whole JSON object; it was left out.")
            continue
        if not tried or (_STANDS_ALONE & found.keys() and "ticket_id" not in found):
            tried = 0
            yield line, found


def _tell(tell: Tell, path: Path, line: int, what: str) -> None:
    tell(Fault(source=str(path), line=line, what=what, todo="Export it again, or mend it."))
