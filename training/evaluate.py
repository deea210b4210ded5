"""How good predictions are, per intent and language."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from salver.data.reading import Scored

CONFUSED_PAIRS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """What a bundle said of one message, and the truth. `ranked` are its likeliest intents, best first."""

    id: str
    truth: str
    ranked: tuple[Scored, ...]
    lang: str = ""

    @property
    def found(self) -> str:
        """The likeliest intent, or "" when there is none."""
        return self.ranked[0].label if self.ranked else ""

    @property
    def confidence(self) -> float:
        return self.ranked[0].probability if self.ranked else 0.0

    @property
    def right(self) -> bool:
        return self.found == self.truth


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Of `n` messages: the shares with the true intent first and among the first five, macro F1, calibration error.

    Macro F1 is the mean over the true intents. In the figures of one intent it is that intent's F1 among all messages.
    """

    n: int
    top1: float
    top5: float
    macro_f1: float
    ece: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Confusion:
    """How often one intent was taken for another; `share` is of all messages with the true intent, 0 to 1."""

    truth: str
    found: str
    n: int
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """The figures of all messages, by true intent, by language, and the intents taken for others most often."""

    whole: Figures
    by_intent: dict[str, Figures]
    by_lang: dict[str, Figures]
    confused: tuple[Confusion, ...]

    def to_json(self) -> dict[str, Any]:
        """The same as plain numbers, rounded to four places."""
        return {key: _rounded(value) for key, value in asdict(self).items()}


def evaluate(predictions: Sequence[Prediction]) -> Evaluation:
    """Compare predictions with the truth. No predictions give figures of 0 for 0 messages."""
    f1 = f1_by_intent([one.truth for one in predictions], [one.found for one in predictions])
    by_intent = _grouped((one.truth, one) for one in predictions)
    by_lang = _grouped((one.lang, one) for one in predictions)
    return Evaluation(
        whole=figures(predictions),
        by_intent={intent: figures(some, f1[intent]) for intent, some in by_intent.items()},
        by_lang={lang: figures(some) for lang, some in by_lang.items()},
        confused=confused(predictions),
    )


def figures(predictions: Sequence[Prediction], f1: float | None = None) -> Figures:
    """The figures of these predictions; `f1` is given where it depends on others too."""
    n = len(predictions)
    right = np.array([one.right for one in predictions], dtype=bool)
    among5 = sum(one.truth in {scored.label for scored in one.ranked[:5]} for one in predictions)
    return Figures(
        n=n,
        top1=float(right.sum() / max(n, 1)),
        top5=among5 / max(n, 1),
        macro_f1=macro_f1([one.truth for one in predictions], [one.found for one in predictions]) if f1 is None else f1,
        ece=calibration_error(np.array([one.confidence for one in predictions], dtype=np.float64), right),
    )


def confused(predictions: Sequence[Prediction], top: int = CONFUSED_PAIRS) -> tuple[Confusion, ...]:
    """The pairs of true and found intent that were mistaken most often."""
    all_of = Counter(one.truth for one in predictions)
    wrong = Counter((one.truth, one.found) for one in predictions if not one.right)
    worst = sorted(wrong.items(), key=lambda item: (-item[1], item[0]))[:top]
    return tuple(Confusion(truth=t, found=f, n=n, share=n / all_of[t]) for (t, f), n in worst)


def macro_f1(truth: Sequence[str], found: Sequence[str]) -> float:
    """The mean over the true intents of the harmonic mean of precision and recall, 0 to 1."""
    return float(np.mean(list(f1_by_intent(truth, found).values()))) if truth else 0.0


def f1_by_intent(truth: Sequence[str], found: Sequence[str]) -> dict[str, float]:
    """For each true intent the harmonic mean of precision and recall, 0 to 1."""
    right = Counter(one for one, other in zip(truth, found, strict=True) if one == other)
    have, said = Counter(truth), Counter(found)
    return {intent: 2 * right[intent] / (have[intent] + said[intent]) for intent in sorted(have)}


def calibration_error(confidence: NDArray[np.float64], right: NDArray[np.bool_], bins: int = 15) -> float:
    """The expected calibration error, 0 to 1, over bins of equal width (Guo et al., On Calibration, 2017)."""
    which = np.minimum((confidence * bins).astype(int), bins - 1)
    shares = np.bincount(which, minlength=bins)
    sure = np.bincount(which, weights=confidence, minlength=bins)
    true = np.bincount(which, weights=right, minlength=bins)
    return float(np.abs(sure - true)[shares > 0].sum() / max(len(confidence), 1))


def _grouped(pairs: Iterable[tuple[str, Prediction]]) -> dict[str, list[Prediction]]:
    groups: dict[str, list[Prediction]] = defaultdict(list)
    for key, one in pairs:
        groups[key].append(one)
    return dict(sorted(groups.items()))


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(one) for one in value]
    return round(value, 4) if isinstance(value, float) else value
