"""The owner's error bounds, each shown on evidence of its own: the general one, and stricter ones of some intents.

An intent with a bound of its own is no evidence for the general one: its answers pass by another threshold, and right
ones among them would make room for wrong ones elsewhere. So each bound speaks of just the answers that its threshold
lets pass, and holds with 95 % confidence. Together they keep the general one: each part keeps it or a stricter one.
"""

import difflib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from salver.data.errors import SettingsError
from salver.data.policy import ErrorBound, Policy
from salver.training.calibrate import Bound, choose
from salver.training.prepare import Lesson
from salver.training.rehearse import Rehearsed
from salver.training.split import by_thread_and_time


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What could be shown: of the general bound, `max_error`, and of each intent in `max_error_of`, shares 0 to 1."""

    max_error: float
    general: Bound
    max_error_of: Mapping[str, float]
    of_intent: Mapping[str, Bound]

    def policy(self, calibrated: datetime, **rules: Any) -> Policy:
        """The policy with these bounds, and with other `rules`: its further fields."""
        general = self.general
        return Policy(
            max_error=self.max_error,
            answer_at=general.at,
            because=general.because,
            checked=general.answered,
            wrong=general.wrong,
            calibrated=calibrated,
            bounds_of=tuple(self._of(intent, found) for intent, found in self.of_intent.items()),
            **rules,
        )

    def _of(self, intent: str, found: Bound) -> ErrorBound:
        return ErrorBound(
            intent=intent,
            max_error=self.max_error_of[intent],
            answer_at=found.at,
            because=found.because,
            checked=found.answered,
            wrong=found.wrong,
        )


def calibrate(
    answers: Sequence[Rehearsed], newest: Collection[str], max_error: float, max_error_of: Mapping[str, float]
) -> Bounds:
    """Choose a threshold for each bound from eligible answers; `newest` are the ids of the newest messages."""

    def chosen(some: Sequence[Rehearsed], bound: float, intent: str = "") -> Bound:
        late = [one.prediction.id in newest for one in some]
        return choose([one.confidence for one in some], [one.right for one in some], bound, late, intent)

    others = [one for one in answers if not set(one.intents) & set(max_error_of)]
    own = {intent: [one for one in answers if intent in one.intents] for intent in max_error_of}
    return Bounds(
        max_error=max_error,
        general=chosen(others, max_error),
        max_error_of=max_error_of,
        of_intent={intent: chosen(own[intent], bound, intent) for intent, bound in max_error_of.items()},
    )


def newest_of(lessons: Sequence[Lesson]) -> frozenset[str]:
    """The ids of the newest fifth of the lessons, threads whole; none when too few have a date."""
    split = by_thread_and_time([one.case for one in lessons])
    return frozenset(case.id for case in split.later) if split.by_time else frozenset()


def require_known(max_error_of: Mapping[str, float], intents: Collection[str]) -> None:
    """Raise SettingsError for a bound of an intent that no case has: it would guard nothing."""
    for intent in max_error_of:
        if intent not in intents:
            close = difflib.get_close_matches(intent, intents, n=1)
            todo = f"Did you mean {close[0]}?" if close else f"The intents are {', '.join(sorted(intents))}."
            raise SettingsError(f'no case has the intent "{intent}"', where="max_error_of", todo=todo)
