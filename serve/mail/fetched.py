"""What an IMAP server answers to FETCH, taken apart (RFC 9051, 7.5.2). Nothing here talks to anybody."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

_UID = re.compile(rb"\bUID (\d{1,10})\b")
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d{1,19})\b")
_ARRIVED = re.compile(rb'\bINTERNALDATE "([^"]{1,40})"')
_DATE = re.compile(r"\s*(\d{1,2})-([A-Za-z]{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)")
_BODY = re.compile(rb'\bBODY\[\](?:<\d+>)? (?:NIL|"((?:[^"\\]|\\.)*)")', re.DOTALL)
_LITERAL = re.compile(rb"BODY\[\](?:<\d+>)? \{\d+\}$")
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lying:
    """A mail as it lies in a folder: how many bytes it has, and when the server got it."""

    uid: int
    size: int
    arrived: datetime | None = None


def lying(said: Sequence[Any]) -> list[Lying]:
    """UID, size and arrival of each mail that an answer tells of; what has no UID or size is left out."""
    found = []
    for told, _ in _answers(said):
        uid, size = _UID.search(told), _SIZE.search(told)
        if uid and size:
            date = _ARRIVED.search(told)
            found.append(Lying(uid=int(uid[1]), size=int(size[1]), arrived=_moment(date[1]) if date else None))
    return found


def contents(said: Sequence[Any]) -> dict[int, bytes]:
    """The bytes of each mail that an answer holds, by UID."""
    found: dict[int, bytes] = {}
    for told, body in _answers(said):
        uid = _UID.search(told)
        if body is None and (quoted := _BODY.search(told)):
            body = re.sub(rb"\\(.)", rb"\1", quoted[1] or b"", flags=re.DOTALL)
        if uid and body is not None:
            found[int(uid[1])] = body
    return found


def uid_set(uids: Sequence[int]) -> str:
    """Ascending UIDs as a set, such as 3:7,12 (RFC 9051, 9)."""
    spans: list[list[int]] = []
    for uid in uids:
        if spans and uid == spans[-1][1] + 1:
            spans[-1][1] = uid
        else:
            spans.append([uid, uid])
    return ",".join(str(first) if first == last else f"{first}:{last}" for first, last in spans)


def _answers(said: Sequence[Any]) -> Iterator[tuple[bytes, bytes | None]]:
    """Each FETCH answer: what stands outside of literals, and the literal of its body."""
    told, body = b"", None
    for one in said:
        if isinstance(one, tuple):
            told += b" " + bytes(one[0])
            if _LITERAL.search(one[0]):
                body = bytes(one[1])
            continue
        if one is None:
            continue
        yield told + b" " + bytes(one), body
        told, body = b"", None


def _moment(written: bytes) -> datetime | None:
    found = _DATE.fullmatch(written.decode("ascii", "replace"))
    if not found or found[2].lower() not in _MONTHS:
        return None
    day, month, year, hour, minute, second = (
        int(found[1]),
        _MONTHS.index(found[2].lower()) + 1,
        *(int(found[n]) for n in range(3, 7)),
    )
    offset = timedelta(hours=int(found[8]), minutes=int(found[9])) * (-1 if found[7] == "-" else 1)
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=timezone(offset)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
