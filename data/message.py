"""One thing a customer wrote, and the bytes it came in."""

import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from typing import Literal

Channel = Literal["email", "web_form", "chat", "sms", "social", "letter"]
Media = Literal["message/rfc822", "application/json"]

_TRACE_FIELD = re.compile(
    rb"(received[\w-]*|return-path|delivered-to|envelope-to|status|content-length|lines|dkim-[\w-]*|domainkey-[\w-]*"
    rb"|authentication-results|arc-[\w-]*|resent-[\w-]*|x-(?!auto|mail-auto|precedence|loop|failed-)[\w-]*)[ \t]*:",
    re.IGNORECASE,
)
"""What is added on the way to a mailbox or in it; and whatever begins with `X-`, but what says that a machine wrote."""
_ESCAPE = re.compile(rb"^>+(?=From )", re.MULTILINE)
_LONGEST_HEAD = 256 << 10
"""A header that is longer is not taken apart."""
_LONGEST_ID = 998
"""RFC 5322, 2.1.1: no line is longer."""
_MESSAGE_ID = re.compile(rb"^message-id[ \t]*:((?:[^\n]|\n[ \t])*)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class RawMessage:
    """The bytes of one message as they were taken in, and where from; nothing is decoded yet.

    `media` says how to read `content`: a mail (RFC 5322), or a JSON object with `text` and, if known,
    `subject`, `from`, `to`, `date`, `message_id`, `channel`.
    """

    content: bytes
    source: str
    position: int = 0
    media: Media = "message/rfc822"
    channel: Channel = "email"
    received_at: datetime | None = None

    @classmethod
    def of_text(cls, text: str, *, subject: str = "", source: str = "text", **known: str) -> "RawMessage":
        """A message that came as a text: a web form, a chat, a row of a table. `known` are further JSON fields."""
        fields = {"text": text, "subject": subject} | known
        content = json.dumps(fields, ensure_ascii=False, sort_keys=True).encode("utf-8", "surrogatepass")
        return cls(content=content, source=source, media="application/json")

    @cached_property
    def sha256(self) -> str:
        return sha256(self.content).hexdigest()

    @cached_property
    def key(self) -> str:
        """The same for the same mail by whatever way it came, and by however many addresses. 32 digits.

        Trace fields do not count, nor does the order of the others, how they are folded, how lines end, nor how an mbox
        escapes them (much as in RFC 6376, 3.4.2 and 3.4.4). The Message-ID is one field of many: alone it says nothing.
        """
        if self.media != "message/rfc822":
            return self.sha256[:32]
        head, gap, body = self.content.replace(b"\r\n", b"\n").partition(b"\n\n")
        kept = head
        if len(head) <= _LONGEST_HEAD:
            fields = (one for one in re.split(rb"\n(?![ \t])", head) if not _TRACE_FIELD.match(one))
            kept = b"\n".join(sorted(map(_unfolded, fields)))
        return sha256(kept + gap + _ESCAPE.sub(b"", body).rstrip(b"\n")).hexdigest()[:32]

    @cached_property
    def message_id(self) -> str:
        """The Message-ID of a mail as its header has it, or nothing (RFC 5322, 3.6.4). Anybody may write any."""
        if self.media != "message/rfc822":
            return ""
        start = self.content[:_LONGEST_HEAD].replace(b"\r\n", b"\n")
        found = _MESSAGE_ID.search(start.partition(b"\n\n")[0])
        return b" ".join(found[1].split())[:_LONGEST_ID].decode("utf-8", "replace") if found else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A mailbox: `email` is lower case and may be empty when only a name could be read."""

    name: str
    email: str

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>" if self.name else self.email

    @property
    def domain(self) -> str:
        return self.email.rpartition("@")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """What was attached: a base name without a path, a media type, a size in bytes. Never opened."""

    name: str
    type: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something that could not be read as it should be; the rest was."""

    code: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message as read: text decoded, control characters gone, nothing cut yet. Never changed once read.

    `references` holds the identifiers of earlier messages of the thread, oldest first (RFC 5322, 3.6.4).
    `headers` are pairs in the order of the mail, names in lower case, values decoded and on one line.
    `sender` is who wrote it; when a colleague forwarded it, that colleague is `forwarded_by`.
    `enclosed` are the identifiers of mails, or headers of mails, that are attached.
    """

    key: str
    channel: Channel = "email"
    message_id: str = ""
    references: tuple[str, ...] = ()
    subject: str = ""
    sender: Address | None = None
    forwarded_by: Address | None = None
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    date: datetime | None = None
    received_at: datetime | None = None
    body: str = ""
    attachments: tuple[Attachment, ...] = ()
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    media_types: tuple[str, ...] = ()
    enclosed: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    def header(self, name: str) -> str | None:
        """The first value of a header field, or None."""
        return next((value for key, value in self.headers if key == name), None)


def _unfolded(field: bytes) -> bytes:
    name, colon, value = field.partition(b":")
    return name.strip().lower() + colon + b" ".join(value.split())
