"""One stretch of an archive decided: what is said of its messages, what would be sent, and why it would not be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from salver.data.answer import Template
from salver.data.case import PastCase
from salver.data.company import Company
from salver.data.decision import Reason
from salver.data.reading import Reading, Urgency
from salver.models.choice import FREE, Key, TemplateChoice
from salver.models.grams import Grams
from salver.models.history import HistoryEncoder
from salver.models.intents import Said
from salver.models.scope import LearnedScope, density
from salver.models.urgency import OrderedUrgency
from salver.pipeline.claims import claim
from salver.pipeline.compose import LANGUAGES
from salver.pipeline.vote import votes_for
from salver.training.fit import Unseen
from salver.training.hindsight import Arrays, Heard
from salver.training.prepare import Lesson
from salver.training.rehearse import Rehearsal, Rehearsed
from salver.training.several import Several, spoken_of

Shares = list[list[dict[str, float]]]


@dataclass(frozen=True, slots=True)
class Brain:
    """What the first messages taught for good: how opinions and choices are weighed, what else is asked, what is known,
    and urgency."""

    encoder: Arrays
    weights: NDArray[np.float64]
    several: Several
    scope: LearnedScope
    scope_at: float
    urgency: OrderedUrgency
    choice: TemplateChoice


@dataclass(frozen=True, slots=True)
class Past:
    """What was known at one moment: the lessons, their cases, their templates, and how to choose among these."""

    lessons: Sequence[Lesson]
    cases: Mapping[str, PastCase]
    templates: tuple[Template, ...]
    choice: TemplateChoice


def chosen(lessons: Sequence[Lesson], cases: Mapping[str, PastCase]) -> list[tuple[str, Key]]:
    """What each lesson's answer was made of, beside its question."""
    made = [next(iter(cases[one.case.id].templates), FREE) for one in lessons]
    return [(one.question, (one.case.intent, one.lang, name)) for one, name in zip(lessons, made, strict=True)]


def words_of(templates: Sequence[Template]) -> dict[Key, str]:
    """The templates' own words, by the choice that each is."""
    return {(one.intent, one.lang, one.id): one.text for one in templates}


class Seen:
    """What is seen of the messages of a stretch, by a brain and the past."""

    def __init__(self, lessons: Sequence[Lesson], heard: Heard, brain: Brain, past: Past) -> None:
        """Of `lessons` nothing is looked at here that is not known when a message comes."""
        self._lessons, self._past, self._brain = lessons, past, brain
        self._unseen = _unseen(heard, brain)
        spoken = [spoken_of(i, one.parts, self._unseen) for i, one in enumerate(lessons)]
        told = [brain.several.model.told(one, brain.several.at) for one in spoken]
        self._whole = [whole for _, whole in told]
        self.rehearsal = Rehearsal(lessons, self._unseen, heard.labels, [some for some, _ in told], self._whole)

    def shares(self) -> Shares:
        """For each request of each lesson the chance of each template."""
        past, asked = self._past, list[tuple[int, str, str]]()
        for i, (one, requests) in enumerate(zip(self._lessons, self.rehearsal.requests, strict=True)):
            asked.append((i, one.question, requests[0].intent))
            asked += [(i, more.text, more.intent) for more in requests[1:]]
        found: Shares = [[] for _ in self._lessons]
        for (i, _, intent), row in zip(asked, past.choice.cosines([text for _, text, _ in asked]), strict=True):
            lang = self._lessons[i].lang
            votes = votes_for(intent, lang, self._unseen.nearest[i], past.cases, past.templates)
            found[i].append(past.choice.shares(row, intent, lang, votes))
        return found

    def readings(self) -> list[Reading]:
        """What was understood of each message."""
        densities = [density(row) for row in self._unseen.nearest]
        known = self._brain.scope.known(densities, self._unseen.probabilities.max(axis=1).tolist())
        return [
            Reading(
                lang=one.lang,
                lang_probability=1.0,
                requests=requests,
                urgency=one.urgency,
                urgency_probability=max(one.levels),
                urgency_because="",
                scope=scope,
                in_scope=scope >= self._brain.scope_at,
                complete=whole,
            )
            for one, requests, scope, whole in zip(
                self._lessons, self.rehearsal.requests, known, self._whole, strict=True
            )
        ]


def _unseen(heard: Heard, brain: Brain) -> Unseen:
    """What was heard, weighed."""
    weigh = brain.weights
    return Unseen(
        said=Said.of(heard.opinions.astype(np.float64), weigh),
        nearest=heard.nearest,
        parts=tuple(Said.of(one.astype(np.float64), weigh) for one in heard.parts),
        made=(),
        strange=None,
        folds=(),
        without_newest=HistoryEncoder.from_arrays(brain.encoder, Grams()),
    )


def stopped(
    reading: Reading, answer: Rehearsed, shares: Sequence[Mapping[str, float]], past: Past, company: Company,
    never: Sequence[str],
) -> str:  # fmt: skip
    """The reason for which a message is answered at no bound, as `decide` would give it; or nothing."""
    if reading.lang not in company.languages or reading.lang not in LANGUAGES:
        return Reason.OTHER_LANGUAGE
    if not reading.in_scope:
        return Reason.OUT_OF_SCOPE
    if reading.urgency >= Urgency.HIGH:
        return Reason.URGENT
    if set(answer.intents) & set(never):
        return Reason.NEVER_ANSWERED
    if answer.eligible:
        return ""
    if len(answer.intents) > 1:
        return Reason.SEVERAL_REQUESTS
    texts = {one.id: one.text for one in past.templates}
    best = min((one for one in shares[0] if one != FREE), key=lambda one: (-shares[0][one], one), default="")
    if not best:
        return Reason.NO_TEMPLATE
    if claim(texts[best]):
        return Reason.CLAIMS_A_DEED
    return Reason.PERHAPS_MORE if answer.perhaps_more else Reason.SLOT_OPEN
