"""What a training is asked to learn from, and what there is to learn in it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from salver.data.agent import Team
from salver.data.case import Case
from salver.data.company import Company
from salver.data.errors import Fault, TrainingError
from salver.data.policy import NEVER_ANSWERED
from salver.training.bounds import require_known
from salver.training.gather import gather
from salver.training.prepare import Lesson, prepare

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What to learn from, for whom, and how. `at` is the time of training, `corrected` are cases from corrections.

    `vectors` is the file in which the vectors of a pretrained encoder are kept from one training to the next, if any.
    """

    sources: tuple[Path, ...]
    company: Company
    team: Team | None
    at: datetime
    name: str
    encoder: str = "history"
    max_error: float = 0.02
    max_error_of: Mapping[str, float] = field(default_factory=dict)
    never_answer: tuple[str, ...] | None = None
    descriptions: Mapping[str, str] = field(default_factory=dict)
    out_of_scope: tuple[str, ...] = ()
    not_the_same: tuple[tuple[str, str], ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    intents_file: Path | None = None
    corrected: tuple[Case, ...] = ()
    vectors: Path | None = None

    @property
    def never(self) -> tuple[str, ...]:
        """The intents that always go to a person: the owner's list, or the usual one."""
        return NEVER_ANSWERED if self.never_answer is None else self.never_answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """What there is to learn from: lessons, and masked messages that ask for nothing known; and what was wrong."""

    lessons: list[Lesson]
    strangers: tuple[str, ...]
    faults: tuple[Fault, ...]
    columns: Mapping[str, str]


def read_archive(order: Order, told: Tell) -> Archive:
    """Gather, mask and prepare. Raises TrainingError where there is nothing to tell apart."""
    told("Reading the archive")
    gathered = gather(order.sources, order.company, columns=order.columns, intents_file=order.intents_file)
    cases = _without_repeats([*gathered.cases, *order.corrected])
    strange = [case for case in cases if case.intent in order.out_of_scope]
    cases = [case for case in cases if case.intent not in order.out_of_scope]
    intents = {case.intent for case in cases}
    if len(intents) < 2:
        raise TrainingError(
            f'all {len(cases)} cases have one intent, "{next(iter(intents), "")}"',
            where=", ".join(map(str, order.sources)),
            todo="There is nothing to tell apart: give an archive with at least two intents, or one without labels.",
        )
    require_known(order.max_error_of, intents)
    told(f"Masking {len(cases)} cases")
    return Archive(
        lessons=prepare(cases, order.company, order.not_the_same),
        strangers=tuple(one.question for one in prepare(strange, order.company)) if strange else (),
        faults=tuple(gathered.faults),
        columns=gathered.columns,
    )


def _without_repeats(cases: Sequence[Case]) -> list[Case]:
    """The last case with an id counts: a correction comes after what it corrects."""
    return list({case.id: case for case in cases}.values())
