"""Mails that were made to hang, flood or break a reader: `python -m tests.pipeline.hostile` shows what each takes.

Each is read, cleaned and screened in a process of its own, which may take a second of its processor and 400 MB beside
what it held when it began: with Python and the libraries that is less than 512.
"""

import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from salver.data.company import Company
from salver.data.message import RawMessage
from salver.pipeline.clean import clean
from salver.pipeline.read import read_one
from salver.pipeline.screen import screen

MOST_S = 1.0
MOST_MB = 400
COMPANY = Company(own=("@lindwerke.example",))
MB = 1024 * 1024

HEAD = b"From: a@b.example\nTo: service@lindwerke.example\nSubject: x\nMIME-Version: 1.0\n"
OURS = b"From: a@lindwerke.example\nTo: service@lindwerke.example\nSubject: WG: x\n\n"
HTML = HEAD + b"Content-Type: text/html\n\n"
MIXED = HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n"
B64 = HEAD + b"Content-Transfer-Encoding: base64\n\n"


def _nested(kind: bytes, depth: int) -> bytes:
    return b"".join(b'Content-Type: multipart/%s; boundary="b%d"\n\n--b%d\n' % (kind, i, i) for i in range(depth))


def _numbered(pattern: bytes, count: int) -> bytes:
    return b"".join(pattern % i for i in range(count))


STRUCTURE: dict[str, Callable[[], bytes]] = {
    "parts nested 1,000 deep": lambda: HEAD + _nested(b"mixed", 1000) + b"\nhi\n",
    "alternatives nested 1,000 deep": lambda: HEAD + _nested(b"alternative", 1000) + b"\nhi\n",
    "mails in mails, 2,000 deep": lambda: HEAD + b"Content-Type: message/rfc822\n\n" * 2000 + b"hi",
    "the same boundary at every depth": lambda: (
        HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n--b\n" * 1000 + b"\nhi\n"
    ),
    "100,000 parts": lambda: MIXED + b"--b\n\nhi\n" * 100_000 + b"--b--\n",
    "a million boundaries": lambda: MIXED + b"--b\n" * 1_000_000,
    "lines that begin like the boundary": lambda: MIXED + b"--bb\n" * 400_000,
    "parts without an end": lambda: MIXED + b"--b\nContent-Type: text/plain\n" * 50_000,
    "a boundary that is not there": lambda: MIXED + b"--c\nContent-Type: text/plain\n\nhi\n" * 50_000,
    "50 boundaries and a million lines": lambda: HEAD + _nested(b"mixed", 50) + b"x\n" * 1_000_000,
    "reports in reports": lambda: HEAD + _nested(b"report", 500) + b"\nhi\n",
    "5,000 fields of a delivery status": lambda: (
        HEAD + b"Content-Type: message/delivery-status\n\n" + b"Final-Recipient: rfc822; a@b.example\n\n" * 5000
    ),
    "an event of 5 MB": lambda: HEAD + b"Content-Type: text/calendar\n\n" + b"METHOD\n" * 700_000,
    "1,000 attached mails": lambda: MIXED + b"--b\nContent-Type: message/rfc822\n\nSubject: y\n\nhi\n" * 1000,
}
HEADER: dict[str, Callable[[], bytes]] = {
    "50,000 addresses": lambda: b"From: " + _numbered(b"u%d@x.example, ", 50_000) + b"\n\nhi",
    "groups in groups": lambda: b"From: " + b"a:" * 30_000 + b"\n\nhi",
    "20,000 quotes in From": lambda: b'From: a@b.example, "' + b'"' * 20_000 + b"\n\nhi",
    "30,000 escaped quotes": lambda: b'From: a@b.example, "' + b'\\"' * 30_000 + b"\n\nhi",
    "parentheses in From and Date": lambda: b"From: " + b"(" * 60_000 + b"\nDate: " + b"(" * 60_000 + b"\n\nhi",
    "angles in From": lambda: b"From: " + b"<" * 60_000 + b"\nTo: " + b"<a>" * 20_000 + b"\n\nhi",
    "at signs in From": lambda: b"From: " + b"@" * 60_000 + b"\nTo: " + b"a@" * 30_000 + b"\n\nhi",
    "commas and semicolons in To": lambda: b"To: " + b",;" * 30_000 + b"\n\nhi",
    "parameters that open quotes": lambda: b"Content-Type: text/plain" + b';a="' * 15_000 + b"\n\nhi",
    "15,000 parameters": lambda: b"Content-Type: text/plain" + _numbered(b";a%d=b", 6_000) + b"\n\nhi",
    "5,000 continued parameters": lambda: (
        HEAD + b"Content-Disposition: attachment" + _numbered(b";filename*%d*=x", 4000) + b"\n\nhi"
    ),
    "stars in parameters": lambda: HEAD + b"Content-Type: text/plain;" + b"name*0*0*" * 6000 + b"=x\n\nhi",
    "7,000 encoded words": lambda: b"Subject: " + b"=?utf-8?q?a?= " * 4500 + b"\n\nhi",
    "encoded words that never end": lambda: b"Subject: " + b"=?utf-8?q?" * 6000 + b"\n\nhi",
    "question marks": lambda: b"Subject: =?" + b"?" * 60_000 + b"\nFrom: =?a?b?" + b"=" * 60_000 + b"\n\nhi",
    "encoded words with line breaks": lambda: b"Subject: " + b"=?utf-8?q?hi=0D=0ABcc:_x@y.z?= " * 2000 + b"\n\nhi",
    "a charset for each word": lambda: b"Subject: " + _numbered(b"=?cp%d?b?gIA=?= ", 3000) + b"\n\nhi",
    "a field of 3 MB": lambda: b"X-Long: " + b"a" * 3 * MB + b"\nFrom: a@b.example\n\nhi",
    "60,000 fields": lambda: _numbered(b"X-%d: y\n", 60_000) + b"\nhi",
    "a field folded 100,000 times": lambda: b"Subject: a\n" + b" b\n" * 100_000 + b"\nhi",
    "a header of 2 MB that never ends": lambda: HEAD + b"x" * 2 * MB,
    "100,000 broken lines of a header": lambda: HEAD + b"broken\n" * 100_000 + b"Date: x\n\nhi",
    "20,000 broken lines that are mended": lambda: HEAD + b"broken\nX-Y: z\n" * 20_000 + b"\nhi",
    "bytes of 8 bits in every field": lambda: (
        b"From: \xfc" + b"\xe9" * 60_000 + b"\nSubject: " + b"\xff" * 60_000 + b"\n\nhi"
    ),
    "dates": lambda: b"Date: " + b"Mon, " * 10_000 + b"\nFrom: a@b.example\n\nhi",
    "a date of digits": lambda: b"Date: " + b"9" * 60_000 + b"\nFrom: a@b.example\n\nhi",
    "20,000 references": lambda: HEAD + b"References: " + _numbered(b"<%d@x.example> ", 20_000) + b"\n\nhi",
    "references that never end": lambda: HEAD + b"References: " + b"<" * 60_000 + b"@" * 5000 + b"\n\nhi",
    "10,000 loops": lambda: HEAD + b"X-Loop: a@b.example\n" * 10_000 + b"\nhi",
    "a file name of slashes": lambda: (
        HEAD + b'Content-Disposition: attachment; filename="' + b"../" * 20_000 + b'"\n\nhi'
    ),
    "a subject of tags": lambda: HEAD.replace(b": x", b": " + b"[a] " * 15_000) + b"\nhi",
    "a subject of prefixes": lambda: HEAD.replace(b": x", b": " + b"Re: Fwd: AW: " * 4000) + b"\nhi",
    "a sender's name of systems": lambda: HEAD.replace(b"a@b", b"Mail System " * 5000 + b"<a@b") + b"\nhi",
    "an automatic keyword of blanks": lambda: HEAD + b"Auto-Submitted: " + b" (" * 30_000 + b"\n\nhi",
}
BODY: dict[str, Callable[[], bytes]] = {
    "a line of 35 MB": lambda: HEAD + b"\n" + b"a" * 35 * MB,
    "35 MB of lines": lambda: HEAD + b"\n" + b"words and words again and again\n" * (35 * MB // 32),
    "3 million empty lines": lambda: HEAD + b"\n" + b"\n" * 3_200_000,
    "5 MB of NUL": lambda: HEAD + b"\n" + b"\x00" * 5 * MB,
    "35 MB of base64": lambda: (
        B64 + b"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJz\n" * (35 * MB // 61)
    ),
    "base64 in runs of many lines": lambda: HEAD + b"\n" + ((b"QUJD" * 15 + b"\n") * 999 + b"-\n") * 570,
    "base64 in runs of few lines": lambda: HEAD + b"\n" + ((b"QUJD" * 15 + b"\n") * 19 + b"-\n") * 29_000,
    "base64 on one line of 20 MB": lambda: B64 + b"QUJD" * 5 * MB,
    "base64 that is none, 10 MB": lambda: B64 + b"\xff=*" * (10 * MB // 3),
    "an attachment of 34 MB": lambda: (
        MIXED
        + b"--b\n\nhi\n--b\nContent-Type: image/png\nContent-Transfer-Encoding: base64\n\n"
        + b"QUJD" * 19
        + b"\n"
        + (b"QUJD" * 19 + b"\n") * (34 * MB // 77)
        + b"--b--\n"
    ),
    "quoted-printable of equal signs": lambda: (
        HEAD + b"Content-Transfer-Encoding: quoted-printable\n\n" + b"=" * 5 * MB
    ),
    "quoted-printable of soft breaks": lambda: (
        HEAD + b"Content-Transfer-Encoding: quoted-printable\n\n" + b"=\n" * 1_500_000
    ),
    "uuencoded without an end": lambda: HEAD + b"\nbegin 644 a\n" + (b"M" + b"A" * 60 + b"\n") * 80_000,
    "100,000 files that begin": lambda: HEAD + b"\n" + b"begin 644 a\nM\n" * 100_000 + b"end\n",
    "a uuencoded text of 10 MB": lambda: (
        HEAD + b"Content-Transfer-Encoding: uuencode\n\nbegin 644 a\n" + (b"M" + b"A" * 60 + b"\n") * 170_000
    ),
    "500,000 flowing lines": lambda: HEAD + b"Content-Type: text/plain; format=flowed\n\n" + b"a \n" * 500_000,
    "enriched text of angles": lambda: HEAD + b"Content-Type: text/enriched\n\n" + b"<" * MB + b"<a><param>" * 100_000,
    "2 MB of bidi overrides": lambda: HEAD + b"\n" + b"\xe2\x80\xae" * (2 * MB // 3),
    "2 MB of zero width": lambda: HEAD + b"\n" + b"a\xe2\x80\x8b" * (2 * MB // 4),
    "line ends of every kind": lambda: HEAD.replace(b"\n", b"\r\n") + b"\r\n" + b"a\rb\nc\r\nd\n\r" * 200_000,
    "escapes of iso-2022-jp": lambda: (
        HEAD + b"Content-Type: text/plain; charset=iso-2022-jp\n\n" + b"\x1b$B\x1b(B" * 300_000
    ),
    "utf-16 with half characters": lambda: HEAD + b"Content-Type: text/plain; charset=utf-16\n\n" + b"\xd8\x00" * MB,
    "utf-7": lambda: HEAD + b"Content-Type: text/plain; charset=utf-7\n\n" + b"+ADw-" * 400_000,
    "a charset that unpacks": lambda: HEAD + b"Content-Type: text/plain; charset=zlib_codec\n\nx\x9c" + b"\x00" * MB,
    "a charset of 60 KB": lambda: HEAD + b"Content-Type: text/plain; charset=" + b"x" * 60_000 + b"\n\n\xff",
    "a UTF-16 file of 10 MB": lambda: b"\xff\xfe" + b"a\x00" * 5 * MB,
}
MARKUP: dict[str, Callable[[], bytes]] = {
    "400,000 nested blocks": lambda: HTML + b"<div>" * 400_000,
    "20,000 nested tables": lambda: HTML + b"<b>" * 20_000 + b"<table>x" * 20_000,
    "200,000 attributes": lambda: HTML + b"<a " + _numbered(b"x%d ", 200_000) + b">",
    "100,000 nested quotes": lambda: HTML + b"<blockquote>x" * 100_000,
    "a million entities": lambda: HTML + b"&amp;&#x41;" * 180_000,
    "entities that never end": lambda: HTML + b"&" * 2 * MB,
    "2 MB of style": lambda: HTML + b"<style>" + b"a{b:c}" * (2 * MB // 6),
    "styles on every element": lambda: HTML + b"<p style='" + b"font-size:0;" * 100 + b"'>x</p>" * 9000,
    "500,000 comments": lambda: HTML + b"<!--" * 500_000,
    "attributes that open quotes": lambda: HTML + b'<a href="' * 100_000,
    "500,000 line breaks": lambda: HTML + b"<br>" * 500_000,
    "nested lists": lambda: HTML + b"<ul><li>x" * 50_000,
    "a table of 200,000 cells": lambda: HTML + b"<table><tr>" + b"<td>x" * 200_000,
    "2 MB of script": lambda: HTML + b"<script>" + b"if(a<b){}" * 200_000,
    "misnested formatting": lambda: HTML + b"<b><i><u><a><p>" * 4000,
    "meta without end": lambda: HTML + b"<meta " * 100_000,
    "nested frames and forms": lambda: HTML + b"<form><select><option>" * 4000 + b"x",
}
REPLY: dict[str, Callable[[], bytes]] = {
    "500,000 quote marks on a line": lambda: OURS + b"> " * 500_000,
    "2 MB of dashes": lambda: HEAD + b"\n" + b"-" * 2 * MB,
    "2 MB of spaces": lambda: HEAD + b"\n" + b" " * 2 * MB + b"x",
    "lines of spaces": lambda: HEAD + b"\n" + (b" " * 1000 + b"x\n") * 2000,
    "On that is never written": lambda: HEAD + b"\nOn " + b"a, 1 " * 400_000 + b"wrote",
    "introductions in one line": lambda: HEAD + b"\nx\nAm 1.1.2026 " + b"schrieb " * 200_000 + b":",
    "dates and addresses": lambda: HEAD + b"\nx\n" + b"1.1.2026 10:00 <" * 100_000,
    "Von of 1 MB": lambda: OURS + b"Von: " + b"a@" * 500_000 + b"\nGesendet: x\n",
    "a closing of 1 MB": lambda: HEAD + b"\nx\n" + b"liebe viele beste " * 60_000 + b"x",
    "names without end": lambda: HEAD + b"\nx.\n\nKind regards\n" + b"A. " * 300_000,
    "words of automatic answers": lambda: HEAD + b"\n" + b"this is an auto message we have received your " * 40_000,
    "words of bounces": lambda: HEAD + b"\n" + b"delivery to the following has permanent " * 40_000,
    "words of read receipts": lambda: HEAD.replace(b": x", b": Read: x") + b"\n" + b"your message was " * 60_000,
}
LINES: dict[str, Callable[[], bytes]] = {
    "500,000 quoted lines": lambda: HEAD + b"\n" + b"> a\n" * 500_000,
    "quotes and answers in turn": lambda: HEAD + b"\n" + b"> a\nb\n" * 200_000,
    "500,000 rules": lambda: HEAD + b"\n" + b"-----\n" * 300_000,
    "100,000 lines of On": lambda: HEAD + b"\n" + b"On 1.1.2026 a\n" * 100_000,
    "100,000 introductions": lambda: HEAD + b"\nx\n" + b"Am 1.1.2026 schrieb a@b.example:\n" * 60_000,
    "100,000 lines Von": lambda: OURS + b"Von: a\nGesendet: x\n" * 100_000,
    "100,000 forwards": lambda: HEAD + b"\n" + b"Begin forwarded message:\nFrom: a\nDate: b\nSubject: c\n" * 30_000,
    "100,000 closings": lambda: HEAD + b"\nx\n" + "Mit freundlichen Grüßen\nKai Ott\n".encode() * 60_000,
    "devices": lambda: HEAD + b"\nx\n" + b"Sent from my iPhone " * 100_000 + b"\n" + b"Sent from my a\n" * 100_000,
    "notices of lawyers": lambda: HEAD + b"\nx\n" + b"This e-mail is \n" * 100_000,
    "layers of signatures": lambda: HEAD + b"\nx.\n" + b"--\nKai Ott\n\nViele Gr\xc3\xbc\xc3\x9fe\nKai\n" * 20_000,
    "signed by 20,000 keys": lambda: HEAD + b"\nx\n" + b"-----BEGIN PGP SIGNATURE-----\nx\n" * 60_000,
    "copies of identifiers": lambda: HEAD.replace(b"a@b", b"mailer-daemon@b") + b"\n" + b"Message-ID: <a\n" * 100_000,
}
KINDS = STRUCTURE | HEADER | BODY | MARKUP | REPLY | LINES


@dataclass(frozen=True, slots=True)
class Taken:
    """What reading one mail took, or how it failed."""

    seconds: float
    megabytes: float
    fault: str


def taken(kind: str) -> Taken:
    """Read, clean and screen one kind of mail in a process of its own; its faults are words."""
    out, into = os.pipe()
    if (child := os.fork()) == 0:
        os.close(out)
        os.write(into, json.dumps(_alone(kind)).encode())
        os._exit(0)
    os.close(into)
    with os.fdopen(out, "rb") as file:
        told = file.read()
    _, status, used = os.wait4(child, 0)
    if not told:
        return Taken(used.ru_utime, 0, f"it ended with status {status}")
    return Taken(*json.loads(told))


def _alone(kind: str) -> tuple[float, float, str]:
    resource.setrlimit(resource.RLIMIT_CPU, (30, 30))
    raw = RawMessage(content=KINDS[kind](), source=kind)
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew: until now it is that of who was copied
    before = _held_mb("VmRSS")
    start = time.process_time()
    try:
        message = read_one(raw, COMPANY)
        (cleaned,) = clean([message])
        screen([message], COMPANY)
        fault = "its text was lost" if message.body.strip() and not cleaned.text else ""
    except BaseException as error:
        fault = f"{type(error).__name__}: {error}"[:200]
    return time.process_time() - start, _held_mb("VmHWM") - before, fault


def _held_mb(which: str) -> float:
    """Megabytes that this process holds (VmRSS), or held at its peak (VmHWM)."""
    lines = Path("/proc/self/status").read_text("ascii", "replace").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{which}:"))


def table() -> Iterator[str]:
    """A line for each kind: seconds, megabytes, and what went wrong."""
    for kind in KINDS:
        one = taken(kind)
        yield f"{one.seconds:7.3f} s {one.megabytes:6.0f} MB  {kind}{': ' if one.fault else ''}{one.fault}"


if __name__ == "__main__":
    for line in table():
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
