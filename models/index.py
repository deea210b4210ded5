"""The nearest resolved cases to a vector, by faiss.

Of up to 1,000 vectors each is looked at. More lie in cells (an inverted file: Jegou et al., Product Quantization for
Nearest Neighbor Search, 2011), and only the cells nearest to a vector are looked at: as many as the index's own vectors
need to find their neighbours. There a dimension has two bytes; one byte lost 1.5 of 100 neighbours of 100,000 vectors.
"""

from collections.abc import Sequence
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from salver.models.ports import Vectors

Numbers = NDArray[np.int64]
Found = tuple[NDArray[np.float32], Numbers]
"""Cosines and numbers of vectors, (n, k) each, best first; -1 where there are no more."""

_FEW = 1_000
"""Of 10,000 vectors cells find 98 of the 50 nearest, and the nearest always, in a thirteenth of the time."""
_CELLS = 3.0
"""Cells at first, times the square root of the number of vectors; small ones are given up."""
_GROWN = 4
"""Cells that hold so many times what they were made for are made anew."""
_SAMPLE = 16
"""Vectors a cell from which the centres are learned; with 64 they were no better."""
_ROUNDS = 4
_SMALLEST = 5
"""A centre is the mean of at least so many vectors: none is the vector of one case, which may be removed."""
_ASKED = 256
_NEAREST = 10
_RECALL = 0.98
"""The share of their ten nearest that the asked vectors must find: a little more than the 0.97 that is promised."""
_ROUNDING = 2e-4
"""How far two bytes a dimension may move a cosine."""
_MANY = 1000
"""Fewer vectors are looked up on one thread: on a busy machine of two cores six took 20 ms on two, and 0.2 on one."""


class CaseIndex:
    """Cosine neighbours of cases: of few all are found, of many at least 97 of 100. Removing really removes.

    The index is a cache: it is always built from vectors, never read from a file.
    """

    def __init__(self, dim: int) -> None:
        self._index: _Whole | _Cells = _Whole(dim)
        self._ids: list[str] = []
        self._number: dict[str, int] = {}

    @classmethod
    def build(cls, ids: Sequence[str], vectors: Vectors) -> "CaseIndex":
        """An index of these cases; vectors are (n, dim) float32."""
        index = cls(vectors.shape[1])
        index.add(ids, vectors)
        return index

    def __len__(self) -> int:
        return len(self._number)

    def add(self, ids: Sequence[str], vectors: Vectors) -> None:
        """Add cases; an id that is there already is replaced, and of one that comes twice the last counts."""
        self.remove(ids)
        last = {one: row for row, one in enumerate(ids)}
        if not last:
            return
        rows = _rows(vectors if len(last) == len(ids) else vectors[list(last.values())])
        numbers = np.arange(len(self._ids), len(self._ids) + len(last), dtype=np.int64)
        if len(self) + len(last) <= self._index.room:
            self._index.add(numbers, rows)
        else:
            self._index = self._grown(numbers, rows)
        self._ids += last
        self._number.update(zip(last, numbers.tolist(), strict=True))

    def remove(self, ids: Sequence[str]) -> None:
        """Remove cases so that their vectors are gone; unknown ids are ignored."""
        numbers = [self._number.pop(one) for one in ids if one in self._number]
        if numbers:
            for number in numbers:
                self._ids[number] = ""
            self._index.remove(np.array(numbers, dtype=np.int64))

    def nearest(self, vectors: Vectors, k: int) -> list[list[tuple[str, float]]]:
        """For each row at most k pairs of id and cosine, best first."""
        if not len(self) or not len(vectors):
            return [[] for _ in vectors]
        cosines, numbers = self._search(_rows(vectors), min(k, len(self)))
        id_of, counts = self._ids.__getitem__, (numbers >= 0).sum(axis=1).tolist()
        return [
            list(zip(map(id_of, row[:count]), near[:count], strict=True))
            for row, near, count in zip(numbers.tolist(), cosines.tolist(), counts, strict=True)
        ]

    def _grown(self, numbers: Numbers, rows: Vectors) -> "_Cells":
        """Cells for everything that is held, and for some more."""
        if not len(self):
            return _Cells(numbers, rows)
        held = np.fromiter(self._number.values(), dtype=np.int64)
        return _Cells(np.concatenate([held, numbers]), np.concatenate([self._index.of(held), rows]))

    def _search(self, vectors: Vectors, k: int) -> Found:
        threads = faiss.omp_get_max_threads()
        faiss.omp_set_num_threads(1 if len(vectors) < _MANY else threads)
        try:
            return self._index.search(vectors, k)
        finally:
            faiss.omp_set_num_threads(threads)


class _Whole:
    """Vectors by number, each of which is looked at."""

    room = _FEW

    def __init__(self, dim: int) -> None:
        self._index: Any = faiss.IndexIDMap2(faiss.IndexFlatIP(dim))

    def add(self, numbers: Numbers, vectors: Vectors) -> None:
        self._index.add_with_ids(vectors, numbers)

    def remove(self, numbers: Numbers) -> None:
        self._index.remove_ids(numbers)

    def search(self, vectors: Vectors, k: int) -> Found:
        cosines, numbers = self._index.search(vectors, k)
        return cosines, numbers

    def of(self, numbers: Numbers) -> Vectors:
        """The vectors of some numbers."""
        vectors: Vectors = self._index.reconstruct_batch(numbers)
        return vectors


class _Cells:
    """Vectors by number in the cells of the nearest centres, of which some are looked at.

    A table says in which cell a number is, so that removing costs microseconds; the last vector of the cell takes the
    place of the removed one.
    """

    def __init__(self, numbers: Numbers, vectors: Vectors) -> None:
        order = np.random.default_rng(0).permutation(len(vectors))
        count = int(_CELLS * np.sqrt(len(vectors)))
        centres = _centres(vectors[order[: count * _SAMPLE]], count)
        self._index: Any = faiss.IndexIVFScalarQuantizer(
            _flat(centres),
            vectors.shape[1],
            len(centres),
            faiss.ScalarQuantizer.QT_fp16,
            faiss.METRIC_INNER_PRODUCT,
            False,  # the vectors themselves are kept, not what is left of them beside their centres
        )
        self._index.train(centres)
        self._index.set_direct_map_type(faiss.DirectMap.Hashtable)  # type: ignore[attr-defined]
        self.add(numbers, vectors)
        self.room = _GROWN * len(vectors)
        self._built = len(vectors)
        self._probes = self._index.nlist
        self._probes = self._enough(vectors[order[-_ASKED:]], vectors)

    def add(self, numbers: Numbers, vectors: Vectors) -> None:
        self._index.add_with_ids(vectors, numbers)

    def remove(self, numbers: Numbers) -> None:
        self._index.remove_ids(faiss.IDSelectorArray(len(numbers), faiss.swig_ptr(numbers)))

    def search(self, vectors: Vectors, k: int) -> Found:
        """When cells have been emptied, more of them are looked at."""
        share = max(1.0, self._built / self._index.ntotal)
        self._index.nprobe = min(self._index.nlist, int(self._probes * share))
        cosines, numbers = self._index.search(vectors, k)
        return cosines, numbers

    def of(self, numbers: Numbers) -> Vectors:
        """The vectors of some numbers, with two bytes a dimension."""
        vectors: Vectors = self._index.reconstruct_batch(numbers)
        return vectors

    def _enough(self, asked: Vectors, vectors: Vectors) -> int:
        """How many cells must be looked at so that vectors, from which no centre was learned, find the nearest others.

        Of equally near ones it does not matter which are found, so that cosines are compared.
        """
        nearest, _ = faiss.knn(asked, vectors, _NEAREST + 1, metric=faiss.METRIC_INNER_PRODUCT)
        wanted = nearest[:, -1:] - _ROUNDING
        probes = 1
        while probes < self._index.nlist:
            self._index.nprobe = probes
            found, _ = self._index.search(asked, _NEAREST + 1)
            if (found[:, 1:] >= wanted).mean() >= _RECALL:
                return probes
            probes += max(1, probes // 4)
        return int(self._index.nlist)


def _rows(vectors: Vectors) -> Vectors:
    return np.ascontiguousarray(vectors, dtype=np.float32)


def _flat(vectors: Vectors) -> Any:
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    return index


def _centres(vectors: Vectors, count: int) -> Vectors:
    """The centres of at most `count` cells: spherical k-means (Dhillon and Modha, Concept Decompositions, 2001).

    Cells of fewer than five vectors are given up in each round.
    """
    centres = vectors[:count]
    for _ in range(_ROUNDS):
        cells = _flat(centres).search(vectors, 1)[1][:, 0]
        members = csr_matrix((np.ones(len(cells), np.float32), (cells, np.arange(len(cells)))))
        sums = (members @ vectors)[members.getnnz(axis=1) >= _SMALLEST]
        centres = _unit(sums if len(sums) else vectors.mean(axis=0, keepdims=True))
    return centres


def _unit(sums: Vectors) -> Vectors:
    return _rows(sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9))
