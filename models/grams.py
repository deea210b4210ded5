"""Words and character n-grams of a text as hashed numbers: the features of everything that is learned here.

Hashing needs no vocabulary, so any language and any new word has features. A word's numbers are found once and kept,
because a company's customers use the same words again and again; texts then cost a look-up a word.
"""

import re
from collections.abc import Sequence
from itertools import pairwise
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from salver.models.recent import Recent

BITS = 22
"""Features are numbers below 2**22: at 200,000 different n-grams fewer than 5 % share a number."""

_MASK = (1 << BITS) - 1
_WORD = re.compile(r"\w+|[^\w\s]")
_DIGIT = re.compile(r"\d")
_KEPT_WORDS = 200_000


class Grams:
    """Counts hashed n-grams: words, pairs of words, and characters `shortest` to `longest` within a word.

    Digits become 0 first, so that a number has the shape of a number. Safe to share between threads.
    """

    def __init__(self, shortest: int = 2, longest: int = 5, *, pairs: bool = True) -> None:
        self.shortest = shortest
        self.longest = longest
        self.pairs = pairs
        self._known: dict[str, NDArray[np.int32]] = {}
        self._rows = Recent(lambda texts: [_counted(self.of(text)) for text in texts])

    def matrix(self, texts: Sequence[str]) -> csr_matrix:
        """Counts, (n, 2**BITS) float32 in compressed rows, columns sorted within a row."""
        rows = self._rows.of(texts)
        indptr = np.zeros(len(rows) + 1, dtype=np.int64)
        np.cumsum([len(columns) for columns, _ in rows], out=indptr[1:])
        columns = np.concatenate([row[0] for row in rows]) if rows else np.zeros(0, np.int32)
        counts = np.concatenate([row[1] for row in rows]) if rows else np.zeros(0, np.float32)
        return csr_matrix((counts, columns, indptr), shape=(len(rows), 1 << BITS))

    def of(self, text: str) -> NDArray[np.int32]:
        """The features of one text, with repetition: (m,) int32."""
        words = _WORD.findall(_DIGIT.sub("0", text.casefold()))
        parts = [self._word(word) for word in words]
        if self.pairs:
            pairs = [crc32(f"{a} {b}".encode()) & _MASK for a, b in pairwise(words)]
            parts.append(np.array(pairs, dtype=np.int32))
        return np.concatenate(parts) if parts else np.zeros(0, np.int32)

    def _word(self, word: str) -> NDArray[np.int32]:
        known = self._known.get(word)
        if known is None:
            known = self._features(word)
            if len(self._known) < _KEPT_WORDS:
                self._known[word] = known
        return known

    def _features(self, word: str) -> NDArray[np.int32]:
        framed = f"<{word[:40]}>"
        spans = {framed[i : i + n] for n in range(self.shortest, self.longest + 1) for i in range(len(framed) - n + 1)}
        return np.array([crc32(one.encode()) & _MASK for one in [f"w {word}", *sorted(spans)]], dtype=np.int32)


def _counted(features: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Features in order, each once, and how often each was there."""
    ordered = np.sort(features)
    begins = np.ones(len(ordered) + 1, dtype=bool)
    np.not_equal(ordered[1:], ordered[:-1], out=begins[1:-1])
    at = begins.nonzero()[0]
    return ordered[at[:-1]], (at[1:] - at[:-1]).astype(np.float32)


class TfIdf:
    """Weighs counted n-grams: 1 + log(count), times the rarity of the n-gram, rows scaled to length 1.

    Source: Salton and Buckley, Term-weighting approaches in automatic text retrieval, 1988 (scheme "ltc").
    """

    def __init__(self, columns: NDArray[np.int32], rarity: NDArray[np.float32]) -> None:
        self.columns = columns
        self.rarity = rarity

    @classmethod
    def of_arrays(cls, columns: NDArray[np.int32], rarity: NDArray[np.float32]) -> "TfIdf":
        """Weights as they were saved. Raises ValueError when they do not belong together."""
        if columns.ndim != 1 or columns.shape != rarity.shape or columns.dtype.kind != "i":
            raise ValueError("n-grams and their rarity do not belong together")
        return cls(columns, rarity)

    @classmethod
    def fit(cls, counts: csr_matrix, at_least: int = 2) -> "TfIdf":
        """Keep the n-grams that stand in `at_least` texts; in fewer than 50 texts all are kept."""
        texts = counts.shape[0]
        found = np.bincount(counts.indices, minlength=counts.shape[1])
        columns = np.flatnonzero(found >= (at_least if texts >= 50 else 1)).astype(np.int32)
        rarity = np.log((1 + texts) / (1 + found[columns])) + 1
        return cls(columns, rarity.astype(np.float32))

    def apply(self, counts: csr_matrix) -> csr_matrix:
        """(n, len(columns)) float32, rows of length 1 or 0."""
        place = self.columns.searchsorted(counts.indices)
        place[place == len(self.columns)] = 0
        kept = self.columns[place] == counts.indices if len(self.columns) else np.zeros(len(place), bool)
        before = np.concatenate([[0], np.cumsum(kept)])
        indptr = before[counts.indptr]
        columns = place[kept].astype(np.int32)
        values = (1 + np.log(counts.data[kept])) * self.rarity[columns]
        owner = np.repeat(np.arange(counts.shape[0]), np.diff(indptr))
        lengths = np.sqrt(np.bincount(owner, weights=values**2, minlength=counts.shape[0]))
        values = values / np.maximum(lengths, 1e-9)[owner]
        return csr_matrix((values.astype(np.float32), columns, indptr), shape=(counts.shape[0], len(self.columns)))
