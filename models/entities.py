"""The typed spans of a text: the company's own numbers, then what has a shape, then names."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.resources import files
from itertools import accumulate
from typing import Any

from salver.data.company import Company
from salver.data.errors import SettingsError
from salver.data.reading import Entity
from salver.models import patterns
from salver.models.patterns import Span
from salver.models.tokens import Tokens

_MONTHS = (
    "januar jänner january jan februar february feb märz maerz march mär mar april apr mai may juni june jun juli july"
    " jul august aug september sept sep oktober october okt oct november nov dezember december dez dec"
)
_MONTH_STARTS = "jan feb mär apr mai jun jul aug sep okt nov dez", "jan feb mar apr may jun jul aug sep oct nov dec"
_WORD = re.compile(r"[^\W\d_]+")
_NAME_WORD = r"(?-i:[A-ZÄÖÜÀ-ÖØ-ÞĀ-Ž])[^\W\d_]*(?:['’-][^\W\d_]+)*"
_PARTICLE = r"(?:(?:von|van|de|der|den|del|zu|zur|al|el|bin|v\.)\s)*"
_GERMAN_TITLE = re.compile(
    rf"\b(?:Herrn?|Frau|Fräulein|Hr\.|Fr\.|Familie|Fam\.)\s+(?:(?:Dr"
    rf"|Prof)\.\s*)*({_PARTICLE}{_NAME_WORD})(\s{_NAME_WORD})?"
)
_ENGLISH_TITLE = re.compile(
    rf"\b(?:Mr|Mrs|Ms|Miss|Mx|Dr"
    rf"|Prof)\b\.?\s+(?:Dr\.?\s*)*({_PARTICLE}{_NAME_WORD}(?:\s{_PARTICLE}{_NAME_WORD}){{0,2}})"
)
_INTRODUCED = re.compile(
    rf"\b(?:(?:mein name ist|ich heiße|ich heisse|my name is|my name's|i am called)\s+"
    rf"((?!und\b|and\b)[^\W\d_]+(?:['’-][^\W\d_]+)*(?:\s{_PARTICLE}{_NAME_WORD}){{0,2}})"
    rf"|(?:hier ist|hier schreibt|this is)\s+({_NAME_WORD}\s{_PARTICLE}{_NAME_WORD})(?!\s?\d))",
    re.IGNORECASE,
)
_TITLE_WORDS = frozenset(
    {"herr", "herrn", "frau", "fräulein", "hr", "fr", "familie", "fam", "mr", "mrs", "ms", "miss", "mx", "dr", "prof"}
    | {"name", "heiße", "heisse", "called", "hier", "this"}
)
_BEFORE, _AFTER = 12, 30
"""Characters around a month or a first name in which the rest of a date or of a name stands."""
_LONGEST_WORD = 200
_PROMISING = re.compile(r"\d|[^\W\d_][ -](?:von |van |de |der |zu )?[A-ZÄÖÜÀ-ÖØ-ÞĀ-Ž]")
_APART = "\n\n"
_NO_FAMILY = frozenset(
    [
        "Damen",
        "Herren",
        "Kollegin",
        "Kollege",
        "Doktor",
        "Professor",
        "und",
        "And",
        "Customer",
        "Sir",
        "Madam",
        "Service",
        "Team",
    ]
)


class CompanyEntities:
    """Finds what answers need and what must be masked. The company's own patterns win over all else.

    Kinds: those of the company, and email, url, iban, card, date, amount, phone, reading, street, postcode, name.
    Raises SettingsError for a pattern of the company that is no regular expression.
    """

    def __init__(self, company: Company) -> None:
        self._own = [(kind, _compiled(kind, pattern)) for kind, pattern in company.patterns]
        self._tokens = Tokens(_with_rules)
        self._first = frozenset(name.casefold() for name in names("first"))
        self._ruled_words = self._first.union(_MONTHS.split())
        self._places = names("places")

    def find(self, texts: Sequence[str]) -> list[tuple[Entity, ...]]:
        """For each text its entities in order, never overlapping."""
        return [self._of(text) for text in texts]

    def _of(self, text: str) -> tuple[Entity, ...]:
        taken = bytearray(len(text))
        found = list[Entity]()
        for kind, start, end, value in self._spans(text):
            if start < end and not any(taken[start:end]):
                taken[start:end] = b"\1" * (end - start)
                found.append(Entity(kind=kind, start=start, end=end, text=text[start:end], value=value))
        return tuple(sorted(found, key=lambda one: one.start))

    def _spans(self, text: str) -> Iterator[Span]:
        """Candidates, the strongest kind first."""
        for kind, pattern in self._own:
            for match in pattern.finditer(text):
                yield Span(kind, *match.span(), "".join(match[0].split()).upper())
        yield from patterns.emails(text)
        yield from patterns.urls(text)
        yield from self._numbered(text)
        words = frozenset(_WORD.findall(text.casefold()))
        if not words.isdisjoint(self._ruled_words):
            yield from self._ruled(text)
        if not words.isdisjoint(_TITLE_WORDS):
            yield from self._titled(text)

    def _numbered(self, text: str) -> Iterator[Span]:
        at = patterns.starts(text)
        if not at:
            return
        yield from patterns.ibans(text, at)
        yield from patterns.cards(text, at)
        yield from patterns.dates(text, at)
        yield from patterns.amounts(text, at)
        yield from patterns.phones(text, at)
        yield from patterns.readings(text, at)
        yield from patterns.streets(text, at, self._places)
        yield from patterns.postcodes(text, at)

    def _ruled(self, text: str) -> Iterator[Span]:
        """Dates written out and names from the list, by spaCy's entity ruler; it reads only where one may stand."""
        windows = list(self._windows(text))
        if not windows:
            return
        begins = list(accumulate((end - start + len(_APART) for start, end in windows), initial=0))
        read = self._tokens(_APART.join(text[start:end] for start, end in windows))
        for span in read.ents:
            window = bisect_right(begins, span.start_char) - 1
            start = windows[window][0] + span.start_char - begins[window]
            if span.label_ == "name":
                yield Span("name", start, start + len(span.text), span.text)
            elif any(map(str.isdecimal, span.text)):
                yield Span("date", start, start + len(span.text), _written_date(span.text))

    def _windows(self, text: str) -> Iterator[tuple[int, int]]:
        """Stretches of the text around months and first names."""
        begin = end = 0
        for word in _WORD.finditer(text):
            if word[0].casefold() in self._ruled_words and _promising(text, *word.span()):
                if word.start() > end:
                    if end:
                        yield begin, end
                    begin = _word_start(text, max(0, word.start() - _BEFORE))
                end = _word_end(text, word.end() + _AFTER)
        if end:
            yield begin, end

    def _titled(self, text: str) -> Iterator[Span]:
        for match in _GERMAN_TITLE.finditer(text):
            last = 2 if match[2] and match[1].casefold() in self._first else 1
            if match[1] not in _NO_FAMILY:
                yield _name(text, match.start(1), match.end(last))
        for match in _ENGLISH_TITLE.finditer(text):
            if match[1] not in _NO_FAMILY:
                yield _name(text, *match.span(1))
        for match in _INTRODUCED.finditer(text):
            yield _name(text, *match.span(match.lastindex or 0))


@lru_cache(maxsize=8)
def names(which: str) -> tuple[str, ...]:
    """A list that we keep: `first` and `surnames` of people, `places` that streets are named after."""
    return tuple(files("salver.models").joinpath("names", f"{which}.txt").read_text(encoding="utf-8").split())


def _compiled(kind: str, pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE)
    except re.error as error:
        where, todo = f"patterns.{kind}", "Write a Python regular expression."
        raise SettingsError(f'"{pattern}" is no regular expression ({error})', where=where, todo=todo) from error


def _word_start(text: str, at: int) -> int:
    least = max(0, at - _LONGEST_WORD)
    return max(least, text.rfind(" ", least, at) + 1)


def _word_end(text: str, at: int) -> int:
    end = text.find(" ", at, at + _LONGEST_WORD)
    return end if end >= 0 else min(len(text), at + _LONGEST_WORD)


def _promising(text: str, start: int, end: int) -> bool:
    return _PROMISING.search(text, max(0, start - 6), end + 8) is not None


def _name(text: str, start: int, end: int) -> Span:
    return Span("name", start, end, text[start:end])


def _written_date(text: str) -> str:
    """`3. März 2026` and `March 3, 2026` become `2026-03-03`."""
    word = next(one for one in _WORD.findall(text.casefold().replace("ae", "ä")) if one not in _ORDINALS)
    month = next(names.split().index(word[:3]) + 1 for names in _MONTH_STARTS if word[:3] in names.split())
    numbers = re.findall(r"\d+", text)
    year = next((one for one in numbers if len(one) == 4), None)
    day = next((one for one in numbers if len(one) < 3), None)
    if day is None:
        return f"{year}-{month:02}"
    return patterns.date_value(int(day), month, year) or text


_DAY = re.compile(r"\d{1,2}(?:\.|st|nd|rd|th)?$", re.IGNORECASE)
_YEAR = re.compile(r"(?:19|20)\d\d$")
_FAMILY = re.compile(r"[A-ZÄÖÜÀ-ÖØ-ÞĀ-Ž][^\W\d_]+(?:['’-][^\W\d_]+)*$")
_ORDINALS = frozenset(("st", "nd", "rd", "th", "of", "den"))


def _with_rules(nlp: Any) -> None:
    """A day and a month, a month and a year, a first name and what is written with a capital after it.

    Whether a word is a month or a name is a flag of spaCy's vocabulary, found once a word: quicker than lists.
    """
    months, first_names = frozenset(_MONTHS.split()), frozenset(name.casefold() for name in names("first"))
    flag = nlp.vocab.add_flag
    month = {flag(lambda word: word.casefold().rstrip(".") in months): True}
    day = {flag(lambda word: _DAY.match(word) is not None): True}
    year = {flag(lambda word: _YEAR.match(word) is not None): True}
    first = {flag(lambda word: word.casefold() in first_names): True}
    family = {flag(lambda word: _FAMILY.match(word) is not None): True}
    between = {flag(lambda word: word in {"of", ",", "the"}): True, "OP": "?"}
    particle = {flag(lambda word: word.casefold() in {"von", "van", "de", "der", "-", "zu"}): True, "OP": "*"}
    matcher = nlp.add_pipe("entity_ruler")
    matcher.add_patterns(
        [
            *(
                {"label": "date", "pattern": one}
                for one in ([day, between, month], [day, between, month, between, year])
            ),
            *({"label": "date", "pattern": one} for one in ([month, day], [month, day, between, year], [month, year])),
            *({"label": "name", "pattern": one} for one in ([first, particle, family], [first, first, family])),
        ]
    )
