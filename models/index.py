"""The nearest resolved cases to a vector, by faiss."""

from collections.abc import Sequence
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from salver.models.ports import Vectors

_LARGE = 100_000
"""From here on the vectors are kept in cells and a byte a dimension."""

_MANY = 1000
"""Fewer vectors are looked up on one thread: on a busy machine of two cores six took 20 ms on two, and 0.2 on one."""


class CaseIndex:
    """Cosine neighbours. Exact up to 100,000 cases, `IVF,SQ8` above. Removing really removes.

    The index is a cache: it is always built from vectors, never read from a file.
    """

    def __init__(self, dim: int) -> None:
        self._dim = dim
        self._index: Any = faiss.IndexIDMap2(faiss.IndexFlatIP(dim))
        self._number: dict[str, int] = {}
        self._id: dict[int, str] = {}
        self._next = 0

    @classmethod
    def build(cls, ids: Sequence[str], vectors: Vectors) -> "CaseIndex":
        """An index of these cases; vectors are (n, dim) float32."""
        index = cls(vectors.shape[1])
        if len(ids) > _LARGE:
            cells = int(4 * np.sqrt(len(ids)))
            large: Any = faiss.index_factory(vectors.shape[1], f"IVF{cells},SQ8", faiss.METRIC_INNER_PRODUCT)
            large.train(vectors[:: max(1, len(vectors) // (cells * 64))])
            large.nprobe = max(16, cells // 32)
            index._index = large
        index.add(ids, vectors)
        return index

    def __len__(self) -> int:
        return len(self._number)

    def add(self, ids: Sequence[str], vectors: Vectors) -> None:
        """Add cases; an id that is there already is replaced."""
        if not ids:
            return
        self.remove(ids)
        numbers = np.arange(self._next, self._next + len(ids), dtype=np.int64)
        self._next += len(ids)
        self._number.update(zip(ids, numbers.tolist(), strict=True))
        self._id.update(zip(numbers.tolist(), ids, strict=True))
        self._index.add_with_ids(np.ascontiguousarray(vectors, dtype=np.float32), numbers)

    def remove(self, ids: Sequence[str]) -> None:
        """Remove cases so that their vectors are gone; unknown ids are ignored."""
        numbers = [self._number.pop(one) for one in ids if one in self._number]
        if numbers:
            for number in numbers:
                del self._id[number]
            self._index.remove_ids(np.array(numbers, dtype=np.int64))

    def nearest(self, vectors: Vectors, k: int) -> list[list[tuple[str, float]]]:
        """For each row at most k pairs of id and cosine, best first."""
        if not len(self) or not len(vectors):
            return [[] for _ in vectors]
        cosines, numbers = self._search(np.ascontiguousarray(vectors, dtype=np.float32), min(k, len(self)))
        return [
            [(self._id[n], c) for n, c in zip(row, near, strict=True) if n >= 0]
            for row, near in zip(numbers.tolist(), cosines.tolist(), strict=True)
        ]

    def _search(self, vectors: Vectors, k: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        threads = faiss.omp_get_max_threads()
        faiss.omp_set_num_threads(1 if len(vectors) < _MANY else threads)
        try:
            cosines, numbers = self._index.search(vectors, k)
        finally:
            faiss.omp_set_num_threads(threads)
        return cosines, numbers
