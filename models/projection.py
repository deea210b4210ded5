"""What is linear in the n-grams of texts: a row of numbers a token is found once, and a text is the sum of its rows.

With it a text of twelve words costs two dozen look-ups and one small sum, however many n-grams its words have.
"""

from collections.abc import Sequence
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from salver.models.grams import Grams, TfIdf, Vocabulary

Rows = NDArray[np.float32]


class _Rows:
    """Rows for the tokens of one vocabulary, in a table that grows by half when it is full."""

    def __init__(self, vocabulary: Vocabulary | None, width: int) -> None:
        self.vocabulary = vocabulary
        self.known = 0
        self._table = np.zeros((0, width), np.float32)

    @property
    def table(self) -> Rows:
        return self._table[: self.known]

    def add(self, new: Rows) -> None:
        needed = self.known + len(new)
        if needed > len(self._table):
            grown = np.empty((max(needed, len(self._table) * 3 // 2), self._table.shape[1]), np.float32)
            grown[: self.known] = self.table
            self._table = grown
        self._table[self.known : needed] = new
        self.known = needed


class Projection:
    """Weighed n-grams times `weights`, (n-grams, k) float32. Safe to share between threads."""

    def __init__(self, grams: Grams, weigh: TfIdf, weights: Rows) -> None:
        self._grams = grams
        self._weigh = weigh
        self._weights = weights
        self._known = _Rows(None, weights.shape[1] + 1)
        self._lock = Lock()

    def sums(self, texts: Sequence[str]) -> Rows:
        """(n, k) float32: for each text its weighed n-grams times the weights."""
        return self._of(texts)[:, :-1]

    def scaled(self, texts: Sequence[str]) -> Rows:
        """(n, k) float32: the same for n-grams scaled to the length 1; see `lengths`."""
        found = self._of(texts)
        return np.asarray(found[:, :-1] / np.sqrt(np.maximum(found[:, -1:], 1e-12)), dtype=np.float32)

    def lengths(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(n,) float32: the length of each text's weighed n-grams, taken as if no two tokens shared one."""
        return np.asarray(np.sqrt(self._of(texts)[:, -1]), dtype=np.float32)

    def _of(self, texts: Sequence[str]) -> Rows:
        """(n, k + 1) float32: sums, and in the last column the squared length."""
        bags = self._grams.bags(texts)
        rows = self._rows(bags.vocabulary)
        if len(bags.rows) == 1:
            tokens, weights = bags.rows[0]
            of_tokens = rows[tokens]
            found = (weights @ of_tokens)[None]
            found[0, -1] = (weights * weights) @ of_tokens[:, -1]
            return found
        times = bags.weights(len(rows))
        found = np.asarray(times @ rows, dtype=np.float32)
        times.data *= times.data
        found[:, -1] = times @ rows[:, -1]
        return found

    def _rows(self, vocabulary: Vocabulary) -> Rows:
        """(tokens, k + 1): each token's row, and the squared length of its n-grams."""
        with self._lock:
            known = self._known
            if known.vocabulary is not vocabulary:
                known = self._known = _Rows(vocabulary, self._weights.shape[1] + 1)
            if known.known < len(vocabulary):
                known.add(self._new(vocabulary.of(range(known.known, len(vocabulary)))))
            return known.table

    def _new(self, tokens: Sequence[NDArray[np.int32]]) -> Rows:
        """(tokens, k + 1): the same of new tokens, by their n-grams."""
        features = self._weigh.listed(tokens)
        owner = np.repeat(np.arange(len(tokens)), np.diff(features.indptr))
        found = np.empty((len(tokens), self._weights.shape[1] + 1), np.float32)
        found[:, :-1] = features @ self._weights
        found[:, -1] = np.bincount(owner, features.data**2, len(tokens))
        return found
