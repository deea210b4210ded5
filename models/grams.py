"""Words and character n-grams of a text as hashed numbers: the features of everything that is learned here.

A text is a bag of tokens: its words, and its pairs of words. A token is a bag of features: the token itself and the
character n-grams within a word, hashed, so that any language and any new word has features and no vocabulary has to be
agreed on. A company's customers use the same words again and again, so a token is taken apart once and then known by a
number; whatever is linear in the features needs one row a token after that (see `projection`).
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import log
from threading import Lock
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
_KEPT_TOKENS = 400_000
_LOGS = np.array([0, *(1 + log(times) for times in range(1, 100))], dtype=np.float32)
"""1 + log(n) for n times, up to 99."""

_NONE = np.zeros(0, np.int32)

NOTHING = -1
"""The number of all tokens that no learned weight belongs to."""

Token = str | tuple[str, str]
"""A word, or a pair of words."""
Row = tuple[NDArray[np.int32], NDArray[np.float32]]
"""The numbers of a text's tokens, each once, and the weight of each: 1 + log(how often it stands there). Or of its
features, and what their tokens weigh together."""


class Vocabulary:
    """The tokens met so far, numbered from 0, and the features of each."""

    def __init__(self) -> None:
        self.numbers: dict[Token, int] = {}
        self._features: list[NDArray[np.int32]] = []
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._features)

    def add(self, token: Token, features: NDArray[np.int32]) -> int:
        """The number of a token that is new, or was a moment ago; NOTHING for one without a feature that counts."""
        if not len(features):
            self.numbers[token] = NOTHING
            return NOTHING
        with self._lock:
            number = self.numbers.get(token)
            if number is None:
                number = len(self._features)
                self._features.append(features)
                self.numbers[token] = number
            return number

    def of(self, tokens: Iterable[int]) -> list[NDArray[np.int32]]:
        """The features of each token."""
        return [self._features[token] for token in tokens]

    def features(self, tokens: Iterable[int], width: int) -> csr_matrix:
        """(tokens, width) float32: 1 for each feature of a token."""
        some = self.of(tokens)
        indptr = np.zeros(len(some) + 1, dtype=np.int64)
        np.cumsum([len(one) for one in some], out=indptr[1:])
        columns = np.concatenate(some) if some else np.zeros(0, np.int32)
        return csr_matrix((np.ones(len(columns), np.float32), columns, indptr), shape=(len(some), width))


class Bags:
    """Texts as bags of the tokens of a vocabulary."""

    def __init__(self, vocabulary: Vocabulary, rows: Sequence[Row]) -> None:
        self.vocabulary = vocabulary
        self.rows = rows

    def weights(self, count: int) -> csr_matrix:
        """(n, count) float32: how much of each of the first `count` tokens, which are at least those of the texts."""
        tokens, values, indptr = self._joined()
        return csr_matrix((values, tokens, indptr), shape=(len(self.rows), count))

    def parts(self, width: int) -> tuple[csr_matrix, csr_matrix]:
        """(n, m) how much of each of the m tokens that stand in these texts, and (m, width) their features."""
        tokens, values, indptr = self._joined()
        met, places = np.unique(tokens, return_inverse=True)
        times = csr_matrix((values, places.astype(np.int32), indptr), shape=(len(self.rows), len(met)))
        return times, self.vocabulary.features(met.tolist(), width)

    def alone(self) -> Row:
        """The features of the one text there is, each once, ascending, with the sums of the weights of the tokens that
        have it: what `counted` gives, in half the time."""
        ((tokens, weights),) = self.rows
        features = self.vocabulary.of(tokens.tolist())
        used, places = np.unique(np.concatenate([_NONE, *features]), return_inverse=True)
        each = np.repeat(weights, [len(one) for one in features])
        return used, np.bincount(places, weights=each, minlength=len(used)).astype(np.float32)

    def _joined(self) -> tuple[NDArray[np.int32], NDArray[np.float32], NDArray[np.int64]]:
        indptr = np.zeros(len(self.rows) + 1, dtype=np.int64)
        np.cumsum([len(tokens) for tokens, _ in self.rows], out=indptr[1:])
        tokens = np.concatenate([row[0] for row in self.rows]) if self.rows else np.zeros(0, np.int32)
        values = np.concatenate([row[1] for row in self.rows]) if self.rows else np.zeros(0, np.float32)
        return tokens, values, indptr


class Grams:
    """Takes texts apart: words, pairs of words, and characters `shortest` to `longest` within a word.

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
        self._begin()

    def _begin(self) -> None:
        """Start with no token known: rows that are kept belong to the tokens that they were made of."""
        vocabulary = Vocabulary()
        self._known = vocabulary, Recent[Row](lambda texts: [self._row(text, vocabulary) for text in texts])

    def bags(self, texts: Sequence[str]) -> Bags:
        """The tokens of each text."""
        if len(self._known[0].numbers) > _KEPT_TOKENS:
            self._begin()
        vocabulary, rows = self._known
        return Bags(vocabulary, rows.of(texts))

    def matrix(self, texts: Sequence[str]) -> csr_matrix:
        """(n, width) float32, columns sorted within a row: each feature with the weights of the tokens that have it."""
        if len(texts) != 1:
            return counted(*self.bags(texts).parts(self.width))
        features, weights = self.of(texts[0])
        return csr_matrix((weights, features, np.array([0, len(features)])), shape=(1, self.width))

    def of(self, text: str) -> Row:
        """The features of one text, (m,) int32, each once, ascending, and the weight of each, (m,) float32."""
        return self.bags([text]).alone()

    def _row(self, text: str, vocabulary: Vocabulary) -> Row:
        words = _WORD.findall(_DIGIT.sub("0", text.casefold()))
        known = vocabulary.numbers
        tokens = [known[word] if word in known else vocabulary.add(word, self._of_word(word)) for word in words]
        if self.pairs:
            pairs = pairwise(words)
            tokens += [known[two] if two in known else vocabulary.add(two, self._of_pair(two)) for two in pairs]
        times = Counter(tokens)
        times.pop(NOTHING, None)
        often = np.fromiter(times.values(), np.int32, len(times))
        return np.fromiter(times, np.int32, len(times)), _LOGS[np.minimum(often, len(_LOGS) - 1)]

    def _of_word(self, word: str) -> NDArray[np.int32]:
        framed = f"<{word[:40]}>"
        spans = {framed[i : i + n] for n in range(self.shortest, self.longest + 1) for i in range(len(framed) - n + 1)}
        features = np.array([_hashed(one) for one in (f"w {word}", *sorted(spans))], dtype=np.int32)
        if self._places is None:
            return features
        places = self._places[features]
        return places[places >= 0]

    def _of_pair(self, pair: tuple[str, str]) -> NDArray[np.int32]:
        """The one feature of a pair. Most pairs have not been met before, and count for nothing."""
        feature = _hashed(f"{pair[0]} {pair[1]}")
        if self._places is not None:
            feature = self._places.item(feature)
        return np.array([feature], dtype=np.int32) if feature >= 0 else _NONE

    def places(self, features: NDArray[np.int32]) -> NDArray[np.int32] | None:
        """For each feature that is counted its place among these, or -1; None where all features are."""
        return None if self._places is None else _places(self._places[features], self.width)


def _hashed(span: str) -> int:
    return crc32(span.encode("utf-8", "surrogatepass")) & _MASK


def counted(times: csr_matrix, features: csr_matrix) -> csr_matrix:
    """(n, width) float32: (n, tokens) times (tokens, width), columns sorted within a row.

    Only the columns in use are multiplied: a product over four million takes milliseconds, however few they are.
    """
    used, columns = np.unique(features.indices, return_inverse=True)
    small = csr_matrix((features.data, columns.astype(np.int32), features.indptr), shape=(features.shape[0], len(used)))
    found = csr_matrix(times @ small)
    found.sort_indices()
    return csr_matrix((found.data, used[found.indices], found.indptr), shape=(times.shape[0], features.shape[1]))


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


class TfIdf:
    """Weighs n-grams by their rarity; rows can be scaled to length 1.

    Source: Salton and Buckley, Term-weighting approaches in automatic text retrieval, 1988 (scheme "ltc"; how often a
    token stands in a text is damped before its n-grams are added up).
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
        if (np.diff(columns) <= 0).any():
            raise ValueError("n-grams are not in order")
        return cls(columns, rarity, grams.places(columns))

    @classmethod
    def fit(cls, counts: csr_matrix, at_least: int = 2) -> "TfIdf":
        """Keep the n-grams that stand in `at_least` texts; in fewer than 50 texts all are kept."""
        texts = counts.shape[0]
        found = np.bincount(counts.indices, minlength=counts.shape[1])
        columns = np.flatnonzero(found >= (at_least if texts >= 50 else 1)).astype(np.int32)
        rarity = np.log((1 + texts) / (1 + found[columns])) + 1
        return cls(columns, rarity.astype(np.float32))

    def weigh(self, counts: csr_matrix) -> csr_matrix:
        """(n, len(columns)) float32: counts times rarity."""
        place = self._place(counts.indices)
        kept = place >= 0
        before = np.concatenate([[0], np.cumsum(kept)])
        columns = place[kept]
        values = (counts.data[kept] * self.rarity[columns]).astype(np.float32)
        return csr_matrix((values, columns, before[counts.indptr]), shape=(counts.shape[0], len(self.columns)))

    def listed(self, some: Sequence[NDArray[np.int32]]) -> csr_matrix:
        """(n, len(columns)) float32: the rarity of each feature in rows of features, each of which counts once."""
        place = self._place(np.concatenate([np.zeros(0, np.int32), *some]))
        kept = place >= 0
        starts = np.cumsum([0, *map(len, some)])
        indptr = np.concatenate([[0], np.cumsum(kept)])[starts]
        return csr_matrix((self.rarity[place[kept]], place[kept], indptr), shape=(len(some), len(self.columns)))

    def apply(self, counts: csr_matrix) -> csr_matrix:
        """(n, len(columns)) float32, rows of length 1 or 0."""
        found = self.weigh(counts)
        owner = np.repeat(np.arange(found.shape[0]), np.diff(found.indptr))
        lengths = np.sqrt(np.bincount(owner, weights=found.data**2, minlength=found.shape[0]))
        found.data = (found.data / np.maximum(lengths, 1e-9)[owner]).astype(np.float32)
        return found

    def _place(self, features: NDArray[np.int32]) -> NDArray[np.int32]:
        """The column of each feature, or -1."""
        if self._places is not None:
            return self._places[features]
        if not len(self.columns):
            return np.full(len(features), -1, np.int32)
        place = np.minimum(self.columns.searchsorted(features), len(self.columns) - 1).astype(np.int32)
        return np.where(self.columns[place] == features, place, np.int32(-1))
