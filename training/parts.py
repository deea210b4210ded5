"""The parts that understand texts, learned from one set of texts: encoder, opinions on intents, index."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from salver.models.grams import Grams
from salver.models.history import HistoryEncoder
from salver.models.index import CaseIndex
from salver.models.intents import NEIGHBOURS, Opinions, Scores
from salver.models.linear import places
from salver.models.ports import Encoder, Vectors
from salver.pipeline.match import VOTERS

Nearest = Sequence[Sequence[tuple[str, float]]]

_TEACHING = 50_000
"""So many texts teach words and encoder at most, so that learning from a million takes neither the night nor 20 GB."""
_RARE = 100
_BLOCK = 20_000
"""Texts that are read at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One text to learn from: its case, its main intent, the group (thread) it belongs to, and its candidate parts.

    `answer` is the text that resolved it, if any: it speaks of the same matter in other words. `at` says when it came.
    `further` are intents that it has besides the main one.
    """

    id: str
    text: str
    intent: str
    group: str
    parts: tuple[str, ...] = ()
    answer: str = ""
    at: datetime | None = None
    further: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lore:
    """What all learning of one archive shares: the intents there are, a sentence for some of them (one may have no text
    yet), and the pretrained encoder to learn on top of, if any."""

    labels: tuple[str, ...]
    descriptions: Mapping[str, str]
    base: Encoder | None

    @classmethod
    def of(cls, texts: Sequence[Text], descriptions: Mapping[str, str], base: Encoder | None = None) -> "Lore":
        labels = tuple(sorted({name for one in texts for name in (one.intent, *one.further)} | set(descriptions)))
        return cls(labels=labels, descriptions=descriptions, base=base)


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """All parts, learned from some of the texts. `vectors` are the texts', in order."""

    encoder: HistoryEncoder
    vectors: Vectors
    opinions: Opinions
    index: CaseIndex
    intent_of: dict[str, str]

    def opinions_of(self, texts: Sequence[str]) -> tuple[Scores, Nearest]:
        """What each part says of each text, (n, intents, opinions), and the nearest cases."""
        vectors = self.encoder.encode(texts)
        near = self.index.nearest(vectors, VOTERS)
        voters = [[(self.intent_of[case], cosine) for case, cosine in row[:NEIGHBOURS]] for row in near]
        return self.opinions.of(texts, vectors, voters), near


def learn(texts: Sequence[Text], lore: Lore, grams: Grams) -> Learned:
    """Learn all parts. Answers and descriptions teach words and encoder; only the texts become neighbours.

    Of very many texts only some teach, while all of them become neighbours.
    """
    some = [texts[i] for i in teaching([one.intent for one in texts])]
    words, intents = [one.text for one in some], [one.intent for one in some]
    others = [(one.answer, one.intent) for one in some if one.answer]
    others += [(sentence, intent) for intent, sentence in lore.descriptions.items()]
    told, of_told = [text for text, _ in others], [intent for _, intent in others]
    further = [(at, intent) for at, one in enumerate(some) for intent in one.further]
    answered = [one.further for one in some if one.answer]
    of_answers = [(at, intent) for at, more in enumerate(answered, len(some)) for intent in more]
    targets = places([*intents, *of_told, *(intent for _, intent in further)], lore.labels)
    again = [words[at] for at, _ in further]
    encoder = HistoryEncoder.fit([*words, *told, *again], targets, grams=grams, base=lore.base)
    taught = encoder.encode(words)
    vectors = taught if len(some) == len(texts) else _encoded(encoder, [one.text for one in texts])
    described = dict(zip(lore.descriptions, encoder.encode(list(lore.descriptions.values())), strict=True))
    opinions = Opinions.fit(
        words, taught, intents, lore.labels, grams, told, of_told, encoder.blocks, described, [*further, *of_answers]
    )
    return Learned(
        encoder=encoder,
        vectors=vectors,
        opinions=opinions,
        index=CaseIndex.build([one.id for one in texts], vectors),
        intent_of={one.id: one.intent for one in texts},
    )


def teaching(intents: Sequence[str], most: int = _TEACHING) -> NDArray[np.int64]:
    """The places of the texts that words and encoder are learned from: all, or about `most` by lot. An intent keeps its
    share of them, but never fewer than `_RARE` where it has as many."""
    if len(intents) <= most:
        return np.arange(len(intents))
    names, of = np.unique(intents, return_inverse=True)
    lot = np.lexsort((np.random.default_rng(0).random(len(of)), of))
    begins = np.cumsum(np.bincount(of)) - np.bincount(of)
    rank = np.arange(len(of)) - begins[of[lot]]
    kept = np.maximum(_RARE, np.bincount(of, minlength=len(names)) * most // len(of))
    return np.sort(lot[rank < kept[of[lot]]])


def _encoded(encoder: HistoryEncoder, texts: Sequence[str]) -> Vectors:
    """(n, dim) float32, a block after the other."""
    found = np.empty((len(texts), encoder.dim), np.float32)
    for start in range(0, len(texts), _BLOCK):
        found[start : start + _BLOCK] = encoder.encode(texts[start : start + _BLOCK])
    return found


def all_words(texts: Sequence[Text], descriptions: Mapping[str, str]) -> Iterator[str]:
    """Every text that is read when these are learned from."""
    for one in texts:
        yield one.text
        yield from one.parts
        if one.answer:
            yield one.answer
    yield from descriptions.values()
