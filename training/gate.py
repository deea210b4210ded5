"""Whether a newly trained bundle takes the champion's place. Pure: two exams on the same messages in, a verdict out.

The messages are later than the challenger's training. Each is a pair: both were right, both wrong, or one was. Only the
last say who is better; if there were no difference, each would fall either way with chance 1/2, which gives the exact
one-sided test of McNemar (Note on the sampling error of the difference between correlated proportions, 1947; exact by
the binomial distribution). The calibration is compared by the error of the bins and by the score of Brier
(Verification of forecasts expressed in terms of probability, 1950), so that neither is won by chance of the bins.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from scipy.special import bdtrc

from salver.training.evaluate import Prediction, calibration_error

SURE = 0.05
"""The highest p at which more right messages count as better."""
CALIBRATED_BETTER = 0.01
"""How much lower the calibration error must be: below it is noise at some hundred messages."""
ENOUGH_CASES = 10
MOST_FALLEN = 0.10
"""No intent with `ENOUGH_CASES` messages may have its share of right ones fall by more than this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exam:
    """What a bundle said of the messages, and whether its error bound is shown, and still held where it serves."""

    bundle: str
    predictions: tuple[Prediction, ...]
    bound_shown: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Champion against challenger on `n` messages.

    `won` are those that only the challenger had right, `lost` those that only the champion had right; `p` is the chance
    of at least as many won if there were no difference. Top-1, calibration error and Brier score are 0 to 1.
    """

    n: int
    top1_before: float
    top1_after: float
    won: int
    lost: int
    p: float
    ece_before: float
    ece_after: float
    brier_before: float
    brier_after: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether the challenger is promoted, and why in words. `compared` is None when there was nothing to compare."""

    promote: bool
    because: str
    compared: Compared | None = None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def better(champion: Exam | None, challenger: Exam) -> Verdict:
    """Judge the challenger. Raises ValueError when the two were not tried on the same messages."""
    if champion is None:
        return Verdict(promote=True, because=_first(challenger))
    if not challenger.predictions:
        because = f'There are no later messages to try "{challenger.bundle}" on; "{champion.bundle}" stays.'
        return Verdict(promote=False, because=because)
    pairs = _paired(champion, challenger)
    found = compare(pairs)
    promote, why = _judge(found, fallen(pairs), champion, challenger)
    stays = "" if promote else f' "{champion.bundle}" stays.'
    return Verdict(promote=promote, because=f"{why} {_words(found)}{stays}", compared=found)


def compare(pairs: Sequence[tuple[Prediction, Prediction]]) -> Compared:
    """The figures of both on the same messages: pairs of the champion's and the challenger's predictions."""
    before, after = ([pair[side] for pair in pairs] for side in (0, 1))
    won = sum(new.right and not old.right for old, new in pairs)
    lost = sum(old.right and not new.right for old, new in pairs)
    top1_before, ece_before, brier_before = _figures(before)
    top1_after, ece_after, brier_after = _figures(after)
    return Compared(
        n=len(pairs),
        top1_before=top1_before,
        top1_after=top1_after,
        won=won,
        lost=lost,
        p=chance_of(won, lost),
        ece_before=ece_before,
        ece_after=ece_after,
        brier_before=brier_before,
        brier_after=brier_after,
    )


def chance_of(won: int, lost: int) -> float:
    """The chance of at least `won` of all that differ, if each fell either way alike: exact one-sided McNemar."""
    return float(bdtrc(won - 1, won + lost, 0.5)) if won else 1.0


def fallen(pairs: Sequence[tuple[Prediction, Prediction]]) -> tuple[str, ...]:
    """The intents that lost too much, in words, the worst first."""
    n = Counter(old.truth for old, _ in pairs)
    before = Counter(old.truth for old, _ in pairs if old.right)
    after = Counter(new.truth for _, new in pairs if new.right)
    lost = {intent: before[intent] - after[intent] for intent in n if n[intent] >= ENOUGH_CASES}
    worst = sorted(
        (one for one in lost if lost[one] > MOST_FALLEN * n[one]), key=lambda one: (-lost[one] / n[one], one)
    )
    return tuple(f"{one} from {before[one] / n[one]:.0%} to {after[one] / n[one]:.0%} of {n[one]}" for one in worst)


def _judge(found: Compared, worse: Sequence[str], champion: Exam, challenger: Exam) -> tuple[bool, str]:
    name = f'"{challenger.bundle}"'
    if worse:
        return False, f"{name} falls by more than {MOST_FALLEN * 100:.0f} points on {', '.join(worse)}."
    if found.won > found.lost and found.p <= SURE:
        unbound = "" if challenger.bound_shown else " It answers nothing by itself yet: its error bound is not shown."
        return True, f'{name} is better than "{champion.bundle}".{unbound}'
    if challenger.bound_shown and not champion.bound_shown and chance_of(found.lost, found.won) > SURE:
        return True, f'{name} is not shown to be worse, and its bound is shown; that of "{champion.bundle}" is not.'
    if found.won < found.lost:
        return False, f"{name} is right less often."
    if not _calibrated_better(found):
        return False, f"{name} is not shown to be better."
    if champion.bound_shown and not challenger.bound_shown:
        return False, f"{name} is no worse and better calibrated, but its error bound is not shown."
    return True, f"{name} is no worse and better calibrated."


def _calibrated_better(found: Compared) -> bool:
    return found.ece_before - found.ece_after >= CALIBRATED_BETTER and found.brier_after < found.brier_before


def _paired(champion: Exam, challenger: Exam) -> list[tuple[Prediction, Prediction]]:
    before = {one.id: one for one in champion.predictions}
    after = {one.id: one for one in challenger.predictions}
    if len(before) != len(champion.predictions) or before.keys() != after.keys():
        raise ValueError("champion and challenger must be tried on the same messages, each once")
    return [(old, after[key]) for key, old in before.items()]


def _figures(predictions: Sequence[Prediction]) -> tuple[float, float, float]:
    right = np.array([one.right for one in predictions], dtype=bool)
    sure = np.array([one.confidence for one in predictions], dtype=np.float64)
    return float(right.mean()), calibration_error(sure, right), float(np.mean((sure - right) ** 2))


def _first(challenger: Exam) -> str:
    n = len(challenger.predictions)
    if not n:
        return f'No champion yet: "{challenger.bundle}" is the first. There were no later messages to try it on.'
    right = sum(one.right for one in challenger.predictions)
    return f'No champion yet: "{challenger.bundle}" is the first. It is right on {right} of {n} later messages.'


def _words(found: Compared) -> str:
    return (
        f"On {found.n} later messages top-1 went from {found.top1_before:.1%} to {found.top1_after:.1%}: "
        f"{found.won} won, {found.lost} lost, p = {found.p:.3f} (needed: {SURE}); "
        f"calibration error from {found.ece_before:.3f} to {found.ece_after:.3f}."
    )
