"""Which of the proven texts of an intent a message wants, if any.

Every text has a centre: the mean of the weighed n-grams of the messages that it answered, and of its own words
(Rocchio, Relevance feedback in information retrieval, 1971). What agents wrote freely has a centre too, so that "none
of them" is a choice. How near a message is to each centre, how often each was sent, and what the nearest cases were
sent are three opinions, weighed as those on intents are.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, log
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack

from salver.models.grams import Grams, TfIdf
from salver.models.intents import weigh_opinions

FREE = ""
"""The choice of none: an answer written by hand."""

_KEPT = 1500
"""The heaviest n-grams of a centre that are kept."""
_OWN_WORDS = 0.5
_UNVOTED = 0.01
_ABSENT = -1e6

Cosines = NDArray[np.float32]
"""(choices,) float32: how near a text is to each centre."""

_Opinion = tuple[float, float, float]
_Opinions = tuple[list[_Opinion], list[str]]
"""For each choice three, and the choices' names."""

Key = tuple[str, str, str]
"""Intent, language, and the template's identifier or FREE."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """To choose among an intent's texts in a language, given what the nearest cases were sent: shares by template."""

    intent: str
    lang: str
    votes: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A masked message and what was chosen for it. `ask` is to choose knowing its intent, `blind` knowing what was
    taken for its requests without having seen it: the text of each, the main one's first, and what to choose from."""

    text: str
    key: Key
    ask: Ask
    blind: tuple[tuple[str, Ask], ...]


class Centres:
    """A row a choice: (choices, n-grams), each of length 1, and how often each was made."""

    def __init__(self, rows: csr_matrix, keys: tuple[Key, ...], times: NDArray[np.float32]) -> None:
        self.rows = rows
        self.keys = keys
        self.times = times
        self._by_feature = rows.T.tocsr()
        self._log_times = np.log(times).tolist()
        self._of: dict[tuple[str, str], list[int]] = defaultdict(list)
        for place, (intent, lang, _) in enumerate(keys):
            self._of[intent, lang].append(place)

    @classmethod
    def of(cls, features: csr_matrix, keys: Sequence[Key], own: Mapping[Key, csr_matrix]) -> "Centres":
        """The centres of texts, (n, n-grams), with their choices; `own` are rows of the templates' own words."""
        members: dict[Key, list[int]] = defaultdict(list)
        for place, key in enumerate(keys):
            members[key].append(place)
        known = tuple(sorted(members))
        rows = [_centre(features[members[key]], own.get(key)) for key in known]
        times = np.array([len(members[key]) for key in known], dtype=np.float32)
        return cls(vstack(rows, format="csr") if rows else csr_matrix((0, features.shape[1])), known, times)

    def places(self, intent: str, lang: str) -> list[int]:
        """The rows of an intent's choices in a language."""
        return self._of.get((intent, lang), [])

    def cosines(self, features: csr_matrix) -> NDArray[np.float32]:
        """(n, choices): how near each of some texts is to each centre."""
        found: NDArray[np.float32] = (features @ self._by_feature).toarray()
        return found

    def opinions(self, cosines: Cosines, places: Sequence[int], votes: Mapping[str, float]) -> list[_Opinion]:
        """Three for each of some rows, given one text's cosines to all rows and the votes of its nearest cases."""
        free = max(0.0, 1 - sum(votes.values()))
        names = [self.keys[at][2] for at in places]
        voted = [free if name == FREE else votes.get(name, 0.0) for name in names]
        return [
            (10 * float(cosines[at]), self._log_times[at], log(vote + _UNVOTED))
            for at, vote in zip(places, voted, strict=True)
        ]


class TemplateChoice:
    """The centres, and what each opinion is worth."""

    def __init__(self, grams: Grams, weigh: TfIdf, centres: Centres, weights: NDArray[np.float64]) -> None:
        self._grams = grams
        self._weigh = weigh
        self._centres = centres
        self._weights = weights

    @classmethod
    def fit(
        cls,
        examples: Sequence[Example],
        folds: Sequence[NDArray[np.int64]],
        own: Mapping[Key, str],
        grams: Grams,
    ) -> tuple["TemplateChoice", list[list[dict[str, float]]]]:
        """Learn from examples; also the shares for each one's requests, asked blind, by centres that had not seen it.

        `folds` are the places of the examples held out together, `own` the words of each template.
        """
        counts = grams.matrix([one.text for one in examples])
        weigh = TfIdf.fit(counts)
        features, keys = weigh.apply(counts), [one.key for one in examples]
        words = {key: weigh.apply(grams.matrix([text])) for key, text in own.items()}
        asks = [(i, one.ask) for i, one in enumerate(examples)]
        weights = _weights(_rehearsed(asks, features, features, keys, folds, words), keys)
        blind = [(i, text, ask) for i, one in enumerate(examples) for text, ask in one.blind]
        asked = weigh.apply(grams.matrix([text for _, text, _ in blind]))
        found = _rehearsed([(i, ask) for i, _, ask in blind], asked, features, keys, folds, words)
        unseen: list[list[dict[str, float]]] = [[] for _ in examples]
        for (i, *_), (opinions, names) in zip(blind, found, strict=True):
            unseen[i].append(dict(zip(names, _chances(opinions, weights.tolist()), strict=True)))
        return cls(grams, weigh, Centres.of(features, keys, words), weights), unseen

    def with_centres(self, chosen: Sequence[tuple[str, Key]], own: Mapping[Key, str]) -> "TemplateChoice":
        """The same weights, with the centres of other texts and what was chosen for each."""
        counts = self._grams.matrix([text for text, _ in chosen])
        weigh = TfIdf.fit(counts)
        words = {key: weigh.apply(self._grams.matrix([text])) for key, text in own.items()}
        centres = Centres.of(weigh.apply(counts), [key for _, key in chosen], words)
        return TemplateChoice(self._grams, weigh, centres, self._weights)

    def cosines(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(n, choices): how near each text is to each centre."""
        return self._centres.cosines(self._weigh.apply(self._grams.matrix(texts)))

    def shares(self, cosines: Cosines, intent: str, lang: str, votes: Mapping[str, float]) -> dict[str, float]:
        """The chance of each template, given the intent; they sum to 1 less the chance of a free answer."""
        places = self._centres.places(intent, lang)
        chances = _chances(self._centres.opinions(cosines, places, votes), self._weights.tolist())
        names = [self._centres.keys[at][2] for at in places]
        return {name: chance for name, chance in zip(names, chances, strict=True) if name != FREE}

    @property
    def keys(self) -> tuple[Key, ...]:
        return self._centres.keys

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        rows = self._centres.rows
        return {
            "columns": self._weigh.columns,
            "rarity": self._weigh.rarity,
            "values": rows.data.astype(np.float32),
            "places": rows.indices.astype(np.int32),
            "starts": rows.indptr.astype(np.int64),
            "times": self._centres.times,
            "weights": self._weights,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]], keys: Sequence[Key], grams: Grams) -> "TemplateChoice":
        weigh = TfIdf.of_arrays(arrays["columns"], arrays["rarity"], grams)
        shape = (len(keys), len(weigh.columns))
        rows = csr_matrix((arrays["values"], arrays["places"], arrays["starts"]), shape=shape)
        rows.check_format(full_check=True)
        if arrays["times"].shape != (len(keys),) or arrays["weights"].shape != (3,):
            raise ValueError("the choices and their centres do not belong together")
        return cls(grams, weigh, Centres(rows, tuple(keys), arrays["times"]), arrays["weights"])


def _chances(opinions: Sequence[_Opinion], weights: Sequence[float]) -> list[float]:
    """The chance of each choice (softmax of its weighed opinions). Plain numbers: a handful is too few for numpy."""
    odds = [sum(one * weight for one, weight in zip(of_one, weights, strict=True)) for of_one in opinions]
    best = max(odds, default=0.0)
    worth = [exp(one - best) for one in odds]
    total = sum(worth)
    return [one / total for one in worth]


def _centre(members: csr_matrix, own: csr_matrix | None) -> csr_matrix:
    """The mean of some rows and, at half weight, of a template's own words; only its heaviest n-grams; of length 1."""
    mean = csr_matrix(members.mean(axis=0), dtype=np.float32)
    if own is not None:
        mean = (mean + _OWN_WORDS * own).tocsr()
    if mean.nnz > _KEPT:
        mean.data[mean.data < np.partition(mean.data, -_KEPT)[-_KEPT]] = 0
        mean.eliminate_zeros()
    mean.data /= max(float(np.linalg.norm(mean.data)), 1e-9)
    return mean


def _rehearsed(
    asks: Sequence[tuple[int, Ask]],
    asked: csr_matrix,
    features: csr_matrix,
    keys: Sequence[Key],
    folds: Sequence[NDArray[np.int64]],
    own: Mapping[Key, csr_matrix],
) -> list[_Opinions]:
    """For each ask, of the example at a place, the opinions on what may be chosen, by centres without that example's
    fold, and the choices' names. `asked` are the asks' rows, `features` those of the examples."""
    found: list[_Opinions] = [([], []) for _ in asks]
    of = np.array([i for i, _ in asks])
    for held in folds:
        kept = np.setdiff1d(np.arange(len(keys)), held)
        centres = Centres.of(features[kept], [keys[i] for i in kept], own)
        rows = np.flatnonzero(np.isin(of, held))
        for row, cosines in zip(rows.tolist(), centres.cosines(asked[rows]), strict=True):
            ask = asks[row][1]
            places = centres.places(ask.intent, ask.lang)
            if places:
                found[row] = centres.opinions(cosines, places, ask.votes), [centres.keys[at][2] for at in places]
    return found


def _weights(rehearsed: Sequence[_Opinions], keys: Sequence[Key]) -> NDArray[np.float64]:
    """The weights under which what was chosen is likeliest; an intent has few choices, so rows are filled up."""
    usable = [
        (found, names, names.index(key[2]))
        for (found, names), key in zip(rehearsed, keys, strict=True)
        if key[2] in names and len(names) > 1
    ]
    if not usable:
        return np.ones(3)
    padded = np.full((len(usable), max(len(names) for _, names, _ in usable), 3), _ABSENT)
    for row, (found, names, _) in enumerate(usable):
        padded[row, : len(names)] = found
    return weigh_opinions(padded, np.array([truth for _, _, truth in usable]))
