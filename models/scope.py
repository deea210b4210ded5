"""Whether a text asks for anything known, judged without a single out-of-scope example where there is none.

What an unknown request looks like is learned from known ones: everything is learned once more without some of the
intents, and their texts are read as if they were strangers (leaving classes out: Shu et al., DOC, 2017). Where there
are few intents, a text's own intent is taken away from what was said of it instead. A logistic curve between the two
tells known from unknown. How near known cases are is the mean cosine to a few neighbours (Sun et al.,
Out-of-Distribution Detection with Deep Nearest Neighbors, 2022), which a single odd case does not move.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_FEW = 5
"""Neighbours that say how near known cases are."""
_UNKNOWN_SHARE = 0.1
"""How many messages are taken to ask for nothing known, before anything is read of them."""

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Of n texts how near known cases are, -1 to 1, and how sure the model is of the best intent, 0 to 1."""

    densities: Numbers
    confidences: Numbers

    def features(self) -> Numbers:
        """Two columns: the density, and the log-odds of the confidence, kept within what six digits can tell."""
        sure = np.clip(self.confidences, 1e-4, 1 - 1e-4)
        return np.column_stack([self.densities * 4, np.log(sure / (1 - sure)) / 2])


def density(nearest: Sequence[tuple[Any, float]]) -> float:
    """How near known cases are: the mean cosine to the first few of some neighbours, best first; 0 without any."""
    few = nearest[:_FEW]
    return sum(cosine for _, cosine in few) / len(few) if few else 0.0


class LearnedScope:
    """A logistic curve over density and confidence."""

    def __init__(self, weights: Numbers) -> None:
        self._weights = weights

    @classmethod
    def fit(cls, known: Seen, left: Seen, strangers: Seen | None = None) -> "LearnedScope":
        """Learn from texts seen as they are, texts whose intent was left out, and texts known to be strangers.

        Strangers count as much as all that was left out together, once there are a hundred.
        """
        from sklearn.linear_model import LogisticRegression

        parts = [(known, 1, 1 - _UNKNOWN_SHARE), (left, 0, _UNKNOWN_SHARE)]
        if strangers is not None and len(strangers.densities):
            count = len(strangers.densities)
            trusted = min(1.0, count / 100)
            parts.append((strangers, 0, _UNKNOWN_SHARE * trusted * len(known.densities) / count))
        model = LogisticRegression().fit(
            np.concatenate([part.features() for part, _, _ in parts]),
            np.concatenate([np.full(len(part.densities), truth) for part, truth, _ in parts]),
            sample_weight=np.concatenate([np.full(len(part.densities), share) for part, _, share in parts]),
        )
        return cls(np.r_[model.coef_[0], model.intercept_])

    def known(self, densities: Sequence[float], confidences: Sequence[float]) -> list[float]:
        """The probability that each text asks for something known."""
        seen = Seen(densities=np.asarray(densities, np.float64), confidences=np.asarray(confidences, np.float64))
        return list(1 / (1 + np.exp(-(seen.features() @ self._weights[:-1] + self._weights[-1]))))

    def to_json(self) -> dict[str, Any]:
        return {"weights": self._weights.tolist()}

    @classmethod
    def from_json(cls, saved: Mapping[str, Any]) -> "LearnedScope":
        return cls(np.asarray(saved["weights"], dtype=np.float64))
