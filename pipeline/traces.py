"""What in a text could lead to a person: the same traces from a customer's record and from an answer about to leave.

A trace is a short string. It is a number of five digits or more, a mail address, a whole date, an amount, two words or
a word and a number side by side (first and last name, street and house), or a form of address with a name. One common
word alone leads to nobody.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

from salver.data.case import Case, Customer
from salver.data.reading import Entity
from salver.pipeline.record import COMMON, WEAK, folded, named_by_mailbox

_TOKEN = re.compile(r"[^\W_]+")
_DIGITS = re.compile(r"\d(?:[\s./()–-]{0,3}\d)*")
_GROUP = re.compile(r"\d+")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_TITLED = re.compile(
    r"\b(?:Herrn?|Frau|Familie|Fam|Mr|Mrs|Ms|Miss)\b\.?\s+(?:(?:Dr|Prof)\b\.?\s+)*(?:(?:von|van|de|der|zu)\s+)*([^\W\d_]{2,})",
    re.IGNORECASE,
)
_LEAST_DIGITS, _LAST_DIGITS = 5, 9
"""A number is known by its last nine digits, so that a phone is one with and without the country's code."""
_LONGEST = 80
_WHOLE_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_LEADS_NOWHERE = frozenset({"town", "city", "place", "postcode", "country", "lang", "language", "tariff"})
"""Fields of a record that many share: where somebody lives, without the street."""


class Traces(NamedTuple):
    """What leads to the customer of a case: `own` by the record, `said` by what stands in the message or the reply."""

    own: frozenset[str] = frozenset()
    said: frozenset[str] = frozenset()


def traces(text: str, entities: Iterable[Entity] = ()) -> set[str]:
    """Every trace in a text whose typed spans are `entities`. Which of them lead to somebody, the index knows."""
    found = {*_numbers(text), *(one.casefold() for one in _EMAIL.findall(text)), *_values(entities)}
    words = [word for word in _words(text) if word not in WEAK]
    found.update(map(_pair, pairwise(words)))
    found.update(f"~{folded(name)}" for name in _TITLED.findall(text))
    return found


def traces_of_case(case: Case, signed: str, said: Iterable[Entity], shown: str) -> Traces:
    """The traces of a case's customer. `signed` is the signature's names, `shown` the message and the reply as written.

    Of the texts only what has a shape counts: typed spans, numbers, addresses; not every pair of words.
    """
    said = list(said)
    names = [one.text for one in said if one.kind == "name"]
    places = [one.text for one in said if one.kind == "street"]
    found = {*_numbers(shown), *(one.casefold() for one in _EMAIL.findall(shown)), *_values(said)}
    for name in names:
        found.update(_of_name(name))
    for place in places:
        found.update(_neighbours(place))
    own = {*_of_customer(case.customer), *_of_name(signed)}
    return Traces(frozenset(own), frozenset(found - own))


def words_of(text: str) -> frozenset[str]:
    """The telling words and numbers of a text, folded: none that are everybody's, no numbers under three digits."""
    return frozenset(
        word for word in _words(text) if word not in WEAK and word not in COMMON and (len(word) > 2 or word.isalpha())
    )


def words_of_customer(customer: Customer) -> frozenset[str]:
    """The telling words and numbers of a customer's record."""
    values = [customer.name, " ".join(named_by_mailbox(customer.email)), *(value for _, value in customer.fields)]
    return words_of(" ".join(values))


def _of_customer(customer: Customer) -> Iterator[str]:
    yield from _of_name(customer.name)
    if customer.email:
        yield customer.email.casefold()
    for kind, value in customer.fields:
        if kind in _LEADS_NOWHERE:
            continue
        yield from _numbers(value)
        yield from (one.casefold() for one in _EMAIL.findall(value))
        yield from _of_name(value) if kind in ("name", "contact") else _neighbours(value)


def _of_name(name: str) -> Iterator[str]:
    """First and last name in either order, neighbours among more than two, and the last with a form of address."""
    words = [word for word in _words(name) if word not in WEAK and len(word) > 1 and word.isalpha()]
    if not words:
        return
    yield f"~{words[-1]}"
    if len(words) > 1:
        yield _pair((words[0], words[-1]))
        yield from map(_pair, pairwise(words))


def _neighbours(value: str) -> Iterator[str]:
    """Words of a value side by side: a street and its house."""
    yield from map(_pair, pairwise([word for word in _words(value) if word not in WEAK]))


def _values(entities: Iterable[Entity]) -> Iterator[str]:
    """Whole dates and amounts in their canonical form."""
    for one in entities:
        if (one.kind == "date" and _WHOLE_DATE.fullmatch(one.value)) or one.kind == "amount":
            yield f"{one.kind} {one.value}"


def _numbers(text: str) -> Iterator[str]:
    """Every number however it is grouped, and each long group of it for itself."""
    for number in _DIGITS.finditer(text):
        for one in {"".join(_GROUP.findall(number[0])), *_GROUP.findall(number[0])}:
            if len(one) >= _LEAST_DIGITS:
                yield one[-_LAST_DIGITS:]


def _words(text: str) -> list[str]:
    return [folded(word[:_LONGEST]) for word in _TOKEN.findall(text)]


def _pair(words: tuple[str, str]) -> str:
    return " ".join(sorted(words))
