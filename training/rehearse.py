"""What would have been decided of messages that the models had not seen, and what that teaches about thresholds.

Every threshold of a bundle comes from here: from when on a part of a message is a request of its own, from when on a
message asks for something known, and from when on it may be answered without a person.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from salver.data.answer import Template
from salver.data.case import PastCase
from salver.data.message import Address
from salver.data.profile import Profile, Seen
from salver.data.reading import Request, Scored, Urgency
from salver.models.choice import FREE, Ask, Example
from salver.models.entities import CompanyEntities
from salver.models.scope import density
from salver.models.several import LEAST_WORDS, Told
from salver.pipeline.check import says
from salver.pipeline.claims import claim
from salver.pipeline.classify import Ranked, requests_of
from salver.pipeline.decide import joint
from salver.pipeline.drift import profile_of
from salver.pipeline.fill import facts, fill, of_request
from salver.pipeline.vote import votes_for
from salver.training.evaluate import Prediction
from salver.training.fit import Unseen
from salver.training.prepare import Lesson


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsed:
    """One message: its intents, whether it would have come up for an automatic answer, how sure, and whether right.

    `intents` are those of all requests that were found, the main one first; `texts` the templates that would be sent;
    `perhaps_more` says that something else is perhaps asked for, and then it would not have come up.
    """

    prediction: Prediction
    intents: tuple[str, ...]
    eligible: bool
    confidence: float
    right: bool
    texts: tuple[str, ...] = ()
    perhaps_more: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What else decides whether a message would have been answered."""

    finder: CompanyEntities
    never: Sequence[str]
    past: Mapping[str, PastCase]


class Rehearsal:
    """The lessons beside what was said of them unseen."""

    def __init__(
        self,
        lessons: Sequence[Lesson],
        unseen: Unseen,
        labels: tuple[str, ...],
        told: Sequence[Told] = (),
        complete: Sequence[float] = (),
    ) -> None:
        """`told` is what was found besides the main intent of each lesson, unseen; nothing by default. `complete`
        is for each the probability that nothing else is asked; 1 by default."""
        self._lessons = lessons
        self._further = [one.asked for one in told] or [()] * len(lessons)
        self._more = [bool(one.perhaps) for one in told] or [False] * len(lessons)
        self._complete = complete or [1.0] * len(lessons)
        self._unseen = unseen
        self._labels = labels
        self.predictions = [
            Prediction(id=one.case.id, truth=one.case.intent, ranked=self._ranked(row), lang=one.lang)
            for one, row in zip(lessons, unseen.probabilities, strict=True)
        ]
        self.requests = [self._requested(i) for i in range(len(lessons))]

    def _ranked(self, row: np.ndarray, top: int = 5) -> tuple[Scored, ...]:
        best = np.argsort(-row, kind="stable")[:top]
        return tuple(Scored(label=self._labels[i], probability=float(row[i])) for i in best)

    def profile(self) -> Profile:
        """How the messages look to models that have not seen them."""
        return profile_of(
            [
                Seen(intent=one.found, probability=one.confidence, cosine=density(row))
                for one, row in zip(self.predictions, self._unseen.nearest, strict=True)
            ]
        )

    def _requested(self, i: int) -> tuple[Request, ...]:
        """The requests that are found in a lesson, as `classify` finds them."""
        lesson = self._lessons[i]
        whole = Ranked(text=lesson.question, intents=self.predictions[i].ranked, density=0.0)
        parts = (
            [
                Ranked(text=text, intents=self._ranked(row) if len(text.split()) >= LEAST_WORDS else (), density=0.0)
                for text, row in zip(lesson.parts, self._unseen.parts[i].chances, strict=True)
            ]
            if self._further[i]
            else []
        )
        return requests_of(whole, lesson.question, parts, self._further[i], self._labels)

    def examples(self, past: Mapping[str, PastCase], templates: Sequence[Template]) -> list[Example]:
        """What each lesson's answer was made of, and what its nearest cases were sent."""
        return [self._example(i, past, templates) for i in range(len(self._lessons))]

    def _example(self, i: int, past: Mapping[str, PastCase], templates: Sequence[Template]) -> Example:
        lesson, near, taken_for = self._lessons[i], self._unseen.nearest[i], self.predictions[i].found
        intent, lang = lesson.case.intent, lesson.lang
        asked = [(lesson.question, taken_for), *((one.text, one.intent) for one in self.requests[i][1:])]
        return Example(
            text=lesson.question,
            key=(intent, lang, next(iter(past[lesson.case.id].templates), FREE)),
            ask=Ask(intent=intent, lang=lang, votes=votes_for(intent, lang, near, past, templates)),
            blind=tuple(
                (text, Ask(intent=one, lang=lang, votes=votes_for(one, lang, near, past, templates)))
                for text, one in asked
            ),
        )

    def folds(self) -> list[NDArray[np.int64]]:
        """The same folds as the intents were read in."""
        return list(self._unseen.folds)

    def answers(
        self, shares: Sequence[Sequence[Mapping[str, float]]], templates: Sequence[Template], rules: Rules
    ) -> list[Rehearsed]:
        """What would have been answered, given the unseen `shares` of the choices for each request of each lesson.

        Right is an answer that the agent sent too, perhaps with lines added or a word changed that denies nothing, and
        that leaves no request open.
        """
        by_id = {one.id: one for one in templates}
        said = rules.finder.find([f"{one.case.subject}\n{one.case.text}" for one in self._lessons])
        return [
            self._answer(i, by_id, shares[i], facts(_sender(lesson), said[i]), rules)
            for i, lesson in enumerate(self._lessons)
        ]

    def _answer(
        self,
        i: int,
        templates: Mapping[str, Template],
        shares: Sequence[Mapping[str, float]],
        known: Mapping[str, str],
        rules: Rules,
    ) -> Rehearsed:
        lesson, prediction = self._lessons[i], self.predictions[i]
        intents = tuple(one.intent for one in self.requests[i])
        best = [_best(one) for one in shares]
        texts = [templates[one] for one in best if one]
        covered = len(texts) == len(shares) and all(
            _passes(one, known if len(shares) == 1 else of_request(known, request.text), rules)
            for one, request in zip(texts, self.requests[i], strict=True)
        )
        asked = zip(self.requests[i], shares, best, strict=True)
        chances = [request.probability * one[name] for request, one, name in asked if name]
        return Rehearsed(
            prediction=prediction,
            intents=intents,
            eligible=covered and lesson.urgency < Urgency.HIGH and not self._more[i],
            perhaps_more=self._more[i],
            confidence=joint([*chances, self._complete[i]]) if covered else 0.0,
            right=set(intents) >= set(lesson.case.intents) and _sent(best, texts, lesson, rules),
            texts=tuple(one.id for one in texts) if covered else (),
        )


def _best(shares: Mapping[str, float]) -> str | None:
    return min((one for one in shares if one != FREE), key=lambda one: (-shares[one], one), default=None)


def _passes(template: Template, known: Mapping[str, str], rules: Rules) -> bool:
    """Whether a text may go out by itself: no slot is open, no deed is claimed, and its intent is not barred."""
    return not fill(template.text, known)[1] and not claim(template.text) and template.intent not in rules.never


def _sent(best: Sequence[str | None], texts: Sequence[Template], lesson: Lesson, rules: Rules) -> bool:
    """Whether the agent's answer says all of these texts."""
    if len(texts) == 1 and best[0] in rules.past[lesson.case.id].templates:
        return True
    return bool(texts) and says(lesson.answer, "\n".join(one.text for one in texts))


def _sender(lesson: Lesson) -> Address:
    return Address(name=lesson.case.customer.name, email=lesson.case.customer.email)
