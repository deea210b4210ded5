"""How likely it is that a message asks for nothing besides what was found in it.

What is left says so as if each intent were by itself: the product of their improbabilities. But a part that begins as
people begin who turn to something else, and is taken for nothing that was found, speaks against it, whatever else it
may be. A logistic curve weighs the two, learned from what was said of messages unseen.
"""

from collections.abc import Collection, Iterable, Sequence
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

_OURS = 0.5
"""A part is taken for what was found when that is likelier."""
_NEVER = 1e-4
_SIGNS = 2
_FEWEST = 20
"""With fewer messages that ask for more than was found nothing is learned from them."""

Numbers = NDArray[np.float64]


def alone(left: Iterable[float]) -> float:
    """The probability that nothing of what has these probabilities is asked for, as if each were by itself."""
    return prod(1 - one for one in left)


def signs(left: Iterable[float], chances: Numbers, turns: Sequence[bool], found: Collection[int]) -> Numbers:
    """(2,): the log of the odds that nothing of what is `left` is asked for; and whether a part that turns to something
    else is taken for nothing `found`. `chances` are those of the parts, (parts, intents)."""
    nothing = min(max(alone(left), _NEVER), 1 - _NEVER)
    ours = sorted(found)
    other = (chances[:, ours].max(axis=1) < _OURS) & ~np.isin(chances.argmax(axis=1), ours)
    turned = other & np.array(turns, bool)
    return np.array([np.log(nothing / (1 - nothing)), float(turned.any())])


class Completeness:
    """The weights of the signs, and one alone: (3,)."""

    def __init__(self, weights: Numbers) -> None:
        if weights.shape != (_SIGNS + 1,):
            raise ValueError("these are no weights of what is complete")
        self._weights = weights

    @classmethod
    def unlearned(cls) -> "Completeness":
        """As if each intent that is left were by itself, and nothing else said anything."""
        return cls(np.array([1.0, 0.0, 0.0]))

    @classmethod
    def fit(cls, some: Numbers, complete: NDArray[np.bool_], worth: Numbers) -> "Completeness":
        """Learn from signs, (n, 2), whether nothing else was asked, and how much each message counts."""
        from sklearn.linear_model import LogisticRegression

        if min((~complete & (worth > 0)).sum(), complete.sum()) < _FEWEST:
            return cls.unlearned()
        model = LogisticRegression(C=1.0).fit(some, complete, sample_weight=worth)
        weight, against = model.coef_[0].tolist()
        return cls(np.array([max(weight, 0.0), min(against, 0.0), float(model.intercept_[0])]))

    def chance(self, some: Numbers) -> float:
        """The probability that nothing else is asked, given the signs, (2,)."""
        return float(1 / (1 + np.exp(-(some @ self._weights[:-1] + self._weights[-1]))))

    def to_json(self) -> list[float]:
        return [float(one) for one in self._weights]

    @classmethod
    def from_json(cls, saved: Any) -> "Completeness":
        return cls(np.asarray(saved, dtype=np.float64))
