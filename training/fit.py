"""The parts that understand texts, learned together; and what they say of texts that they had not seen.

What is said of unseen texts comes from folds: the texts are held back in turn, everything is learned from the others,
and only then are the held ones read. Weights, thresholds and scope are learned from that and from nothing else.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from salver.models.grams import Grams
from salver.models.history import HistoryEncoder
from salver.models.index import CaseIndex
from salver.models.intents import NEIGHBOURS, Opinions, Scores, StackedIntents, weigh_opinions
from salver.models.linear import places
from salver.models.ports import Vectors
from salver.models.pretrained import PretrainedEncoder

FOLDS = 4

AnyEncoder = HistoryEncoder | PretrainedEncoder
EncoderMaker = Callable[[Sequence[str], NDArray[np.int64]], AnyEncoder]
Nearest = list[list[tuple[str, float]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One text to learn from: its case, its main intent, the group (thread) it belongs to, and its candidate parts.

    `answer` is the text that resolved it, if any: it speaks of the same matter in other words.
    """

    id: str
    text: str
    intent: str
    group: str
    parts: tuple[str, ...] = ()
    answer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """What parts that had not seen a text say of it: (n, intents) probabilities, its nearest cases as (id, cosine),
    and for each of its candidate parts a row of probabilities."""

    probabilities: Scores
    nearest: Nearest
    parts: tuple[Scores, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Understanding:
    """An encoder, an intent model and an index that belong together; `vectors` are the texts', in order."""

    encoder: AnyEncoder
    intents: StackedIntents
    index: CaseIndex
    vectors: Vectors
    unseen: Unseen
    intent_of: dict[str, str]

    def voters(self, vectors: Vectors) -> Nearest:
        """For each vector the intents of its nearest cases, with their cosines."""
        near = self.index.nearest(vectors, NEIGHBOURS)
        return [[(self.intent_of[case], cosine) for case, cosine in row] for row in near]


def history_encoder(grams: Grams) -> EncoderMaker:
    """Learns the default encoder anew from each set of texts."""
    return lambda texts, labels: HistoryEncoder.fit(texts, labels, grams=grams)


def ready_encoder(encoder: PretrainedEncoder) -> EncoderMaker:
    """Uses an encoder that does not learn from the archive."""
    return lambda _texts, _labels: encoder


def fit_understanding(texts: Sequence[Text], make_encoder: EncoderMaker, grams: Grams) -> Understanding:
    """Learn from texts with their main intents. Texts of one group are never on both sides of a fold."""
    labels = tuple(sorted({one.intent for one in texts}))
    opinions = np.zeros((len(texts), len(labels), 3))
    nearest: Nearest = [[] for _ in texts]
    parts: list[Scores] = [np.zeros((0, len(labels), 3)) for _ in texts]
    for held in folds([one.group for one in texts]):
        kept = np.setdiff1d(np.arange(len(texts)), held)
        learned = _Learned([texts[i] for i in kept], labels, make_encoder, grams)
        said, near = learned.opinions_of([texts[i].text for i in held])
        said_of_parts = learned.opinions_of([part for i in held for part in texts[i].parts])[0]
        ends = np.cumsum([len(texts[i].parts) for i in held])
        for row, i in enumerate(held):
            opinions[i], nearest[i] = said[row], near[row]
            parts[i] = said_of_parts[ends[row] - len(texts[i].parts) : ends[row]]
    weights = weigh_opinions(opinions, places([one.intent for one in texts], labels))
    whole = _Learned(texts, labels, make_encoder, grams)
    return Understanding(
        encoder=whole.encoder,
        intents=StackedIntents(whole.opinions, weights),
        index=whole.index,
        vectors=whole.vectors,
        intent_of={one.id: one.intent for one in texts},
        unseen=Unseen(
            probabilities=_chances(opinions, weights),
            nearest=nearest,
            parts=tuple(_chances(one, weights) for one in parts),
        ),
    )


def folds(groups: Sequence[str], count: int = FOLDS) -> list[NDArray[np.int64]]:
    """The places of the texts in each fold; groups stay whole, and the order they come in does not matter."""
    names = sorted(set(groups))
    np.random.default_rng(0).shuffle(names)
    fold = {name: i % count for i, name in enumerate(names)}
    of = np.array([fold[group] for group in groups])
    return [np.flatnonzero(of == i) for i in range(count) if (of == i).any()]


class _Learned:
    """All parts, learned from some of the texts."""

    def __init__(
        self, texts: Sequence[Text], labels: tuple[str, ...], make_encoder: EncoderMaker, grams: Grams
    ) -> None:
        words = [one.text for one in texts]
        intents = [one.intent for one in texts]
        answered = [one for one in texts if one.answer]
        answers = [one.answer for one in answered]
        of_answers = [one.intent for one in answered]
        self.encoder = make_encoder([*words, *answers], places([*intents, *of_answers], labels))
        self.vectors = self.encoder.encode(words)
        self.opinions = Opinions.fit(words, self.vectors, intents, labels, grams, answers, of_answers)
        self.index = CaseIndex.build([one.id for one in texts], self.vectors)
        self._intent = {one.id: one.intent for one in texts}

    def opinions_of(self, texts: Sequence[str]) -> tuple[Scores, Nearest]:
        vectors = self.encoder.encode(texts)
        near = self.index.nearest(vectors, NEIGHBOURS)
        voters = [[(self._intent[case], cosine) for case, cosine in row] for row in near]
        return self.opinions.of(texts, vectors, voters), near


def _chances(opinions: Scores, weights: NDArray[np.float64]) -> Scores:
    return np.asarray(softmax(opinions @ weights, axis=1)) if len(opinions) else opinions[:, :, 0]
