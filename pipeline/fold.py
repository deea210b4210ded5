"""Past answers that say the same, or nearly, laid on top of each other."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from sys import intern

from salver.data.case import PastCase
from salver.data.reading import Request

_WORD = re.compile(r"\w+")
_ALIKE = 0.9
_KEPT = 4000

Bag = frozenset[str]
"""The words of a text; one that stands there three times is in it as it is and with 1 and 2 behind it."""


@dataclass(frozen=True, slots=True)
class Fold:
    """The answer of the nearest of some cases that were answered alike; `score` is the chance of such an answer."""

    text: str
    score: float
    cases: tuple[PastCase, ...]


@lru_cache(maxsize=_KEPT)
def bag(text: str) -> Bag:
    """The words of a text, taken apart once: the same past answers are near to many messages."""
    times = Counter(_WORD.findall(text.casefold()))
    again = [f"{word} {i}" for word, often in times.items() if often > 1 for i in range(1, often)]
    return frozenset([*map(intern, times), *again])


def alike(one: str, other: str) -> bool:
    """Whether nine tenths of all words stand in both, as often; case and punctuation do not count (Jaccard)."""
    a, b = bag(one), bag(other)
    if len(a) < _ALIKE * len(b) or len(b) < _ALIKE * len(a):
        return False
    both = len(a & b)
    return both >= _ALIKE * (len(a) + len(b) - both)


def fold(voters: Sequence[tuple[PastCase, float]], request: Request) -> list[Fold]:
    """Cases with their weights, nearest first, folded by their answers.

    The score of a fold is its part of the weight of its intent's cases, times the probability of that intent.
    """
    likely = {intent.label: intent.probability for intent in request.intents}
    weights: dict[str, float] = defaultdict(float)
    groups: list[list[tuple[PastCase, float]]] = []
    for case, weight in voters:
        weights[case.intent] += weight
        known = (group for group in groups if group[0][0].intent == case.intent)
        group = next((one for one in known if alike(one[0][0].answer, case.answer)), None)
        if group is None:
            groups.append([(case, weight)])
        else:
            group.append((case, weight))
    return [_fold(group, likely, weights) for group in groups]


def _fold(group: Sequence[tuple[PastCase, float]], likely: dict[str, float], weights: dict[str, float]) -> Fold:
    first = group[0][0]
    share = sum(weight for _, weight in group) / weights[first.intent]
    return Fold(first.answer, likely.get(first.intent, 0.0) * share, tuple(case for case, _ in group))
