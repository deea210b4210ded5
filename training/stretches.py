"""An archive in the order of time: what was known when, and the stretches that are lived through one by one."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import pairwise

from salver.data.case import Case
from salver.data.errors import TrainingError
from salver.training.pair import COMES_BACK
from salver.training.split import moment

FEWEST = 60
"""With fewer dated cases there is no past to learn from."""
FIRST = 0.15
"""The share of the messages from which is learned before anything is said of any."""
SECOND = 0.3
"""Until so much of them has come, nothing is decided: what is said of these messages is the first evidence."""
STRETCHES = 4
_ALWAYS = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """The messages that came from `begins` to `ends`: their places among the cases, in the order of time."""

    begins: datetime
    ends: datetime
    places: tuple[int, ...]


def received(case: Case) -> datetime:
    """When the message came; the beginning of time where nobody knows."""
    return moment(case.received_at) or _ALWAYS


def known_from(case: Case) -> datetime:
    """From when on its answer was known; where nobody knows when it was given, from the message on."""
    return max(moment(case.answered_at) or received(case), received(case))


def in_time(cases: Sequence[Case], where: str = "") -> list[Case]:
    """The dated cases, oldest first. Raises TrainingError when they are too few to live through."""
    dated = sorted((case for case in cases if case.received_at), key=lambda case: (received(case), case.id))
    if len(dated) >= FEWEST:
        return dated
    lacking = FEWEST - len(dated)
    if len(cases) >= FEWEST:
        what = f"only {len(dated)} of {len(cases)} cases say when their message came, and a replay walks through time"
        raise TrainingError(what, where=where, todo="Name the column: received_at=COLUMN with --map, or export dates.")
    what = f"there are {len(dated)} cases with a date: {lacking} more are needed before there is a past to learn from"
    raise TrainingError(what, where=where, todo="Give a longer stretch of the archive.")


def stretches(cases: Sequence[Case]) -> list[Stretch]:
    """The stretch whose messages are the first evidence, and those that are lived through after it, of about as many
    messages each. The cases are in the order of time."""
    total = len(cases)
    begin = round(SECOND * total)
    edges = sorted({round(FIRST * total), *(begin + (total - begin) * i // STRETCHES for i in range(STRETCHES + 1))})
    found = []
    for start, end in pairwise(edges):
        ends = received(cases[end]) if end < total else received(cases[-1])
        found.append(Stretch(begins=received(cases[start]), ends=ends, places=tuple(range(start, end))))
    return found


def past_of(cases: Sequence[Case], at: datetime) -> list[int]:
    """The places of the cases whose answer was known before this moment."""
    return [place for place, case in enumerate(cases) if known_from(case) < at]


class Endings:
    """How cases had ended as far as one could know at some moment: a customer may yet come back."""

    def __init__(self, cases: Sequence[Case]) -> None:
        self._threads: Mapping[str, list[datetime]] = defaultdict(list)
        for case in cases:
            self._threads[case.thread or case.id].append(received(case))

    def as_known(self, case: Case, at: datetime) -> Case:
        """The case with the ending that was known: two weeks after its answer, or when the customer had come back."""
        if case.ending == "unknown" or known_from(case) + COMES_BACK < at:
            return case
        back = any(received(case) < one < at for one in self._threads[case.thread or case.id])
        return case if back and case.ending == "reopened" else replace(case, ending="unknown")
