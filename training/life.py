"""What is known of an archive as time goes on, and what would have been decided with it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from salver.data.agent import Team
from salver.data.answer import Template
from salver.data.case import PastCase
from salver.data.company import Company
from salver.data.policy import MIN_CUSTOMERS
from salver.data.reading import Reading
from salver.models.choice import Ask, TemplateChoice
from salver.models.choice import Example as Choosing
from salver.models.entities import CompanyEntities
from salver.models.grams import Grams
from salver.models.urgency import OrderedUrgency
from salver.training.bounds import calibrate
from salver.training.calibrate import Bound
from salver.training.customers import customers_of
from salver.training.desk import Desk
from salver.training.hindsight import Arrays, Heard, begun
from salver.training.lived import Brain, Past, Seen, chosen, stopped, words_of
from salver.training.parts import Text
from salver.training.played import Example, Played, Step
from salver.training.prepare import Lesson, levels_of
from salver.training.rehearse import Rehearsal, Rehearsed, Rules
from salver.training.run import team_of, texts_of
from salver.training.scope import scope_of
from salver.training.several import learn_several
from salver.training.split import folds
from salver.training.stretches import Endings, Stretch, known_from, past_of, received
from salver.training.templates import induce
from salver.training.unseen import Fold

_NEWEST = 0.2


@dataclass(frozen=True, slots=True)
class _Shown:
    """An answer that an agent's has judged, and since when one knows."""

    known: datetime
    came: datetime
    answer: Rehearsed


@dataclass(frozen=True, slots=True)
class Lived:
    """What became of the messages of one stretch, and which answers would have been wrong."""

    played: list[Played]
    wrong: list[Example]
    step: Step


class Life:
    """The lessons in the order of time, and what has been seen of them by now."""

    def __init__(
        self,
        lessons: Sequence[Lesson],
        company: Company,
        team: Team | None,
        never: Sequence[str],
        apart: Collection[tuple[str, str]],
    ) -> None:
        self._lessons = lessons
        self._cases = [one.case for one in lessons]
        self._company, self._team, self._never, self._apart = company, team, never, apart
        self._finder = CompanyEntities(company)
        self._grams = Grams()
        self._endings = Endings(self._cases)
        self._shown: list[_Shown] = []
        self._desk = Desk()
        self._brain: Brain | None = None

    @property
    def encoder(self) -> Arrays:
        """The first encoder, as plain numbers."""
        return self._first.encoder

    @property
    def _first(self) -> Brain:
        if self._brain is None:
            raise ValueError("a life begins before it goes on")
        return self._brain

    def past(self, at: datetime) -> list[Lesson]:
        """The lessons whose answer was known before a moment, with the endings and the customers known then."""
        some = [self._lessons[place] for place in past_of(self._cases, at)]
        cases = [self._endings.as_known(one.case, at) for one in some]
        customers = customers_of(cases, self._apart)
        return [
            replace(one, case=case, customer=customer)
            for one, case, customer in zip(some, cases, customers, strict=True)
        ]

    def coming(self, stretch: Stretch) -> list[Text]:
        """The texts of a stretch, without what nobody knows yet."""
        some = [self._lessons[place] for place in stretch.places]
        return [Text(id=one.case.id, text=one.question, intent="", group="", parts=one.parts) for one in some]

    def halves(self, way: Stretch) -> tuple[list[Lesson], list[Lesson]]:
        """The lessons from before a stretch, and those that came in it; all of them were known when it ended."""
        known = self.past(way.ends)
        earlier = [one for one in known if known_from(one.case) < way.begins]
        return earlier, [one for one in known if received(one.case) >= way.begins]

    def begin(
        self,
        earlier: Sequence[Lesson],
        later: Sequence[Lesson],
        descriptions: Mapping[str, str],
        said: Fold,
        encoder: Arrays,
    ) -> None:
        """Learn the first brain. What is said of the later lessons, having learned from the earlier ones alone, is the
        first evidence."""
        first = begun(texts_of(earlier), texts_of(later), descriptions, said)
        both = [*earlier, *later]
        levels = levels_of([one.case for one in both], [one.question for one in both])
        both = [replace(one, levels=tuple(some)) for one, some in zip(both, levels, strict=True)]
        later, unseen = both[len(earlier) :], first.unseen
        intents, parts = [one.case.intents for one in later], [one.parts for one in later]
        several = learn_several(intents, parts, unseen, first.labels)
        intent_of = {one.case.id: one.case.intent for one in both}
        scope, scope_at = scope_of(unseen, first.labels, intent_of, [one.case.intent for one in later], None)
        rehearsal = Rehearsal(later, unseen, first.labels, several.told, several.complete)
        held = folds([one.case.thread for one in both], [one.case.received_at for one in both])
        urgency = OrderedUrgency.fit([one.question for one in both], np.array(levels), held)
        templates, made = induce([one.reply() for one in both], MIN_CUSTOMERS)
        past = {one.case.id: one.past(made.get(one.case.id, ())) for one in both}
        examples = [*_unheard(earlier, past), *rehearsal.examples(past, templates)]
        parted = [fold + len(earlier) for fold in rehearsal.folds()]
        choice, shares = TemplateChoice.fit(examples, parted, words_of(templates), self._grams)
        self._brain = Brain(encoder, first.weights, several, scope, scope_at, urgency, choice)
        self._remember(later, rehearsal.answers(shares[len(earlier) :], templates, self._rules(past)))

    def bounds(self, max_errors: Sequence[float], at: datetime | None = None) -> list[Bound]:
        """The threshold of each bound, by what was known at a moment; by everything without one."""
        known = [one for one in self._shown if (at is None or one.known < at) and one.answer.eligible]
        known.sort(key=lambda one: (one.came, one.answer.prediction.id))
        answers = [one.answer for one in known]
        newest = {one.prediction.id for one in answers[round((1 - _NEWEST) * len(answers)) :]}
        return [calibrate(answers, newest, one, {}).general for one in max_errors]

    def live(self, stretch: Stretch, heard: Heard, max_errors: Sequence[float], owners: float, number: int) -> Lived:
        """Decide the messages of a stretch by what was known when it began; then look at what was answered.

        `number` is that of the stretch, from 0; `owners` is one of `max_errors`.
        """
        bounds = self.bounds(max_errors, stretch.begins)
        past = self._learned(stretch.begins)
        lessons = self._as_they_come(stretch)
        seen = Seen(lessons, heard, self._first, past)
        shares, readings = seen.shares(), seen.readings()
        answers = seen.rehearsal.answers(shares, past.templates, self._rules(self._judged(past, lessons)))
        stops = [
            stopped(reading, answer, some, past, self._company, self._never)
            for reading, answer, some in zip(readings, answers, shares, strict=True)
        ]
        answers = [replace(one, eligible=not why) for one, why in zip(answers, stops, strict=True)]
        least = bounds[list(max_errors).index(owners)].at
        played = [
            self._played(lesson, answer, why, number, reading if self._is_routed(answer, least) else None)
            for lesson, answer, why, reading in zip(lessons, answers, stops, readings, strict=True)
        ]
        self._remember(lessons, answers)
        step = Step(
            begins=stretch.begins,
            ends=stretch.ends,
            learned_from=len(past.lessons),
            messages=len(lessons),
            bounds=tuple(bounds),
        )
        return Lived(played, _wrong(lessons, answers, past.templates), step)

    def _learned(self, at: datetime) -> Past:
        lessons = self.past(at)
        templates, made = induce([one.reply() for one in lessons], MIN_CUSTOMERS)
        cases = {one.case.id: one.past(made.get(one.case.id, ())) for one in lessons}
        choice = self._first.choice.with_centres(chosen(lessons, cases), words_of(templates))
        self._desk.learn(lessons, self._team or team_of([one.case for one in lessons], self._company))
        return Past(lessons=lessons, cases=cases, templates=templates, choice=choice)

    def _as_they_come(self, stretch: Stretch) -> list[Lesson]:
        """The lessons of a stretch, as urgent as they are told to be: how soon they were answered nobody knows yet."""
        lessons = [self._lessons[place] for place in stretch.places]
        levels = self._first.urgency.chances([one.question for one in lessons])
        return [replace(one, levels=tuple(some)) for one, some in zip(lessons, levels.tolist(), strict=True)]

    def _judged(self, past: Past, lessons: Sequence[Lesson]) -> dict[str, PastCase]:
        """What the answers of a stretch are made of: looked at when it is over."""
        _, made = induce([one.reply() for one in (*past.lessons, *lessons)], MIN_CUSTOMERS)
        return {**past.cases, **{one.case.id: one.past(made.get(one.case.id, ())) for one in lessons}}

    def _rules(self, past: Mapping[str, PastCase]) -> Rules:
        return Rules(finder=self._finder, never=self._never, past=past)

    def _remember(self, lessons: Sequence[Lesson], answers: Sequence[Rehearsed]) -> None:
        self._shown += [
            _Shown(known=known_from(one.case), came=received(one.case), answer=answer)
            for one, answer in zip(lessons, answers, strict=True)
        ]

    @staticmethod
    def _is_routed(answer: Rehearsed, least: float | None) -> bool:
        return not answer.eligible or least is None or answer.confidence < least

    def _played(self, lesson: Lesson, answer: Rehearsed, why: str, number: int, routed: Reading | None) -> Played:
        case = lesson.case
        waited = (known_from(case) - received(case)).total_seconds() if case.answered_at else None
        return Played(
            case=case.id,
            at=received(case),
            lang=lesson.lang,
            intent=case.intent,
            stretch=number,
            confidence=answer.confidence,
            passes=answer.eligible,
            right=answer.right,
            texts=answer.texts,
            stopped=why,
            agent=case.agent,
            routed=self._desk.give(case, lesson.question, routed) if routed else "",
            by_lot=self._desk.by_lot(case.agent),
            waited=waited,
        )


def _unheard(lessons: Sequence[Lesson], past: Mapping[str, PastCase]) -> list[Choosing]:
    """Examples of what was chosen, of lessons of which nothing was said."""
    return [
        Choosing(text=text, key=key, ask=Ask(intent=key[0], lang=key[1], votes={}), blind=())
        for text, key in chosen(lessons, past)
    ]


def _wrong(lessons: Sequence[Lesson], answers: Sequence[Rehearsed], templates: Sequence[Template]) -> list[Example]:
    """The answers of a stretch that might have been sent and are wrong."""
    texts = {one.id: one.text for one in templates}
    return [
        Example(
            case=one.case.id,
            at=received(one.case),
            intent=", ".join(one.case.intents),
            found=", ".join(answer.intents),
            confidence=answer.confidence,
            asked=one.question,
            sent="\n\n".join(texts[text] for text in answer.texts),
            was=one.answer,
        )
        for one, answer in zip(lessons, answers, strict=True)
        if answer.eligible and not answer.right
    ]
