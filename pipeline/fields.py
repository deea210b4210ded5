"""The header fields of a mail: encoded words, parameters, addresses, identifiers, dates. Nothing here raises."""

import binascii
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import unquote_to_bytes

from salver.data.message import Address
from salver.pipeline.charset import from_base64, one_line, text_of

MAX_FIELD = 64 * 1024
MAX_ADDRESSES = 500
MAX_IDENTIFIERS = 500
_MAX_PARAMETERS = 4096

_ENCODED_WORD = re.compile(r"=\?([^?\s*]{1,40})(?:\*[^?\s]{0,40})?\?([bBqQ])\?([^?\n]*)\?=")
_PARAMETER = re.compile(r';\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*+)"?|([^;]*))')
_SECTION = re.compile(r"([^*]+)\*(?:(\d{1,3})(\*?))?$")
_ONE_ADDRESS = re.compile(r'\s*(?:"([^"\\]*)"|([^"\\<>()@,;:]*?))\s*<\s*([^<>\s"(),;:\\]+@[^<>\s"(),;:\\@]+)\s*>\s*')
_ADDRESS_TOKEN = re.compile(
    r'"((?:[^"\\]|\\.)*+)"?'  # 1: a quoted string, closed or not
    r"|\(((?:[^()\\]|\\.)*+)\)?"  # 2: a comment
    r"|<([^<>,;]*+)>?"  # 3: an address in angles
    r"|([,;])|(:)"  # 4: the end of an address; 5: of a group's name
    r'|([^",;:<>()\s]+)'  # 6: a word
)
_LONE = re.compile("[\ud800-\udc7f\udd00-\udfff]")
"""Halves of characters that stand for no byte; they come only from JSON."""
_BARE_ADDRESS = re.compile(r"[^\s@<>\"',;:()\[\]]{1,250}@[^\s@<>\"',;:()\[\]]{1,250}")
_IDENTIFIER = re.compile(r"<\s*([^<>\s]+)\s*>|([^<>\s,;]+@[^<>\s,;]+)")


def decoded(value: str) -> str:
    """A raw header value (unknown bytes as surrogates) as text on one line."""
    if value.isascii() and value.isprintable() and "=?" not in value:
        return value.strip()
    return one_line(_words(_unfolded(value)))


def _unfolded(value: str) -> str:
    value = value[:MAX_FIELD]
    if not value.isascii():
        value = text_of(_LONE.sub("\ufffd", value).encode("utf-8", "surrogateescape"))[0]
    return " ".join(value.splitlines()) if "\n" in value or "\r" in value else value


def _words(value: str) -> str:
    """Decode encoded words (RFC 2047). Neighbours in one charset are joined first: a letter may be cut between them."""
    if "=?" not in value:
        return value
    pieces: list[str] = []
    charset, pending, end = "", b"", 0
    for word in _ENCODED_WORD.finditer(value):
        between = value[end : word.start()]
        if pending and (between.strip() or word[1].casefold() != charset):
            pieces.append(text_of(pending, charset)[0])
            pending = b""
        if between.strip() or not end:
            pieces.append(between)
        charset, end = word[1].casefold(), word.end()
        pending += _word_bytes(word[2], word[3])
    return "".join([*pieces, text_of(pending, charset)[0], value[end:]])


def _word_bytes(encoding: str, content: str) -> bytes:
    raw = _LONE.sub("\ufffd", content).encode("utf-8", "surrogateescape")
    if encoding in "bB":
        return from_base64(raw)[0]
    return binascii.a2b_qp(raw, header=True)


def parameters(value: str) -> dict[str, str]:
    """The parameters of a Content-Type or Content-Disposition, names in lower case (RFC 2231 pieces put together)."""
    if ";" not in value:
        return {}
    found: dict[str, str] = {}
    split: dict[str, list[tuple[int, bool, str]]] = {}
    for name, quoted, bare in _PARAMETER.findall(value[:_MAX_PARAMETERS]):
        content = re.sub(r"\\(.)", r"\1", quoted) if quoted else bare.strip()
        if section := _SECTION.match(name):
            encoded = section[2] is None or bool(section[3])
            split.setdefault(section[1].casefold(), []).append((int(section[2] or 0), encoded, content))
        else:
            found.setdefault(name.casefold(), content)
    return found | {name: _joined(pieces) for name, pieces in split.items()}


def _joined(pieces: list[tuple[int, bool, str]]) -> str:
    charset, raw = "", b""
    for number, encoded, content in sorted(pieces):
        if encoded and not number and content.count("'") >= 2:
            charset, _, content = content.split("'", 2)
        data = _LONE.sub("\ufffd", content).encode("utf-8", "surrogateescape")
        raw += unquote_to_bytes(data) if encoded else data
    return text_of(raw, charset)[0]


def addresses(value: str) -> tuple[tuple[Address, ...], bool]:
    """All mailboxes of a raw field, at most 500; the flag is False when there were more."""
    value = _unfolded(value)
    if one := _ONE_ADDRESS.fullmatch(value):
        return (Address(name=_name(one[1] or one[2] or ""), email=one[3].casefold()),), True
    found: list[Address] = []
    for words, email in _mailboxes(value):
        if len(found) == MAX_ADDRESSES:
            return tuple(found), False
        found.append(Address(name=_name(words), email=email))
    return tuple(found), True


def _mailboxes(value: str) -> list[tuple[str, str]]:
    """Pairs of a raw name and an address, in order."""
    found: list[tuple[str, str]] = []
    words: list[str] = []
    comment, angle = "", ""
    for token in _ADDRESS_TOKEN.finditer(value + ","):
        quoted, note, inside, end, colon, word = token.groups()
        if end:
            found += _mailbox(words, comment, angle)
            words, comment, angle = [], "", ""
            if len(found) > MAX_ADDRESSES:
                break
        elif colon:
            words = []
        elif inside is not None:
            angle = angle or inside.strip()
        elif note is not None:
            comment = comment or note
        else:
            words.append(word if quoted is None else re.sub(r"\\(.)", r"\1", quoted))
    return found


def _mailbox(words: list[str], comment: str, angle: str) -> list[tuple[str, str]]:
    name = " ".join(words)
    if not angle and "@" in name and (bare := _BARE_ADDRESS.search(name)):
        angle = bare[0]
        name = (name[: bare.start()] + name[bare.end() :]).strip("<>[]'\" ") or comment
    address = _BARE_ADDRESS.search(angle.removeprefix("mailto:")) if "@" in angle else None
    email = address[0].casefold() if address else ""
    name = name or (angle if not email and angle.isprintable() else "")
    return [(name or comment, email)] if email or name else []


def _name(raw: str) -> str:
    return one_line(_words(raw)).strip("'\" ")[:300]


def identifiers(value: str) -> tuple[str, ...]:
    """The message identifiers in a field, each once, in order, in angles (RFC 5322, 3.6.4)."""
    if "<" not in value and "@" not in value:
        return ()
    found = (f"<{inside or bare}>" for inside, bare in _IDENTIFIER.findall(_unfolded(value)))
    return tuple(dict.fromkeys(one_line(each) for each in found))[-MAX_IDENTIFIERS:]


def moment(value: str) -> datetime | None:
    """A date with its time zone (RFC 5322 or ISO 8601); one without a zone is UTC. None for anything else."""
    value = value.strip()[:100]
    for parse in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            found = parse(value)
        except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
            continue
        if not 1980 <= found.year <= 2200:
            return None
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    return None
