"""Gate 4: slots of a text, `{kind}`, are filled from the message at hand, or from the record of its sender where it is
sure who that is, and from nothing else. An open slot stops the sending."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from salver.data.message import Address
from salver.data.reading import Entity
from salver.pipeline.compose import one_line, person

SLOT = re.compile(r"\{([a-z0-9_]+)\}")
_NAMELESS = frozenset({"number"})
"""Kinds that do not say what they are: a number of the message need not be the number of the answer."""


def facts(
    sender: Address | None, entities: Iterable[Entity], account: Mapping[str, str] | None = None
) -> dict[str, str]:
    """By kind what the message says, as it is written there, or the sender's `account`: kinds of which there is exactly
    one value. Where a message says another than the record, there are two."""
    said: dict[str, dict[str, str]] = {}
    for entity in entities:
        said.setdefault(entity.kind, {}).setdefault(entity.value.casefold(), one_line(entity.text))
    if sender and (name := person(sender.name)):
        said.setdefault("name", {}).setdefault(name.casefold(), name)
    for kind, value in (account or {}).items():
        said.setdefault(kind, {}).setdefault(value.casefold(), one_line(value))
    return {kind: next(iter(values.values())) for kind, values in said.items() if len(values) == 1}


def of_request(known: Mapping[str, str], seen: str, account: Collection[str] = ()) -> dict[str, str]:
    """The facts that one of several requests tells: kinds that stand masked in its text, the sender's name, and what
    the sender's `account` holds. What another request says need not hold for this one."""
    return {kind: value for kind, value in known.items() if kind == "name" or kind in account or f"{{{kind}}}" in seen}


def fill(text: str, known: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """The text with its slots filled, and the kinds still open.

    A slot that stands twice stays open: it may mean two different things. What is filled in is not looked at again, so
    a customer's braces stay a customer's braces.
    """
    if "{" not in text:
        return text, ()
    slots = Counter(SLOT.findall(text))
    usable = {kind: known[kind] for kind, times in slots.items() if times == 1 and kind in known}
    for kind in _NAMELESS:
        usable.pop(kind, None)
    filled = SLOT.sub(lambda slot: usable.get(slot[1], slot[0]), text)
    return filled, tuple(kind for kind in slots if kind not in usable)
