"""What else messages ask for, learned from cases with several intents; and, where these are few, from joined messages.

Two messages that want different things, one below the other, are a message with two requests whose parts are known. How
many messages ask for several things nobody can see in an archive with one label a case: a tenth is presumed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from salver.models.complete import Completeness, Numbers
from salver.models.several import Candidates, Further, SeveralIntents, Spoken, Told, candidates, long_ones
from salver.pipeline.split import turns_to
from salver.training.fit import Unseen
from salver.training.unseen import Made

_PRESUMED = 0.1
"""The share of messages that ask for several things, where fewer say so."""
_MISSED = 5.0
"""An intent that is missed is so many times worse than one that is wrongly found: the first leaves a request without an
answer, the second brings a message to a person."""
_GRID = tuple(round(0.02 * step, 2) for step in range(1, 46))
_TAUGHT = 20_000
"""Messages from which this is learned at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Several:
    """The model, the least probability of a further intent, and for each lesson, unseen: what was found in it, and the
    probability that this is all."""

    model: SeveralIntents
    at: float
    told: tuple[Told, ...]
    complete: tuple[float, ...]


def learn_several(
    intents: Sequence[Sequence[str]], parts: Sequence[Sequence[str]], unseen: Unseen, labels: Sequence[str]
) -> Several:
    """Learn from the `intents` of messages, their `parts`, and what was said of these unseen.

    What is found in a message is told by what the other folds taught.
    """
    place = {label: i for i, label in enumerate(labels)}
    truth = [{place[one] for one in some if one in place} for some in intents]
    spoken = [spoken_of(i, some, unseen) for i, some in enumerate(parts)]
    seen = [candidates(one) for one in spoken]
    examples = _Examples(seen, truth, unseen.made)
    found: list[tuple[Further, ...]] = [()] * len(truth)
    for held in unseen.folds:
        inside = set(held.tolist())
        model = examples.fit([i for i in range(len(truth)) if i not in inside])
        for i in held.tolist():
            found[i] = model.further_of(seen[i])
    mains = unseen.probabilities.argmax(axis=1).tolist()
    at = _threshold(found, [row - {main} for row, main in zip(truth, mains, strict=True)])
    told = [Told.of(one, some, at) for one, some in zip(spoken, found, strict=True)]
    model = examples.fit(range(len(truth)))
    rest = _Rest.of(told, mains, truth, unseen.made, model, at)
    return Several(
        model=model.with_whole(rest.fit(np.arange(len(truth)))),
        at=at,
        told=tuple(told),
        complete=tuple(rest.unseen(unseen.folds)),
    )


def spoken_of(i: int, parts: Sequence[str], unseen: Unseen) -> Spoken:
    """What is said of the text `i` and of its `parts`, unseen."""
    long = np.array(long_ones(parts), np.int64)
    return Spoken.of(unseen.said[i : i + 1], unseen.parts[i][long], parts, turns_to)


class _Examples:
    """Candidates of lessons and of joined messages, and which of them are asked for."""

    def __init__(self, seen: Sequence[Candidates], truth: Sequence[set[int]], made: Sequence[Made]) -> None:
        self._seen, self._truth = seen, truth
        self._made = [(candidates(one.spoken), set(one.intents)) for one in made]

    def fit(self, places: Sequence[int]) -> SeveralIntents:
        some = np.linspace(0, len(places) - 1, min(len(places), _TAUGHT)).astype(int).tolist()
        rows = [(self._seen[places[at]], self._truth[places[at]], 1.0) for at in some]
        lacking = _lacking([truth for _, truth, _ in rows])
        rows += [(one, truth, lacking / len(self._made)) for one, truth in self._made if lacking]
        asked = [np.isin(one.places, list(truth)) for one, truth, _ in rows]
        worth = [np.full(len(one.places), share) for one, _, share in rows]
        return SeveralIntents.fit(
            np.concatenate([one.features for one, _, _ in rows]), np.concatenate(asked), np.concatenate(worth)
        )


@dataclass(frozen=True, slots=True)
class _Rest:
    """What speaks for or against all being found, of lessons and, behind them, of joined messages: signs (n, 2),
    whether all was found, and how much each counts."""

    signs: Numbers
    complete: NDArray[np.bool_]
    worth: Numbers
    lessons: int

    @classmethod
    def of(
        cls,
        told: Sequence[Told],
        mains: Sequence[int],
        truth: Sequence[set[int]],
        made: Sequence[Made],
        model: SeveralIntents,
        at: float,
    ) -> "_Rest":
        joined = [Told.of(one.spoken, model.further(one.spoken), at) for one in made]
        main_of = [int(one.spoken.whole.chances[0].argmax()) for one in made]
        pairs = [set(one.intents) for one in made]
        rows = zip([*told, *joined], [*mains, *main_of], [*truth, *pairs], strict=True)
        whole = [
            len(wanted) == 1 or wanted <= {main, *(one.place for one in some.asked)} for some, main, wanted in rows
        ]
        share = _lacking(truth) / max(len(made), 1)
        return cls(
            signs=np.array([one.signs for one in [*told, *joined]]).reshape(-1, 2),
            complete=np.array(whole, bool),
            worth=np.concatenate([np.ones(len(told)), np.full(len(made), share)]),
            lessons=len(told),
        )

    def fit(self, lessons: NDArray[np.int64]) -> Completeness:
        """What some lessons, and all joined messages, teach."""
        rows = np.concatenate([lessons, np.arange(self.lessons, len(self.signs))])
        return Completeness.fit(self.signs[rows], self.complete[rows], self.worth[rows])

    def unseen(self, folds: Sequence[NDArray[np.int64]]) -> list[float]:
        """For each lesson what the other folds teach of it."""
        found = np.ones(self.lessons)
        for held in folds:
            model = self.fit(np.setdiff1d(np.arange(self.lessons), held))
            found[held] = [model.chance(row) for row in self.signs[held]]
        return found.tolist()


def _lacking(truth: Sequence[set[int]]) -> float:
    """How many messages with several intents fewer there are than are presumed."""
    return max(0.0, _PRESUMED * len(truth) - sum(len(one) > 1 for one in truth))


def _threshold(found: Sequence[Sequence[Further]], truth: Sequence[set[int]]) -> float:
    """Where what is missed and what is wrongly found is least, the first counted `_MISSED` times."""
    chances = np.array([one.probability for some in found for one in some])
    right = np.array([one.place in row for some, row in zip(found, truth, strict=True) for one in some], bool)
    if not right.any():
        return _GRID[-1]

    def cost(at: float) -> float:
        return _MISSED * float((right & (chances < at)).sum()) + float((~right & (chances >= at)).sum())

    return min(_GRID, key=lambda at: (cost(at), -at))
