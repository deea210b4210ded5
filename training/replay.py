"""An archive lived through in the order of time, as if salver had been there. This page is the order, and the only one.

The first brain is learned from the oldest messages. Then, stretch after stretch: everything is learned from what was
known when the stretch began, its messages are decided, and only then is looked at what agents answered. The evidence
for a threshold are the messages that came before, each with the confidence that it had when it came. What counts as
right is what counts when a bound is calibrated (`rehearse`). Nothing sees the future; a test changes it and looks.
"""

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import Any

from salver.data.agent import Team
from salver.data.case import Case
from salver.data.company import Company
from salver.data.errors import TrainingError
from salver.data.policy import NEVER_ANSWERED
from salver.training.hindsight import first_encoder, hear_later, hear_next
from salver.training.life import Life
from salver.training.played import Example, Played, Replay, Step
from salver.training.prepare import Lesson, prepare
from salver.training.run import texts_of
from salver.training.stretches import in_time, stretches
from salver.training.unseen import WORTH_A_PROCESS, alone

MAX_ERRORS = (0.01, 0.02, 0.05, 0.10)
_WORST = 12
_AT_ONCE = 200
"""Cases that one process makes ready at a time."""

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to live through, for whom. `owners` is the owner's bound, one of `max_errors` or one more of them."""

    cases: Sequence[Case]
    company: Company
    team: Team | None = None
    never: Sequence[str] = NEVER_ANSWERED
    descriptions: Mapping[str, str] = field(default_factory=dict)
    not_the_same: Sequence[tuple[str, str]] = ()
    owners: float = 0.02
    max_errors: tuple[float, ...] = MAX_ERRORS
    where: str = ""

    @property
    def bounds(self) -> tuple[float, ...]:
        """All bounds, the strictest first."""
        return tuple(sorted({*self.max_errors, self.owners}))


def replay(wanted: Wanted, told: Tell) -> Replay:
    """Live through an archive. Raises TrainingError where there is too little of it, or nothing to tell apart."""
    started = time.monotonic()
    cases = in_time(wanted.cases, wanted.where)
    begin, *ways = stretches(cases)
    with _workers(len(cases)) as pool:
        told(f"Masking {len(cases)} cases")
        life = Life(_prepared(cases, wanted, pool), wanted.company, wanted.team, wanted.never, wanted.not_the_same)
        earlier, later = life.halves(begin)
        _demand_two(earlier, wanted.where)
        told(f"Learning from the first {len(earlier) + len(later)} cases, until {begin.ends:%d %B %Y}")
        first = texts_of(earlier), texts_of(later), wanted.descriptions
        said = pool.submit(hear_later, *first)
        encoder = pool.submit(first_encoder, [*first[0], *first[1]], wanted.descriptions)
        life.begin(earlier, later, wanted.descriptions, said.result(), encoder.result())
        jobs = [
            pool.submit(hear_next, texts_of(life.past(way.begins)), life.coming(way), wanted.descriptions, life.encoder)
            for way in ways
        ]
        played, wrong, steps = list[Played](), list[Example](), list[Step]()
        for way, job in zip(ways, jobs, strict=True):
            told(f"Living through {len(way.places)} messages, until {way.ends:%d %B %Y}")
            lived = life.live(way, job.result(), wanted.bounds, wanted.owners, len(steps))
            played += lived.played
            wrong += lived.wrong
            steps.append(lived.step)
    found = Replay(
        max_errors=wanted.bounds,
        owners=wanted.owners,
        cases=len(cases),
        undated=len(wanted.cases) - len(cases),
        learned_first=len(earlier) + len(later),
        steps=tuple(steps),
        played=tuple(played),
        last=tuple(life.bounds(wanted.bounds)),
        worst=(),
        seconds=time.monotonic() - started,
    )
    return found.with_worst(wrong, _WORST)


def _prepared(cases: Sequence[Case], wanted: Wanted, pool: Executor) -> list[Lesson]:
    jobs = [
        pool.submit(prepare, cases[start : start + _AT_ONCE], wanted.company)
        for start in range(0, len(cases), _AT_ONCE)
    ]
    return [lesson for job in jobs for lesson in job.result()]


def _demand_two(first: Sequence[Lesson], where: str) -> None:
    intents = {one.case.intent for one in first}
    if len(intents) < 2:
        raise TrainingError(
            f'the first {len(first)} cases have {len(intents)} intents ("{next(iter(intents), "")}")',
            where=where,
            todo="There is nothing to tell apart: give an archive with at least two intents from its beginning on.",
        )


class _Here(Executor):
    """Does at once, in this process, what is asked of it."""

    def submit(self, do: Callable[..., Any], /, *args: Any, **named: Any) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(do(*args, **named))
        return done


@contextmanager
def _workers(count: int) -> Iterator[Executor]:
    cores = os.cpu_count() or 1
    if cores < 2 or count < WORTH_A_PROCESS:
        yield _Here()
        return
    with ProcessPoolExecutor(cores, mp_context=get_context("forkserver"), initializer=alone) as pool:
        yield pool
