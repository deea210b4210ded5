"""What is in a mail: its text, its attachments by name, its media types."""

import re
from binascii import a2b_qp
from dataclasses import dataclass, field

from salver.data.message import Attachment
from salver.pipeline.charset import from_base64, one_line, text_of, tidy
from salver.pipeline.fields import decoded
from salver.pipeline.markup import text_of_html
from salver.pipeline.mend import from_uu, parts_again, without_uuencoded
from salver.pipeline.parts import MAX_HEAD, TOO_DEEP, Part, parsed

MAX_TEXT = 2 * 1024 * 1024

_META_CHARSET = re.compile(rb"<meta[^>]{1,200}charset\s*=\s*[\"']?([\w.:-]{2,40})", re.IGNORECASE)
_STUB = re.compile(
    r"html|browser|viewer|e-?mail[- ]?(?:programm|client)|darstell|anzeig|display|view (?:this|it)", re.IGNORECASE
)
_STUB_LENGTH = 400
_FLOWED = re.compile(r"(>*) ?(.*)", re.DOTALL)
_NOT_FOR_READING = frozenset(
    f"text/{kind}" for kind in ("rfc822-headers", "calendar", "csv", "vcard", "x-vcard", "directory", "xml")
)
_ENCRYPTED = ("application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp-encrypted", "multipart/encrypted")
_TNEF = ("application/ms-tnef", "application/vnd.ms-tnef")
_MAILS = ("message/rfc822", "message/global", "message/news")
_HEADS = ("text/rfc822-headers", "message/rfc822-headers", "message/global-headers")
_CALENDAR_METHOD = re.compile(rb"^METHOD:\s*([A-Za-z]{3,20})", re.MULTILINE)
_UUENCODINGS = ("uuencode", "x-uuencode", "x-uue", "uue")
_IS_HTML = re.compile(r"\s{0,200}<(?:!doctype html|html)\b[^>]{0,500}>", re.IGNORECASE)
_ENRICHED = re.compile(r"(?<!<)<(?!<)/?[A-Za-z0-9-]{1,60}>(?:<param>[^<]{0,200}</param>)?", re.IGNORECASE)
_PLAIN_ENCODINGS = ("", "7bit", "8bit", "binary")


@dataclass(slots=True)
class Contents:
    """What is in a mail. `enclosed` are mails attached to it, `heads` only their headers; `problems` are codes.

    The media type of a calendar's event carries its method, as in `text/calendar; method=reply` (RFC 5546).
    """

    text: str = ""
    attachments: list[Attachment] = field(default_factory=list)
    media_types: list[str] = field(default_factory=list)
    enclosed: list[Part] = field(default_factory=list)
    heads: list[Part] = field(default_factory=list)
    problems: dict[str, None] = field(default_factory=dict)
    room: int = MAX_TEXT


def contents(root: Part) -> Contents:
    """Text, attachments and media types of a whole mail. Mails enclosed in it are listed and not opened."""
    found = Contents()
    found.text = _read(root, found, wanted=True)
    return found


def _read(part: Part, found: Contents, *, wanted: bool) -> str:
    """The text of a part, "" for one that is listed only; whatever it holds is noted in `found`."""
    kind = part.get_content_type()
    found.media_types.append(_with_method(part) if kind == "text/calendar" else kind)
    if kind in _ENCRYPTED:
        found.problems["encrypted"] = None
    if kind == TOO_DEEP:
        found.problems["too_deep"] = None
    children = part.children()
    if kind.startswith("message/"):
        _note_enclosed(part, kind, children, found)
        return ""
    if children:
        return _read_multipart(kind, children, found, wanted=wanted)
    if kind.startswith("multipart/"):
        found.problems["damaged_structure"] = None
        if (again := parts_again(part.raw_content())) and (children := parsed(again)[0].children()):
            return _read_multipart(kind, children, found, wanted=wanted)
        return _leaf_text(part, found) if wanted else ""
    if not _is_text(part, kind, first=found.room == MAX_TEXT):
        _note_attachment(part, kind, found)
        return ""
    return _leaf_text(part, found, html=kind == "text/html") if wanted else ""


def _read_multipart(kind: str, children: list[Part], found: Contents, *, wanted: bool) -> str:
    if kind == "multipart/alternative" and wanted:
        return _read_alternative(children, found)
    texts: list[str] = []
    for child in children:
        enough = kind == "multipart/encrypted" or (kind == "multipart/report" and any(map(str.strip, texts)))
        texts.append(_read(child, found, wanted=wanted and not enough))
    return "\n\n".join(text for text in texts if text.strip())


def _read_alternative(children: list[Part], found: Contents) -> str:
    """The plain text, unless it is empty or only says that there is something better."""
    plain, best = "", ""
    for child in children:
        if child.get_content_type() == "text/plain" and not plain:
            plain = _read(child, found, wanted=True)
        else:
            text = _read(child, found, wanted=_is_stub(plain) and child.get_content_type() != "text/x-amp-html")
            best = text if text.strip() else best
    return best if best and _is_stub(plain) and not _says_the_same(plain, best) else plain


def _is_stub(plain: str) -> bool:
    plain = plain.strip()
    return not plain or (len(plain) < _STUB_LENGTH and _STUB.search(plain) is not None)


def _says_the_same(plain: str, other: str) -> bool:
    words, others = set(plain.split()), set(other.split())
    return len(words & others) * 2 > len(words) and len(words) * 2 > len(others)


def _is_text(part: Part, kind: str, *, first: bool) -> bool:
    if not kind.startswith("text/") or kind in _NOT_FOR_READING:
        return False
    if part.field("content-disposition").strip().lower().startswith("attachment"):
        return False
    return first or not part.filename()


def _decoded_mail(part: Part, mail: Part, found: Contents) -> Part:
    """The enclosed mail; some encode it whole, which they may not (RFC 2046, 5.2.1)."""
    if mail.raw_items() and list(mail.raw_items()):
        return mail
    if part.field("content-transfer-encoding").strip().lower() not in ("base64", "quoted-printable"):
        return mail
    mail.add_header("Content-Transfer-Encoding", part.field("content-transfer-encoding").strip())
    return parsed(_transferred(mail, found))[0]


def _with_method(part: Part) -> str:
    method = part.given().get("method", "")
    if not method and (stated := _CALENDAR_METHOD.search(_transferred(part, Contents())[:20_000])):
        method = stated[1].decode("ascii")
    return f"text/calendar; method={method.lower()}" if method.isalpha() else "text/calendar"


def _note_attachment(part: Part, kind: str, found: Contents) -> None:
    if kind in _HEADS:
        found.heads.append(parsed(_transferred(part, Contents())[:MAX_HEAD])[0])
        return
    name = part.filename()
    if kind in _TNEF or name.lower() == "winmail.dat":
        found.problems["tnef"] = None
    found.attachments.append(Attachment(name=name, type=kind, size=part.size()))


def _note_enclosed(part: Part, kind: str, children: list[Part], found: Contents) -> None:
    if kind in _HEADS and children:
        found.heads.append(children[0])
    if kind in _HEADS or kind.endswith(("delivery-status", "disposition-notification", "feedback-report")):
        return
    name = part.filename()
    if kind in _MAILS and children:
        children = [_decoded_mail(part, children[0], found)]
        found.enclosed.append(children[0])
        name = name or (decoded(children[0].field("subject"))[:80] or "mail") + ".eml"
    found.attachments.append(Attachment(name=name, type=kind, size=part.size()))


def _leaf_text(part: Part, found: Contents, *, html: bool = False) -> str:
    raw = _transferred(part, found)
    if len(raw) > found.room:
        raw = raw[: max(found.room, 0)]
        found.problems["text_too_long"] = None
    found.room -= len(raw)
    given = part.given()
    charset = given.get("charset", "")
    if html and not charset and (meta := _META_CHARSET.search(raw, 0, 2048)):
        charset = meta[1].decode("ascii")
    text, as_declared = text_of(raw, charset)
    if not as_declared:
        found.problems["charset"] = None
    if html or _IS_HTML.match(text):
        text, whole = text_of_html(text)
        if not whole:
            found.problems["text_too_long"] = None
    elif given.get("format", "").lower() == "flowed":
        text = _unflowed(text, delete_space=given.get("delsp", "").lower() == "yes")
    elif part.get_content_type() in ("text/enriched", "text/richtext"):
        text = _ENRICHED.sub("", text).replace("<<", "<")
    text, files = without_uuencoded(tidy(text))
    found.attachments += files
    return text


def _transferred(part: Part, found: Contents) -> bytes:
    raw = part.raw_content()
    encoding = one_line(part.field("content-transfer-encoding")).lower().split(";")[0].strip()
    if encoding == "base64":
        decoded_bytes, whole = from_base64(raw)
        if not whole:
            found.problems["damaged_base64"] = None
        raw = raw if not whole and _is_plain(raw) else decoded_bytes
    elif encoding == "quoted-printable":
        raw = a2b_qp(raw)
    elif encoding in _UUENCODINGS:
        raw = from_uu(raw)
    elif encoding not in _PLAIN_ENCODINGS:
        found.problems["transfer_encoding"] = None
    return raw


def _is_plain(raw: bytes) -> bool:
    """Whether what calls itself base64 is words, or too short to be any."""
    start = raw[:2000].strip()
    return start.isascii() and (len(start) < 40 or b". " in start or start.count(b" ") * 12 > len(start))


def _unflowed(text: str, *, delete_space: bool) -> str:
    """Join the lines that were broken for display only (RFC 3676)."""
    pieces: list[str] = []
    flowing: str | None = None  # the quote marks of a line that goes on
    for line in text.splitlines():
        quote, content = _FLOWED.match(line).groups()  # type: ignore[union-attr]
        if flowing != quote or content == "-- ":
            pieces += ("\n", quote, " " if quote else "")
        flows = content.endswith(" ") and content != "-- "
        pieces.append(content[:-1] if flows and delete_space else content)
        flowing = quote if flows else None
    return "".join(pieces[1:])
