"""A mail taken apart by the standard library, within bounds that hold for any bytes."""

import re
from email import message_from_bytes
from email.message import Message as StandardPart
from email.policy import compat32
from typing import Any, cast

from salver.pipeline.fields import MAX_FIELD, decoded, parameters
from salver.pipeline.mend import encoded_length, joined_base64, mended

MAX_MESSAGE = 35 * 1024 * 1024
MAX_HEAD = 256 * 1024
MAX_PARTS = 1_000
MAX_DEPTH = 50
MAX_SOLE_TEXT = 7 * 1024 * 1024
"""More than any encoding needs for a text of 2 MB."""
TOO_DEEP = "application/x-nested-too-deep"
_MAX_LINES = 1_000_000
_MAX_LINE_TESTS = 2_000_000  # the parser tests every line against every open boundary: about a microsecond each

_NESTING = ("multipart/", "message/")
_HEAD = re.compile(rb"(?:From .*\n)?(?:(?:[!-9;-~]+:|[ \t]).*+(?:\n|$))*+")
_BOUNDARY = re.compile(rb'boundary\s*=\s*(?:"([^"\r\n]{1,200})"|([^\s;"]{1,200}))', re.IGNORECASE)
_KIND = re.compile(rb"^content-type\s*:\s*(.{0,5})", re.IGNORECASE | re.MULTILINE | re.DOTALL)
_TYPE = re.compile(r"\s*([\w!#$&^.+-]{1,80}/[\w!#$&^.+-]{1,80})\s*(?:;|\s|$)")


class Part(StandardPart):
    """The standard library's part with parameters that are read in linear time, and a bound to nesting."""

    def __init__(self, policy: Any = compat32) -> None:
        super().__init__(policy)
        self.depth = 0
        self._kind = ""
        self._given: dict[str, str] | None = None

    def attach(self, payload: Any) -> None:
        payload.depth = self.depth + 1
        super().attach(payload)

    def get_content_type(self) -> str:
        """The media type. It is asked for when all fields are read, and kept."""
        if not self._kind:
            found = _TYPE.match(self.field("content-type"))
            kind = found[1].lower() if found else self.get_default_type()
            self._kind = TOO_DEEP if self.depth >= MAX_DEPTH and kind.startswith(_NESTING) else kind
        return self._kind

    def get_boundary(self, failobj: Any = None) -> Any:
        return self.given().get("boundary", "").rstrip() or failobj

    def given(self) -> dict[str, str]:
        """The parameters of the media type."""
        if self._given is None:
            self._given = parameters(self.field("content-type"))
        return self._given

    def field(self, name: str) -> str:
        """The first raw value of a header field, or "". Unknown bytes are surrogates."""
        for key, value in self.raw_items():
            if len(key) == len(name) and key.lower() == name:
                return str(value)
        return ""

    def raw_content(self) -> bytes:
        payload = self._payload  # type: ignore[attr-defined]
        return payload.encode("ascii", "surrogateescape") if isinstance(payload, str) else b""

    def children(self) -> "list[Part]":
        payload = self._payload  # type: ignore[attr-defined]
        return payload if isinstance(payload, list) else []

    def filename(self) -> str:
        """The base name under which it was attached, without any path; "" when there is none."""
        disposition = parameters(self.field("content-disposition"))
        name = disposition.get("filename") or self.given().get("name") or ""
        return re.split(r"[/\\]", decoded(name))[-1].strip(". ")[:200] if name else ""

    def size(self) -> int:
        """How many bytes were attached, without decoding them."""
        if children := self.children():
            return sum(child.size() for child in children)
        raw = self.raw_content()
        if self.field("content-transfer-encoding").strip().lower() != "base64":
            return len(raw)
        return encoded_length(raw) * 3 // 4


def parsed(raw: bytes) -> tuple[Part, list[str]]:
    """The tree of parts of a mail, and the codes of the caps that cut it. Never raises."""
    raw, problems = _within_caps(raw)
    raw, joined = mended(raw)
    problems += ["broken_header"] if joined else []
    return cast("Part", message_from_bytes(raw, Part, policy=compat32)), problems


def _within_caps(raw: bytes) -> tuple[bytes, list[str]]:
    problems = []
    if len(raw) > MAX_MESSAGE:
        raw = raw[:MAX_MESSAGE]
        problems.append("message_too_large")
    if len(raw) > MAX_FIELD:
        raw, found = _within_head(raw)
        problems += found
    raw = joined_base64(_within_text(raw)) if len(raw) > MAX_HEAD else raw
    lines = min(_MAX_LINES, _MAX_LINE_TESTS // (1 + min(raw.count(b"oundary="), MAX_DEPTH)))
    if raw.count(b"\n") > lines:
        raw = raw[: len(raw) - len(raw.split(b"\n", lines)[-1])]
        problems.append("message_too_large")
    if raw.count(b"\n--") > MAX_PARTS and (end := _end_of_parts(raw)):
        raw = raw[:end]
        problems.append("too_many_parts")
    return raw, problems


def _within_text(raw: bytes) -> bytes:
    """A mail that is one text, without what is far beyond the text that is read; any other as it is."""
    head = _HEAD.match(raw, 0, MAX_HEAD)[0] if len(raw) > MAX_SOLE_TEXT else b""  # type: ignore[index]
    kind = _KIND.search(head)
    return raw[: len(head) + MAX_SOLE_TEXT] if head and (kind is None or kind[1].lower() == b"text/") else raw


def _within_head(raw: bytes) -> tuple[bytes, list[str]]:
    """Cut fields that are too long; drop those that no longer fit, which leaves the small ones readable."""
    head = _HEAD.match(raw)[0]  # type: ignore[index]
    if len(head) <= MAX_FIELD:
        return raw, []
    problems: dict[str, None] = {}
    kept, room = [], MAX_HEAD
    for each in re.split(rb"\r?\n(?![ \t])", head.rstrip(b"\r\n")):
        if len(each) > MAX_FIELD:
            problems["field_too_long"] = None
        room -= len(each[:MAX_FIELD])
        if room < 0:
            problems["headers_too_large"] = None
            room += len(each[:MAX_FIELD])
        else:
            kept.append(each[:MAX_FIELD])
    return b"\n".join(kept) + b"\n" + raw[len(head) :], list(problems)


def _end_of_parts(raw: bytes) -> int:
    """Where the last part begins that is one too many, or 0."""
    boundaries = {(quoted or bare).strip() for quoted, bare in _BOUNDARY.findall(raw)}
    parts = 0
    for line in re.finditer(rb"\n--([^\r\n]{1,200})", raw):
        if line[1].rstrip() in boundaries:
            parts += 1
            if parts > MAX_PARTS:
                return line.start() + 1
    return 0
