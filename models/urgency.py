"""How soon somebody must act: four ordered levels.

The model asks three questions of a text, each answered by a logistic regression on its words and on `cues`: is it more
than low, more than normal, more than high (Frank and Hall, A Simple Approach to Ordinal Classification, 2001). Where
the archive has no labels, labels are made from the cues and from how fast such messages were answered.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack

from salver.data.reading import Urgency
from salver.models.cues import CUES, cues, matrix
from salver.models.grams import Grams, TfIdf

_LOUD = re.compile(r"[!¡‼❗]+")
_TOLD = 3


class OrderedUrgency:
    """Weights of three questions: (3, features + cues) and (3,)."""

    def __init__(self, grams: Grams, weigh: TfIdf, weights: NDArray[np.float32], bias: NDArray[np.float32]) -> None:
        self._grams = grams
        self._weigh = weigh
        self._weights = weights
        self._words = np.ascontiguousarray(weights[:, : -len(CUES)].T)
        self._facts = weights[:, -len(CUES) :].T
        self._bias = bias

    @classmethod
    def fit(cls, texts: Sequence[str], levels: Sequence[Urgency], grams: Grams) -> "OrderedUrgency":
        """Learn from texts with their levels."""
        from sklearn.linear_model import LogisticRegression

        calm = [_calm(text) for text in texts]
        counts = grams.matrix(calm)
        weigh = TfIdf.fit(counts)
        features = hstack([weigh.apply(counts), csr_matrix(matrix([cues(t) for t in calm]))], format="csr")
        weights = np.zeros((3, features.shape[1]), np.float32)
        bias = np.zeros(3, np.float32)
        for question in range(3):
            above = np.array([level > question for level in levels])
            if above.all() or not above.any():
                bias[question] = 6.0 if above.all() else -6.0
                continue
            model = LogisticRegression(C=10.0, solver="liblinear").fit(features, above)
            weights[question], bias[question] = model.coef_[0], model.intercept_[0]
        return cls(grams, weigh, weights, bias)

    def levels(self, texts: Sequence[str]) -> list[tuple[Urgency, float, str]]:
        """For each text the level, its probability, and what moved it."""
        if not texts:
            return []
        calm = [_calm(text) for text in texts]
        found = [cues(text) for text in calm]
        chances = self._chances(calm, found)
        best = chances.argmax(axis=1)
        return [
            (Urgency(int(level)), float(row[level]), self._because(text, facts, int(level)))
            for text, facts, row, level in zip(calm, found, chances, best, strict=True)
        ]

    def _chances(self, texts: Sequence[str], found: Sequence[dict[str, str]]) -> NDArray[np.float64]:
        """(n, 4), rows sum to 1."""
        features = self._weigh.apply(self._grams.matrix(texts))
        odds = features @ self._words + matrix(found) @ self._facts + self._bias
        above = np.minimum.accumulate(1 / (1 + np.exp(-odds)), axis=1)
        edges = np.hstack([np.ones((len(texts), 1)), above, np.zeros((len(texts), 1))])
        return np.asarray(edges[:, :-1] - edges[:, 1:])

    def _because(self, text: str, facts: dict[str, str], level: int) -> str:
        if level == Urgency.NORMAL and not facts:
            return "Nothing in it is pressing."
        told = [f'{name}: "{words}"' for name, words in facts.items()] or self._telling(text, level)
        return "; ".join(told[:_TOLD]) or "By the whole of its words."

    def _telling(self, text: str, level: int) -> list[str]:
        """The words that speak most for this level against the one below (or above, for the lowest)."""
        question, sign = (level - 1, 1) if level else (0, -1)
        words = sorted(set(re.findall(r"\w{6,}", text.casefold())))
        if not words:
            return []
        counts = self._grams.matrix(words)
        worth = sign * (self._weigh.apply(counts) @ self._words[:, question])
        best = np.argsort(-worth, kind="stable")[:_TOLD]
        return [f'the word "{words[i]}"' for i in best if worth[i] > 0]

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        return {
            "columns": self._weigh.columns,
            "rarity": self._weigh.rarity,
            "weights": self._weights,
            "bias": self._bias,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]], grams: Grams) -> "OrderedUrgency":
        weigh = TfIdf.of_arrays(arrays["columns"], arrays["rarity"], grams)
        if arrays["weights"].shape != (3, len(weigh.columns) + len(CUES)) or arrays["bias"].shape != (3,):
            raise ValueError("there are three questions")
        return cls(grams, weigh, arrays["weights"], arrays["bias"])


def presumed(texts: Sequence[str], hours: Sequence[float | None]) -> list[Urgency]:
    """Levels for texts that nobody labelled: from the cues, and one level up when answered among the fastest tenth."""
    known = [one for one in hours if one is not None]
    fast = float(np.quantile(known, 0.1)) if len(known) >= 50 else -1.0
    return [_presume(cues(_calm(t)), h is not None and h <= fast) for t, h in zip(texts, hours, strict=True)]


def _presume(facts: dict[str, str], answered_fast: bool) -> Urgency:
    if "danger" in facts or ("health" in facts and "outage" in facts):
        return Urgency.CRITICAL
    pressing = sum(name in facts for name in ("outage", "cutoff", "deadline", "money", "health", "anger"))
    if "outage" in facts or "cutoff" in facts or pressing >= 2 or (pressing and answered_fast):
        return Urgency.HIGH
    return Urgency.LOW if "leisure" in facts and not pressing else Urgency.NORMAL


def _calm(text: str) -> str:
    """Without exclamation marks and with a repeated line told once: shouting and repeating move nothing."""
    return "\n".join(dict.fromkeys(_LOUD.sub(".", text).splitlines()))
