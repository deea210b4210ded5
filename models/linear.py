"""A linear model: one weight per feature and label. scikit-learn finds the weights; using them is one product.

scikit-learn takes a second to import, and is imported only to learn.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

if TYPE_CHECKING:
    from sklearn.linear_model import LogisticRegression
    from sklearn.svm import LinearSVC

Matrix: TypeAlias = "csr_matrix | NDArray[np.float32]"

_CLOSE_ENOUGH = 1e-2
"""How near the solver comes to its optimum; nearer takes half as long again and is right no more often."""
UNSEEN = -4.0
"""The score of a label that had no example: as low as a clear no."""


class Linear:
    """Scores texts for every label. A score is no probability: `intents` learns what it is worth."""

    def __init__(self, weights: NDArray[np.float32], bias: NDArray[np.float32]) -> None:
        """`weights` are (labels, features); `by_feature` are the same, a row a feature."""
        self.by_feature = np.ascontiguousarray(weights.T)
        self.bias = bias

    @property
    def weights(self) -> NDArray[np.float32]:
        """(labels, features) float32."""
        return self.by_feature.T

    @classmethod
    def sparse(
        cls, features: Matrix, labels: NDArray[np.int64], count: int, also: Sequence[tuple[int, int]] = ()
    ) -> "Linear":
        """One-against-the-rest with squared hinge loss: best on many rare features (Fan et al., LIBLINEAR, 2008).

        `also` are pairs of row and label where a text has a further label: it is no example against that one.
        """
        from sklearn.svm import LinearSVC

        found = cls._of(LinearSVC(C=1.0, tol=_CLOSE_ENOUGH, random_state=0), features, labels, count)
        if not also:
            return found
        weights, bias = found.weights.copy(), found.bias.copy()
        for label in sorted({label for _, label in also}):
            target = labels == label
            target[[row for row, of in also if of == label]] = True
            if target.any() and not target.all():
                one = LinearSVC(C=1.0, tol=_CLOSE_ENOUGH, random_state=0).fit(features, target)
                weights[label], bias[label] = one.coef_[0], one.intercept_[0]
        return cls(weights, bias)

    @classmethod
    def dense(cls, features: Matrix, labels: NDArray[np.int64], count: int) -> "Linear":
        """Multinomial logistic regression: best on the few dimensions of a vector."""
        from sklearn.linear_model import LogisticRegression

        return cls._of(LogisticRegression(C=10.0, max_iter=200), features, labels, count)

    @classmethod
    def of_arrays(cls, weights: NDArray[np.float32], bias: NDArray[np.float32], features: int, count: int) -> "Linear":
        """Weights as they were saved. Raises ValueError when they are not for so many features and labels."""
        if weights.shape != (count, features) or bias.shape != (count,):
            raise ValueError("weights and labels do not belong together")
        return cls(weights, bias)

    @classmethod
    def _of(
        cls, model: "LinearSVC | LogisticRegression", features: Matrix, labels: NDArray[np.int64], count: int
    ) -> "Linear":
        seen = np.unique(labels)
        weights = np.zeros((count, features.shape[1]), np.float32)
        bias = np.full(count, UNSEEN, np.float32)
        if len(seen) == 1:
            bias[seen] = 1.0
            return cls(weights, bias)
        model.fit(features, labels)
        found, at = model.coef_, model.intercept_
        if len(seen) == 2:
            found, at = np.vstack([-found, found]), np.concatenate([-at, at])
        weights[seen], bias[seen] = found, at
        return cls(weights, bias)

    def scores(self, features: Matrix) -> NDArray[np.float32]:
        """(n, labels) float32."""
        return np.asarray(features @ self.by_feature + self.bias, dtype=np.float32)


def places(labels: Sequence[str], known: Sequence[str]) -> NDArray[np.int64]:
    """The place of each label among the known ones, (n,) int64."""
    place = {label: i for i, label in enumerate(known)}
    return np.array([place[label] for label in labels], dtype=np.int64)
