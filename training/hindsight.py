"""What is said of the messages of one stretch by parts that were learned from what lies before it.

The encoder is that of the first messages; words, opinions and neighbours are learned anew each time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from salver.models.grams import Grams
from salver.models.history import HistoryEncoder
from salver.models.index import CaseIndex
from salver.models.intents import Opinions, Said, Scores, weigh_opinions
from salver.models.linear import places
from salver.pipeline.match import VOTERS
from salver.training.fit import Unseen
from salver.training.parts import Learned, Lore, Text
from salver.training.split import folds
from salver.training.unseen import Fold, Made, NearRows, hear_fold

Arrays = Mapping[str, NDArray[Any]]

_FOLDS = 3
"""In so many folds it is tried what was learned from what was said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What was said of m texts: (m, labels, opinions) float32, of their parts likewise, and their nearest cases."""

    labels: tuple[str, ...]
    opinions: Scores
    nearest: list[list[tuple[str, float]]]
    parts: list[Scores]


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """What the first messages taught: how opinions are weighed, what is said of the later half of them unseen, by parts
    that were learned from the earlier half alone, and an encoder learned from both."""

    labels: tuple[str, ...]
    weights: NDArray[np.float64]
    unseen: Unseen


def begun(earlier: Sequence[Text], later: Sequence[Text], descriptions: Mapping[str, str], said: Fold) -> Begun:
    """What was said of the later ones, weighed by what it was worth; `said` is what `hear_fold` gave."""
    texts = [*earlier, *later]
    labels = Lore.of(texts, descriptions).labels
    weights = weigh_opinions(said.opinions.astype(np.float64), places([one.intent for one in later], labels))
    rows = NearRows([one.id for one in texts], said.numbers, said.cosines)
    unseen = Unseen(
        said=Said.of(said.opinions, weights),
        nearest=rows,
        parts=tuple(Said.of(one, weights) for one in said.parts),
        made=tuple(Made.of(one, weights) for one in said.made),
        strange=None,
        folds=tuple(folds([one.group for one in later], [one.at for one in later], _FOLDS)),
        without_newest=HistoryEncoder.from_arrays(said.encoder, Grams()),
    )
    return Begun(labels=labels, weights=weights, unseen=unseen)


def hear_later(earlier: Sequence[Text], later: Sequence[Text], descriptions: Mapping[str, str]) -> Fold:
    """What parts say of the later texts that were learned from the earlier ones alone."""
    texts = [*earlier, *later]
    return hear_fold(texts, Lore.of(texts, descriptions), np.arange(len(earlier), len(texts)))


def first_encoder(texts: Sequence[Text], descriptions: Mapping[str, str]) -> dict[str, NDArray[Any]]:
    """An encoder learned from texts and their answers, as plain numbers."""
    lore = Lore.of(texts, descriptions)
    words = [(one.text, one.intent) for one in texts]
    words += [(one.answer, one.intent) for one in texts if one.answer]
    words += [(sentence, intent) for intent, sentence in descriptions.items()]
    targets = places([intent for _, intent in words], lore.labels)
    return HistoryEncoder.fit([text for text, _ in words], targets, grams=_grams()).to_arrays()


def hear_next(past: Sequence[Text], coming: Sequence[Text], descriptions: Mapping[str, str], encoder: Arrays) -> Heard:
    """Learn from the past alone, and read what comes. Of what comes only texts and parts are looked at."""
    learned = _learned(past, Lore.of(past, descriptions), encoder)
    opinions, nearest = learned.opinions_of([one.text for one in coming])
    of_parts = learned.opinions_of([part for one in coming for part in one.parts])[0].astype(np.float32)
    return Heard(
        labels=learned.opinions.labels,
        opinions=opinions.astype(np.float32),
        nearest=[list(row[:VOTERS]) for row in nearest],
        parts=np.split(of_parts, np.cumsum([len(one.parts) for one in coming])[:-1]),
    )


@cache
def _grams() -> Grams:
    """One for all that this process hears: it remembers the words that it has met."""
    return Grams()


def _learned(texts: Sequence[Text], lore: Lore, arrays: Arrays) -> Learned:
    grams = _grams()
    encoder = HistoryEncoder.from_arrays(arrays, grams)
    words, intents = [one.text for one in texts], [one.intent for one in texts]
    others = [(one.answer, one.intent) for one in texts if one.answer]
    others += [(sentence, intent) for intent, sentence in lore.descriptions.items()]
    vectors = encoder.encode(words)
    described = dict(zip(lore.descriptions, encoder.encode(list(lore.descriptions.values())), strict=True))
    further = [(at, intent) for at, one in enumerate(texts) for intent in one.further]
    opinions = Opinions.fit(
        words,
        vectors,
        intents,
        lore.labels,
        grams,
        [text for text, _ in others],
        [intent for _, intent in others],
        encoder.blocks,
        described,
        further,
    )
    return Learned(
        encoder=encoder,
        vectors=vectors,
        opinions=opinions,
        index=CaseIndex.build([one.id for one in texts], vectors),
        intent_of={one.id: one.intent for one in texts},
    )
