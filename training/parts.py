"""The parts that understand texts, learned from one set of texts: encoder, opinions on intents, index."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from salver.models.grams import Grams
from salver.models.history import HistoryEncoder
from salver.models.index import CaseIndex
from salver.models.intents import NEIGHBOURS, Opinions, Scores
from salver.models.linear import places
from salver.models.ports import Encoder, Vectors
from salver.pipeline.match import VOTERS

Nearest = Sequence[Sequence[tuple[str, float]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One text to learn from: its case, its main intent, the group (thread) it belongs to, and its candidate parts.

    `answer` is the text that resolved it, if any: it speaks of the same matter in other words. `at` says when it came.
    """

    id: str
    text: str
    intent: str
    group: str
    parts: tuple[str, ...] = ()
    answer: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lore:
    """What all learning of one archive shares: the intents there are, a sentence for some of them (one may have no text
    yet), and the pretrained encoder to learn on top of, if any."""

    labels: tuple[str, ...]
    descriptions: Mapping[str, str]
    base: Encoder | None

    @classmethod
    def of(cls, texts: Sequence[Text], descriptions: Mapping[str, str], base: Encoder | None = None) -> "Lore":
        labels = tuple(sorted({one.intent for one in texts} | set(descriptions)))
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
    """Learn all parts. Answers and descriptions teach words and encoder; only the texts become neighbours."""
    words, intents = [one.text for one in texts], [one.intent for one in texts]
    others = [(one.answer, one.intent) for one in texts if one.answer]
    others += [(sentence, intent) for intent, sentence in lore.descriptions.items()]
    told, of_told = [text for text, _ in others], [intent for _, intent in others]
    targets = places([*intents, *of_told], lore.labels)
    encoder = HistoryEncoder.fit([*words, *told], targets, grams=grams, base=lore.base)
    vectors = encoder.encode(words)
    return Learned(
        encoder=encoder,
        vectors=vectors,
        opinions=Opinions.fit(words, vectors, intents, lore.labels, grams, told, of_told, encoder.blocks),
        index=CaseIndex.build([one.id for one in texts], vectors),
        intent_of={one.id: one.intent for one in texts},
    )


def all_words(texts: Sequence[Text], descriptions: Mapping[str, str]) -> Iterator[str]:
    """Every text that is read when these are learned from."""
    for one in texts:
        yield one.text
        yield from one.parts
        if one.answer:
            yield one.answer
    yield from descriptions.values()
