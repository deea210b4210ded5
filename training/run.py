"""The way from an archive to a bundle. This page is the order of learning, and the only one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from salver.data.agent import Agent, Team
from salver.data.case import Case
from salver.data.company import Company
from salver.data.errors import Fault
from salver.data.policy import MIN_CUSTOMERS
from salver.models.answers import Weights
from salver.models.bundle import Bundle, Draft
from salver.models.choice import TemplateChoice
from salver.models.entities import CompanyEntities
from salver.models.grams import Grams
from salver.models.index import CaseIndex
from salver.models.intents import NEIGHBOURS, StackedIntents
from salver.models.ports import Encoder
from salver.models.urgency import OrderedUrgency
from salver.training import describe
from salver.training.bounds import Bounds, calibrate, newest_of
from salver.training.evaluate import Prediction, evaluate
from salver.training.fit import Understanding, fit_understanding
from salver.training.gate import Exam, Verdict, better
from salver.training.order import Order, Tell, read_archive
from salver.training.parts import Text
from salver.training.personal import join, personal_index
from salver.training.prepare import Lesson
from salver.training.rehearse import Rehearsal, Rehearsed, Rules
from salver.training.scope import learn_scope
from salver.training.several import Several, learn_several
from salver.training.skills import estimate
from salver.training.split import by_thread_and_time
from salver.training.templates import induce
from salver.training.weigh import ranking

FEWEST_TO_JUDGE = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """A bundle to be saved, what was wrong in the sources, and what was taken for what in their tables."""

    draft: Draft
    faults: tuple[Fault, ...]
    columns: Mapping[str, str]
    lessons: int


def train(order: Order, told: Tell) -> Trained:
    """Learn from the whole archive; what it is worth is shown on its newest fifth, as told by the rest alone."""
    archive = read_archive(order, told)
    lessons = archive.lessons
    told(f"Learning from {len(lessons)} cases")
    found = _understand(lessons, order)
    told("Finding templates, thresholds and skills")
    draft = replace(draft_of(lessons, order, {}, found, archive.strangers), ranking=_ranking(lessons, found))
    return Trained(draft=draft, faults=archive.faults, columns=archive.columns, lessons=len(lessons))


def challenge(order: Order, champion: Bundle, told: Tell, *, bound_held: bool = True) -> tuple[Trained, Verdict]:
    """Learn a challenger, and judge it on the newest messages, which neither it nor the champion has seen.

    What is judged is what may be promoted; only then do the messages of the exam join its neighbours. `bound_held` says
    whether the champion's error bound, where it was shown, is held to this day.
    """
    archive = read_archive(order, told)
    exam = _exam(archive.lessons, champion)
    held = {one.case.id for one in exam}
    kept = [one for one in archive.lessons if one.case.id not in held]
    told(f"Learning from {len(kept)} cases, to be judged on {len(exam)} later ones")
    found = _understand(kept, order)
    tried = _tried(found.encoder, found.intents, found.index, found.intent_of, exam)
    draft = draft_of(kept, order, {"later": evaluate(tried).to_json()} if tried else {}, found, archive.strangers)
    draft = replace(draft, ranking=_ranking(kept, found))
    verdict = _judge(champion, draft, exam, tried, bound_held=bound_held)
    whole = _joined(draft, exam)
    join(whole.personal, exam)
    trained = Trained(draft=whole, faults=archive.faults, columns=archive.columns, lessons=len(archive.lessons))
    return trained, verdict


def _joined(draft: Draft, exam: Sequence[Lesson]) -> Draft:
    """The draft with the exam's cases among its neighbours; nothing is learned anew."""
    if not exam:
        return draft
    past = tuple(one.past(()) for one in exam)
    vectors = np.vstack([draft.vectors, draft.encoder.encode([one.question for one in past])])
    return replace(draft, cases=draft.cases + past, vectors=vectors)


def _exam(lessons: Sequence[Lesson], champion: Bundle) -> list[Lesson]:
    """The newer half of the lessons that the champion has not seen; none when they are too few to tell anything.

    The older half is learned from, so that corrections teach the challenger and try it.
    """
    new = [one for one in lessons if one.case.id not in champion.cases]
    _, exam = _parted(new, share=0.5)
    return exam if len(exam) >= FEWEST_TO_JUDGE else []


def _judge(
    champion: Bundle, draft: Draft, exam: Sequence[Lesson], tried: Sequence[Prediction], *, bound_held: bool
) -> Verdict:
    if not exam:
        because = (
            f'There are fewer than {FEWEST_TO_JUDGE} new messages that "{champion.name}" has not seen: too few to show '
            f'that "{draft.name}" is better. "{champion.name}" stays.'
        )
        return Verdict(promote=False, because=because)
    intent_of = {case.id: case.intent for case in champion.cases.values()}
    shown = bound_held and champion.policy.answer_at is not None
    before = _tried(champion.encoder, champion.intents, champion.neighbours, intent_of, exam)
    return better(
        Exam(bundle=champion.name, predictions=tuple(before), bound_shown=shown),
        Exam(bundle=draft.name, predictions=tuple(tried), bound_shown=draft.policy.answer_at is not None),
    )


def _parted(lessons: Sequence[Lesson], share: float = 0.2) -> tuple[list[Lesson], list[Lesson]]:
    """The earlier lessons and the newest share of them, threads whole."""
    split = by_thread_and_time([one.case for one in lessons], share)
    later = {case.id for case in split.later}
    return [one for one in lessons if one.case.id not in later], [one for one in lessons if one.case.id in later]


def _understand(lessons: Sequence[Lesson], order: Order) -> Understanding:
    return fit_understanding(texts_of(lessons), order.encoder, Grams(), order.descriptions, order.vectors)


def texts_of(lessons: Sequence[Lesson]) -> list[Text]:
    """The texts of lessons. Only what is some message's main intent counts as a further one."""
    known = {one.case.intent for one in lessons}
    return [
        Text(
            id=one.case.id,
            text=one.question,
            intent=one.case.intent,
            group=one.case.thread or one.case.id,
            parts=one.parts,
            answer=one.answer,
            at=one.case.received_at,
            further=tuple(intent for intent in one.case.intents[1:] if intent in known and intent != one.case.intent),
        )
        for one in lessons
    ]


def draft_of(
    lessons: Sequence[Lesson],
    order: Order,
    scores: dict[str, Any],
    understanding: Understanding | None = None,
    strangers: Sequence[str] = (),
) -> Draft:
    """Everything learned from lessons, and what `scores` say of it already; `understanding` when it was learned, and
    `strangers`, masked messages that ask for nothing known."""
    found = understanding or _understand(lessons, order)
    templates, made_of = induce([one.reply() for one in lessons], MIN_CUSTOMERS)
    past = {one.case.id: one.past(made_of.get(one.case.id, ())) for one in lessons}
    scope, scope_at = learn_scope(found, [one.case.intent for one in lessons], strangers)
    several = _several(lessons, found)
    rehearsal = Rehearsal(lessons, found.unseen, found.intents.labels, several.told, several.complete)
    own = {(one.intent, one.lang, one.id): one.text for one in templates}
    choice, shares = TemplateChoice.fit(rehearsal.examples(past, templates), rehearsal.folds(), own, Grams())
    rules = Rules(finder=CompanyEntities(order.company), never=order.never, past=past)
    eligible = [one for one in rehearsal.answers(shares, templates, rules) if one.eligible]
    bounds = calibrate(eligible, newest_of(lessons), order.max_error, order.max_error_of)
    return Draft(
        name=order.name,
        created=order.at,
        company=order.company,
        team=order.team or team_of([one.case for one in lessons], order.company),
        encoder=found.encoder,
        intents=found.intents,
        urgency=_urgency(lessons, rehearsal),
        scope=scope,
        several=several.model,
        choice=choice,
        cases=tuple(past.values()),
        vectors=found.vectors,
        templates=templates,
        skills=estimate([one.case for one in lessons], [one.lang for one in lessons]),
        policy=bounds.policy(order.at, scope_at=scope_at, part_at=several.at, never_answer=order.never),
        profile=rehearsal.profile(),
        personal=personal_index(lessons, MIN_CUSTOMERS),
        scores=_described(lessons, found, rehearsal) | scores | _bounded(bounds, eligible, len(lessons)),
    )


def _several(lessons: Sequence[Lesson], found: Understanding) -> Several:
    intents, parts = [one.case.intents for one in lessons], [one.parts for one in lessons]
    return learn_several(intents, parts, found.unseen, found.intents.labels)


def _urgency(lessons: Sequence[Lesson], rehearsal: Rehearsal) -> OrderedUrgency:
    levels = np.array([one.levels for one in lessons])
    return OrderedUrgency.fit([one.question for one in lessons], levels, rehearsal.folds())


def _bounded(bounds: Bounds, eligible: Sequence[Rehearsed], count: int) -> dict[str, Any]:
    """What the thresholds keep, and what others would."""
    return {
        "bound": describe.bound(bounds.general, bounds.max_error),
        "bounds_of": {
            intent: describe.bound(found, bounds.max_error_of[intent]) for intent, found in bounds.of_intent.items()
        },
        "coverage": describe.coverage(eligible, count),
    }


def _described(lessons: Sequence[Lesson], found: Understanding, rehearsal: Rehearsal) -> dict[str, Any]:
    """What does not depend on the threshold: how well intents are told on unseen texts, and when messages come."""
    return {
        "unseen": evaluate(rehearsal.predictions).to_json(),
        "later": evaluate([rehearsal.predictions[i] for i in found.unseen.folds[-1]]).to_json(),
        "weights": found.intents.weights,
        "reliability": describe.reliability(rehearsal.predictions),
        "volumes": describe.volumes([one.case for one in lessons]),
    }


def team_of(cases: Sequence[Case], company: Company) -> Team:
    """Everybody who ever answered, when nobody says who works here: with all languages and the usual hours."""
    names = sorted({case.agent for case in cases if case.agent})
    agents = tuple(Agent(id=name, name=name, languages=company.languages, hours=()) for name in names)
    return Team(agents=agents, hours=(), timezone="UTC")


def _ranking(lessons: Sequence[Lesson], found: Understanding) -> Weights:
    """What the newest fold teaches about the ranking of answers that were given before it."""
    newest = found.unseen.folds[-1].tolist()
    held = set(newest)
    rehearsal = Rehearsal([lessons[i] for i in newest], found.unseen.of(newest), found.intents.labels)
    return ranking(
        [one for i, one in enumerate(lessons) if i not in held],
        [lessons[i] for i in newest],
        found.unseen.without_newest,
        [found.unseen.nearest[i] for i in newest],
        rehearsal.predictions,
    )


def _tried(
    encoder: Encoder, intents: StackedIntents, index: CaseIndex, intent_of: Mapping[str, str], lessons: Sequence[Lesson]
) -> list[Prediction]:
    """What learned parts say of lessons."""
    texts = [one.question for one in lessons]
    vectors = encoder.encode(texts)
    near = index.nearest(vectors, NEIGHBOURS)
    ranked = intents.rank(texts, vectors, [[(intent_of[case], cosine) for case, cosine in row] for row in near])
    return [
        Prediction(id=one.case.id, truth=one.case.intent, ranked=some, lang=one.lang)
        for one, some in zip(lessons, ranked, strict=True)
    ]
