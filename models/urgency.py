"""How soon somebody must act: four ordered levels.

The model asks three questions of a text, each answered by a linear model on its words and on `cues`: is it more than
low, more than normal, more than high (Frank and Hall, A Simple Approach to Ordinal Classification, 2001). What a score
is worth as a probability is learned from texts that the scoring had not seen (Platt, Probabilistic Outputs for Support
Vector Machines, 1999). Words count by being there, not by how often; those that only call for haste do not count.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, hstack

from salver.data.reading import Urgency
from salver.models.calm import calm, without_haste
from salver.models.cues import CUES, cues, matrix
from salver.models.grams import Grams, TfIdf, known_features
from salver.models.linear import Linear
from salver.models.presumed import Chances
from salver.models.projection import Projection

_QUESTIONS = len(Urgency) - 1
_ENOUGH = 20_000
"""Unseen texts on which the worth of a score is learned: two numbers a question."""
_NO_CHARACTERS = (2, 1)
_TOLD = 3
_WORD = re.compile(r"[^\W\d_]{4,}")
_SLOT = re.compile(r"\{\w+\}")


class OrderedUrgency:
    """Weights of three questions, (3, words + cues) and (3,); `columns` and `rarity` say which words count, and how.

    A pair of words counts as a word. Characters do not: what was never learned of, moves nothing.
    """

    def __init__(
        self,
        columns: NDArray[np.int32],
        rarity: NDArray[np.float32],
        weights: NDArray[np.float32],
        bias: NDArray[np.float32],
    ) -> None:
        self._grams = Grams(*_NO_CHARACTERS, known=known_features([columns]))
        self._weigh = TfIdf.of_arrays(columns, rarity, self._grams)
        self._columns = columns
        self._weights = weights
        self._by_word = np.ascontiguousarray(weights[:, : -len(CUES)].T)
        self._by_cue = weights[:, -len(CUES) :].T
        self._each = Projection(self._grams, self._weigh, self._by_word)
        self._bias = bias

    @classmethod
    def fit(cls, texts: Sequence[str], chances: Chances, held_out: Sequence[NDArray[np.int64]]) -> "OrderedUrgency":
        """Learn from texts with the probabilities of their levels, 1 where they are known.

        `held_out` has the places of the texts that are left out in turn to learn what scores are worth.
        """
        quiet = [calm(text) for text in texts]
        counts = _there(Grams(*_NO_CHARACTERS).matrix([without_haste(text) for text in quiet]))
        facts = matrix([cues(text) for text in quiet])
        above = np.cumsum(chances[:, ::-1], axis=1)[:, -2::-1]
        scores, tried = np.zeros((len(texts), _QUESTIONS)), np.zeros(0, np.int64)
        for held in held_out:
            rest = np.setdiff1d(np.arange(len(texts)), held)
            if not len(rest):
                continue
            weigh, weights, bias = _learned(counts[rest], facts[rest], above[rest])
            scores[held] = _features(weigh, counts[held], facts[held]) @ weights.T + bias
            tried = np.r_[tried, held]
            if len(tried) >= _ENOUGH:
                break
        weigh, weights, bias = _learned(counts, facts, above)
        slope, start = np.array([_worth(scores[tried, q], above[tried, q]) for q in range(_QUESTIONS)], np.float32).T
        return cls(weigh.columns, weigh.rarity, weights * slope[:, None], bias * slope + start)

    def levels(self, texts: Sequence[str]) -> list[tuple[Urgency, float, str]]:
        """For each text the level, its probability, and what moved it."""
        quiet = [calm(text) for text in texts]
        facts = [cues(text) for text in quiet]
        chances = self._chances(quiet, facts)
        return [
            (Urgency(int(row.argmax())), float(row.max()), self._because(text, known, Urgency(int(row.argmax()))))
            for text, known, row in zip(quiet, facts, chances, strict=True)
        ]

    def chances(self, texts: Sequence[str]) -> Chances:
        """For each text the probability of each level."""
        quiet = [calm(text) for text in texts]
        return self._chances(quiet, [cues(text) for text in quiet])

    def _chances(self, quiet: Sequence[str], facts: Sequence[dict[str, str]]) -> Chances:
        words = np.array([self._of_words(text) for text in quiet]).reshape(-1, _QUESTIONS)
        odds = words + matrix(facts) @ self._by_cue + self._bias
        above = np.minimum.accumulate(1 / (1 + np.exp(-odds.astype(np.float64))), axis=1)
        edges = np.hstack([np.ones((len(quiet), 1)), above, np.zeros((len(quiet), 1))])
        return np.asarray(edges[:, :-1] - edges[:, 1:])

    def _of_words(self, quiet: str) -> NDArray[np.float32]:
        """(3,): what the words of a text say to each question; each counts once, by its rarity."""
        there, _ = self._grams.of(quiet)
        rarity = self._weigh.rarity[there]
        return np.asarray(rarity @ self._by_word[there] / max(float(np.linalg.norm(rarity)), 1e-9))

    def _because(self, quiet: str, facts: Mapping[str, str], level: Urgency) -> str:
        """The facts and words that speak most for the level; for a normal one what speaks against a pressing fact."""
        if level == Urgency.NORMAL:
            pressing = "; ".join(self._told(facts, 1, 1)[:_TOLD])
            against = [*self._told(facts, 1, -1), *self._telling(quiet, 1, -1)][:1] if pressing else []
            return ", but ".join([pressing, *against]) or "Nothing in it is pressing."
        question, sign = (level - 1, 1) if level else (0, -1)
        told = [*self._told(facts, question, sign), *self._telling(quiet, question, sign)]
        return "; ".join(told[:_TOLD]) or "By the whole of its words."

    def _told(self, facts: Mapping[str, str], question: int, sign: int) -> list[str]:
        """The facts that move the answer to a question up (sign 1) or down (-1)."""
        moving = sign * self._by_cue[:, question]
        return [f'{name}: "{words}"' for name, words in facts.items() if moving[CUES.index(name)] > 0]

    def _telling(self, quiet: str, question: int, sign: int) -> list[str]:
        """The words that do so, the most telling first."""
        words = sorted(set(_WORD.findall(_SLOT.sub(" ", quiet).casefold())))
        moving = sign * self._each.sums(words)[:, question]
        best = np.argsort(-moving, kind="stable")[:_TOLD]
        return [f'the word "{words[i]}"' for i in best if moving[i] > 0]

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        return {
            "words": self._columns,
            "rarity": self._weigh.rarity,
            "weights": self._weights,
            "bias": self._bias,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> "OrderedUrgency":
        """The model as it was saved. Raises ValueError when its parts do not belong together."""
        columns, weights, bias = arrays["words"], arrays["weights"], arrays["bias"]
        if weights.shape != (_QUESTIONS, len(columns) + len(CUES)) or bias.shape != (_QUESTIONS,):
            raise ValueError("there are three questions")
        return cls(columns, arrays["rarity"], weights, bias)


def _learned(
    counts: csr_matrix, facts: NDArray[np.float32], above: Chances
) -> tuple[TfIdf, NDArray[np.float32], NDArray[np.float32]]:
    """What words are worth, and the weights and biases of the questions. What is half sure counts as it is likelier."""
    weigh = TfIdf.fit(counts)
    features = _features(weigh, counts, facts)
    models = [Linear.sparse(features, (above[:, q] > 0.5).astype(np.int64), 2) for q in range(_QUESTIONS)]
    weights = np.array([one.weights[1] for one in models], np.float32)
    return weigh, weights, np.array([one.bias[1] for one in models], np.float32)


def _features(weigh: TfIdf, counts: csr_matrix, facts: NDArray[np.float32]) -> csr_matrix:
    return hstack([weigh.apply(counts), csr_matrix(facts)], format="csr")


def _there(counts: csr_matrix) -> csr_matrix:
    """1 for each word that is there at all: to say it again adds nothing."""
    return csr_matrix((np.ones_like(counts.data), counts.indices, counts.indptr), shape=counts.shape)


def _worth(scores: NDArray[np.float64], above: NDArray[np.float64]) -> tuple[float, float]:
    """Slope and start of the logistic curve over scores whose probabilities fit best; it never falls.

    The targets are drawn in from 0 and 1 by one example each, so that few texts make no certainty (Lin, Lin and Weng,
    A Note on Platt's Probabilistic Outputs for Support Vector Machines, 2007).
    """
    yes, no = above.sum(), (1 - above).sum()
    wanted = above * (yes + 1) / (yes + 2) + (1 - above) / (no + 2)

    def loss(curve: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        odds = curve[0] * scores + curve[1]
        off = 1 / (1 + np.exp(-odds)) - wanted
        return float((np.logaddexp(0, odds) - wanted * odds).sum()), np.array([off @ scores, off.sum()])

    start = np.array([1.0, np.log((yes + 1) / (no + 1))])
    slope, bias = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[(0, None), (None, None)]).x
    return float(slope), float(bias)
