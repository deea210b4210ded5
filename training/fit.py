"""The parts that understand texts, learned together; and what they say of texts that they had not seen.

What is said of unseen texts comes from folds: the texts are held back in turn, everything is learned from the others,
and only then are the held ones read. Weights, thresholds and scope are learned from that and from nothing else.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax
from threadpoolctl import threadpool_limits

from salver.models.grams import Grams
from salver.models.history import HistoryEncoder
from salver.models.index import CaseIndex
from salver.models.intents import NEIGHBOURS, OPINIONS, Opinions, Scores, StackedIntents, weigh_opinions
from salver.models.linear import places
from salver.models.ports import Vectors
from salver.models.pretrained import PretrainedEncoder
from salver.pipeline.match import VOTERS

FOLDS = 4
_WORTH_A_PROCESS = 600
"""Texts from which on a fold takes longer than a process takes to start."""

AnyEncoder = HistoryEncoder | PretrainedEncoder
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


def fit_understanding(texts: Sequence[Text], encoder: str, grams: Grams) -> Understanding:
    """Learn from texts with their main intents. Texts of one group are never on both sides of a fold.

    `encoder` is "history", or the name or folder of a sentence-transformers model.
    """
    labels = tuple(sorted({one.intent for one in texts}))
    held_out = folds([one.group for one in texts])
    ready = None if encoder == HistoryEncoder.name else PretrainedEncoder(encoder)
    jobs = [_Job(texts=texts, held=held, labels=labels, ready=ready) for held in held_out]
    opinions = np.zeros((len(texts), len(labels), len(OPINIONS)))
    nearest: Nearest = [[] for _ in texts]
    parts: list[Scores] = [np.zeros((0, len(labels), len(OPINIONS))) for _ in texts]
    for held, said in zip(held_out, _side_by_side(jobs), strict=True):
        opinions[held] = said.opinions
        for row, i in enumerate(held):
            nearest[i], parts[i] = said.nearest[row], said.parts[row]
    weights = weigh_opinions(opinions, places([one.intent for one in texts], labels))
    whole = learn(texts, labels, ready, grams)
    return Understanding(
        encoder=whole.encoder,
        intents=StackedIntents(whole.opinions, weights),
        index=whole.index,
        vectors=whole.vectors,
        intent_of=whole.intent_of,
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """All parts, learned from some of the texts."""

    encoder: AnyEncoder
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


def learn(texts: Sequence[Text], labels: tuple[str, ...], ready: PretrainedEncoder | None, grams: Grams) -> Learned:
    """Learn all parts; the encoder too, unless one is ready."""
    words, intents = [one.text for one in texts], [one.intent for one in texts]
    answered = [one for one in texts if one.answer]
    answers, of_answers = [one.answer for one in answered], [one.intent for one in answered]
    encoder = ready or HistoryEncoder.fit([*words, *answers], places([*intents, *of_answers], labels), grams=grams)
    vectors = encoder.encode(words)
    return Learned(
        encoder=encoder,
        vectors=vectors,
        opinions=Opinions.fit(words, vectors, intents, labels, grams, answers, of_answers),
        index=CaseIndex.build([one.id for one in texts], vectors),
        intent_of={one.id: one.intent for one in texts},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    """Learn from all texts but the held ones, and read those."""

    texts: Sequence[Text]
    held: NDArray[np.int64]
    labels: tuple[str, ...]
    ready: PretrainedEncoder | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """What was said of the held texts, in order."""

    opinions: Scores
    nearest: Nearest
    parts: list[Scores]


def _side_by_side(jobs: Sequence[_Job]) -> list[_Said]:
    """As many folds at a time as there are cores; one after the other where that is quicker, or memory would not do."""
    cores = min(os.cpu_count() or 1, len(jobs))
    if cores < 2 or len(jobs[0].texts) < _WORTH_A_PROCESS or jobs[0].ready:
        return [_fold(job) for job in jobs]
    with ProcessPoolExecutor(cores, mp_context=get_context("forkserver"), initializer=_alone) as pool:
        return list(pool.map(_fold, jobs))


def _alone() -> None:
    """One thread a process: each has a core."""
    threadpool_limits(1)


def _fold(job: _Job) -> _Said:
    inside = set(job.held.tolist())
    held = [job.texts[i] for i in job.held]
    learned = learn([one for i, one in enumerate(job.texts) if i not in inside], job.labels, job.ready, Grams())
    opinions, nearest = learned.opinions_of([one.text for one in held])
    of_parts = learned.opinions_of([part for one in held for part in one.parts])[0]
    ends = np.cumsum([len(one.parts) for one in held])[:-1]
    return _Said(opinions=opinions, nearest=nearest, parts=np.split(of_parts, ends))


def _chances(opinions: Scores, weights: NDArray[np.float64]) -> Scores:
    return np.asarray(softmax(opinions @ weights, axis=1)) if len(opinions) else opinions[:, :, 0]
