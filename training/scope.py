"""From when on a message asks for something known: learned from what was said of unseen texts, and of messages that
people marked as asking for nothing known, where there are some."""

from collections.abc import Mapping, Sequence

import numpy as np

from salver.models.intents import NEIGHBOURS
from salver.models.linear import places
from salver.models.scope import LearnedScope, Seen, density
from salver.training.fit import Understanding, Unseen

_MISSED = 0.02
"""The share of known requests that may be taken for unknown."""


def learn_scope(
    found: Understanding, intents: Sequence[str], strangers: Sequence[str] = ()
) -> tuple[LearnedScope, float]:
    """The scope model, and the threshold that few known requests lie under.

    `intents` are those of the texts that were learned from, in order; `strangers` are texts that ask for nothing known.
    """
    return scope_of(found.unseen, found.intents.labels, found.intent_of, intents, _seen(found, strangers))


def scope_of(
    unseen: Unseen, labels: Sequence[str], intent_of: Mapping[str, str], intents: Sequence[str], strangers: Seen | None
) -> tuple[LearnedScope, float]:
    """The same from what was said of texts unseen; `intent_of` are the intents of the cases that were near."""
    known = Seen(
        densities=np.array([density(row) for row in unseen.nearest]),
        confidences=unseen.probabilities.max(axis=1),
    )
    left = unseen.strange or _without_their_own(unseen, labels, intent_of, intents)
    scope = LearnedScope.fit(known, left, strangers)
    chances = scope.known(known.densities.tolist(), known.confidences.tolist())
    return scope, float(np.quantile(chances, _MISSED))


def _without_their_own(
    unseen: Unseen, labels: Sequence[str], intent_of: Mapping[str, str], intents: Sequence[str]
) -> Seen:
    """What would be left to see of texts if nothing were known of their own intents."""
    rest = unseen.probabilities.copy()
    rest[np.arange(len(intents)), places(intents, labels)] = 0
    rest /= np.maximum(rest.sum(axis=1, keepdims=True), 1e-12)
    others = (
        [pair for pair in row if intent_of[pair[0]] != intent] or row[-1:]
        for row, intent in zip(unseen.nearest, intents, strict=True)
    )
    return Seen(densities=np.array([density(row) for row in others]), confidences=rest.max(axis=1))


def _seen(found: Understanding, texts: Sequence[str]) -> Seen:
    """What is seen of texts that were not learned from."""
    vectors = found.encoder.encode(texts)
    near = found.index.nearest(vectors, NEIGHBOURS)
    voting = [[(found.intent_of[case], cosine) for case, cosine in row] for row in near]
    chances = found.intents.probabilities(texts, vectors, voting)
    return Seen(
        densities=np.array([density(row) for row in near]),
        confidences=chances.max(axis=1) if len(texts) else np.zeros(0),
    )
