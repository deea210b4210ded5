"""What is said of texts that were not learned from.

The texts are held back in turn, everything is learned from the others, and only then are the held ones read. Where the
texts are dated, a fold is a stretch of time, so that no text is judged by what was written the same week, and the
newest fold is judged by the past alone.
"""

import os
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from salver.models.grams import Grams
from salver.models.intents import Said, Scores
from salver.models.ports import Vectors
from salver.models.scope import density
from salver.models.several import Spoken, long_ones
from salver.pipeline.match import VOTERS
from salver.pipeline.split import turns_to
from salver.training.parts import Learned, Lore, Nearest, Text, learn

WORTH_A_PROCESS = 600
"""Texts from which on a fold takes longer than a process takes to start."""
_BLOCK = 2000
"""Texts that are read at once."""

_MADE = 100
"""Messages made of two texts, at most, in each fold."""
_JOINTS = ("", "Außerdem: ", "", "And also: ", "", "2. ")
"""What stands before the second text."""

_ENOUGH_INTENTS = 6
"""With fewer intents, leaving some out leaves too little to tell known from unknown."""
_LEFT_OUT = 0.25
"""The share of intents that are left out to see what unknown messages look like."""
_MOST_LEFT = 20_000
"""Texts from which this is learned at most, and half as many that are read."""

Row = list[tuple[str, float]]
Arrays = dict[str, NDArray[Any]]


class NearRows(Sequence[Row]):
    """For each text its nearest cases as (id, cosine), best first. Kept as numbers, for there may be millions."""

    def __init__(self, ids: Sequence[str], numbers: NDArray[np.int32], cosines: NDArray[np.float32]) -> None:
        self._ids = ids
        self._numbers = numbers
        self._cosines = cosines

    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, at: int) -> Row: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Row]: ...
    def __getitem__(self, at: int | slice) -> Row | Sequence[Row]:
        if isinstance(at, slice):
            return NearRows(self._ids, self._numbers[at], self._cosines[at])
        row = zip(self._numbers[at].tolist(), self._cosines[at].tolist(), strict=True)
        return [(self._ids[number], cosine) for number, cosine in row if number >= 0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What was said of all texts by parts that had not seen them: (n, intents, opinions) float32, the nearest cases,
    and for each text (parts, intents, opinions) of its candidate parts.

    `strange` is what was said of texts whose whole intent had not been seen, `made` of messages made of two texts,
    `without_newest` the encoder that was learned without the last fold.
    """

    opinions: Scores
    nearest: Nearest
    parts: list[Scores]
    strange: "Strange"
    made: list["Joined"]
    without_newest: Arrays


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """What was said of a message made of two texts that want different things, by parts that had seen neither.

    Opinions, (1, intents, opinions), on the whole and, a row each, on its parts; `intents` are the places of the two.
    """

    opinions: Scores
    of_parts: Scores
    parts: tuple[str, ...]
    intents: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What is said of a joined message, when opinions are weighed."""

    spoken: Spoken
    intents: tuple[int, int]

    @classmethod
    def of(cls, joined: Joined, weights: NDArray[np.float64]) -> "Made":
        parts = Said.of(joined.of_parts[long_ones(joined.parts)], weights)
        said = Spoken.of(Said.of(joined.opinions, weights), parts, joined.parts, turns_to)
        return cls(spoken=said, intents=joined.intents)


@dataclass(frozen=True, slots=True, kw_only=True)
class Strange:
    """What was said of m texts by parts that knew nothing of their intents: (m, intents, opinions) float32, and how
    near known cases are, (m,). There are none where there are few intents."""

    opinions: Scores
    densities: NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """The parts learned from all texts, as plain numbers."""

    encoder: Arrays
    opinions: Arrays
    vectors: Vectors


def hear(texts: Sequence[Text], lore: Lore, held_out: Sequence[NDArray[np.int64]]) -> tuple[Heard, Whole]:
    """Learn once from everything, and once without each fold to hear what is said of it then.

    As many of these are done at a time as there are cores, but one after the other where that is quicker.
    """
    cores = min(os.cpu_count() or 1, len(held_out) + 1)
    if cores < 2 or len(texts) < WORTH_A_PROCESS:
        said = [hear_fold(texts, lore, held) for held in held_out]
        return _together(texts, held_out, said, _strangers(texts, lore)), _whole(texts, lore)
    with ProcessPoolExecutor(cores, mp_context=get_context("forkserver"), initializer=alone) as pool:
        whole = pool.submit(_whole, texts, lore)
        folds: list[Future[Fold]] = [pool.submit(hear_fold, texts, lore, held) for held in held_out]
        strange = pool.submit(_strangers, texts, lore)
        return _together(texts, held_out, [one.result() for one in folds], strange.result()), whole.result()


def alone() -> None:
    """One thread a process: each has a core."""
    threadpool_limits(1)


def _whole(texts: Sequence[Text], lore: Lore) -> Whole:
    learned = learn(texts, lore, Grams())
    return Whole(encoder=learned.encoder.to_arrays(), opinions=learned.opinions.to_arrays(), vectors=learned.vectors)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """What was said of the held texts, in order; the nearest cases by their places among all texts."""

    opinions: Scores
    numbers: NDArray[np.int32]
    cosines: NDArray[np.float32]
    parts: list[Scores]
    made: list[Joined]
    encoder: Arrays


def hear_fold(texts: Sequence[Text], lore: Lore, held: NDArray[np.int64]) -> Fold:
    """Learn without the held texts, and read these."""
    inside = set(held.tolist())
    learned = learn([one for i, one in enumerate(texts) if i not in inside], lore, Grams())
    place = {one.id: i for i, one in enumerate(texts)}
    said = Fold(
        opinions=np.zeros((len(held), len(lore.labels), len(learned.opinions.names)), np.float32),
        numbers=np.full((len(held), VOTERS), -1, np.int32),
        cosines=np.zeros((len(held), VOTERS), np.float32),
        parts=[],
        made=_joined([texts[i] for i in held], learned, lore),
        encoder=learned.encoder.to_arrays(),
    )
    for start in range(0, len(held), _BLOCK):
        some = [texts[i] for i in held[start : start + _BLOCK]]
        opinions, near = learned.opinions_of([one.text for one in some])
        said.opinions[start : start + len(some)] = opinions
        for i, row in enumerate(near, start):
            said.numbers[i, : len(row)] = [place[case] for case, _ in row]
            said.cosines[i, : len(row)] = [cosine for _, cosine in row]
        said.parts.extend(_of_parts(some, learned))
    return said


def _strangers(texts: Sequence[Text], lore: Lore) -> Strange:
    """Leave whole intents out of what is learned, and read their texts: so do unknown messages look."""
    names = sorted({one.intent for one in texts})
    chance = np.random.default_rng(0)
    left = set(chance.permutation(names)[: round(_LEFT_OUT * len(names))].tolist())
    if len(names) < _ENOUGH_INTENTS:
        return Strange(opinions=np.zeros((0, len(lore.labels), 0), np.float32), densities=np.zeros(0))
    order = chance.permutation(len(texts))
    kept = [texts[i] for i in order if texts[i].intent not in left][:_MOST_LEFT]
    read = [texts[i].text for i in order if texts[i].intent in left][: _MOST_LEFT // 2]
    told = {intent: sentence for intent, sentence in lore.descriptions.items() if intent not in left}
    learned = learn(kept, replace(lore, descriptions=told), Grams())
    opinions, near = learned.opinions_of(read)
    return Strange(opinions=opinions.astype(np.float32), densities=np.array([density(row) for row in near]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """A message made of two texts that want different things; `joint` may turn to the second in words."""

    first: Text
    second: Text
    joint: str

    @property
    def whole(self) -> str:
        return f"{self.first.text}\n\n{self.joint}{self.second.text}"

    @property
    def parts(self) -> tuple[str, ...]:
        begin, *others = _said_in(self.second)
        return (*_said_in(self.first), self.joint + begin, *others)


def joins(texts: Sequence[Text]) -> list[Join]:
    """Messages made of two of some texts, by lot; of the same texts the same."""
    chance = np.random.default_rng(0)
    drawn = [chance.permutation(len(texts))[:_MADE].tolist() for _ in range(2)]
    pairs = [(texts[a], texts[b]) for a, b in zip(*drawn, strict=True) if texts[a].intent != texts[b].intent]
    return [Join(first=a, second=b, joint=_JOINTS[i % len(_JOINTS)]) for i, (a, b) in enumerate(pairs)]


def _joined(texts: Sequence[Text], learned: Learned, lore: Lore) -> list[Joined]:
    """Messages made of two of the held texts, and what is said of them."""
    made = joins(texts)
    if not made:
        return []
    said: Scores = learned.opinions_of([*(one.whole for one in made), *(part for one in made for part in one.parts)])[0]
    of_parts = np.split(said[len(made) :], np.cumsum([len(one.parts) for one in made])[:-1])
    return [
        Joined(
            opinions=said[i : i + 1],
            of_parts=of_parts[i],
            parts=one.parts,
            intents=(lore.labels.index(one.first.intent), lore.labels.index(one.second.intent)),
        )
        for i, one in enumerate(made)
    ]


def _said_in(text: Text) -> tuple[str, ...]:
    return text.parts or (text.text,)


def _of_parts(texts: Sequence[Text], learned: Learned) -> list[Scores]:
    opinions = learned.opinions_of([part for one in texts for part in one.parts])[0].astype(np.float32)
    return np.split(opinions, np.cumsum([len(one.parts) for one in texts])[:-1])


def _together(
    texts: Sequence[Text], held_out: Sequence[NDArray[np.int64]], said: Sequence[Fold], strange: Strange
) -> Heard:
    count = len(texts)
    opinions = np.zeros((count, *said[0].opinions.shape[1:]), np.float32)
    numbers, cosines = np.full((count, VOTERS), -1, np.int32), np.zeros((count, VOTERS), np.float32)
    parts: dict[int, Scores] = {}
    for held, one in zip(held_out, said, strict=True):
        opinions[held], numbers[held], cosines[held] = one.opinions, one.numbers, one.cosines
        parts.update(zip(held.tolist(), one.parts, strict=True))
    nearest = NearRows([one.id for one in texts], numbers, cosines)
    return Heard(
        opinions=opinions,
        nearest=nearest,
        parts=[parts[i] for i in range(count)],
        strange=strange,
        made=[joined for one in said for joined in one.made],
        without_newest=said[-1].encoder,
    )
