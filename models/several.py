"""Which intents a message has besides its main one, and in which of its parts each is asked for.

Whatever might be asked for too is a candidate: what the whole is taken for next, what its words speak for, and what one
of its parts is taken for. What the whole and the parts say of a candidate, and how a part begins (a number before it,
"and another thing"), are weighed by a logistic curve, learned from what was said of messages unseen: the same weights
for all intents, so that a few dozen messages with several requests teach them (one-against-the-rest with stacked
scores: Read et al., Classifier Chains for Multi-label Classification, 2011, compare such).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from salver.models.complete import Completeness, Numbers, signs
from salver.models.intents import Said

LEAST_WORDS = 4
"""A shorter part is no request of its own."""
_LIKELY = 5
_NEVER = 1e-6
_FEATURES = 16
_MODEST = 1.0
_PERHAPS = 0.05
_PERHAPS_MOST = 2
"""At most so many intents are perhaps asked for besides what is found, each with at least this probability."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """What is said of one message, and of those of its `count` parts that are long enough, in order: their places `at`
    among all, how long they are in words, and whether they begin as people begin who turn to something else."""

    whole: Said
    parts: Said
    count: int
    at: tuple[int, ...]
    lengths: tuple[int, ...]
    turns: tuple[bool, ...]

    @classmethod
    def of(cls, whole: Said, parts: Said, texts: Sequence[str], turns_to: Callable[[str], bool]) -> "Spoken":
        """`texts` are all parts, `parts` what is said of the long ones."""
        at = long_ones(texts)
        return cls(
            whole=whole,
            parts=parts,
            count=len(texts),
            at=tuple(at),
            lengths=tuple(len(texts[i].split()) for i in at),
            turns=tuple(turns_to(texts[i]) for i in at),
        )


def long_ones(parts: Sequence[str]) -> list[int]:
    """The places of the parts that are long enough to be a request of their own."""
    return [i for i, part in enumerate(parts) if len(part.split()) >= LEAST_WORDS]


@dataclass(frozen=True, slots=True, kw_only=True)
class Further:
    """An intent, by its place, that a message may have besides its main one: the probability, 0 to 1, and the part that
    speaks for it most, None where there are no parts."""

    place: int
    probability: float
    part: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """Intents besides the main one: their places (c,), what is seen of each (c, features), and its best part or -1."""

    places: NDArray[np.int64]
    features: Numbers
    parts: NDArray[np.int64]


def candidates(spoken: Spoken) -> Candidates:
    """What a message may ask for besides its main intent."""
    chances, words = np.log(spoken.whole.chances[0] + _NEVER), spoken.whole.words[0]
    main = int(chances.argmax())
    if not spoken.at:
        return _of_one(_likely(chances, words, (), main), main, chances, words)
    each, said = np.log(spoken.parts.chances + _NEVER), spoken.parts.words
    places = _likely(chances, words, each.argmax(axis=1).tolist(), main)
    best, by_words = each[:, places].argmax(axis=0), said[:, places].argmax(axis=0)
    rows = np.arange(len(places))
    rest = said[by_words].copy()
    rest[rows, places] = -np.inf
    elsewhere = each[None, :, main].repeat(len(places), axis=0)
    elsewhere[rows, best] = np.log(_NEVER)
    tops = each.argmax(axis=1)
    features = [
        *_of_whole(places, main, chances, words),
        each[best, places],
        each[best, places] - each[best, main],
        elsewhere.max(axis=1),
        np.log(np.array(spoken.lengths)[best]),
        np.full(len(places), np.log(spoken.count)),
        tops[best] == places,
        np.minimum((tops[:, None] == places).sum(axis=0), 3),
        np.array(spoken.turns, float)[best],
        said[by_words, places],
        said[by_words, places] - said[by_words, main],
        said[by_words, places] - rest.max(axis=1),
        np.zeros(len(places)),
    ]
    return Candidates(places=places, features=np.column_stack(features), parts=np.array(spoken.at)[best])


def _likely(chances: Numbers, words: Numbers, tops: Sequence[int], main: int) -> NDArray[np.int64]:
    some = {*np.argsort(-chances)[: _LIKELY + 1].tolist(), *np.argsort(-words)[:_LIKELY].tolist(), *tops} - {main}
    return np.array(sorted(some), np.int64)


def _of_whole(places: NDArray[np.int64], main: int, chances: Numbers, words: Numbers) -> list[Numbers]:
    return [chances[places], chances[places] - chances[main], words[places], np.full(len(places), words[main])]


def _of_one(places: NDArray[np.int64], main: int, chances: Numbers, words: Numbers) -> Candidates:
    """A message that is one part: what holds for the whole holds for the part."""
    none = np.zeros(len(places))
    others = np.array([np.delete(words, one).max(initial=-1.0) for one in places])
    features = [
        *_of_whole(places, main, chances, words),
        chances[places],
        chances[places] - chances[main],
        none + np.log(_NEVER),
        none,
        none,
        none,
        none,
        none,
        words[places],
        words[places] - words[main],
        words[places] - others,
        none + 1,
    ]
    return Candidates(places=places, features=np.column_stack(features), parts=np.full(len(places), -1, np.int64))


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a message asks for besides its main intent, what it might ask for and what that says, likeliest first."""

    asked: tuple[Further, ...]
    left: tuple[Further, ...]
    signs: Numbers

    @property
    def perhaps(self) -> tuple[Further, ...]:
        """The few that are likeliest to be asked for though they are left."""
        return tuple(one for one in self.left[:_PERHAPS_MOST] if one.probability >= _PERHAPS)

    @classmethod
    def of(cls, spoken: Spoken, further: Sequence[Further], least: float) -> "Told":
        """What has at least some probability is asked for."""
        asked = tuple(one for one in further if one.probability >= least)
        left = tuple(one for one in further if one.probability < least)
        found = {int(spoken.whole.chances[0].argmax()), *(one.place for one in asked)}
        chances = [one.probability for one in left]
        return cls(
            asked=asked,
            left=left,
            signs=signs(chances, spoken.parts.chances, spoken.turns, found),
        )


class SeveralIntents:
    """The weights of what is seen, (features + 1,), the last one alone; and whether all was found."""

    def __init__(self, weights: Numbers, whole: Completeness | None = None) -> None:
        if weights.shape != (_FEATURES + 1,):
            raise ValueError("these are no weights of further intents")
        self._weights = weights
        self._whole = whole or Completeness.unlearned()

    @classmethod
    def fit(cls, features: Numbers, asked: NDArray[np.bool_], worth: Numbers) -> "SeveralIntents":
        """Learn from candidates, (c, features), whether each was asked for, and how much each counts.

        Where all or none were asked for nothing can be learned, and nothing is ever found.
        """
        from sklearn.linear_model import LogisticRegression

        if asked.all() or not asked.any():
            return cls.never()
        mean, spread = features.mean(axis=0), features.std(axis=0) + 1e-9
        model = LogisticRegression(C=_MODEST, max_iter=500)
        model.fit((features - mean) / spread, asked, sample_weight=worth)
        weights = model.coef_[0] / spread
        return cls(np.r_[weights, model.intercept_[0] - weights @ mean])

    @classmethod
    def never(cls) -> "SeveralIntents":
        """Finds nothing besides the main intent."""
        return cls(np.r_[np.zeros(_FEATURES), -20.0])

    def with_whole(self, whole: Completeness) -> "SeveralIntents":
        """The same, with what was learned of whether all was found."""
        return SeveralIntents(self._weights, whole)

    def chances(self, features: Numbers) -> Numbers:
        """(c,): the probability of each candidate."""
        return np.asarray(1 / (1 + np.exp(-(features @ self._weights[:-1] + self._weights[-1]))))

    def further(self, spoken: Spoken, least: float = 0.0) -> tuple[Further, ...]:
        """The intents that a message has besides its main one with at least this probability, likeliest first."""
        return self.further_of(candidates(spoken), least)

    def further_of(self, found: Candidates, least: float = 0.0) -> tuple[Further, ...]:
        """The same of candidates."""
        chances = self.chances(found.features)
        rows = zip(found.places.tolist(), chances.tolist(), found.parts.tolist(), strict=True)
        some = [Further(place=at, probability=p, part=None if part < 0 else part) for at, p, part in rows if p >= least]
        return tuple(sorted(some, key=lambda one: -one.probability))

    def told(self, spoken: Spoken, least: float) -> tuple[Told, float]:
        """What a message asks for with at least this probability, and the probability that this is all."""
        found = Told.of(spoken, self.further(spoken), least)
        return found, self._whole.chance(found.signs)

    def to_json(self) -> dict[str, list[float]]:
        return {"weights": self._weights.tolist(), "whole": self._whole.to_json()}

    @classmethod
    def from_json(cls, saved: Mapping[str, Any]) -> "SeveralIntents":
        """A bundle from before it was learned whether all was found has no weights of that."""
        whole = Completeness.from_json(saved["whole"]) if "whole" in saved else None
        return cls(np.asarray(saved["weights"], dtype=np.float64), whole)
