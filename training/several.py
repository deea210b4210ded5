"""What else messages ask for, learned from cases with several intents; and, where these are few, from joined messages.

Two messages that want different things, one below the other, are a message with two requests whose parts are known. How
many messages ask for several things nobody can see in an archive with one label a case: a tenth is presumed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from salver.models.several import Candidates, Further, SeveralIntents, Spoken, candidates, complete, long_ones
from salver.pipeline.split import turns_to
from salver.training.fit import Unseen
from salver.training.unseen import Made

_PRESUMED = 0.1
"""The share of messages that ask for several things, where fewer say so."""
_MISSED = 3.0
"""An intent that is missed is so many times worse than one that is wrongly found: the first leaves a request without an
answer, the second brings a message to a person."""
_GRID = tuple(round(0.02 * step, 2) for step in range(1, 46))
_TAUGHT = 20_000
"""Messages from which this is learned at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Several:
    """The model, the least probability of a further intent, and for each lesson what was found in it unseen."""

    model: SeveralIntents
    at: float
    found: tuple[tuple[Further, ...], ...]

    def complete(self) -> list[float]:
        """The probability that nothing else is asked in each lesson."""
        return [complete(one for one in some if one.probability < self.at) for some in self.found]

    def kept(self) -> list[tuple[Further, ...]]:
        """What counts of what was found in each lesson."""
        return [tuple(one for one in some if one.probability >= self.at) for some in self.found]


def learn_several(
    intents: Sequence[Sequence[str]], parts: Sequence[Sequence[str]], unseen: Unseen, labels: Sequence[str]
) -> Several:
    """Learn from the `intents` of messages, their `parts`, and what was said of these unseen.

    What is found in a message is told by what the other folds taught.
    """
    place = {label: i for i, label in enumerate(labels)}
    truth = [{place[one] for one in some if one in place} for some in intents]
    seen = [candidates(spoken_of(i, some, unseen)) for i, some in enumerate(parts)]
    examples = _Examples(seen, truth, unseen.made)
    found: list[tuple[Further, ...]] = [()] * len(truth)
    for held in unseen.folds:
        inside = set(held.tolist())
        model = examples.fit([i for i in range(len(truth)) if i not in inside])
        for i in held.tolist():
            found[i] = model.further_of(seen[i])
    at = _threshold(found, [row - {int(unseen.probabilities[i].argmax())} for i, row in enumerate(truth)])
    return Several(model=examples.fit(range(len(truth))), at=at, found=tuple(found))


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
        lacking = max(0.0, _PRESUMED * len(rows) - sum(len(truth) > 1 for _, truth, _ in rows))
        rows += [(one, truth, lacking / len(self._made)) for one, truth in self._made if lacking]
        asked = [np.isin(one.places, list(truth)) for one, truth, _ in rows]
        worth = [np.full(len(one.places), share) for one, _, share in rows]
        return SeveralIntents.fit(
            np.concatenate([one.features for one, _, _ in rows]), np.concatenate(asked), np.concatenate(worth)
        )


def _threshold(found: Sequence[Sequence[Further]], truth: Sequence[set[int]]) -> float:
    """Where what is missed and what is wrongly found is least, the first counted `_MISSED` times."""
    chances = np.array([one.probability for some in found for one in some])
    right = np.array([one.place in row for some, row in zip(found, truth, strict=True) for one in some], bool)
    if not right.any():
        return _GRID[-1]

    def cost(at: float) -> float:
        return _MISSED * float((right & (chances < at)).sum()) + float((~right & (chances >= at)).sum())

    return min(_GRID, key=lambda at: (cost(at), -at))
