"""Lines of replies that say the same and were greeted or masked differently: one of them stands for all.

In one reply a street, a postcode and a town were found, in the next a street alone; here a number was known to be a
meter reading, there it is only a number; and one agent wrote a name that no list knows. Such lines differ where a slot
stands in one of them. And what belongs to the greeting is no part of a line: thanks for writing, and whether it goes on
with a capital. Nothing else is ever the same: not a word, not a number, not a denial.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from salver.pipeline.fold import counts_or_denies

SLOT = re.compile(r"\{([a-z0-9_]+)\}")
_RUN = re.compile(r"\{[a-z0-9_]+\}(?:[\s,/–-]*\{[a-z0-9_]+\})*")
_WHO = frozenset({"name", "street", "postcode", "town", "number"})
"""Kinds that stand for who and where somebody is; a number may be a part of them."""
_NAMED = re.compile(r"(?:[A-ZÄÖÜ][^\W\d_]*[.’'-]?[^\W\d_]*\.?)(?: [A-ZÄÖÜ][^\W\d_]*[.’'-]?[^\W\d_]*){0,2}")
"""One to three words with capitals: a name that was not found."""
_THANKS = re.compile(
    r"(?:(?:vielen|herzlichen|besten) dank|danke|wir danken ihnen|(?:many )?thanks|thank you(?: very much)?)"
    r"(?: (?:für|for) (?:[^\W\d_]|[ -]){1,50})?[.!] (?=\w)",
    re.IGNORECASE,
)
"""Thanks for writing, as a sentence of its own; there is no slot and no number in it."""
_FEWEST_WORDS = 4


def aligned(lines: Mapping[str, int]) -> dict[str, str]:
    """By line, the one that stands for it: itself, or the commonest of those that say the same.

    `lines` says in how many replies each of them stands. Lines of one intent and language.
    """
    groups: dict[str, list[str]] = defaultdict(list)
    for line in lines:
        begun = unthanked(line)
        groups[_RUN.sub("{}", begun[:1].lower() + begun[1:])].append(line)
    found = {line: line for line in lines}
    for group in groups.values():
        first = unthanked(min(group, key=lambda line: (-lines[line], line)))
        if any(unthanked(one)[:1].islower() for one in group):  # as it stands behind a comma
            first = first[:1].lower() + first[1:]
        if len(group) > 1:
            found |= {one: first for one in group if _same_kinds(first, one)}
    stand = Counter[str]()
    for line, of in found.items():
        stand[of] += lines[line]
    named = _with_names(stand)
    return {line: named.get(of, of) for line, of in found.items()}


def unthanked(line: str) -> str:
    """A line without the thanks that it begins with; one that says nothing else stays."""
    thanks = _THANKS.match(line)
    return line[thanks.end() :] if thanks and not counts_or_denies(thanks[0]) else line


def _same_kinds(one: str, other: str) -> bool:
    """Whether the slots of two lines may hold the same: equal kinds, plain numbers beside them, or parts of an address.

    A line whose number is known to be something never stands for one in which it is something else.
    """
    pairs = zip(_RUN.findall(one), _RUN.findall(other), strict=True)
    return all(_may_be(set(SLOT.findall(a)), set(SLOT.findall(b))) for a, b in pairs)


def _may_be(one: set[str], other: set[str]) -> bool:
    return one == other or one | other <= _WHO or (len(one | other) == 2 and "number" in one ^ other)


def _with_names(lines: Mapping[str, int]) -> dict[str, str]:
    """Lines in which a name stands where a more frequent one has a slot for it, and what that one is."""
    holes: dict[tuple[str, str], list[tuple[str, str, str]]] = defaultdict(list)
    for line in lines:
        for slot in _RUN.finditer(line):
            if set(SLOT.findall(slot[0])) <= _WHO - {"number"}:
                before, after = line[: slot.start()], line[slot.end() :]
                if len((before + after).split()) >= _FEWEST_WORDS:
                    holes[_ends(before, after)].append((before, after, line))
    found: dict[str, str] = {}
    for line, often in lines.items():
        for key in _keys(line):
            for before, after, of in holes.get(key, ()):
                if of != line and lines[of] > often and _is_named(line, before, after):
                    found[line] = of
    return {line: of for line, of in found.items() if of not in found}


def _is_named(line: str, before: str, after: str) -> bool:
    if not (line.startswith(before) and line.endswith(after)) or len(line) <= len(before) + len(after):
        return False
    name = line[len(before) : len(line) - len(after)].strip()
    return bool(_NAMED.fullmatch(name)) and not counts_or_denies(name)


def _ends(before: str, after: str) -> tuple[str, str]:
    """The first word of what stands before a hole, the last of what stands behind; empty where there is none."""
    return (before.split() or [""])[0], (after.split() or [""])[-1]


def _keys(line: str) -> Iterable[tuple[str, str]]:
    first, last = line.split()[0], line.split()[-1]
    return (first, last), ("", last), (first, "")


def lined_up(texts: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The texts, each line replaced by the one that stands for it."""
    said = aligned(Counter(line for text in texts for line in text))
    return [tuple(said[line] for line in text) for text in texts]
