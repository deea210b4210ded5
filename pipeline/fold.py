"""Past answers that say the same, or nearly, laid on top of each other."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from salver.data.case import PastCase
from salver.data.reading import Request

_WORD = re.compile(r"\w+")
_ALIKE = 0.9

Bag = frozenset[tuple[str, int]]
"""The words of a text; one that stands there three times is in it as its first, second and third."""


@dataclass(frozen=True, slots=True)
class Fold:
    """The answer of the nearest of some cases that were answered alike; `score` is the chance of such an answer."""

    text: str
    score: float
    cases: tuple[PastCase, ...]


class Bags(dict[str, Bag]):
    """The words of texts, taken apart once a text."""

    def __missing__(self, text: str) -> Bag:
        seen: Counter[str] = Counter()
        words = []
        for word in _WORD.findall(text.casefold()):
            seen[word] += 1
            words.append((word, seen[word]))
        self[text] = frozenset(words)
        return self[text]

    def alike(self, one: str, other: str) -> bool:
        """Whether nine tenths of all words stand in both, as often; case and punctuation do not count (Jaccard)."""
        a, b = self[one], self[other]
        least, most = sorted((len(a), len(b)))
        if least < _ALIKE * most:
            return False
        both = len(a & b)
        return both >= _ALIKE * (least + most - both)


def fold(voters: Sequence[tuple[PastCase, float]], request: Request, bags: Bags) -> list[Fold]:
    """Cases with their weights, nearest first, folded by their answers.

    The score of a fold is its part of the weight of its intent's cases, times the probability of that intent.
    """
    likely = {intent.label: intent.probability for intent in request.intents}
    weights: dict[str, float] = defaultdict(float)
    groups: list[list[tuple[PastCase, float]]] = []
    for case, weight in voters:
        weights[case.intent] += weight
        known = (group for group in groups if group[0][0].intent == case.intent)
        group = next((one for one in known if bags.alike(one[0][0].answer, case.answer)), None)
        if group is None:
            groups.append([(case, weight)])
        else:
            group.append((case, weight))
    return [_fold(group, likely, weights) for group in groups]


def _fold(group: Sequence[tuple[PastCase, float]], likely: dict[str, float], weights: dict[str, float]) -> Fold:
    first = group[0][0]
    share = sum(weight for _, weight in group) / weights[first.intent]
    return Fold(first.answer, likely.get(first.intent, 0.0) * share, tuple(case for case, _ in group))
