"""From texts with their intents to the parts that understand them, weighed by what each was worth on unseen texts."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from salver.models.grams import Grams
from salver.models.history import HistoryEncoder
from salver.models.index import CaseIndex
from salver.models.intents import Opinions, Said, Scores, StackedIntents, weigh_opinions
from salver.models.kept import KeptVectors
from salver.models.known import KnownVectors
from salver.models.linear import places
from salver.models.ports import Encoder, Vectors
from salver.models.pretrained import PretrainedEncoder
from salver.models.scope import Seen
from salver.training.parts import Lore, Nearest, Text, all_words
from salver.training.split import folds
from salver.training.unseen import Made, Strange, hear, joins

_WEIGHED = 20_000
"""The weights of four opinions are learned from so many texts at most: more do not change them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """What parts that had not seen a text say of it, and of its candidate parts; its nearest cases as (id, cosine); and
    what is said of messages `made` of two.

    `strange` is what is seen of texts whose whole intent was left out of what they were judged by, None where there
    are few intents. `folds` are the places of the texts held out together, from the oldest to the newest where they
    are dated, and `without_newest` is the encoder that was learned without the last of them.
    """

    said: Said
    nearest: Nearest
    parts: tuple[Said, ...]
    made: tuple[Made, ...]
    strange: Seen | None
    folds: tuple[NDArray[np.int64], ...]
    without_newest: HistoryEncoder

    @property
    def probabilities(self) -> Scores:
        """(n, intents), rows sum to 1."""
        return self.said.chances

    def of(self, places: Sequence[int]) -> "Unseen":
        """What is said of some of the texts."""
        return replace(
            self,
            said=self.said[np.array(places, np.int64)],
            nearest=[self.nearest[i] for i in places],
            parts=tuple(self.parts[i] for i in places),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Understanding:
    """An encoder, an intent model and an index that belong together; `vectors` are the texts', in order."""

    encoder: HistoryEncoder
    intents: StackedIntents
    index: CaseIndex
    vectors: Vectors
    unseen: Unseen
    intent_of: dict[str, str]


def fit_understanding(
    texts: Sequence[Text],
    encoder: str,
    grams: Grams,
    descriptions: Mapping[str, str] | None = None,
    kept: Path | None = None,
) -> Understanding:
    """Learn from texts with their main intents. Texts of one group are never on both sides of a fold.

    `encoder` is "history", or the name or folder of a sentence-transformers model to learn on top of. `descriptions`
    say in a sentence what an intent means; it may have no text yet. `kept` is the file in which the vectors of a
    pretrained model outlive this training.
    """
    base = None if encoder == HistoryEncoder.alone else PretrainedEncoder(encoder)
    held_out = folds([one.group for one in texts], [one.at for one in texts])
    words = chain(all_words(texts, descriptions or {}), _made_words(texts, held_out))
    known = _known(base, words, kept) if base else None
    lore = Lore.of(texts, descriptions or {}, known)
    heard, whole = hear(texts, lore, held_out)
    weights = _weights(heard.opinions, places([one.intent for one in texts], lore.labels))
    return Understanding(
        encoder=HistoryEncoder.from_arrays(whole.encoder, grams, base),
        intents=StackedIntents(Opinions.from_arrays(whole.opinions, lore.labels, grams), weights),
        index=CaseIndex.build([one.id for one in texts], whole.vectors),
        vectors=whole.vectors,
        intent_of={one.id: one.intent for one in texts},
        unseen=Unseen(
            said=Said.of(heard.opinions, weights),
            nearest=heard.nearest,
            parts=tuple(Said.of(one, weights) for one in heard.parts),
            made=tuple(Made.of(one, weights) for one in heard.made),
            strange=_seen(heard.strange, weights),
            folds=tuple(held_out),
            without_newest=HistoryEncoder.from_arrays(heard.without_newest, Grams(), base),
        ),
    )


def _made_words(texts: Sequence[Text], held_out: Sequence[NDArray[np.int64]]) -> Iterator[str]:
    """What is read of the messages that are made of two held texts."""
    for held in held_out:
        for made in joins([texts[i] for i in held]):
            yield made.whole
            yield from made.parts


def _known(base: Encoder, words: Iterable[str], kept: Path | None) -> KnownVectors:
    """The vectors of all words that are learned from; those of others are forgotten."""
    if kept is None:
        return KnownVectors.of(base, words)
    keeping = KeptVectors(base, kept)
    known = KnownVectors.of(keeping, words)
    keeping.forget_others()
    return known


def _weights(opinions: Scores, truth: NDArray[np.int64]) -> NDArray[np.float64]:
    some = np.linspace(0, len(truth) - 1, min(len(truth), _WEIGHED)).astype(np.int64)
    return weigh_opinions(opinions[some].astype(np.float64), truth[some])


def _seen(strange: Strange, weights: NDArray[np.float64]) -> Seen | None:
    if not len(strange.densities):
        return None
    return Seen(densities=strange.densities, confidences=Said.of(strange.opinions, weights).chances.max(axis=1))
