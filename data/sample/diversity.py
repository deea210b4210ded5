"""How different the customers' texts are: no two of them may come from one template."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import combinations

from salver.data.sample.archive_source import Draft

ALIKE = 0.6  # share of the smaller text's words from which two texts count as alike
MOST = 0.03  # share of alike pairs within an intent above which the build stops
_WORD = re.compile(r"\w+")


def words(text: str) -> frozenset[str]:
    """The different words of a text, in lower case."""
    return frozenset(_WORD.findall(text.lower()))


def alike(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two texts of at least four different words share 60 % of the smaller one's."""
    fewer = min(len(one), len(other))
    return fewer >= 4 and len(one & other) >= ALIKE * fewer


def alike_shares(cases: Iterable[Draft]) -> Mapping[str, float]:
    """The share, 0 to 1, of alike pairs within each intent and language."""
    texts: dict[str, list[frozenset[str]]] = defaultdict(list)
    for case in cases:
        texts[case.intents[0]].append(words(case.text))
    return {intent: _share(sets) for intent, sets in sorted(texts.items())}


def _share(sets: list[frozenset[str]]) -> float:
    pairs = [alike(one, other) for one, other in combinations(sets, 2)]
    return sum(pairs) / len(pairs) if pairs else 0.0
