"""Mails out of an mbox file, one after the other, in as little memory as the largest of them.

A line that starts with `From ` begins a mail when it ends in a date, or names one sender and nothing else, and a mail's
header follows (RFC 4155, appendix A, read generously). A sentence of a letter that starts with "From " does not.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

BLOCK_BYTES = 1 << 20
MAIL_BYTES = 100 << 20
_LOOKAHEAD = 4096

_DAY = rb"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s+)?"
_MONTH = rb"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_ZONE = rb"(?:\s+(?:[a-z]{1,5}|[+-]\d{4}))*"
_DATED = re.compile(
    rb"From (?:[^\n]*\s)?" + _DAY + rb"(?:" + _MONTH + rb"\s+\d{1,2},?|\d{1,2}\s+" + _MONTH + rb",?(?:\s+\d{4})?"
    rb"|\d{4}-\d\d-\d\d)[\st]+\d{1,2}:\d{2}(?::\d{2})?"
    + _ZONE
    + rb"(?:\s+\d{4})?"
    + _ZONE
    + rb"(?:\s+remote from \S+)?\s*",
    re.IGNORECASE,
)
_UNDATED = re.compile(rb"From \S+\s*")
_FIELD = re.compile(rb"[!-9;-~]+:|>From ")
_MAIL_FIELD = re.compile(
    rb"(?:received|return-path|delivered-to|envelope-to|from|to|cc|subject|date|message-id|mime-version|content-type"
    rb"|reply-to|sender|status|x-[\w-]+|dkim-signature|arc-[\w-]+|authentication-results|>From)[: ]",
    re.IGNORECASE,
)
_ESCAPED = re.compile(rb"^>(>*From )", re.MULTILINE)
_BOUNDARY = re.compile(
    rb"^content-type:\s*multipart/[^\n]*?\bboundary=(?:\"([^\"\n]+)\"|([^;\s]+))", re.IGNORECASE | re.MULTILINE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One mail of an mbox. `line` is that of its `From ` line; `cut` says that it is over `MAIL_BYTES` long."""

    content: bytes
    line: int
    last: bool
    cut: bool


def pieces(file: BinaryIO) -> Iterator[Piece]:
    """The mails of an mbox (mboxo or mboxrd, LF or CRLF), without their `From ` lines and escapes, in order."""
    line = 1
    waiting: tuple[bytes, int, bool] | None = None
    for chunk, lines, cut in _chunks(file):
        if waiting is not None:
            yield _piece(*waiting, last=False)
        waiting = (chunk, line, cut)
        line += lines
    if waiting is not None:
        yield _piece(*waiting, last=True)


def is_cut_off(content: bytes) -> bool:
    """Whether a mail ends in the middle: of a line, of its header, or of a multipart body."""
    head, gap, body = content.replace(b"\r\n", b"\n").partition(b"\n\n")
    if not content.endswith(b"\n"):
        return True
    found = _BOUNDARY.search(re.sub(rb"\n[ \t]+", b" ", head))
    if not found:
        return False
    return not gap or b"--" + (found[1] or found[2]) + b"--" not in body


def without_from_line(content: bytes) -> bytes:
    """A mail without the `From ` line that some programs leave on top of it."""
    return content.partition(b"\n")[2] if _DATED.match(content.partition(b"\n")[0]) else content


def _piece(chunk: bytes, line: int, cut: bool, *, last: bool) -> Piece:
    content = chunk.partition(b"\n")[2]
    if b">From " in content:
        content = _ESCAPED.sub(rb"\1", content)
    for blank in (b"\n\r\n", b"\n\n"):  # the empty line between two mails belongs to neither
        if content.endswith(blank):
            content = content[: 1 - len(blank)]
            break
    return Piece(content=content, line=line, last=last, cut=cut)


def _chunks(file: BinaryIO) -> Iterator[tuple[bytes, int, bool]]:
    """Each mail with its `From ` line, how many lines it has, and whether it was too long to be held whole."""
    held = bytearray(_start(file))
    kept, kept_lines, searched, ended = b"", 0, 0, False
    while not ended:
        block = file.read(BLOCK_BYTES)
        ended = not block
        held += block
        while (at := held.find(b"\nFrom ", searched)) != -1 and (ended or at + _LOOKAHEAD < len(held)):
            searched = at + 1
            if _begins_mail(held, at):
                lines = held.count(b"\n", 0, at + 1) + kept_lines
                yield kept or bytes(held[: at + 1]), lines, bool(kept)
                del held[: at + 1]
                kept, kept_lines, searched = b"", 0, 0
        searched = at if at != -1 else max(len(held) - len("\nFrom "), 0)
        if searched > MAIL_BYTES or (kept and searched > BLOCK_BYTES):
            kept = kept or bytes(held[:MAIL_BYTES])
            drop = max(searched - 4, 0)
            kept_lines += held.count(b"\n", 0, drop)
            del held[:drop]
            searched -= drop
    if held or kept:
        yield kept or bytes(held), held.count(b"\n") + kept_lines, bool(kept)


def _start(file: BinaryIO) -> bytes:
    """The first block from its first `From ` line on; a byte order mark and empty lines before it are skipped."""
    block = file.read(BLOCK_BYTES)
    return block[block.find(b"From ") :] if b"From " in block[:4096] else block


def _begins_mail(held: bytearray, at: int) -> bool:
    """Whether the `From ` line after the line end at `at` begins a mail."""
    line, _, rest = bytes(held[at + 1 : at + _LOOKAHEAD]).partition(b"\n")
    after_blank = held[at - 1 : at] == b"\n" or held[at - 2 : at] == b"\n\r"
    if _DATED.fullmatch(line):
        return bool((_FIELD if after_blank else _MAIL_FIELD).match(rest))
    return after_blank and bool(_UNDATED.fullmatch(line)) and bool(_MAIL_FIELD.match(rest))
