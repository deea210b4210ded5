"""Typed spans that have a shape of their own: addresses, accounts, dates, amounts, readings, streets.

Every finder takes a text and gives spans; the checks of foreign libraries run on candidates only.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

import phonenumbers
from stdnum import iban, luhn


class Span(NamedTuple):
    """`text[start:end]` is of a kind; `value` is its canonical form."""

    kind: str
    start: int
    end: int
    value: str


Starts = Sequence[int]
"""Where the runs of digits of a text begin: patterns of numbers are tried there only."""

_RUN = re.compile(r"\d+")
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_URL = re.compile(r"(?:https?://|www\.)[^\s<>\"'|]+[^\s<>\"'|.,;:!?)\]]", re.IGNORECASE)
_IBAN = re.compile(r"\b[A-Z]{2}\d\d(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,4})?\b", re.IGNORECASE)
_CARD = re.compile(r"(?<![\w-])\d(?:[ -]?\d){12,18}(?![\w-])")
_PHONE = re.compile(r"(?<![\w.,/+-])(?<!\d )(?:\+|\(?0)\(?\d[\d ()/.\-]{4,20}\d(?!\w|[.,]\d)")
_DATE = re.compile(r"(?<![\d.])(\d{1,2})\.\s?(\d{1,2})\.(?:\s?(\d{4}|\d\d)(?![\d:]|\.\d))?(?!\d)")
_ISO_DATE = re.compile(r"(?<!\d)(\d{4})-(\d\d)-(\d\d)(?!\d)")
_SLASH_DATE = re.compile(r"(?<![\d/])(\d{1,2})/(\d{1,2})/(\d{4}|\d\d)(?![\d/])")
_CURRENCY = r"(?:€|£|\$|(?:EUR|euros?|GBP|USD|CHF|pounds?|dollars?)\b)"
_SUM = re.compile(r"(?<![\d.,])(?:\d{1,3}(?:[.,' ]\d{3})+(?:[.,]\d\d?)?(?!\d)|\d+(?:[.,]\d\d?)?(?!\d))")
_CURRENCY_BEFORE = re.compile(rf"{_CURRENCY}\s?$", re.IGNORECASE)
_CURRENCY_AFTER = re.compile(rf"(?:,-+)?\s?{_CURRENCY}", re.IGNORECASE)
_CODES = {"€": "EUR", "eur": "EUR", "£": "GBP", "gbp": "GBP", "pou": "GBP", "$": "USD", "usd": "USD", "dol": "USD"}
_NUMBER = re.compile(r"(?<![\w.,:/+-])(\d{1,3}(?:[., ]\d{3}){1,2}|\d{1,7})(?:,\d{1,3})?(?![\w/-]|[.,:]\d)")
_METER = re.compile(
    r"z(?:ä|ae)hl|stand\b|stände|stand[:=]|ables|abgelesen|\babzulesen|zeigt|steht|reading|meter|\breads?\b"
    r"|shows?\b|showing|counter"
    r"|display|k\s?wh|kilowatt|\b[hn]t\b",
    re.IGNORECASE,
)
_METER_HERE = re.compile(
    r"(?:stand|reading|reads|shows|zeigt|steht)(?: (?:ist|is|an|auf|von|of|at|as|lautet|beträgt))?[\s:=]*$",
    re.IGNORECASE,
)
_METER_UNIT = re.compile(r"\s?(?:k\s?wh\b|kilowatt|m³|m3\b|cbm\b|kubikmeter|cubic|units?\b)", re.IGNORECASE)
_OTHER_UNIT = re.compile(
    r"\s?(?:[%€£$°]|euro?s?\b|cents?\b|ct\b|uhr\b|tage?n?\b|days?\b|monat|month|woche|weeks?\b|jahr|years?\b"
    r"|stunde|hours?\b"
    r"|minut|mbit|gbit|mb\b|ampere|a\b|watt|w\b|kw\b|kwp\b|volt|v\b|mal\b|times\b|personen|people|qm\b|m²|meter\b"
    r"|grad\b"
    r"|zähler|[ap]m\b|og\b|[a-zäöü]+straße|st\b|nd\b|rd\b|th\b)",
    re.IGNORECASE,
)
_HOUSE = re.compile(r"(?<![\w.,-])\d{1,4}(?:\s?[a-hA-H](?!\w))?(?:\s?[-/]\s?\d{1,4}(?:\s?[a-h](?!\w))?)?(?!\w|[.,:]\d)")
_ENGLISH_STREET = re.compile(
    r"(?<!\w)\d{1,4}[a-z]?,? (?:[A-Z][\w'’-]+ ){1,2}(?:Street|Road|Lane|Avenue|Drive|Court|Close|Square|St|Rd)\b"
)
_AT_A_PLACE = frozenset({"am", "im", "zum", "zur", "beim"})
_TIMES = ("mo", "di", "mit", "do", "fr", "sa", "so", "ja", "fe", "mä", "ap", "mai", "ju", "au", "se", "ok", "no", "de")
_POSTCODE = re.compile(
    r"(?<![\w.-])\d{5}\s+(?!kilo|kwh|kubik|euro|eur\b|einheit|liter|uhr|zähler|stück|cent)(?-i:[A-ZÄÖÜ])[^\W\d_]+"
    r"(?:[- ](?:am |an der |bei |im |ob der )?(?-i:[A-ZÄÖÜ])[^\W\d_]+)?",
    re.IGNORECASE,
)
_UK_POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]?\s\d[A-Z]{2}\b")


def starts(text: str) -> Starts:
    """Where numbers and the like may begin in a text."""
    return [run.start() for run in _RUN.finditer(text)]


def emails(text: str) -> Iterator[Span]:
    """The e-mail addresses of a text, in lower case."""
    if "@" in text:
        for found in _EMAIL.finditer(text):
            yield Span("email", *found.span(), found[0].casefold())


def urls(text: str) -> Iterator[Span]:
    """The web addresses of a text."""
    if "://" in text or "ww." in text or "WW." in text:
        for found in _URL.finditer(text):
            yield Span("url", *found.span(), found[0])


def ibans(text: str, at: Starts) -> Iterator[Span]:
    """Accounts whose checksum is right (ISO 13616); what follows on the line may look as if it belonged to one."""
    for found in _tried(_IBAN, text, [start - 2 for start in at if start > 1]):
        end = found.end()
        while end > found.start() and not iban.is_valid(text[found.start() : end], check_country=False):
            end = max(text.rfind(" ", found.start(), end), text.rfind("-", found.start(), end), found.start())
        if end > found.start():
            yield Span("iban", found.start(), end, iban.compact(text[found.start() : end]))


def cards(text: str, at: Starts) -> Iterator[Span]:
    """Numbers of 13 to 19 digits with a right check digit (ISO/IEC 7812)."""
    for found in _tried(_CARD, text, at):
        digits = _digits(found[0])
        if luhn.is_valid(digits) and digits.strip("0"):
            yield Span("card", *found.span(), digits)


def phones(text: str, at: Starts, region: str = "DE") -> Iterator[Span]:
    """Numbers that are dialled with a leading 0 or +; the value is E.164."""
    for found in _tried(_PHONE, text, [start - (text[start - 1 : start] in ("+", "(")) for start in at]):
        try:
            number = phonenumbers.parse(found[0], region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_possible_number(number):
            value = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
            yield Span("phone", *found.span(), value)


def dates(text: str, at: Starts) -> Iterator[Span]:
    """Dates in digits; day before month where both are possible."""
    for pattern, order in ((_DATE, (1, 2, 3)), (_ISO_DATE, (3, 2, 1)), (_SLASH_DATE, (1, 2, 3))):
        for found in _tried(pattern, text, at):
            day, month, year = found.group(*order)
            if value := date_value(int(day), int(month), year):
                yield Span("date", *found.span(), value)


def _tried(pattern: re.Pattern[str], text: str, at: Starts) -> Iterator[re.Match[str]]:
    for start in at:
        if found := pattern.match(text, start):
            yield found


def date_value(day: int, month: int, year: str | None) -> str:
    """ISO 8601: `2026-03-12`, without a year `--03-12`; empty when there is no such day."""
    full = int(year) + (2000 if len(year) == 2 else 0) if year else 2024
    try:
        found = date(full, month, day).isoformat()
    except ValueError:
        return ""
    return found if year else f"--{found[5:]}"


def amounts(text: str, at: Starts) -> Iterator[Span]:
    """Sums with a currency before or after; the value is like `12.50 EUR`."""
    for found in _tried(_SUM, text, at):
        start, end = found.span()
        if unit := _CURRENCY_AFTER.match(text, end):
            end = unit.end()
        elif unit := _CURRENCY_BEFORE.search(text, max(0, start - 8), start):
            start = unit.start()
        else:
            continue
        code = unit[0].strip(" ,-\n\t").casefold()
        yield Span("amount", start, end, f"{_decimal(found[0])} {_CODES.get(code[:1]) or _CODES.get(code[:3], 'CHF')}")


def _decimal(written: str) -> str:
    """`1.234,5` and `1,234.50` alike become `1234.50`."""
    whole, cents = written, ""
    if len(written) > 2 and (mark := re.search(r"[.,](\d\d?)$", written)):
        whole, cents = written[: mark.start()], mark[1]
    return f"{int(_digits(whole))}.{cents.ljust(2, '0')}"


def readings(text: str, at: Starts) -> Iterator[Span]:
    """What a meter shows: 1 to 7 digits near a word of meters; decimals do not count."""
    for found in _tried(_NUMBER, text, at):
        if _is_reading(text, found):
            yield Span("reading", *found.span(), _digits(found[1]))


def _is_reading(text: str, found: re.Match[str]) -> bool:
    if _METER_UNIT.match(text, found.end()):
        return True
    if _OTHER_UNIT.match(text, found.end()):
        return False
    before = text[max(0, found.start() - 40) : found.start()].rpartition("\n\n")[2]
    if _METER_HERE.search(before):
        return True
    year = found[1].isdigit() and 1950 <= int(found[1]) <= 2050
    after = text[found.end() : found.end() + 20].partition("\n\n")[0]
    return len(_digits(found[1])) > 2 and not year and bool(_METER.search(before) or _METER.search(after))


def streets(text: str, at: Starts, places: tuple[str, ...]) -> Iterator[Span]:
    """A street with its house number; `places` are the words that German streets end with."""
    for found in _tried(_ENGLISH_STREET, text, at):
        yield Span("street", *found.span(), found[0])
    for found in _tried(_HOUSE, text, at):
        start = _street_start(text, found.start(), places)
        if start < found.start():
            yield Span("street", start, found.end(), " ".join(text[start : found.end()].split()))


def _street_start(text: str, number: int, places: tuple[str, ...]) -> int:
    """Where the street before a house number begins; `number` itself when there is none."""
    line = text[max(0, number - 45) : number].rpartition("\n")[2]
    words = line.split()
    if not words or not line.endswith(" "):
        return number
    street, before = words[-1], words[-2] if len(words) > 1 else ""
    bare = street.rstrip(".").casefold()
    found = text.rindex(street, 0, number)
    named = before[:1].isupper() and before[-1].isalpha()
    if bare.endswith(places) and not (bare in places and not named):
        return text.rindex(before, 0, found) if bare in places else found
    if named and before.casefold() in _AT_A_PLACE and street[:1].isupper() and not bare.startswith(_TIMES):
        return text.rindex(before, 0, found)
    return number


def postcodes(text: str, at: Starts) -> Iterator[Span]:
    """The German and British postcodes of a text."""
    for found in _tried(_POSTCODE, text, at):
        yield Span("postcode", *found.span(), " ".join(found[0].split()))
    for found in _tried(_UK_POSTCODE, text, [start - back for start in at for back in (1, 2) if start >= back]):
        yield Span("postcode", *found.span(), found[0])


def _digits(text: str) -> str:
    return "".join(filter(str.isdecimal, text))
