"""Which texts share rare pieces of words with a text: BM25 on an inverted index.

The terms are whole words and their runs of four characters, which find German compounds and inflected words too
(McNamee and Mayfield, Character N-Gram Tokenization for European Language Text Retrieval, 2004). The formula is BM25
(Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond, 2009), worked out when a text is put
in, and only summed when it is asked for.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from salver.models.grams import Grams

_SATURATION = 1.2
_BY_LENGTH = 0.75
_MOST = 8_000
"""Postings that are looked at for one text, those of its rarest terms first: so a search stays as quick in a large
archive. On the sample company, where a mail has 27,000 of them, 6,000 found as much as all did."""

Terms = NDArray[np.int32]
Scores = NDArray[np.float64]


def word_grams() -> Grams:
    """What texts are taken apart into. Indexes that are asked the same texts share one, which does it once."""
    return Grams(4, 4, pairs=False)


@dataclass(frozen=True, slots=True)
class _Postings:
    """For each term, ascending, the numbers of the texts that hold it, and what it is worth in each."""

    terms: Terms
    starts: NDArray[np.int64]
    texts: NDArray[np.int32]
    worth: NDArray[np.float32]

    @classmethod
    def of(cls, terms: Terms, texts: NDArray[np.int32], worth: NDArray[np.float32]) -> "_Postings":
        """Of three rows side by side, in any order."""
        order = terms.argsort(kind="stable")
        known, starts = np.unique(terms[order], return_index=True)
        return cls(known, np.append(starts, len(terms)), texts[order], worth[order])

    def joined(self, terms: Terms, texts: NDArray[np.int32], worth: NDArray[np.float32]) -> "_Postings":
        """These postings and more."""
        own = np.repeat(self.terms, np.diff(self.starts))
        return self.of(
            np.concatenate([own, terms]), np.concatenate([self.texts, texts]), np.concatenate([self.worth, worth])
        )

    def without(self, gone: Sequence[int]) -> "_Postings":
        """These postings without those of some texts."""
        kept = ~np.isin(self.texts, gone)
        starts = np.concatenate([[0], np.cumsum(kept)])[self.starts]
        return _Postings(self.terms, starts, self.texts[kept], self.worth[kept])

    def found(self, terms: Terms, times: NDArray[np.float32]) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """The texts that hold some terms, one after the other, and what each term is worth in them."""
        if not len(self.terms):
            return self.texts, self.worth
        at = self.terms.searchsorted(terms)
        known = np.flatnonzero(self.terms.take(at, mode="clip") == terms)
        at, times = at[known], times[known]
        often = self.starts[at + 1] - self.starts[at]
        rarest = often.argsort(kind="stable")
        rarest = rarest[: np.cumsum(often[rarest]).searchsorted(_MOST, "right")]
        often, ends = often[rarest], np.cumsum(often[rarest])
        places = np.repeat(self.starts[at[rarest]] - ends + often, often) + np.arange(often.sum())
        return self.texts[places], self.worth[places] * np.repeat(times[rarest], often)


class WordIndex:
    """BM25 scores of texts, which whoever puts them in numbers from 0 without large gaps. Removing really removes.

    A text that is put in later weighs its terms by those that the index was built of.
    """

    def __init__(self, numbers: Sequence[int], texts: Sequence[str], grams: Grams) -> None:
        counts = grams.matrix(texts)
        self._grams = grams
        self._length = max(float(counts.sum()) / max(len(texts), 1), 1.0)
        self._terms, often = np.unique(counts.indices, return_counts=True)
        self._rarity = np.log(1 + (len(texts) - often + 0.5) / (often + 0.5))
        self._unknown = np.log(1 + (len(texts) + 0.5) / 0.5)
        self._width = max(numbers, default=-1) + 1
        self._built = _Postings.of(*self._worth(numbers, counts))
        self._late = self._built.without(numbers)

    def put(self, numbers: Sequence[int], texts: Sequence[str]) -> None:
        """Put in texts; one whose number is there already is replaced."""
        self.drop(numbers)
        self._width = max([self._width - 1, *numbers]) + 1
        self._late = self._late.joined(*self._worth(numbers, self._grams.matrix(texts)))

    def drop(self, numbers: Iterable[int]) -> None:
        """Remove texts so that their words are gone; unknown numbers are ignored."""
        gone = list(numbers)
        self._built, self._late = self._built.without(gone), self._late.without(gone)

    def scores(self, text: str) -> Scores:
        """(numbers,) float64: how much each text has in common with this one, for its length; 0 is nothing."""
        asked = self._grams.matrix([text])
        length = np.sqrt(max(float(asked.data.sum()), 1.0))
        built, late, width = self._built, self._late, self._width
        parts = (postings.found(asked.indices, asked.data / length) for postings in (built, late))
        return sum((_summed(*part, width) for part in parts), np.zeros(width))

    def _worth(
        self, numbers: Sequence[int], counts: csr_matrix
    ) -> tuple[Terms, NDArray[np.int32], NDArray[np.float32]]:
        """The terms of some texts, a row a number, the numbers, and what each term is worth there."""
        lengths = np.asarray(counts.sum(axis=1)).ravel() / self._length
        owner = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
        spread = counts.data + _SATURATION * (1 - _BY_LENGTH + _BY_LENGTH * lengths[owner])
        worth = self._rarity_of(counts.indices) * counts.data * (_SATURATION + 1) / spread
        return counts.indices, np.asarray(numbers, np.int32)[owner], worth.astype(np.float32)

    def _rarity_of(self, terms: Terms) -> Scores:
        if not len(self._terms):
            return np.full(len(terms), self._unknown)
        at = self._terms.searchsorted(terms)
        known = self._terms.take(at, mode="clip") == terms
        return np.asarray(np.where(known, self._rarity.take(at, mode="clip"), self._unknown))


def _summed(texts: NDArray[np.int32], worth: NDArray[np.float32], width: int) -> Scores:
    return np.asarray(np.bincount(texts, worth, width)[:width], np.float64)
