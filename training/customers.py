"""Which customers of an archive are one: the same person under five addresses is one, not five.

Two records are linked by what they share: a number, an address, a phone, or a name with something beside it. Each such
evidence has a probability that whoever shares it is one person, and together they are right when not all are wrong.
For proof that many were sent a text every link counts, also a doubtful one: so doubt makes fewer customers, and never
leads to sending. Links are worked out anew from the records in each training and kept nowhere; one that a person knows
to be wrong is taken back by a line in the settings.

The fields are compared as in record linkage (Fellegi and Sunter, A Theory for Record Linkage, 1969), but with fixed
probabilities: an archive does not say who is who.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from salver.data.case import Case, Customer
from salver.models.phonetic import sounds
from salver.pipeline.record import folded

DOUBTFUL = 0.2
"""From here on they may be one, and do not count as two."""

_SHARED: Mapping[str, float] = {
    "number": 0.98,
    "address": 0.98,
    "thread": 0.9,
    "phone": 0.9,
    "name and street": 0.97,
    "name and town": 0.6,
    "name and mail domain": 0.5,
    "name": 0.3,
}
"""The probability that two who share this are one person."""
_MOST = 20
"""What more records share than this tells nothing: a form's own address, a number that was made up."""
_LEAST_DIGITS = 6
_PHONES = re.compile(r"phone|tel|mobil|handy|fax", re.IGNORECASE)
_STREETS = re.compile(r"street|stra(?:ß|ss)e|address|anschrift|adresse", re.IGNORECASE)
_TOWNS = re.compile(r"town|city|ort$|stadt|postcode|plz|zip", re.IGNORECASE)
_EVERYBODYS = frozenset(
    {"gmx.de", "gmx.net", "web.de", "gmail.com", "googlemail.com", "t-online.de", "freenet.de", "outlook.com"}
    | {"outlook.de", "hotmail.com", "hotmail.de", "yahoo.com", "yahoo.de", "icloud.com", "aol.com", "posteo.de"}
    | {"mailbox.org", "proton.me"}
)

Key = tuple[str, str]
"""What kind of evidence, and its value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Two records, by their places, that may be one person; the probability that they are, and what they share."""

    one: int
    other: int
    probability: float
    because: tuple[str, ...]


def customers_of(cases: Sequence[Case], apart: Collection[tuple[str, str]] = ()) -> list[str]:
    """For each case a string that is the same for all cases that may be one person's: the first of them names it.

    A thread is one person's too. `apart` as in `links`.
    """
    customers = [case.customer for case in cases]
    return [cases[place].id for place in persons(customers, links(customers, apart, [case.thread for case in cases]))]


def links(
    customers: Sequence[Customer], apart: Collection[tuple[str, str]] = (), threads: Sequence[str] = ()
) -> list[Link]:
    """The likely and the doubtful links between records, enough of them to join whoever belongs together.

    `apart` are pairs of customers, each by number, address or name, that a person knows to be two. Records that share
    something are compared in a chain, so that a thousand mails of one customer are a thousand links and not a million.
    `threads` are the names of the records' threads, if known.
    """
    sharing: dict[Key, list[int]] = defaultdict(list)
    for place, customer in enumerate(customers):
        for key in dict.fromkeys(_keys(customer)):
            sharing[key].append(place)
    for place, thread in enumerate(threads):
        sharing["thread", thread or f" {place}"].append(place)
    known_apart = {frozenset(one.casefold() for one in pair) for pair in apart}
    shared: dict[tuple[int, int], list[str]] = defaultdict(list)
    for (kind, _), places in sharing.items():
        if len(places) <= _MOST or len({customers[i].identity for i in places}) <= _MOST:
            for pair in pairwise(places):
                shared[pair].append(kind)
    found = [_link(pair, kinds) for pair, kinds in shared.items() if not _names(customers, pair) & known_apart]
    return [one for one in found if one.probability >= DOUBTFUL]


def persons(customers: Sequence[Customer], found: Sequence[Link], at_least: float = DOUBTFUL) -> list[int]:
    """For each record the number of its person: the place of the person's first record."""
    first = list(range(len(customers)))

    def root(place: int) -> int:
        while first[place] != place:
            first[place] = first[first[place]]
            place = first[place]
        return place

    for link in found:
        if link.probability >= at_least:
            one, other = sorted((root(link.one), root(link.other)))
            first[other] = one
    return [root(place) for place in range(len(customers))]


def _names(customers: Sequence[Customer], pair: tuple[int, int]) -> set[frozenset[str]]:
    """The ways to say which two records these are."""
    one, other = ({who.identity, who.email.casefold(), who.name.casefold()} for who in (customers[i] for i in pair))
    return {frozenset((a, b)) for a in one for b in other}


def _link(pair: tuple[int, int], kinds: Sequence[str]) -> Link:
    wrong = 1.0
    for kind in kinds:
        wrong *= 1 - _SHARED[kind]
    return Link(one=pair[0], other=pair[1], probability=1 - wrong, because=tuple(kinds))


def _keys(customer: Customer) -> Iterator[Key]:
    """What a record may share with another."""
    email = customer.email.strip().casefold()
    if email:
        yield "address", email
    names = tuple(sorted(sounds(customer.name)))
    by_kind: dict[str, list[str]] = defaultdict(list)
    for field, value in customer.fields:
        plain = "".join(filter(str.isalnum, folded(value)))
        if _PHONES.search(field):
            yield from _phones(value)
        elif _STREETS.search(field):
            by_kind["street"].append(plain)
        elif _TOWNS.search(field):
            by_kind["town"].append(plain)
        elif sum(map(str.isdecimal, plain)) >= _LEAST_DIGITS:
            yield "number", f"{field} {plain}"
    if len(names) < 2:
        return
    name = " ".join(names)
    yield "name", " ".join(sorted(map(folded, customer.name.split())))
    yield from (("name and street", f"{name} {one}") for one in by_kind["street"])
    yield from (("name and town", f"{name} {one}") for one in by_kind["town"])
    if (domain := email.partition("@")[2]) and domain not in _EVERYBODYS:
        yield "name and mail domain", f"{name} {domain}"


def _phones(value: str) -> Iterator[Key]:
    """A phone number without its country's code and leading zeros."""
    digits = "".join(filter(str.isdecimal, value))
    national = re.sub(r"^(?:00)?49|^0+", "", digits) if value.strip().startswith(("+", "00")) else digits.lstrip("0")
    if len(national) >= _LEAST_DIGITS:
        yield "phone", national
