"""The threshold above which a message may be answered without a person, chosen so that the error bound holds.

The evidence are pairs of confidence and outcome for messages that the models had not seen. Thresholds are tried from
strict to lax on a grid fixed beforehand; each must show, by an exact binomial test at 5 %, that no more than
`max_error` of the answers above it are wrong; the first that fails ends the sequence. So with 95 % confidence the
chosen one keeps the bound (fixed sequence testing in Learn then Test: Angelopoulos et al., 2021; bound by Clopper and
Pearson, 1934).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import beta

DOUBT = 0.05
_STEPS = 60
_FIFTH = 5
_ONE_ERROR = 1.6
"""So many times more answers are needed to show a bound when one of them is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """A threshold and what it was shown on: `answered` of `seen` messages lie above it, `wrong` of them were wrong.

    `at` is None when no threshold could be shown to keep the bound.
    """

    at: float | None
    answered: int
    wrong: int
    seen: int
    because: str


def choose(confidences: Sequence[float], right: Sequence[bool], max_error: float) -> Bound:
    """The laxest threshold shown to keep `max_error`, 0 to 1, with 95 % confidence."""
    order = np.argsort(-np.asarray(confidences, dtype=np.float64), kind="stable")
    sure = np.asarray(confidences, dtype=np.float64)[order]
    wrong = np.cumsum(~np.asarray(right, dtype=bool)[order])
    best: tuple[float, int, int] | None = None
    for count in _grid(len(sure), fewest(max_error)):
        errors = int(wrong[count - 1])
        if most_wrong(errors, count) > max_error:
            break
        best = (float(sure[count - 1]), count, errors)
    if best is None:
        return Bound(at=None, answered=0, wrong=0, seen=len(sure), because=_too_little(sure, wrong, max_error))
    at, count, errors = best
    return Bound(
        at=at,
        answered=count,
        wrong=errors,
        seen=len(sure),
        because=f"Of {count} checked answers with a confidence of {at:.3f} or more {errors} were wrong: "
        f"with 95 % confidence at most {most_wrong(errors, count):.1%} are (allowed: {max_error:.1%}).",
    )


def most_wrong(errors: int, count: int, doubt: float = DOUBT) -> float:
    """The upper end of the one-sided exact interval for a share of which `errors` in `count` were seen."""
    return 1.0 if errors >= count else float(beta.ppf(1 - doubt, errors + 1, count - errors))


def fewest(max_error: float) -> int:
    """How many answers without an error show the bound: 149 for 2 %, 59 for 5 %."""
    return int(np.ceil(np.log(DOUBT) / np.log(1 - max_error)))


def _grid(seen: int, least: int) -> list[int]:
    """How many of the surest messages are tried, from few to all; fixed by numbers that do not depend on outcomes.

    It starts where one error is allowed, or at a fifth of much evidence: there a few odd answers among the very surest
    do not end the sequence before it has begun. With less evidence than that it starts, and ends, with all.
    """
    if seen < least:
        return []
    start = min(max(round(least * _ONE_ERROR), seen // _FIFTH), seen)
    return sorted({round(one) for one in np.geomspace(start, seen, _STEPS)})


def _too_little(sure: np.ndarray, wrong: np.ndarray, max_error: float) -> str:
    least = fewest(max_error)
    if len(sure) < least:
        return (
            f"Nothing is answered automatically: to show at most {max_error:.1%} wrong, {least} checked answers "
            f"without an error are needed, and there are {len(sure)}: {least - len(sure)} are missing."
        )
    start = _grid(len(sure), least)[0]
    return (
        f"Nothing is answered automatically: of the {start} surest answers {int(wrong[start - 1])} were wrong, "
        f"which does not show at most {max_error:.1%}."
    )
