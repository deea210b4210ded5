"""Whether a text asks for anything known, judged without a single out-of-scope example.

What an unknown request looks like is learned from known ones: take a text's own intent away, and what remains is how
near the nearest *other* case is and how sure the model is of a *wrong* intent. A logistic curve between the two tells
known from unknown (the idea of leaving classes out: Shu et al., DOC, 2017; here without fitting anything anew).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from salver.models.intents import Scores

_UNKNOWN_SHARE = 0.1
"""How many messages are taken to ask for nothing known, before anything is read of them."""


class LearnedScope:
    """A logistic curve over cosine and confidence."""

    def __init__(self, weights: NDArray[np.float64]) -> None:
        self._weights = weights

    @classmethod
    def fit(
        cls,
        probabilities: Scores,
        truth: NDArray[np.int64],
        cosines: NDArray[np.float64],
        other_cosines: NDArray[np.float64],
    ) -> "LearnedScope":
        """Learn from unseen predictions: (n, intents), the true intents' places, and the cosines to the nearest case
        of any intent and of another intent, (n,) each."""
        from sklearn.linear_model import LogisticRegression

        rest = probabilities.copy()
        rest[np.arange(len(truth)), truth] = 0
        rest /= np.maximum(rest.sum(axis=1, keepdims=True), 1e-12)
        known = _features(cosines, probabilities.max(axis=1))
        unknown = _features(other_cosines, rest.max(axis=1))
        shares = np.r_[np.full(len(known), 1 - _UNKNOWN_SHARE), np.full(len(unknown), _UNKNOWN_SHARE)]
        model = LogisticRegression().fit(
            np.r_[known, unknown], np.r_[np.ones(len(known)), np.zeros(len(unknown))], sample_weight=shares
        )
        return cls(np.r_[model.coef_[0], model.intercept_])

    def known(self, cosines: Sequence[float], confidences: Sequence[float]) -> list[float]:
        """The probability that each text asks for something known."""
        features = _features(np.asarray(cosines, dtype=np.float64), np.asarray(confidences, dtype=np.float64))
        return list(1 / (1 + np.exp(-(features @ self._weights[:-1] + self._weights[-1]))))

    def to_json(self) -> dict[str, Any]:
        return {"weights": self._weights.tolist()}

    @classmethod
    def from_json(cls, saved: Mapping[str, Any]) -> "LearnedScope":
        return cls(np.asarray(saved["weights"], dtype=np.float64))


def _features(cosines: NDArray[np.float64], confidences: NDArray[np.float64]) -> NDArray[np.float64]:
    """Two columns: the cosine, and the log-odds of the confidence, kept within what six digits can tell."""
    sure = np.clip(confidences, 1e-4, 1 - 1e-4)
    return np.column_stack([cosines * 4, np.log(sure / (1 - sure)) / 2])
