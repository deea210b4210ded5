"""How urgent messages presumably were where nobody labelled them: from facts in them and how soon they were answered.

Neither is sure, so each message gets a probability a level. What a level that the facts point to is worth is known
beforehand, and from the labelled messages where there are some. What an answering time is worth is found in the archive
itself: the levels are taken as hidden, and the times that go with each are estimated in turns with them (Dawid and
Skene, Maximum Likelihood Estimation of Observer Error-Rates Using the EM Algorithm, 1979). Where times have nothing to
do with facts, they change little.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from salver.data.reading import Urgency
from salver.models.calm import calm
from salver.models.cues import cues

Chances = NDArray[np.float64]
"""(n, 4): for each text the probability of each level, from low to critical; rows sum to 1."""

_WORTH = np.array([
    [0.70, 0.27, 0.03, 0.00],
    [0.10, 0.85, 0.045, 0.005],
    [0.04, 0.26, 0.68, 0.02],
    [0.01, 0.10, 0.14, 0.75],
])  # fmt: skip
"""For each level that the facts point to (a row), how often each is the true one: by the sample, rounded down."""
_STRENGTH = 50.0
"""As many labelled messages a row count as much as what is known beforehand."""
_TIMES = 20
"""Parts into which the answering times are put, each of equally many messages."""
_FEWEST = 50
"""Messages a part of the times needs, lest its share say nothing."""
_SMOOTH = 5.0
_ROUNDS = 20


def certain(levels: Sequence[Urgency]) -> Chances:
    """What is known for sure, as probabilities."""
    return np.eye(len(Urgency))[[int(level) for level in levels]]


def presumed(texts: Sequence[str], hours: Sequence[float | None], labels: Sequence[Urgency | None]) -> Chances:
    """Probabilities of the levels: 1 for a label, else from the facts in the text and the hours until its answer."""
    if not texts:
        return np.zeros((0, len(Urgency)))
    known = np.array([label is not None for label in labels])
    truth = certain([label or Urgency.LOW for label in labels])
    if known.all():
        return truth
    pointed = np.array([points_to(cues(calm(text))) for text in texts])
    counted = np.array([truth[known & (pointed == level)].sum(axis=0) for level in Urgency])
    worth = (_WORTH * _STRENGTH + counted) / (_STRENGTH + counted.sum(axis=1, keepdims=True))
    found = worth[pointed]
    parts, count = _parts(hours)
    for _ in range(_ROUNDS if count > 1 else 0):
        found = worth[pointed] * _shares(np.where(known[:, None], truth, found), parts, count)[parts]
        found /= found.sum(axis=1, keepdims=True)
    return np.where(known[:, None], truth, found)


def points_to(facts: dict[str, str]) -> Urgency:
    """The level that facts alone point to."""
    pressing = [name for name in ("outage", "cutoff", "deadline", "money", "health") if name in facts]
    if ("danger" in facts and "over" not in facts) or {"health", "outage"} <= facts.keys():
        return Urgency.CRITICAL
    if "outage" in facts or "cutoff" in facts or len(pressing) > 1:
        return Urgency.HIGH
    return Urgency.LOW if "leisure" in facts and not pressing and "danger" not in facts else Urgency.NORMAL


def _parts(hours: Sequence[float | None]) -> tuple[NDArray[np.int64], int]:
    """For each message the part of the answering times that its own lies in, and how many parts there are.

    The messages without an answering time are a part of their own.
    """
    known = np.array([hour for hour in hours if hour is not None])
    count = min(_TIMES, len(known) // _FEWEST)
    if count < 2:
        return np.zeros(len(hours), np.int64), 1
    edges = np.quantile(known, np.linspace(0, 1, count + 1)[1:-1])
    return np.array([count if one is None else int(np.searchsorted(edges, one)) for one in hours]), count + 1


def _shares(found: Chances, parts: NDArray[np.int64], count: int) -> NDArray[np.float64]:
    """(parts, levels): the share of each level's messages that lies in each part."""
    shares = np.zeros((count, found.shape[1]))
    np.add.at(shares, parts, found)
    usual = np.bincount(parts, minlength=count)[:, None] / len(parts)
    return np.asarray((shares + _SMOOTH * usual) / (shares.sum(axis=0) + _SMOOTH))
