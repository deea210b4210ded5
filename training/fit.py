"""The parts that understand texts, learned together; and how good they are on texts they had not seen."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from salver.models.grams import Grams
from salver.models.history import HistoryEncoder
from salver.models.index import CaseIndex
from salver.models.intents import NEIGHBOURS, Opinions, Scores, StackedIntents, weigh_opinions
from salver.models.linear import places
from salver.models.ports import Encoder, Vectors

FOLDS = 4

EncoderMaker = Callable[[Sequence[str], NDArray[np.int64]], Encoder]


@dataclass(frozen=True, slots=True, kw_only=True)
class Understanding:
    """An encoder, an intent model and an index that belong together, and their predictions for unseen texts.

    `unseen` is (n, intents): for each training text the probabilities by parts that were fitted without it.
    `cosines` is (n,): how near the nearest case of another group was, by an encoder that had not seen the text.
    """

    encoder: Encoder
    intents: StackedIntents
    index: CaseIndex
    vectors: Vectors
    unseen: Scores
    cosines: NDArray[np.float64]


def history_encoder(grams: Grams) -> EncoderMaker:
    """Learns the default encoder anew from each set of texts."""
    return lambda texts, labels: HistoryEncoder.fit(texts, labels, grams=grams)


def ready_encoder(encoder: Encoder) -> EncoderMaker:
    """Uses an encoder that does not learn from the archive."""
    return lambda _texts, _labels: encoder


def fit_understanding(
    ids: Sequence[str],
    texts: Sequence[str],
    intents: Sequence[str],
    groups: Sequence[str],
    make_encoder: EncoderMaker,
    grams: Grams,
) -> Understanding:
    """Learn from texts with their main intents. Texts of one group (a thread) are never on both sides of a fold."""
    labels = tuple(sorted(set(intents)))
    truth = places(intents, labels)
    opinions = np.zeros((len(texts), len(labels), 3))
    cosines = np.zeros(len(texts))
    for held in folds(groups):
        kept = np.setdiff1d(np.arange(len(texts)), held)
        part = _Part.fit([texts[i] for i in kept], [intents[i] for i in kept], labels, make_encoder, grams)
        opinions[held], cosines[held] = part.opinions_of([texts[i] for i in held])
    weights = weigh_opinions(opinions, truth)
    whole = _Part.fit(texts, intents, labels, make_encoder, grams)
    return Understanding(
        encoder=whole.encoder,
        intents=StackedIntents(whole.opinions, weights),
        index=CaseIndex.build(ids, whole.vectors),
        vectors=whole.vectors,
        unseen=_softmax(opinions @ weights),
        cosines=cosines,
    )


def folds(groups: Sequence[str], count: int = FOLDS) -> list[NDArray[np.int64]]:
    """The places of the texts in each fold; groups stay whole, and the order they come in does not matter."""
    names = sorted(set(groups))
    np.random.default_rng(0).shuffle(names)
    fold = {name: i % count for i, name in enumerate(names)}
    of = np.array([fold[group] for group in groups])
    return [np.flatnonzero(of == i) for i in range(count) if (of == i).any()]


class _Part:
    """All parts, fitted on some of the texts."""

    def __init__(self, encoder: Encoder, vectors: Vectors, opinions: Opinions, intents: Sequence[str]) -> None:
        self.encoder = encoder
        self.vectors = vectors
        self.opinions = opinions
        self._index = CaseIndex.build([str(i) for i in range(len(intents))], vectors)
        self._intents = intents

    @classmethod
    def fit(
        cls,
        texts: Sequence[str],
        intents: Sequence[str],
        labels: tuple[str, ...],
        make_encoder: EncoderMaker,
        grams: Grams,
    ) -> "_Part":
        encoder = make_encoder(texts, places(intents, labels))
        vectors = encoder.encode(texts)
        return cls(encoder, vectors, Opinions.fit(texts, vectors, intents, labels, grams), intents)

    def opinions_of(self, texts: Sequence[str]) -> tuple[Scores, NDArray[np.float64]]:
        vectors = self.encoder.encode(texts)
        found = self._index.nearest(vectors, NEIGHBOURS)
        nearest = [[(self._intents[int(i)], cosine) for i, cosine in row] for row in found]
        return self.opinions.of(texts, vectors, nearest), np.array([row[0][1] if row else 0.0 for row in found])


def _softmax(scores: Scores) -> Scores:
    risen = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(risen / risen.sum(axis=1, keepdims=True))
