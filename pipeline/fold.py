"""Past answers that say the same, or nearly, laid on top of each other."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from salver.data.case import PastCase
from salver.data.reading import Request

_WORD = re.compile(r"\w+")
_ALIKE = 0.9


@dataclass(frozen=True, slots=True)
class Fold:
    """The answer of the nearest of some cases that were answered alike; `score` is the chance of such an answer."""

    text: str
    score: float
    cases: tuple[PastCase, ...]


def alike(one: str, other: str) -> bool:
    """Whether nine tenths of all words stand in both, as often; case and punctuation do not count."""
    return one == other or _overlap(_words(one), _words(other)) >= _ALIKE


def fold(voters: Sequence[tuple[PastCase, float]], request: Request) -> list[Fold]:
    """Cases with their weights, nearest first, folded by their answers.

    The score of a fold is its part of the weight of its intent's cases, times the probability of that intent.
    """
    likely = {intent.label: intent.probability for intent in request.intents}
    weights: dict[str, float] = defaultdict(float)
    groups: list[tuple[Counter[str], list[tuple[PastCase, float]]]] = []
    for case, weight in voters:
        weights[case.intent] += weight
        words = _words(case.answer)
        for known, group in groups:
            if group[0][0].intent == case.intent and _overlap(known, words) >= _ALIKE:
                group.append((case, weight))
                break
        else:
            groups.append((words, [(case, weight)]))
    return [_fold(group, likely, weights) for _, group in groups]


def _fold(group: Sequence[tuple[PastCase, float]], likely: dict[str, float], weights: dict[str, float]) -> Fold:
    first = group[0][0]
    share = sum(weight for _, weight in group) / weights[first.intent]
    return Fold(first.answer, likely.get(first.intent, 0.0) * share, tuple(case for case, _ in group))


def _words(text: str) -> Counter[str]:
    return Counter(_WORD.findall(text.casefold()))


def _overlap(one: Counter[str], other: Counter[str]) -> float:
    """The share of words in both among those in either, 0 to 1, counted with repetition (Jaccard)."""
    least, most = sorted((one.total(), other.total()))
    if least < _ALIKE * most:
        return 0.0
    both = (one & other).total()
    either = least + most - both
    return both / either if either else 1.0
