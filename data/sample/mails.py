"""Makes raw mails of the backlog's records, as they would lie in a mailbox."""

import re
from base64 import encodebytes
from datetime import UTC, datetime, timedelta
from email.header import Header
from email.utils import format_datetime, formataddr, getaddresses, parseaddr
from hashlib import sha256
from quopri import encodestring

from salver.data.sample.backlog_source import Record
from salver.data.sample.markup import page
from salver.data.sample.moments import ZONE

SERVICE = "service@elmtalwerke.example"
_ADDRESSES = {"from", "to", "cc", "reply-to", "sender", "disposition-notification-to", "return-path"}
_UNDATED = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)


def mbox(records: list[Record]) -> bytes:
    """All mails in mboxrd: a "From " line before each, `>` before each line that looks like one."""
    return b"".join(_entry(record) for record in records)


def mail(record: Record) -> bytes:
    """One record as a raw mail with `\\n` line ends."""
    headers, body = _content(record)
    own = [(name, _encoded(name, value, record)) for name, value in record.headers]
    if not record.bare:
        own = _delivered(record, own, headers)
    return _head(own, record.charset if record.bare else "ascii") + b"\n\n" + body


def message_id(record: Record) -> str:
    """The Message-ID of a record's mail; made from the content when it has none of its own."""
    if record.bare or record.header("Message-ID"):
        return record.header("Message-ID")
    domain = parseaddr(record.header("From"))[1].rpartition("@")[2] or "localhost"
    return f"<{digest(record, 'message-id')[:20]}@{domain}>"


def digest(record: Record, what: str) -> str:
    """Digits that depend on the content only, so that a copy of a mail is the same mail."""
    return sha256(f"{what}/{record.headers}/{record.body}".encode()).hexdigest()


def _entry(record: Record) -> bytes:
    content = re.sub(rb"^(>*From )", rb">\1", mail(record), flags=re.MULTILINE)
    sender = parseaddr(record.header("Return-Path") or record.header("From"))[1] or "MAILER-DAEMON"
    moment = _arrived(record).astimezone(UTC)
    return f"From {sender} {moment:%a %b} {moment.day:2} {moment:%H:%M:%S %Y}\n".encode() + content + b"\n"


def _arrived(record: Record) -> datetime:
    delay = timedelta(seconds=1 + int(digest(record, "delay")[:2], 16) % 9)
    return ((record.written or _UNDATED) + delay).astimezone(ZONE)


def _delivered(record: Record, own: list[tuple[str, str]], content: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The header with what the mail programs on the way add, unless the record says it itself."""
    there = {name.lower() for name, _ in own}
    sender = parseaddr(record.header("From"))[1]
    before = [("Return-Path", f"<{sender}>")] if "return-path" not in there else []
    returned = [field for field in own if field[0].lower() == "return-path"]
    rest = [field for field in own if field[0].lower() != "return-path"]
    after = [("To", SERVICE), ("Message-ID", message_id(record)), ("MIME-Version", "1.0"), *content]
    return [
        *before,
        *returned,
        ("Received", _received(record, sender)),
        *rest,
        *((name, value) for name, value in after if name.lower() not in there),
    ]


def _received(record: Record, sender: str) -> str:
    domain = sender.rpartition("@")[2] or "localhost"
    octet, queue = int(digest(record, "host")[:2], 16) % 250 + 2, digest(record, "queue")[:10].upper()
    return (
        f"from mail.{domain} (mail.{domain} [203.0.113.{octet}])\n"
        f"\tby mx1.elmtalwerke.example (Postfix) with ESMTPS id {queue}\n"
        f"\tfor <{SERVICE}>; {format_datetime(_arrived(record))}"
    )


def _head(fields: list[tuple[str, str]], charset: str = "ascii") -> bytes:
    return "\n".join(f"{name}: {value}" if value else f"{name}:" for name, value in fields).encode(charset)


def _content(record: Record) -> tuple[list[tuple[str, str]], bytes]:
    """Header fields that say what the body is, and its bytes."""
    if record.format == "mime":
        return [], record.body.encode(record.charset)
    if record.format != "alternative":
        return _part("html" if record.format == "html" else "plain", record.body, record)
    boundary = "=_" + digest(record, "boundary")[:24]
    parts = (_part("plain", record.body, record), _part("html", page(record.body) + "\n", record))
    line = f"--{boundary}".encode()
    body = b"".join(line + b"\n" + _head(fields) + b"\n\n" + part for fields, part in parts)
    return [("Content-Type", f'multipart/alternative; boundary="{boundary}"')], body + line + b"--\n"


def _part(kind: str, text: str, record: Record) -> tuple[list[tuple[str, str]], bytes]:
    raw = text.encode(record.charset)
    cte = record.cte or ("7bit" if raw.isascii() else "8bit")
    fields = [("Content-Type", f"text/{kind}; charset={record.charset}"), ("Content-Transfer-Encoding", cte)]
    if cte == "base64":
        raw = encodebytes(raw.replace(b"\n", b"\r\n"))
    elif cte == "quoted-printable":
        raw = encodestring(raw)
    return fields, raw


def _encoded(name: str, value: str, record: Record) -> str:
    """A header value in ASCII; words with other letters become encoded words (RFC 2047)."""
    if value.isascii() or record.bare:
        return value
    if name.lower() not in _ADDRESSES:
        return str(Header(value, _charset(value, record), header_name=name).encode())
    pairs = getaddresses([value])
    return ", ".join(formataddr((person, address), _charset(person, record)) for person, address in pairs)


def _charset(value: str, record: Record) -> str:
    try:
        value.encode(record.charset)
    except UnicodeEncodeError:
        return "utf-8"
    return record.charset
