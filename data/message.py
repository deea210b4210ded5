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
    rb"(received|return-path|delivered-to|envelope-to|x-original-to|status|x-status|x-keywords|x-uid|x-mozilla-[\w-]*"
    rb"|x-gmail-labels|x-gm-[\w-]*|content-length|lines|x-spam-[\w-]*|dkim-signature|authentication-results|arc-[\w-]*):",
    re.IGNORECASE,
)


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
        """The same for the same mail by whatever way it came: trace fields and line ends do not count. 32 digits."""
        if self.media != "message/rfc822":
            return self.sha256[:32]
        head, gap, body = self.content.replace(b"\r\n", b"\n").partition(b"\n\n")
        fields = re.split(rb"\n(?![ \t])", head)
        kept = b"\n".join(one for one in fields if not _TRACE_FIELD.match(one))
        return sha256(kept + gap + body.rstrip(b"\n")).hexdigest()[:32]


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
