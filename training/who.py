"""Who is one customer: cases that belong to the same person, whatever address they came from."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from salver.data.case import Case
from salver.pipeline.compose import person
from salver.pipeline.record import folded

_MOST_ADDRESSES = 20
"""A name that stands before more addresses than these is no person's: it is that of a form or of a shop."""
_LEAST_DIGITS, _DIGITS = 6, 9
_NUMBERS = frozenset({"customer_no", "phone", "order_no"})


def customers_of(cases: Sequence[Case]) -> list[str]:
    """For each case a string that is the same for all cases of one customer: the identifier of the first of them.

    Cases are one customer's when a customer number, an address, a phone, an order, a thread, or the name of a person is
    the same; and so on from one to the next. Two people of one name count as one, which proves less, never more.
    """
    links: dict[tuple[str, str], list[int]] = defaultdict(list)
    for at, case in enumerate(cases):
        for key in _keys(case):
            links[key].append(at)
    parent = list(range(len(cases)))
    for (kind, _), found in links.items():
        if kind != "name" or len({cases[at].customer.email for at in found}) <= _MOST_ADDRESSES:
            _unite(parent, found)
    return [cases[_root(parent, at)].id for at in range(len(cases))]


def _keys(case: Case) -> Iterator[tuple[str, str]]:
    customer = case.customer
    if customer.identity:
        yield "identity", customer.identity
    if customer.email:
        yield "email", customer.email.casefold()
    if case.thread:
        yield "thread", case.thread
    if words := sorted(map(folded, person(customer.name).split())):
        yield "name", " ".join(words)
    for kind, value in customer.fields:
        digits = "".join(filter(str.isdecimal, value))
        if kind in _NUMBERS and len(digits) >= _LEAST_DIGITS:
            yield kind, digits[-_DIGITS:]


def _unite(parent: list[int], found: Iterable[int]) -> None:
    """Put cases under the first of all that are linked with any of them."""
    roots = [_root(parent, at) for at in found]
    first = min(roots)
    for root in roots:
        parent[root] = first


def _root(parent: list[int], at: int) -> int:
    while parent[at] != at:
        parent[at] = parent[parent[at]]
        at = parent[at]
    return at
