"""What would have been decided of messages that the models had not seen, and what that teaches about thresholds.

Every threshold of a bundle comes from here: from when on a part of a message is a request of its own, from when on a
message asks for something known, and from when on it may be answered without a person.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from salver.data.answer import Template
from salver.data.case import PastCase
from salver.data.message import Address
from salver.data.reading import Request, Scored, Urgency
from salver.models.choice import FREE, Ask, Example
from salver.models.entities import CompanyEntities
from salver.models.scope import LearnedScope
from salver.pipeline.claims import claim
from salver.pipeline.classify import Ranked, requests_of
from salver.pipeline.fill import facts, fill
from salver.pipeline.fold import DENIALS
from salver.pipeline.vote import votes_for
from salver.training.evaluate import Prediction
from salver.training.fit import Unseen, folds
from salver.training.prepare import Lesson

_WORD = re.compile(r"\w+")
_SAYS = 0.9
_PART_GRID = tuple(round(0.3 + 0.05 * step, 2) for step in range(14))
_SCOPE_MISSED = 0.02
"""The share of known requests that may be taken for unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsed:
    """One message: its intents, whether it would have come up for an automatic answer, how sure, and whether right."""

    prediction: Prediction
    eligible: bool
    confidence: float
    right: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What else decides whether a message would have been answered."""

    finder: CompanyEntities
    never: Sequence[str]
    past: Mapping[str, PastCase]


class Rehearsal:
    """The lessons beside what was said of them unseen."""

    def __init__(self, lessons: Sequence[Lesson], unseen: Unseen, labels: tuple[str, ...]) -> None:
        self._lessons = lessons
        self._unseen = unseen
        self._labels = labels
        self.predictions = [
            Prediction(id=one.case.id, truth=one.case.intent, ranked=self._ranked(row), lang=one.lang)
            for one, row in zip(lessons, unseen.probabilities, strict=True)
        ]

    def _ranked(self, row: np.ndarray, top: int = 5) -> tuple[Scored, ...]:
        best = np.argsort(-row, kind="stable")[:top]
        return tuple(Scored(label=self._labels[i], probability=float(row[i])) for i in best)

    def scope(self) -> tuple[LearnedScope, float]:
        """The scope model, and the threshold that few known requests lie under."""
        place = {label: i for i, label in enumerate(self._labels)}
        truth = np.array([place[one.case.intent] for one in self._lessons])
        intent_of = {one.case.id: one.case.intent for one in self._lessons}
        near = self._unseen.nearest
        cosines = np.array([row[0][1] if row else 0.0 for row in near])
        others = np.array(
            [
                next((cosine for case, cosine in row if intent_of[case] != one.case.intent), row[-1][1] if row else 0.0)
                for one, row in zip(self._lessons, near, strict=True)
            ]
        )
        scope = LearnedScope.fit(self._unseen.probabilities, truth, cosines, others)
        known = scope.known(cosines.tolist(), self._unseen.probabilities.max(axis=1).tolist())
        return scope, float(np.quantile(known, _SCOPE_MISSED))

    def part_at(self) -> float:
        """The probability from which on a part is a request of its own: where several are told from one best (F1)."""
        several = np.array([len(one.case.intents) > 1 for one in self._lessons])
        if not several.any():
            return _PART_GRID[-1]
        found = {at: np.array([len(self._requests(i, at)) > 1 for i in range(len(self._lessons))]) for at in _PART_GRID}
        return max(_PART_GRID, key=lambda at: (_f1(several, found[at]), at))

    def _requests(self, i: int, part_at: float) -> tuple[Request, ...]:
        lesson, near = self._lessons[i], self._unseen.nearest[i]
        whole = Ranked(text=lesson.question, intents=self.predictions[i].ranked, cosine=near[0][1] if near else 0.0)
        parts = [
            Ranked(text=text, intents=self._ranked(row), cosine=0.0)
            for text, row in zip(lesson.parts, self._unseen.parts[i], strict=True)
        ]
        return requests_of(whole, lesson.question, parts, part_at)

    def examples(self, past: Mapping[str, PastCase], templates: Sequence[Template]) -> list[Example]:
        """What each lesson's answer was made of, and what its nearest cases were sent."""
        return [self._example(i, past, templates) for i in range(len(self._lessons))]

    def _example(self, i: int, past: Mapping[str, PastCase], templates: Sequence[Template]) -> Example:
        lesson, near, taken_for = self._lessons[i], self._unseen.nearest[i], self.predictions[i].found
        intent, lang = lesson.case.intent, lesson.lang
        return Example(
            text=lesson.question,
            key=(intent, lang, next(iter(past[lesson.case.id].templates), FREE)),
            ask=Ask(intent=intent, lang=lang, votes=votes_for(intent, lang, near, past, templates)),
            blind=Ask(intent=taken_for, lang=lang, votes=votes_for(taken_for, lang, near, past, templates)),
        )

    def folds(self) -> list[NDArray[np.int64]]:
        """The same folds as the intents were read in."""
        return folds([one.case.thread or one.case.id for one in self._lessons])

    def answers(
        self, shares: Sequence[Mapping[str, float]], templates: Sequence[Template], part_at: float, rules: Rules
    ) -> list[Rehearsed]:
        """What would have been answered, given the unseen `shares` of each lesson's choices.

        Right is an answer that the agent sent too, perhaps with lines added or a word changed that denies nothing.
        """
        by_id = {one.id: one for one in templates}
        said = rules.finder.find([f"{one.case.subject}\n{one.case.text}" for one in self._lessons])
        return [
            self._answer(i, by_id, shares[i], facts(_sender(lesson), said[i]), part_at, rules)
            for i, lesson in enumerate(self._lessons)
        ]

    def _answer(
        self,
        i: int,
        templates: Mapping[str, Template],
        shares: Mapping[str, float],
        known: Mapping[str, str],
        part_at: float,
        rules: Rules,
    ) -> Rehearsed:
        lesson, prediction = self._lessons[i], self.predictions[i]
        best = min((one for one in shares if one != FREE), key=lambda one: (-shares[one], one), default=None)
        eligible = (
            best is not None
            and not fill(templates[best].text, known)[1]
            and not claim(templates[best].text)
            and prediction.found not in rules.never
            and lesson.urgency < Urgency.HIGH
            and len(self._requests(i, part_at)) == 1
        )
        return Rehearsed(
            prediction=prediction,
            eligible=eligible,
            confidence=prediction.confidence * shares[best] if best else 0.0,
            right=best is not None
            and prediction.right
            and len(lesson.case.intents) == 1
            and (best in rules.past[lesson.case.id].templates or says(lesson.answer, templates[best].text)),
        )


def says(answer: str, template: str) -> bool:
    """Whether nine tenths of a template's words stand in an answer, all that deny something among them."""
    wanted, said = (Counter(_WORD.findall(text.casefold())) for text in (template, answer))
    denied = any(wanted[word] != said[word] for word in DENIALS)
    return not denied and (wanted & said).total() >= _SAYS * max(wanted.total(), 1)


def _sender(lesson: Lesson) -> Address:
    return Address(name=lesson.case.customer.name, email=lesson.case.customer.email)


def _f1(truth: np.ndarray, found: np.ndarray) -> float:
    both = int((truth & found).sum())
    return 2 * both / max(int(truth.sum() + found.sum()), 1)
