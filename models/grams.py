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

    `known` are the features that anything learned has a weight for, ascending: only these are counted then, and a
    feature is its place among them. That is how a bundle reads, in half the time.
    """

    def __init__(
        self, shortest: int = 2, longest: int = 5, *, pairs: bool = True, known: NDArray[np.int32] | None = None
    ) -> None:
        self.shortest = shortest
        self.longest = longest
        self.pairs = pairs
        self.width = (1 << BITS) if known is None else len(known)
        self._places = None if known is None else _places(known, 1 << BITS)
        self._words: dict[str, NDArray[np.int32]] = {}
        self._rows = Recent(lambda texts: [_counted(self.of(text)) for text in texts])

    def matrix(self, texts: Sequence[str]) -> csr_matrix:
        """Counts, (n, width) float32 in compressed rows, columns sorted within a row."""
        rows = self._rows.of(texts)
        indptr = np.zeros(len(rows) + 1, dtype=np.int64)
        np.cumsum([len(columns) for columns, _ in rows], out=indptr[1:])
        columns = np.concatenate([row[0] for row in rows]) if rows else np.zeros(0, np.int32)
        counts = np.concatenate([row[1] for row in rows]) if rows else np.zeros(0, np.float32)
        return csr_matrix((counts, columns, indptr), shape=(len(rows), self.width))

    def of(self, text: str) -> NDArray[np.int32]:
        """The features of one text, with repetition: (m,) int32."""
        words = _WORD.findall(_DIGIT.sub("0", text.casefold()))
        parts = [self._word(word) for word in words]
        if self.pairs:
            pairs = [crc32(f"{a} {b}".encode()) & _MASK for a, b in pairwise(words)]
            parts.append(self._counting(np.array(pairs, dtype=np.int32)))
        return np.concatenate(parts) if parts else np.zeros(0, np.int32)

    def _word(self, word: str) -> NDArray[np.int32]:
        found = self._words.get(word)
        if found is None:
            found = self._counting(self._features(word))
            if len(self._words) < _KEPT_WORDS:
                self._words[word] = found
        return found

    def _counting(self, features: NDArray[np.int32]) -> NDArray[np.int32]:
        """Those of the features that count, by their places where it is known which."""
        if self._places is None:
            return features
        places = self._places[features]
        return places[places >= 0]

    def places(self, features: NDArray[np.int32]) -> NDArray[np.int32] | None:
        """For each feature that is counted its place among these, or -1; None where all features are."""
        return None if self._places is None else _places(self._places[features], self.width)

    def _features(self, word: str) -> NDArray[np.int32]:
        framed = f"<{word[:40]}>"
        spans = {framed[i : i + n] for n in range(self.shortest, self.longest + 1) for i in range(len(framed) - n + 1)}
        return np.array([crc32(one.encode()) & _MASK for one in [f"w {word}", *sorted(spans)]], dtype=np.int32)


def known_features(some: Sequence[NDArray[np.int32]]) -> NDArray[np.int32]:
    """All features that stand in any of some arrays, ascending. Raises ValueError for what is no feature."""
    known = np.unique(np.concatenate([np.zeros(0, np.int32), *some]))
    if known.ndim != 1 or known.dtype.kind != "i" or (len(known) and not 0 <= known[0] <= known[-1] < 1 << BITS):
        raise ValueError("the n-grams are none")
    return known.astype(np.int32)


def _places(ascending: NDArray[np.int32], width: int) -> NDArray[np.int32]:
    """(width,) int32: the place of each number in an ascending row of them, or -1."""
    places = np.full(width, -1, np.int32)
    places[ascending] = np.arange(len(ascending), dtype=np.int32)
    return places


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

    def __init__(
        self, columns: NDArray[np.int32], rarity: NDArray[np.float32], places: NDArray[np.int32] | None = None
    ) -> None:
        self.columns = columns
        self.rarity = rarity
        self._places = places

    @classmethod
    def of_arrays(cls, columns: NDArray[np.int32], rarity: NDArray[np.float32], grams: Grams) -> "TfIdf":
        """Weights as they were saved, for what `grams` counts. Raises ValueError when they do not belong together."""
        if columns.ndim != 1 or columns.shape != rarity.shape or columns.dtype.kind != "i":
            raise ValueError("n-grams and their rarity do not belong together")
        return cls(columns, rarity, grams.places(columns))

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
        place = self._place(counts.indices)
        kept = place >= 0
        before = np.concatenate([[0], np.cumsum(kept)])
        indptr = before[counts.indptr]
        columns = place[kept]
        values = (1 + np.log(counts.data[kept])) * self.rarity[columns]
        owner = np.repeat(np.arange(counts.shape[0]), np.diff(indptr))
        lengths = np.sqrt(np.bincount(owner, weights=values**2, minlength=counts.shape[0]))
        values = values / np.maximum(lengths, 1e-9)[owner]
        return csr_matrix((values.astype(np.float32), columns, indptr), shape=(counts.shape[0], len(self.columns)))

    def _place(self, features: NDArray[np.int32]) -> NDArray[np.int32]:
        """The column of each feature, or -1."""
        if self._places is not None:
            return self._places[features]
        if not len(self.columns):
            return np.full(len(features), -1, np.int32)
        place = np.minimum(self.columns.searchsorted(features), len(self.columns) - 1).astype(np.int32)
        return np.where(self.columns[place] == features, place, np.int32(-1))
