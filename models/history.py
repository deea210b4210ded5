"""The encoder learned from the archive itself, so that it needs no download and knows any language.

A text's vector is the sum of the vectors of its hashed n-grams, scaled to length 1 (an embedding bag, as in Joulin et
al., Bag of Tricks for Efficient Text Classification, 2017). The vectors are trained so that texts of one intent come
close to each other and away from the rest (Khosla et al., Supervised Contrastive Learning, 2020), and close to a vector
of their intent (Zhai and Wu, Classification is a Strong Baseline for Deep Metric Learning, 2019).

On top of a pretrained encoder the same is learned from both: the n-grams and, through a matrix, the pretrained vector.
What was learned and the pretrained vector then stand side by side, so that an archive of ten cases an intent still
leans on the one and a large archive on the other. Only numpy and scipy are needed, for training too.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from salver.models.contrast import Views, contrasted, halved, scaled
from salver.models.grams import Grams, TfIdf, counted
from salver.models.ports import Encoder, Vectors
from salver.models.projection import Projection
from salver.models.recent import Recent

DIM = 192
_LOUD = 2.0
"""How much louder a pretrained vector is than the n-grams when learning begins."""

_BESIDE = 0.5
"""What a pretrained vector weighs beside what was learned, which weighs 1."""


class HistoryEncoder:
    """Hashed n-grams in an embedding bag. `table` is (n-grams, 192) float32.

    With a pretrained encoder as `base`, `bridge` is (base's dim, 192) float32 and a vector is the learned one and the
    base's side by side.
    """

    alone = "history"
    """The name of an encoder that has no base."""

    def __init__(
        self,
        grams: Grams,
        weigh: TfIdf,
        table: NDArray[np.float32],
        base: Encoder | None = None,
        bridge: NDArray[np.float32] | None = None,
    ) -> None:
        self._weigh = weigh
        self._table = table
        self._sums = Projection(grams, weigh, table)
        self.base = base
        self._bridge = bridge
        self._vectors = Recent(self._computed)

    @property
    def name(self) -> str:
        """The name or folder of the base, or "history"."""
        return str(getattr(self.base, "name", self.alone))

    @property
    def dim(self) -> int:
        return sum(self.blocks)

    @property
    def blocks(self) -> tuple[int, ...]:
        """How many of the dimensions were learned, and how many are the base's, if there is one."""
        learned = int(self._table.shape[1])
        return (learned, self.base.dim) if self.base else (learned,)

    @classmethod
    def fit(
        cls,
        texts: Sequence[str],
        labels: NDArray[np.int64],
        *,
        grams: Grams | None = None,
        base: Encoder | None = None,
        seed: int = 0,
    ) -> "HistoryEncoder":
        """Learn from texts and the numbers of their intents, (n,) int64. The same input gives the same encoder."""
        grams = grams or Grams()
        times, features = grams.bags(texts).parts(grams.width)
        weigh = TfIdf.fit(counted(times, features))
        vectors = base.encode(texts) if base else None
        views = Views(times, weigh.weigh(features), None if vectors is None else _LOUD * vectors)
        table, bridge = contrasted(views, labels, DIM, seed)
        return cls(grams, weigh, _as_kept(table), base, None if bridge is None else _as_kept(_LOUD * bridge))

    def encode(self, texts: Sequence[str]) -> Vectors:
        """(n, dim) float32, rows of length 1, or 0 where no n-gram is known."""
        return np.stack(self._vectors.of(texts)) if texts else np.zeros((0, self.dim), np.float32)

    def _computed(self, texts: Sequence[str]) -> Vectors:
        sums = self._sums.sums(texts)
        if self.base is None or self._bridge is None:
            return halved(sums)
        vectors = self.base.encode(texts)
        learned = halved(sums + vectors @ self._bridge)
        return scaled(np.hstack([learned, _BESIDE * vectors]))[0]

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        table = self._table.astype(np.float16)
        found: dict[str, NDArray[Any]] = {"columns": self._weigh.columns, "rarity": self._weigh.rarity, "table": table}
        return found if self._bridge is None else found | {"bridge": self._bridge.astype(np.float16)}

    @classmethod
    def from_arrays(
        cls, arrays: Mapping[str, NDArray[Any]], grams: Grams, base: Encoder | None = None
    ) -> "HistoryEncoder":
        weigh, table = TfIdf.of_arrays(arrays["columns"], arrays["rarity"], grams), arrays["table"]
        if table.ndim != 2 or len(table) != len(weigh.columns):
            raise ValueError("n-grams and their vectors do not belong together")
        if base is None:
            return cls(grams, weigh, table.astype(np.float32))
        bridge = arrays["bridge"]
        if bridge.ndim != 2 or bridge.shape[1] != table.shape[1]:
            raise ValueError("the pretrained vectors do not lead to the learned ones")
        return cls(grams, weigh, table.astype(np.float32), base, bridge.astype(np.float32))


def _as_kept(table: NDArray[np.float32]) -> NDArray[np.float32]:
    """With the precision that a bundle keeps, so that an encoder is the same before and after it was saved."""
    kept: NDArray[np.float32] = table.astype(np.float16).astype(np.float32)
    return kept
