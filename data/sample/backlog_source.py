"""Reads the hand-written backlog: records that become raw mails, and what is right for each."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

from salver.data.errors import Fault
from salver.data.reading import Urgency
from salver.data.sample.archive_source import INTENTS

_KEYS = {"kind", "intents", "urgency", "charset", "cte", "format", "lang", "bare"}
_VALUES = {
    "kind": ("human", "machine"),
    "charset": ("utf-8", "us-ascii", "iso-8859-1", "iso-8859-15", "windows-1252"),
    "cte": ("", "7bit", "8bit", "quoted-printable", "base64"),
    "format": ("plain", "html", "alternative", "mime"),
    "bare": ("yes", "no"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A mail as it is written. `headers` are pairs of name and value, folded lines still in the value."""

    name: str
    kind: str
    intents: tuple[str, ...]
    urgency: str
    lang: str
    charset: str
    cte: str
    format: str
    bare: bool
    headers: tuple[tuple[str, str], ...]
    body: str

    def header(self, name: str) -> str:
        """The first value of a header field, or nothing."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    @property
    def written(self) -> datetime | None:
        """The moment in the Date header, or None when there is none that can be read."""
        try:
            moment = parsedate_to_datetime(self.header("Date"))
        except (TypeError, ValueError):
            return None
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def read_backlog(folder: Path) -> tuple[list[Record], list[Fault]]:
    """All records of a folder's `*.txt` in date order, those without a date last; and what is wrong in them."""
    records: dict[str, Record] = {}
    faults = []
    for path in sorted(folder.glob("*.txt")):
        for number, lines in _chunks(path):
            try:
                record = _record(lines)
            except ValueError as error:
                faults.append(Fault(source=path.name, line=number, what=str(error)))
                continue
            if records.setdefault(record.name, record) is not record:
                faults.append(Fault(source=path.name, line=number, what=f'There are two records "{record.name}".'))
    return sorted(records.values(), key=_place), faults


def _place(record: Record) -> tuple[bool, datetime, str]:
    written = record.written
    return written is None, written or datetime.max.replace(tzinfo=UTC), record.name


def _chunks(path: Path) -> Iterator[tuple[int, list[str]]]:
    lines = path.read_text(encoding="utf-8").split("\n")
    starts = [i for i, line in enumerate(lines) if line.startswith("== ")]
    for start, stop in zip(starts, [*starts[1:], len(lines)], strict=True):
        yield start + 1, lines[start:stop]


def _record(lines: list[str]) -> Record:
    """One record. Raises ValueError that says what is wrong with it."""
    name, *cells = [cell.strip() for cell in lines[0][3:].split("|")]
    keys = {key: value for key, _, value in (cell.partition("=") for cell in cells)}
    if unknown := set(keys) - _KEYS:
        raise ValueError(f'"{min(unknown)}" is no key of a record.')
    defaults = {"charset": "utf-8", "cte": "", "format": "plain", "bare": "no"}
    known = defaults | keys
    for key, allowed in _VALUES.items():
        if known.get(key) not in allowed:
            raise ValueError(f'"{known.get(key)}" is no {key}.')
    gap = lines.index("")
    record = Record(
        name=name,
        kind=known["kind"],
        intents=() if known["intents"] == "-" else tuple(one.strip() for one in known["intents"].split(",")),
        urgency=Urgency.of(known["urgency"]).label,
        lang=known["lang"],
        charset=known["charset"],
        cte=known["cte"],
        format=known["format"],
        bare=known["bare"] == "yes",
        headers=tuple(_headers(lines[1:gap])),
        body="\n".join(lines[gap + 1 :]).strip("\n") + "\n",
    )
    if wrong := [one for one in record.intents if one not in INTENTS]:
        raise ValueError(f'"{wrong[0]}" is no intent.')
    record.body.encode(record.charset)
    return record


def _headers(lines: list[str]) -> Iterator[tuple[str, str]]:
    unfolded = re.split(r"\n(?![ \t])", "\n".join(lines))
    for field in unfolded:
        name, colon, value = field.partition(":")
        if not colon:
            raise ValueError(f'"{field}" is no header line.')
        yield name, value.removeprefix(" ")
