"""Which texts share rare pieces of words with a text: BM25 on an inverted index.

The terms are whole words and their runs of four characters, which find German compounds and inflected words too
(McNamee and Mayfield, Character N-Gram Tokenization for European Language Text Retrieval, 2004). The formula is BM25
(Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond, 2009), worked out when a text is put
in, and only summed when it is asked for.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from salver.models.grams import Grams
from salver.models.recent import Recent

_SATURATION = 1.2
_BY_LENGTH = 0.75
_MOST = 6_000
"""Postings that are looked at for one text, those of its rarest terms first: so a search stays as quick in a large
archive. On the sample company, where a mail has 27,000 of them, these found as much as all did."""

Terms = NDArray[np.int32]
Places = NDArray[np.int32]
Worth = NDArray[np.float32]
_Counted = tuple[Terms, Worth]
"""The terms of a text, ascending, and how often each is in it, damped within a word: 1 + log(n) for n times."""
Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Postings:
    """For each term, ascending, the numbers of the texts that hold it, and what it is worth in each."""

    terms: Terms
    starts: NDArray[np.int64]
    texts: Places
    worth: Worth

    @classmethod
    def of(cls, terms: Terms, texts: Places, worth: Worth) -> "_Postings":
        """Of three rows side by side, in any order."""
        order = terms.argsort(kind="stable")
        known, starts = np.unique(terms[order], return_index=True)
        return cls(known, np.append(starts, len(terms)), texts[order], worth[order])

    def joined(self, terms: Terms, texts: Places, worth: Worth) -> "_Postings":
        """These postings and more."""
        own = np.repeat(self.terms, np.diff(self.starts))
        return self.of(
            np.concatenate([own, terms]), np.concatenate([self.texts, texts]), np.concatenate([self.worth, worth])
        )

    def without(self, gone: Sequence[int]) -> "_Postings":
        """These postings without those of some texts, and without the terms that only they held."""
        kept = ~np.isin(self.texts, gone)
        starts = np.concatenate([[0], np.cumsum(kept)])[self.starts]
        held = np.diff(starts) > 0
        return _Postings(self.terms[held], np.append(starts[:-1][held], starts[-1]), self.texts[kept], self.worth[kept])

    def found(self, terms: Terms, times: Worth) -> tuple[Places, Worth]:
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

    def __init__(self, numbers: Sequence[int], texts: Sequence[str]) -> None:
        grams = Grams(4, 4, pairs=False)
        self._counted = Recent(lambda some: [grams.of(text) for text in some])
        counts = self._counted.of(texts)
        self._length = max(sum(times.sum() for _, times in counts) / max(len(texts), 1), 1.0)
        self._terms, often = np.unique(_row([terms for terms, _ in counts], np.int32), return_counts=True)
        self._rarity = np.log(1 + (len(texts) - often + 0.5) / (often + 0.5))
        self._unknown = np.log(1 + (len(texts) + 0.5) / 0.5)
        self._rarest = Recent(lambda words: [float(self._rarity_of(grams.of(one)[0]).max(initial=0)) for one in words])
        self._width = max(numbers, default=-1) + 1
        self._built = _Postings.of(*self._worth(numbers, counts))
        self._late = self._built.without(numbers)

    def put(self, numbers: Sequence[int], texts: Sequence[str]) -> None:
        """Put in texts; one whose number is there already is replaced."""
        self.drop(numbers)
        self._width = max([self._width - 1, *numbers]) + 1
        self._late = self._late.joined(*self._worth(numbers, self._counted.of(texts)))

    def drop(self, numbers: Iterable[int]) -> None:
        """Remove texts so that their words are gone; unknown numbers are ignored."""
        gone = list(numbers)
        self._built, self._late = self._built.without(gone), self._late.without(gone)

    def scores(self, text: str) -> Scores:
        """(numbers,) float64: how much each text has in common with this one, for its length; 0 is nothing."""
        ((terms, times),) = self._counted.of([text])
        each = (times / np.sqrt(max(times.sum(), 1))).astype(np.float32)
        built, late, width = self._built, self._late, self._width
        found = _summed(*built.found(terms, each), width)
        return found + _summed(*late.found(terms, each), width) if len(late.texts) else found

    def rarest(self, words: Sequence[str], top: int) -> list[str]:
        """The `top` rarest of some words, each once, rarest first; equally rare ones stay in their order."""
        rarity = dict(zip(words, self._rarest.of(words), strict=True))
        return sorted(rarity, key=lambda word: -rarity[word])[:top]

    def _worth(self, numbers: Sequence[int], counts: Sequence[_Counted]) -> tuple[Terms, Places, Worth]:
        """The terms of some texts one after the other, the numbers of the texts, and what each term is worth there."""
        terms, times = _row([one for one, _ in counts], np.int32), _row([one for _, one in counts], np.float64)
        lengths = np.array([one.sum() for _, one in counts]) / self._length
        of = np.repeat(np.arange(len(counts)), [len(one) for one, _ in counts])
        spread = times + _SATURATION * (1 - _BY_LENGTH + _BY_LENGTH * lengths[of])
        worth = self._rarity_of(terms) * times * (_SATURATION + 1) / spread
        return terms, np.asarray(numbers, np.int32)[of], worth.astype(np.float32)

    def _rarity_of(self, terms: Terms) -> Scores:
        if not len(self._terms):
            return np.full(len(terms), self._unknown)
        at = self._terms.searchsorted(terms)
        known = self._terms.take(at, mode="clip") == terms
        return np.asarray(np.where(known, self._rarity.take(at, mode="clip"), self._unknown))


def _row(parts: Sequence[NDArray[Any]], kind: type) -> NDArray[Any]:
    """Some rows one behind the other."""
    return np.concatenate([np.zeros(0, kind), *parts]).astype(kind)


def _summed(texts: Places, worth: Worth, width: int) -> Scores:
    return np.asarray(np.bincount(texts, worth, width)[:width], np.float64)
