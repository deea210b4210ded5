"""The threshold above which a message may be answered without a person, chosen so that the error bound holds.

The evidence are pairs of confidence and outcome for messages that the models had not seen. Thresholds are tried from
strict to lax; each must show, by an exact binomial test at 5 %, that no more than `max_error` of the answers above it
are wrong; the first that fails ends the sequence. So with 95 % confidence the chosen one keeps the bound (fixed
sequence testing in Learn then Test: Angelopoulos et al., 2021, arxiv.org/abs/2110.01052; the interval of Clopper and
Pearson, 1934). Where the sequence begins and which thresholds are in it is fixed by the confidences alone, never by
outcomes. What else was tried is in docs/decisions/0004.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr, bdtrc, bdtrik, betaincinv, pdtr

from salver.pipeline.explain import percent

DOUBT = 0.05
_STEPS = 100
"""Each threshold lets a hundredth of the evidence more pass than the one before."""
_FIFTH = 5
_LOOKED_AT = 100
"""At so many places, at most, it is foretold how likely the test is to pass."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """A threshold and what it was shown on: `answered` of `seen` messages lie above it, `wrong` of them were wrong.

    `at` is None when no threshold could be shown to keep the bound; then `missing` says how many more checked answers
    it takes, if none of those is wrong. `most` is the share of wrong answers, 0 to 1, that is exceeded with a chance
    of 5 % at most. `newest` is whether the newest messages alone decided.
    """

    at: float | None
    answered: int
    wrong: int
    seen: int
    because: str
    most: float = 1.0
    missing: int = 0
    newest: bool = False


def choose(
    confidences: Sequence[float],
    right: Sequence[bool],
    max_error: float,
    newest: Sequence[bool] = (),
    intent: str = "",
) -> Bound:
    """The laxest threshold shown to keep `max_error`, 0 to 1, with 95 % confidence.

    `newest` marks the newest messages. Where more of them are wrong at that threshold than `max_error` allows (exact
    binomial test at 5 %), the rest no longer speaks for them, and a stricter threshold is chosen from them alone.
    `intent` is whose evidence it is, for the words; empty for all.
    """
    sure, held = np.asarray(confidences, dtype=np.float64), np.asarray(right, dtype=bool)
    found = _chosen(_Evidence.of(sure, held), max_error, intent)
    if found.at is None or not any(newest):
        return found
    late = np.asarray(newest, dtype=bool)
    recent = _Evidence.of(sure[late], held[late])
    count = recent.above(found.at)
    if bdtrc(recent.wrong_of(count) - 1, count, max_error) > DOUBT:
        return found
    return _of_newest(found.at, count, recent, max_error, intent)


def most_wrong(errors: int, count: int, doubt: float = DOUBT) -> float:
    """The upper end of the one-sided exact interval for a share of which `errors` in `count` were seen."""
    return 1.0 if errors >= count else float(betaincinv(errors + 1, count - errors, 1 - doubt))


@lru_cache(maxsize=1024)
def fewest(max_error: float, errors: int = 0) -> int:
    """How many answers show a bound when so many of them are wrong: for 2 % 149 without an error, 236 with one."""
    counts = range(errors + 1, round((errors + 4 * (errors + 1) ** 0.5 + 4) / max_error))
    return counts[bisect_left(counts, True, key=lambda count: bool(_shows(errors, count, max_error)))]


def begin_with(sure: NDArray[np.float64], max_error: float) -> int:
    """With how many of the surest to begin: where the test is likeliest to pass if the confidences are true.

    `sure` are confidences, 0 to 1, surest first, and not fewer than can show the bound. They foretell how many will be
    wrong, about by Poisson's law. Where they foretell that nothing passes they are too modest: then the begin is where
    one error is allowed. It is never less than a fifth, so that a few odd answers among the very surest do no harm.
    """
    least = fewest(max_error)
    counts = np.unique(np.linspace(least, len(sure), min(len(sure) - least + 1, _LOOKED_AT)).round().astype(np.int64))
    allowed = np.maximum(np.floor(bdtrik(DOUBT, counts, max_error)), 0)
    chances = pdtr(allowed, np.cumsum(1 - sure)[counts - 1])
    best = int(chances.argmax())
    likeliest = int(counts[best]) if chances[best] >= DOUBT else min(fewest(max_error, 1), len(sure))
    return max(likeliest, len(sure) // _FIFTH)


class _Evidence:
    """Checked answers, surest first; `wrong[i]` is how many of the first i + 1 were wrong."""

    def __init__(self, sure: NDArray[np.float64], wrong: NDArray[np.int64]) -> None:
        self.sure = sure
        self.wrong = wrong

    @classmethod
    def of(cls, sure: NDArray[np.float64], right: NDArray[np.bool_]) -> "_Evidence":
        order = np.argsort(-sure, kind="stable")
        return cls(sure[order], np.cumsum(~right[order]))

    def __len__(self) -> int:
        return len(self.sure)

    def above(self, at: float) -> int:
        """How many have this confidence or more."""
        return int(np.searchsorted(-self.sure, -at, side="right"))

    def wrong_of(self, count: int) -> int:
        """How many of the surest `count` were wrong."""
        return int(self.wrong[count - 1]) if count else 0

    def ends(self) -> NDArray[np.int64]:
        """Counts at which nobody left out is as sure as somebody counted: what a threshold can tell apart."""
        return np.flatnonzero(np.append(self.sure[1:] != self.sure[:-1], len(self) > 0)) + 1


def _chosen(evidence: _Evidence, max_error: float, intent: str) -> Bound:
    counts = _counts(evidence, max_error)
    shown = _shows(evidence.wrong[counts - 1], counts, max_error)
    passed = counts if shown.all() else counts[: int(shown.argmin())]
    if not len(passed):
        return _not_shown(evidence, int(counts[0]) if len(counts) else 0, max_error, intent)
    count = int(passed[-1])
    at, errors = float(evidence.sure[count - 1]), evidence.wrong_of(count)
    most = most_wrong(errors, count)
    return Bound(
        at=at,
        answered=count,
        wrong=errors,
        seen=len(evidence),
        because=f"Of {count} checked answers with a confidence of {at:.3f} or more {_were(errors)} wrong: "
        f"with 95 % confidence at most {percent(most, 2)} are (allowed: {percent(max_error, 2)}).",
        most=most,
    )


def _shows(errors: int | NDArray[np.int64], counts: int | NDArray[np.int64], max_error: float) -> NDArray[np.bool_]:
    """Whether so few wrong answers would be seen in at most one of 20 cases if more than `max_error` were wrong."""
    return np.asarray(bdtr(errors, counts, max_error) <= DOUBT)


def _counts(evidence: _Evidence, max_error: float) -> NDArray[np.int64]:
    """How many of the surest are tried, from few to all; none where there is too little evidence for any."""
    seen, least = len(evidence), fewest(max_error)
    if seen < least:
        return np.zeros(0, dtype=np.int64)
    start = begin_with(evidence.sure, max_error)
    steps = np.append(np.arange(start, seen, max(1, round(seen / _STEPS))), seen)
    ends = evidence.ends()
    ends = ends[ends >= least]
    return np.unique(ends[np.maximum(np.searchsorted(ends, steps, side="right") - 1, 0)])


def _of_newest(at: float, count: int, recent: _Evidence, max_error: float, intent: str) -> Bound:
    """What the newest messages alone show, when at `at`, where `count` of them lie, too many are wrong."""
    found = _chosen(recent, max_error, intent)
    if found.at is not None and found.at <= at:
        found = _not_shown(recent, count, max_error, intent)
    why = (
        f"Of the newest {count} checked answers with a confidence of {at:.3f} or more, which all messages together "
        f"would allow, {_were(recent.wrong_of(count))} wrong: so the newest alone count."
    )
    return replace(found, because=f"{why} {found.because}", newest=True)


def _not_shown(evidence: _Evidence, tried: int, max_error: float, intent: str) -> Bound:
    """Nothing is answered: how many of the surest were `tried`, or 0, how many were wrong, and how many are missing."""
    count = tried or _promising(evidence, max_error)
    errors = evidence.wrong_of(count)
    needed = fewest(max_error, errors)
    missing = max(needed - count, 1)
    seen = f"of the {count} surest checked answers {_were(errors)} wrong" if count else "there are no checked answers"
    return Bound(
        at=None,
        answered=0,
        wrong=0,
        seen=len(evidence),
        because=f"{f'{intent} is not' if intent else 'Nothing is'} answered automatically: {seen}. To show at most "
        f"{percent(max_error, 2)} wrong takes {needed} without {'a further' if errors else 'an'} error: "
        f"{missing} {'is' if missing == 1 else 'are'} missing.",
        missing=missing,
    )


def _promising(evidence: _Evidence, max_error: float) -> int:
    """With how many of the surest the fewest are missing, when there are too few for any test."""
    ends = evidence.ends()
    missing = [fewest(max_error, evidence.wrong_of(count)) - count for count in ends.tolist()]
    return int(ends[int(np.argmin(missing))]) if missing else 0


def _were(number: int) -> str:
    """none was, 1 was, 2 were"""
    return {0: "none was", 1: "1 was"}.get(number, f"{number} were")
