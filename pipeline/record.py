"""What a case knows of its customer, found again in a text however it is written there."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from salver.data.case import Case
from salver.data.reading import Entity
from salver.models.entities import names

Span = tuple[int, int, str]
"""Start, end and kind."""

_WORD = re.compile(r"[^\W\d_]+")
_TOKEN = re.compile(r"[^\W_]+")
_DIGITS = re.compile(r"\d(?:[\s./()–-]{0,3}\d)*")
_BROKEN = re.compile(r"-?[ \t]*\n[ \t>]*|[-.·_'’]")
_SPELLED = re.compile(r"(?<!\w)\w(?:[ .·-]\w)+(?!\w)")
_LETTERS = str.maketrans({"ı": "i", "ł": "l", "ø": "o", "đ": "d", "ð": "d", "æ": "a", "œ": "o", "þ": "th"})
_TWO_VOWELS = re.compile("([aou])e")
_ENDINGS = ("s", "es", "n", "en", "ns", "sche", "schen", "scher", "schem", "sches", "er")
_GROUP = re.compile(r"\d+")
_LEAST_DIGITS, _BEGINS, _INSIDE = 3, 5, 7
_GAP, _LONGEST = 12, 80
_KIND = re.compile(r"[^a-z0-9]+")


@lru_cache(maxsize=100_000)
def folded(word: str) -> str:
    """A word without case, accents and the difference of ü and ue: Müller, MUELLER and Muller are one."""
    if word.isascii():
        return _TWO_VOWELS.sub(r"\1", word.lower())
    plain = unicodedata.normalize("NFKD", word.casefold().translate(_LETTERS))
    return _TWO_VOWELS.sub(r"\1", "".join(one for one in plain if not unicodedata.combining(one)).casefold())


def _words(text: str) -> frozenset[str]:
    return frozenset(map(folded, text.split()))


WEAK = _words(
    "a al am an and auf aus bei beim bin da das de del dem den der des di die do du el en for fr frau from für"
    " herr herrn im in"
    " is ist ja la le mit mr mrs ms no of on or so the to un und van vom von vor wir zu zum zur dr prof familie fam"
)
"""Words that name nobody alone; beside a word of the same record they are part of it."""
COMMON = _words(
    "nr str straße road street lane neue neuer neues neuen alte alter altes alten lange langen kurze große großen"
    " kleine kleinen"
    " hohe obere oberen untere unteren weg hof haus platz markt park tor ring berg bahnhof schule kirche rathaus"
    " post garten"
    " stadt dorf land nord süd ost west hang wiese feld mitte hinter unter gut klein lang groß schwarz weiß will may"
)
"""Names and parts of streets that are also everybody's words: a name only with a capital, a street only as a whole."""
_ROLES = _words(
    "info kontakt contact service office mail email post büro rechnung rechnungen buchhaltung verwaltung support"
    " sales hello"
    " hallo team admin webmaster shop praxis firma hotel hof kanzlei noreply private privat home family konto strom"
)
_COURTESY = _words(
    "mit freundlichen freundlichem freundliche kollegialen gruß grüße grüßen viele liebe lieben lieber beste"
    " besten herzliche"
    " herzlichen schöne schönen sonnige lg mfg vg bg aus vom und and best kind kindest warm regards regard thanks"
    " thank you"
    " danke dank vielen im in voraus advance schon mal cheers sincerely yours faithfully truly with wishes"
    " greetings many"
    " hochachtungsvoll ihr ihre von meinem meiner mein iphone ipad android handy mobil gesendet sent from my"
    " outlook get for"
    " god bless blessings all the take care familie herr frau mr mrs ms dr prof respectfully auftrag tel telefon"
    " mobile fax"
)
_PLACED = frozenset({"street", "town", "city", "place", "postcode", "address"})
_NAMED = _PLACED | {"name"}


class _Token(NamedTuple):
    start: int
    end: int
    folded: str


class Record:
    """Words and numbers of one case, with their kinds."""

    def __init__(self, known: Mapping[str, str]) -> None:
        self.words: dict[str, str] = {}
        self.numbers: dict[str, str] = {}
        for value, kind in known.items():
            self.add(value, kind)

    @classmethod
    def of_case(cls, case: Case, *, signed: str, said: Iterable[Entity], both: tuple[str, str]) -> "Record":
        """The customer's own data, who signed, what either side named, and names that both sides say."""
        record = cls({value: _slot(kind) for kind, value in case.customer.fields})
        record.add(case.customer.name, "name")
        record.add(case.customer.email, "email")
        record.add(" ".join(signers(signed)), "name")
        for entity in said:
            record.add(entity.text, entity.kind, words=entity.kind in _NAMED)
        record.add(" ".join(_shared_names(*both)), "name")
        return record

    def add(self, value: str, kind: str, *, words: bool = True) -> None:
        """Every word of a value and every number of at least three digits; what is known already keeps its kind.

        Without `words` only those with a digit. Of a mail address the part before the @ names its owner.
        """
        if "@" in value:
            value, kind = " ".join(named_by_mailbox(value)), "name"
        for token in _tokens(value):
            if not token.folded.isdecimal() and (words or any(map(str.isdecimal, token.folded))):
                self.words.setdefault(token.folded, kind)
        for number in _DIGITS.finditer(value):
            digits = _only_digits(number[0])
            if len(digits) >= _LEAST_DIGITS:
                self.numbers.setdefault(digits, kind)

    def spans(self, text: str) -> list[Span]:
        """Where the record stands in a text."""
        found = list(self._numbers_in(text))
        if self.words:
            tokens = _tokens(text)
            found += _with_neighbours(tokens, [self._kind(token, text) for token in tokens], self.words)
            found += self._broken(text, tokens)
            found += self._spelled(text)
        return found

    def _numbers_in(self, text: str) -> Iterator[Span]:
        """Known numbers, however they are grouped; and each group for itself, where two numbers stand side by side."""
        for number in _DIGITS.finditer(text) if self.numbers else ():
            if kind := self.numbers.get(_only_digits(number[0])):
                yield (*number.span(), kind)
            else:
                for group in _GROUP.finditer(text, *number.span()):
                    if kind := self.numbers.get(group[0]):
                        yield (*group.span(), kind)

    def _kind(self, token: _Token, text: str) -> str | None:
        """The kind of a word: as it is known, inflected, or within a longer word. Two letters must be written alike."""
        word = token.folded
        if word in WEAK or (len(word) < 3 and not text[token.start].isupper()):
            return None
        kind = self.words.get(word) or next((self.words[one] for one in _stems(word) if one in self.words), None)
        if kind and word in COMMON and (kind in _PLACED or not text[token.start].isupper()):
            return None
        return kind or self._within(word)

    def _within(self, word: str) -> str | None:
        """The kind of a name that a longer word begins with or, if that is long, has in it; places are in too many."""
        if len(word) <= _BEGINS:
            return None
        for one, kind in self.words.items():
            if len(one) < _BEGINS or kind in _PLACED or one in _ROLES:
                continue
            if word.startswith(one) or (len(one) >= _INSIDE and one in word):
                return kind
        return None

    def _broken(self, text: str, tokens: Sequence[_Token]) -> Iterator[Span]:
        """Words cut by a line's end or a hyphen."""
        for one, two in pairwise(tokens):
            kind = self.words.get(one.folded + two.folded) if 0 < two.start - one.end < _GAP else None
            if kind and _BROKEN.fullmatch(text, one.end, two.start):
                yield one.start, two.end, kind

    def _spelled(self, text: str) -> Iterator[Span]:
        """Words with a space between all letters."""
        for match in _SPELLED.finditer(text):
            if kind := self.words.get(folded("".join(filter(str.isalnum, match[0])))):
                yield (*match.span(), kind)


def _tokens(text: str) -> list[_Token]:
    return [_Token(match.start(), match.end(), folded(match[0][:_LONGEST])) for match in _TOKEN.finditer(text)]


def _stems(word: str) -> Iterator[str]:
    for ending in _ENDINGS:
        stem = word.removesuffix(ending)
        if stem != word and len(stem) >= 3:
            yield stem
    if word.endswith("s"):
        yield word + "s"


def _with_neighbours(tokens: Sequence[_Token], kinds: list[str | None], words: Mapping[str, str]) -> Iterator[Span]:
    """Known words; and weak ones of the record that stand next to a known word of the same kind."""
    for order in (range(len(tokens)), range(len(tokens) - 1, -1, -1)):
        before: str | None = None
        for i in order:
            if kinds[i] is None and before is not None and words.get(tokens[i].folded) == before:
                kinds[i] = before
            before = kinds[i]
    for token, kind in zip(tokens, kinds, strict=True):
        if kind:
            yield token.start, token.end, kind


def named_by_mailbox(email: str) -> list[str]:
    """Names in front of the @ of every address."""
    local = " ".join(one.partition("@")[0] for one in email.split() if "@" in one)
    return [one for one in _WORD.findall(local) if len(one) > 2 and folded(one) not in _ROLES]


def signers(signed: str) -> list[str]:
    """Words of short lines without a digit; in the first line of a signature they may begin with a small letter."""
    found = list[str]()
    for i, line in enumerate(signed.split("\n")):
        words = _WORD.findall(line)
        if len(words) <= 8 and not any(map(str.isdecimal, line)) and "@" not in line:
            rest = [one for one in words if len(one) > 2 and folded(one) not in _COURTESY]
            found += [one for one in rest if (one[0].isupper() or i == 0) and len(rest) <= 3]
    return found


def _shared_names(asked: str, answer: str) -> set[str]:
    """Words with a capital that both texts have and that are names to us."""
    both = {one for one in _WORD.findall(asked) if one[0].isupper()} & set(_WORD.findall(answer))
    return {one for one in both if folded(one) in _listed() and folded(one) not in WEAK}


@lru_cache(maxsize=1)
def _listed() -> frozenset[str]:
    return frozenset(folded(one) for which in ("first", "surnames") for one in names(which))


def _slot(kind: str) -> str:
    return _KIND.sub("_", kind.casefold()).strip("_") or "detail"


def _only_digits(text: str) -> str:
    return "".join(filter(str.isdecimal, text))
