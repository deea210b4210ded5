"""Mend what is broken in the bytes of a mail before it is taken apart, so that nothing written in it is lost."""

import binascii
import codecs
import re

from salver.data.message import Attachment
from salver.pipeline.charset import one_line

_HEAD_BYTES = 256 * 1024
_FIELD = re.compile(rb"[!-9;-~]{1,200}[ \t]*:")
_KNOWN = re.compile(
    rb"(?:received|return-path|delivered-to|envelope-to|from|to|cc|bcc|subject|date|message-id|mime-version|sender"
    rb"|content-[a-z-]{2,40}|reply-to|references|in-reply-to|auto-submitted|precedence|list-[a-z-]{2,20}|x-[\w-]{2,80}"
    rb"|dkim-signature|authentication-results|arc-[a-z-]{2,40}|thread-[a-z-]{2,20}|importance|user-agent)[ \t]*:",
    re.IGNORECASE,
)
_ON_TOP = re.compile(rb"(?:\xef\xbb\xbf|[ \t]*\r?\n|>*From [^\n]{0,1000}\n)+")
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_ENCODED_RUN = re.compile(rb"^(?:[A-Za-z0-9+/]{60,}+\r?\n){20,}+", re.MULTILINE)
_ENCODED_LONG = 64 * 1024
_ENCODED_KEPT = 4 * 1024 * 1024
_LEFT_OUT = re.compile(rb"~(\d{1,8})~")
_MOST_BROKEN = 40
"""Lines in a row that may be broken."""
_FEWEST = 3
_PART = re.compile(
    rb"^--([^\s\-][^\r\n]{0,199}|-{1,60}[^\s\-][^\r\n]{0,138})[ \t]*\r?\nContent-", re.MULTILINE | re.IGNORECASE
)
_UUENCODED = re.compile(
    r"^begin [0-7]{3,4} ([^\n]{1,200})\n((?:[!-`][ -`]{0,60} ?\n)*?)[` ]?\n?end[ \t]*$", re.MULTILINE
)


def mended(raw: bytes) -> tuple[bytes, bool]:
    """The bytes with a header that can be read: what stands over it and lines that break it do no harm.

    The flag is True when a line of the header had to be joined to the one before.
    """
    if raw.startswith(_UTF16) and (text := raw.decode("utf-16", "replace")):
        raw = text.encode("utf-8", "replace")
    if (top := _ON_TOP.match(raw, 0, _HEAD_BYTES)) and _FIELD.match(raw, top.end()):
        raw = raw[top.end() :]
    return _joined(raw)


def joined_base64(raw: bytes) -> bytes:
    """The same mail with the lines of each large attachment put into one, of which no more is kept than could be text.

    Line breaks mean nothing in base64 (RFC 2045, 6.8), and attachments are not opened; a mark says how much was left
    out. So a parser reads a mail of 35 MB in a tenth of the time.
    """
    return _ENCODED_RUN.sub(_one_line, raw)


def _one_line(run: re.Match[bytes]) -> bytes:
    if len(run[0]) < _ENCODED_LONG:
        return run[0]
    line = run[0].translate(None, b"\r\n")
    left_out = len(line) - _ENCODED_KEPT
    return line[:_ENCODED_KEPT] + (b"\n~%d~\n" % left_out if left_out > 0 else b"\n")


def encoded_length(raw: bytes) -> int:
    """How many digits of base64 there are, or were before some were left out."""
    left_out = _LEFT_OUT.search(raw, max(len(raw) - 200, 0))
    marks = len(left_out[0]) if left_out else 0
    return len(raw.translate(None, b"\r\n\t =")) - marks + (int(left_out[1]) if left_out else 0)


def _joined(raw: bytes) -> tuple[bytes, bool]:
    """Put a blank before each line of the header that is none, as long as fields of a mail follow it.

    Three fields that mails have must come first, so that a text that begins without an empty line stays a text.
    """
    at, known = 0, 0
    broken, pending = list[int](), list[int]()
    while 0 <= at < min(len(raw), _HEAD_BYTES) and len(pending) <= _MOST_BROKEN:
        line = raw[at : raw.find(b"\n", at) + 1 or len(raw)]
        if not line.strip(b"\r\n"):
            break
        if _KNOWN.match(line):
            known += 1
            broken, pending = broken + pending, []
        elif not line.startswith((b" ", b"\t")) and (pending or not _FIELD.match(line)):
            if known < _FEWEST:
                break
            pending.append(at)
        at += len(line)
    for place in reversed(broken):
        raw = raw[:place] + b" " + raw[place:]
    return raw, bool(broken)


def parts_again(raw: bytes) -> bytes:
    """A multipart body that does not hold the boundary it names, as a mail with the one it holds; b"" without one."""
    found = _PART.search(raw)
    if not found or b'"' in found[1]:
        return b""
    return b'Content-Type: multipart/mixed; boundary="' + found[1].rstrip() + b'"\n\n' + raw


def without_uuencoded(text: str) -> tuple[str, list[Attachment]]:
    """A text without the files that are written into it (`begin 644 name … end`), and these."""
    if "\nend" not in text or "begin " not in text:
        return text, []
    found = list(_UUENCODED.finditer(text))
    files = [
        Attachment(
            name=re.split(r"[/\\]", one_line(one[1]))[-1].strip(". ")[:200],
            type="application/octet-stream",
            size=len(one[2]) * 3 // 4,
        )
        for one in found
    ]
    return (_UUENCODED.sub("", text), files) if found else (text, [])


def from_uu(raw: bytes) -> bytes:
    """Decode uuencoded bytes; lines that cannot be decoded are left out."""
    lines = raw.splitlines()
    begin = next((i + 1 for i, line in enumerate(lines[:100]) if line.startswith(b"begin ")), 0)
    decoded = []
    for line in lines[begin:]:
        if line.strip() == b"end":
            break
        try:
            decoded.append(binascii.a2b_uu(line))
        except binascii.Error:
            continue
    return b"".join(decoded)
