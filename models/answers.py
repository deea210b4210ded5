"""Which past answers would resolve a request, by all that is known of each: the words and vectors of what it answered,
its own words, how often and how lately it was given, how it was received, its language and its intent.

Each of these is an opinion. They are weighed by what they were worth for questions that came later than the answers
that were known (a conditional logit: McFadden, Conditional Logit Analysis of Qualitative Choice Behavior, 1974), so
that the whole is as good as its best part or better.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from salver.models.index import CaseIndex
from salver.models.intents import weigh_opinions
from salver.models.ports import Encoder
from salver.models.words import WordIndex

OPINIONS = ("near", "words", "vector", "unasked", "often", "recent", "received", "lang", "intent", "liking")
"""The votes of the nearest cases; the words shared with what it says and answered; the cosine to an answer of which no
question is known, and that none is; how often it was given; how lately; how it was received; whether it is in the
language of the request; the chance of its intent; how willingly agents took it when it was suggested."""

KNOWN = "known"
"""Beside the weights: the share of requests whose answer is among those that are known."""

WEIGHTS: Mapping[str, float] = {
    KNOWN: 0.6,
    "near": 0.35,
    "words": 0.7,
    "vector": 0.3,
    "unasked": 1.0,
    "often": 0.6,
    "recent": 0.5,
    "received": 0.5,
    "lang": 3.0,
    "intent": 0.5,
    "liking": 0.5,
}
"""What the opinions are worth before anything is learned: not far from what the sample company taught."""

_AT_LEAST: Mapping[str, float] = {"recent": 0.3, "received": 0.3, "liking": 0.5}
"""Between answers that are equal otherwise the newer and the better received is preferred, whatever agents did; and
what they did with suggestions counts, though the archive that is learned from says nothing of it."""

_SHARPNESS = 24.0
"""How much more a nearer case says: its vote is exp(24 * cosine), as for templates."""
_NO_VOTE = 1e-3
_UNLIKELY = 2e-3
_BY_WORDS = 50
"""Answers that are looked at for their words, besides those of near cases."""
_UNASKED = 100
_HALF_LIVES = 4
"""An answer that was last given a quarter of the archive's time ago counts half."""
_FEWEST = 10
_DOUBT = 20
"""What is learned from so many examples counts as much as what was thought before; fewer than 10 teach nothing."""
_ABSENT = -1e6

Weights: TypeAlias = Mapping[str, float]
Near: TypeAlias = Sequence[tuple[int, float]]
"""Pairs of an answer's number and the cosine of a case it was given in."""
_KNOWN = ("unasked", "often", "newest", "received", "lang", "intent", "liking")
"""What is known of an answer besides its words."""

Scores = NDArray[np.float64]
Numbers = NDArray[np.int64]
Vector: TypeAlias = NDArray[np.float32]
Example: TypeAlias = tuple[Scores, int]
"""What was said of some answers, (n, opinions), and the place of the one that was given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is known of an answer: its text, and of the cases it was given in their questions, how many they were, when
    the last was (seconds of any clock, None when it is not known), how they ended (0 to 1), language and intent, and
    how willingly agents took it when it was suggested (0 to 1, a half where it never was).

    An answer without questions is found by what it says itself.
    """

    text: str
    questions: tuple[str, ...] = ()
    often: int = 0
    newest: float | None = None
    received: float = 0.5
    lang: str = ""
    intent: str = ""
    liking: float = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A request: its masked text and vector, its language, and the probabilities of its likeliest intents."""

    text: str
    vector: Vector
    lang: str = ""
    intents: Mapping[str, float]


class AnswerIndex:
    """Answers by number, from 0 without large gaps, and what each is worth for a request."""

    def __init__(self, answers: Mapping[int, Answer], encoder: Encoder) -> None:
        self._encoder = encoder
        self._words = WordIndex(list(answers), [_words(one) for one in answers.values()])
        self._unasked = CaseIndex(encoder.dim)
        self._langs: dict[str, int] = {}
        self._intents: dict[str, int] = {}
        self._known = np.zeros((0, len(_KNOWN)))
        self._note(answers)

    def put(self, answers: Mapping[int, Answer]) -> None:
        """Put in answers; one whose number is there already is replaced."""
        self._note(answers)
        self._words.put(list(answers), [_words(one) for one in answers.values()])

    def drop(self, numbers: Sequence[int]) -> None:
        """Remove answers so that their words and vectors are gone; unknown numbers are ignored."""
        self._words.drop(numbers)
        self._unasked.remove(list(map(str, numbers)))

    def rank(self, wanted: Wanted, near: Near, weights: Weights) -> list[tuple[int, float]]:
        """Pairs of number and chance, 0 to 1, best first; their sum is the chance that it is any of them."""
        numbers, said = self.opinions(wanted, near)
        if not len(numbers):
            return []
        odds = said @ np.array([weights.get(name, 0.0) for name in OPINIONS])
        worth = np.exp(odds - odds.max())
        worth *= min(weights.get(KNOWN, 1.0), 1.0) / worth.sum()
        order = np.argsort(-worth, kind="stable")
        return list(zip(numbers[order].tolist(), worth[order].tolist(), strict=True))

    def example(self, wanted: Wanted, near: Near, given: int) -> Example | None:
        """What is said of the answers that may be meant, and which of them was given; None when it is none of them."""
        numbers, said = self.opinions(wanted, near)
        place = np.flatnonzero(numbers == given)
        return (said, int(place[0])) if len(place) else None

    def opinions(self, wanted: Wanted, near: Near) -> tuple[Numbers, Scores]:
        """The numbers of the answers that may be meant, (n,), and what is said of each: (n, opinions).

        `near` are the answers of the nearest cases.
        """
        words = self._words.scores(wanted.text)
        votes = _votes(near, len(words))
        cosines = self._cosines(wanted.vector)
        meant = votes[: len(words)] > 0
        meant[_best(words)] = True
        meant[[one for one in cosines if one < len(words)]] = True
        numbers = meant.nonzero()[0]
        unasked, often, newest, received, lang, intent, liking = self._known[numbers].T
        said = np.empty((len(OPINIONS), len(numbers)))
        said[0] = np.log(votes[numbers] + _NO_VOTE)
        said[1] = words[numbers]
        said[2] = 10 * unasked * _values(cosines, numbers)
        said[3] = unasked
        said[4] = np.log(np.maximum(often, 1))
        said[5] = np.exp2(_HALF_LIVES * (newest - self._newest) / self._span)
        said[6] = received
        said[7] = lang == self._langs.get(wanted.lang, -1)
        said[8] = self._chances(wanted.intents)[intent.astype(np.int64)]
        said[9] = _odds(liking)
        return numbers, said.T

    def note(self, answers: Mapping[int, Answer]) -> None:
        """Let something else be known of answers that are there; their words stay as they are."""
        for number, one in answers.items():
            self._known[number, -1] = one.liking

    def rarest(self, words: Sequence[str], top: int) -> list[str]:
        """The rarest of some words among the answers and what they answered."""
        return self._words.rarest(words, top)

    def _note(self, answers: Mapping[int, Answer]) -> None:
        """Keep what is known of answers besides their words."""
        known = np.zeros((max([len(self._known) - 1, *answers]) + 1, len(_KNOWN)))
        known[: len(self._known)] = self._known
        for number, one in answers.items():
            newest = -np.inf if one.newest is None else one.newest
            lang = self._langs.setdefault(one.lang, len(self._langs))
            intent = self._intents.setdefault(one.intent, len(self._intents))
            known[number] = not one.questions, one.often, newest, one.received, lang, intent, one.liking
        self._known = known
        times = known[(known[:, 1] > 0) & np.isfinite(known[:, 2]), 2]
        self._newest = float(times.max()) if len(times) else 0.0
        self._span = max(self._newest - float(times.min()), 1e-9) if len(times) else 1.0
        self._place(answers)

    def _place(self, answers: Mapping[int, Answer]) -> None:
        """Those of which no question is known stand where they would stand as questions."""
        self._unasked.remove(list(map(str, answers)))
        unasked = {str(number): one.text for number, one in answers.items() if not one.questions}
        if unasked:
            self._unasked.add(list(unasked), self._encoder.encode(list(unasked.values())))

    def _cosines(self, vector: Vector) -> dict[int, float]:
        """Of the answers of which no question is known the nearest."""
        if not len(self._unasked):
            return {}
        (found,) = self._unasked.nearest(vector[None, :], _UNASKED)
        return {int(name): cosine for name, cosine in found}

    def _chances(self, intents: Mapping[str, float]) -> Scores:
        """(intents + 1,): the log of the chance of each intent that an answer was given to, the last of any other."""
        chances = np.full(len(self._intents) + 1, _UNLIKELY)
        for name, chance in intents.items():
            chances[self._intents.get(name, -1)] += chance
        return np.asarray(np.log(chances) if intents else 0 * chances)


def moved(chance: float, liking: float, weights: Weights) -> float:
    """A chance, 0 to 1, moved by how willingly agents took the text, as the chances of past answers are."""
    if not 0 < chance < 1:
        return chance
    odds = chance / (1 - chance) * float(np.exp(weights.get("liking", 0.0) * _odds(liking)))
    return odds / (1 + odds)


def _odds(liking: Any) -> Any:
    """The log of the odds that agents take a text: 0 where nothing is known."""
    return np.log(liking / (1 - liking))


def weigh(examples: Sequence[Example | None]) -> dict[str, float]:
    """What the opinions are worth, and how often the answer was among those that are known: else an example is None."""
    found = [one for one in examples if one and len(one[0]) > 1]
    if len(found) < _FEWEST:
        return dict(WEIGHTS)
    padded = np.full((len(found), max(len(said) for said, _ in found), len(OPINIONS)), _ABSENT)
    for row, (said, _) in enumerate(found):
        padded[row, : len(said)] = said
    weights = weigh_opinions(padded, np.array([truth for _, truth in found])).tolist()
    told = dict(zip(OPINIONS, weights, strict=True)) | {KNOWN: sum(map(bool, examples)) / len(examples)}
    trust = len(found) / (len(found) + _DOUBT)
    return {
        name: max(trust * told[name] + (1 - trust) * usual, _AT_LEAST.get(name, 0.0)) for name, usual in WEIGHTS.items()
    }


def _words(answer: Answer) -> str:
    return "\n".join([answer.text, *answer.questions])


def _votes(near: Near, width: int) -> Scores:
    """(width,): the shares of the votes that the near cases of each answer have."""
    cosines = np.array([cosine for _, cosine in near])
    worth = np.exp(_SHARPNESS * (cosines - cosines.max(initial=-1.0)))
    shares = np.bincount(np.array([number for number, _ in near], np.int64), worth / worth.sum(), width)
    return np.asarray(shares, np.float64)


def _best(scores: Scores) -> Numbers:
    """The places of the highest scores above 0."""
    found: Numbers = scores.nonzero()[0]
    return found if len(found) <= _BY_WORDS else found[np.argpartition(-scores[found], _BY_WORDS)[:_BY_WORDS]]


def _values(cosines: Mapping[int, float], numbers: Numbers) -> Scores | float:
    """(n,): the cosine of each; of one that is not among the nearest that of the last of these."""
    if not cosines:
        return 0.0
    lowest = min(cosines.values())
    return np.array([cosines.get(one, lowest) for one in numbers.tolist()])
