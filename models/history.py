"""The default encoder: learned from the archive itself, so that it needs no download and knows any language.

A text's vector is the sum of the vectors of its hashed n-grams, scaled to length 1 (an embedding bag, as in Joulin et
al., Bag of Tricks for Efficient Text Classification, 2017). The n-gram vectors are trained so that texts of one intent
come close to each other and away from the rest (Khosla et al., Supervised Contrastive Learning, 2020). Only numpy and
scipy are needed, for training too.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from salver.models.grams import Grams, TfIdf
from salver.models.ports import Vectors
from salver.models.recent import Recent

DIM = 192
_SAME = 8
"""Texts of one intent in a training batch."""
_BATCH = 512
_TEMPERATURE = 0.1
_RATE = 0.1
_DROPPED = 0.3
_ENOUGH = 100
"""N-grams of a text that are looked at in one step; of a long text the next step sees others."""


class HistoryEncoder:
    """Hashed n-grams in an embedding bag. `table` is (n-grams, dim) float32."""

    name = "history"

    def __init__(self, grams: Grams, weigh: TfIdf, table: NDArray[np.float32]) -> None:
        self._grams = grams
        self._weigh = weigh
        self._table = table
        self._vectors = Recent(self._computed)

    @property
    def dim(self) -> int:
        return int(self._table.shape[1])

    @classmethod
    def fit(
        cls, texts: Sequence[str], labels: NDArray[np.int64], *, grams: Grams | None = None, seed: int = 0
    ) -> "HistoryEncoder":
        """Learn from texts and the numbers of their intents, (n,) int64. The same input gives the same encoder."""
        grams = grams or Grams()
        counts = grams.matrix(texts)
        weigh = TfIdf.fit(counts)
        table = _train(weigh.apply(counts), labels, np.random.default_rng(seed))
        return cls(grams, weigh, _as_kept(table))

    def encode(self, texts: Sequence[str]) -> Vectors:
        """(n, dim) float32, rows of length 1, or 0 where no n-gram is known."""
        return np.stack(self._vectors.of(texts)) if texts else np.zeros((0, self.dim), np.float32)

    def _computed(self, texts: Sequence[str]) -> Vectors:
        sums: NDArray[np.float32] = self._weigh.apply(self._grams.matrix(texts)) @ self._table
        return _scaled(sums)[0]

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        return {"columns": self._weigh.columns, "rarity": self._weigh.rarity, "table": self._table.astype(np.float16)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]], grams: Grams) -> "HistoryEncoder":
        weigh = TfIdf.of_arrays(arrays["columns"], arrays["rarity"], grams)
        if arrays["table"].ndim != 2 or len(arrays["table"]) != len(weigh.columns):
            raise ValueError("n-grams and their vectors do not belong together")
        return cls(grams, weigh, arrays["table"].astype(np.float32))


def _train(features: csr_matrix, labels: NDArray[np.int64], chance: np.random.Generator) -> NDArray[np.float32]:
    """Adagrad with one step size an n-gram, over batches of several texts of each of several intents."""
    start = chance.standard_normal((features.shape[1], DIM)) / np.sqrt(DIM)
    table: NDArray[np.float32] = start.astype(np.float32)
    gathered = np.full((features.shape[1], 1), 1e-3, np.float32)
    members = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    if len(members) < 2:
        return table
    for _ in range(_steps(features.shape[0])):
        rows = _batch(members, chance)
        used, batch = _thinned(features[rows], chance)
        slope = _slope(table[used], batch, labels[rows])
        gathered[used] += (slope * slope).mean(axis=1, keepdims=True)
        table[used] -= _RATE * slope / np.sqrt(gathered[used])
    return table


def _as_kept(table: NDArray[np.float32]) -> NDArray[np.float32]:
    """With the precision that a bundle keeps, so that an encoder is the same before and after it was saved."""
    kept: NDArray[np.float32] = table.astype(np.float16).astype(np.float32)
    return kept


def _steps(texts: int) -> int:
    """Enough passes for a small archive, linear in a large one."""
    return max(150, min(400, texts // 25), texts // 100)


def _batch(members: Sequence[NDArray[np.int64]], chance: np.random.Generator) -> NDArray[np.int64]:
    chosen = chance.choice(len(members), size=min(_BATCH // _SAME, len(members)), replace=False)
    return np.concatenate([chance.choice(members[i], size=_SAME, replace=len(members[i]) < _SAME) for i in chosen])


def _thinned(batch: csr_matrix, chance: np.random.Generator) -> tuple[NDArray[np.int64], csr_matrix]:
    """Drop some n-grams, so that none is leant on alone, more of a long text; keep only the columns in use."""
    lengths = np.diff(batch.indptr)
    share = np.repeat(np.minimum(1 - _DROPPED, _ENOUGH / np.maximum(lengths, 1)), lengths)
    kept = chance.random(batch.nnz) < share
    used, columns = np.unique(batch.indices[kept], return_inverse=True)
    values = (batch.data[kept] / share[kept]).astype(np.float32)
    indptr = np.concatenate([[0], np.cumsum(kept)])[batch.indptr]
    return used, csr_matrix((values, columns.astype(np.int32), indptr), shape=(batch.shape[0], len(used)))


def _slope(table: NDArray[np.float32], batch: csr_matrix, labels: NDArray[np.int64]) -> NDArray[np.float32]:
    """The gradient of the contrastive loss with respect to the n-gram vectors, as `table`."""
    vectors, lengths = _scaled(batch @ table)
    alike = vectors @ vectors.T / _TEMPERATURE
    np.fill_diagonal(alike, -np.inf)
    alike -= alike.max(axis=1, keepdims=True)
    chance = np.exp(alike)
    chance /= chance.sum(axis=1, keepdims=True)
    wanted = (labels[:, None] == labels[None, :]).astype(np.float32)
    np.fill_diagonal(wanted, 0)
    wanted /= np.maximum(wanted.sum(axis=1, keepdims=True), 1)
    by_pair = (chance - wanted) / (len(labels) * _TEMPERATURE)
    by_vector = (by_pair + by_pair.T) @ vectors
    by_sum = (by_vector - (by_vector * vectors).sum(axis=1, keepdims=True) * vectors) / np.maximum(lengths, 1e-6)
    return np.asarray(batch.T @ by_sum, dtype=np.float32)


def _scaled(sums: NDArray[np.float32]) -> tuple[Vectors, NDArray[np.float32]]:
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    return (sums / np.maximum(lengths, 1e-9)).astype(np.float32), lengths
