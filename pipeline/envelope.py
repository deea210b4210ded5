"""The mail in which a letter leaves, as bytes: its header by RFC 5322 and RFC 3834, its text twice, plain and HTML.

Nothing from the message that is answered comes into a header as it was: its subject is cleaned and encoded, of its
identifiers only those count that are plainly identifiers, and its address must be one that a mail can go to.
"""

import hmac
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Literal

from salver.data.answer import Letter
from salver.data.message import Address, Message
from salver.data.record import in_utc
from salver.pipeline.charset import one_line
from salver.pipeline.forward import REPLY_PREFIX

MOST_REFERENCES = 20
"""The first and the newest of a conversation's mails are named, as RFC 5322, 3.6.4, lets a reader find its way."""

_LONGEST_SUBJECT = 200
_LONGEST_ID = 250
_DIGITS = 32
_AUTO_PREFIX = re.compile(r"\s*auto\s*:", re.IGNORECASE)
_IDENTIFIER = re.compile(r"<[!-;=?-~]+@[!-;=?-~]+>")
_LOCAL = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*")
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)", re.IGNORECASE)
_LONGEST_ADDRESS = 254
_LONGEST_LOCAL = 64

Kind = Literal["answer", "draft"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What stands on a mail: `id` is its Message-ID, `sender` the watched address, `name` whose it is."""

    id: str
    kind: Kind
    sender: str
    name: str
    recipient: str
    lang: str
    at: datetime


def message_id(key: str, version: str, secret: bytes, address: str) -> str:
    """The Message-ID of a mail that we send: the same whenever it is made, and nobody without the secret can tell it.

    It is `<salver.HEX@domain>`, HEX being 32 digits of an HMAC-SHA256 of the answered message and the answer's version.
    """
    made = hmac.digest(secret, f"{key}\n{version}".encode(), "sha256").hex()[:_DIGITS]
    return f"<salver.{made}@{_ascii_domain(address.rpartition('@')[2])}>"


def thread_of(message: Message) -> str:
    """What tells a conversation: its first mail, or the message itself."""
    known = [*message.references, message.message_id]
    return next(filter(_IDENTIFIER.fullmatch, known), message.key)


def no_address(address: Address | None) -> str:
    """Why no mail can go to an address, in words; nothing where one can."""
    email = address.email if address else ""
    if not email:
        return "it names no address that an answer can go to"
    local, _, domain = email.rpartition("@")
    if not local or not domain:
        return "its sender's address has no domain"
    if email != one_line(email) or len(email.split()) > 1 or not _LOCAL.fullmatch(local):
        return "its sender's address is not one address"
    try:
        labels = _ascii_domain(domain).split(".")
    except UnicodeError:
        return "the domain of its sender's address cannot be"
    if len(email) > _LONGEST_ADDRESS or len(local) > _LONGEST_LOCAL or not all(map(_LABEL.fullmatch, labels)):
        return "its sender's address cannot be"
    return ""


def recipient_of(address: Address) -> str:
    """The address as a mail server takes it: its domain in ASCII. Call it only where `no_address` says nothing."""
    local, _, domain = address.email.rpartition("@")
    return f"{local}@{_ascii_domain(domain)}"


def sealed(letter: Letter, envelope: Envelope, answered: Message) -> bytes:
    """The whole mail, with CRLF at its line ends. The same letter in the same envelope gives the same bytes."""
    body = EmailMessage(policy=SMTP)
    body.set_content(letter.text, cte="quoted-printable")
    body.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    body.set_boundary(f"=_{envelope.id.strip('<>').partition('@')[0]}")
    fields = b"".join(f"{name}: {value}\r\n".encode() for name, value in _fields(envelope, answered) if value)
    return fields + body.as_bytes()


def subject_of(subject: str, kind: Kind) -> str:
    """`Auto: ` and the subject that is answered (RFC 3834, 3.1.5), for a draft `Re: ` and that: without a line break,
    200 characters at most, and however often it was answered with one `Re:`."""
    rest, answered = one_line(subject), False
    while True:
        if found := REPLY_PREFIX.match(rest):
            answered = True
        elif not (found := _AUTO_PREFIX.match(rest)):
            break
        rest = rest[found.end() :].strip()
    rest = rest[:_LONGEST_SUBJECT].strip()
    if kind == "draft":
        return f"Re: {rest}".strip()
    return f"Auto: {'Re: ' if answered else ''}{rest}".strip()


def references_of(message: Message) -> tuple[str, ...]:
    """The mails of a conversation, oldest first, the answered one last; of very many the first and the newest."""
    found = [one for one in (*message.references, message.message_id) if is_identifier(one)]
    known = [one for one in dict.fromkeys(found) if one != message.message_id]
    known += [message.message_id] * is_identifier(message.message_id)
    return tuple(known if len(known) <= MOST_REFERENCES else [known[0], *known[1 - MOST_REFERENCES :]])


def is_identifier(text: str) -> bool:
    """Whether a text is a Message-ID that may stand in a header: in angles, ASCII, without white space."""
    return len(text) <= _LONGEST_ID and _IDENTIFIER.fullmatch(text) is not None


def _fields(envelope: Envelope, answered: Message) -> Iterator[tuple[str, str]]:
    """The header; a field without a value is left out. No Cc, and no Reply-To: who answers us answers the mailbox."""
    address = envelope.sender
    yield "Date", format_datetime(in_utc(envelope.at))
    yield "From", _mailbox(envelope.name, address)
    yield "To", f"<{envelope.recipient}>" if envelope.recipient else ""
    yield "Subject", _encoded(subject_of(answered.subject, envelope.kind), len("Subject: "))
    yield "Message-ID", envelope.id
    yield "In-Reply-To", answered.message_id if is_identifier(answered.message_id) else ""
    yield "References", _folded(references_of(answered))
    yield "Content-Language", envelope.lang
    if envelope.kind == "answer":
        yield "Auto-Submitted", "auto-replied"
        yield "X-Auto-Response-Suppress", "All"
        yield "X-Loop", address


def _mailbox(name: str, address: str) -> str:
    name = one_line(name)
    if not name:
        return f"<{address}>"
    if name.isascii():
        quoted = name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{quoted}" <{address}>'
    return f"{_encoded(name, len('From: '))} <{address}>"


def _encoded(text: str, already: int) -> str:
    """A text as it may stand in a header; what is not plain ASCII, or looks encoded, becomes encoded words."""
    plain = text.isascii() and "=?" not in text and len(text) <= _LONGEST_SUBJECT
    charset = "us-ascii" if plain else "utf-8"
    safe = text.encode("utf-8", "replace").decode()
    return Header(safe, charset, header_name=" " * max(already - 2, 0)).encode(linesep="\r\n")


def _folded(identifiers: Sequence[str]) -> str:
    return "\r\n ".join(identifiers)


def _ascii_domain(domain: str) -> str:
    return domain if domain.isascii() else domain.encode("idna").decode("ascii")
