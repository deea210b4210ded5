"""From bytes to clean text: which charset they are in, and what never belongs into a text."""

import binascii
import codecs
import re
from functools import lru_cache

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ALIASES = {
    "ascii": "utf-8",
    "us-ascii": "utf-8",
    "ansi_x3.4-1968": "utf-8",
    "utf8mb4": "utf-8",
    "utf-8-sig": "utf-8",
    "x-utf-8": "utf-8",
    "unicode-1-1-utf-8": "utf-8",
    "unicode": "utf-16",
    "latin-1": "cp1252",  # what calls itself Latin 1 is Windows-1252 (WHATWG Encoding, 4.2)
    "latin1": "cp1252",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "iso_8859-1": "cp1252",
    "iso-8859-1-windows-3.1-latin-1": "cp1252",
    "ansi": "cp1252",
    "x-ansi": "cp1252",
    "windows-1252http-equivcontent-type": "cp1252",
    "cp-850": "cp850",
    "x-mac-roman": "mac-roman",
    "macintosh": "mac-roman",
    "x-sjis": "shift_jis",
    "ks_c_5601-1987": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
}
_DENIED = frozenset({"idna", "punycode", "utf-7", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"})
_NOT_ASCII_BASED = ("utf-16", "utf-32", "iso2022", "hz", "cp037", "cp500", "cp1026", "cp1140", "cp273", "cp424")
_STRAY = {0xDC00 + byte: bytes([byte]).decode("cp1252", "ignore") for byte in range(0x80, 0x100)}

_BREAK = re.compile("\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_SPACE = re.compile("[\xa0\u2000-\u200a\u202f\u205f\u3000]")
_UNWANTED = re.compile(
    "[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f"  # NUL and control characters
    "\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"  # zero width, bidi overrides
    "\U000e0000-\U000e007f\ud800-\udfff]"  # tags, lone surrogates
)
_NOT_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="))


def text_of(raw: bytes, charset: str = "") -> tuple[str, bool]:
    """Decode bytes; the flag is False when they were not what `charset` says. Never raises.

    The order: a byte order mark, the declared charset, UTF-8; whatever byte is left is read as Windows-1252.
    """
    codec = _codec(charset)
    if raw.isascii() and not codec.startswith(_NOT_ASCII_BASED):
        return raw.decode("ascii"), bool(codec)
    for mark, name in _BOMS:
        if raw.startswith(mark):
            return raw[len(mark) :].decode(name, "replace"), True
    if codec == "cp1252" and (text := _strict(raw, "utf-8")) is not None:
        return text, False  # valid UTF-8 is never an accident
    if codec and (text := _strict(raw, codec)) is not None:
        return text, True
    text = raw.decode("utf-8", "surrogateescape").translate(_STRAY)
    return text, codec == "cp1252"


@lru_cache(maxsize=256)
def _codec(charset: str) -> str:
    """Python's name for a charset, or "" for one that is unknown or denied. None given means UTF-8."""
    name = charset.strip(" \t\"'").casefold()[:64]
    name = _ALIASES.get(name, name) or "utf-8"
    try:
        found = codecs.lookup(name).name
        if found in _DENIED:
            return ""
        b"0000".decode(name, "replace")  # raises for codecs that make no text, as zlib_codec and rot13
    except (LookupError, ValueError):
        return ""
    return found


def _strict(raw: bytes, codec: str) -> str | None:
    try:
        return raw.decode(codec)
    except ValueError:
        return None


def tidy(text: str) -> str:
    """A text with plain line ends and spaces, without control characters and characters nobody sees."""
    if text.isascii() and "\r" not in text and text.replace("\n", "").replace("\t", "").isprintable():
        return text
    return _UNWANTED.sub("", _SPACE.sub(" ", _BREAK.sub("\n", text)))


def one_line(text: str) -> str:
    """A tidy text on one line: no line break can be smuggled through it."""
    if text.isascii() and text.isprintable():
        return text.strip()
    return " ".join(tidy(text).split())


def from_base64(raw: bytes) -> tuple[bytes, bool]:
    """Decode base64 however damaged: strange characters and a left-over last one are dropped.

    The flag is False when anything had to be dropped.
    """
    try:
        return binascii.a2b_base64(raw.translate(None, b"\r\n\t "), strict_mode=True), True
    except binascii.Error:
        pieces = re.split(b"=+", raw.translate(None, _NOT_BASE64))
        return b"".join(_piece(piece) for piece in pieces), False


def _piece(digits: bytes) -> bytes:
    if len(digits) % 4 == 1:
        digits = digits[:-1]
    return binascii.a2b_base64(digits + b"=" * (-len(digits) % 4))
