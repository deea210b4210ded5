"""Does the error bound hold: `python -m bench.bound --data FILE.jsonl [--encoder history|NAME|FOLDER] --json`.

Rows are JSON objects with `text` and `intent`, in any language. Every row is read by parts that had not seen it. Then
the rows are split by lot, again and again (`--splits`): a threshold is chosen from a calibration part, as training
chooses it, and tried on the rest, the test part. The bound is broken where more than `max_error` of the answered test
rows are wrong.

The test part is a sample too: a threshold whose true share of wrong answers is just allowed is "broken" by half of all
test parts, and the fewer rows are tried, the more often by a stricter one. So the calibration part is a fifth of the
rows (`--calibrate`), and a second reading leaves the luck of the test part out: there all rows are taken for all the
messages that there are, the calibration part is drawn from them with replacement, and the true share is known.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.rows import rows_of
from salver.models.grams import Grams
from salver.training.calibrate import choose
from salver.training.fit import Text, fit_understanding


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """What was said of `n` rows unseen: how sure, 0 to 1, and whether right."""

    sure: NDArray[np.float64]
    right: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.sure)

    def of(self, rows: NDArray[np.int64]) -> "Pool":
        """Some of the rows, perhaps some of them several times."""
        return Pool(sure=self.sure[rows], right=self.right[rows])


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What a threshold did: the share answered of the rows it was tried on, and the share of those that was wrong."""

    answered: float
    wrong: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Of `splits` splits of `n` rows, `calibrated` of them for the threshold, so many broke the bound.

    `violations` are counted on the test part, `violations_true` among all rows; `coverage` is the share of the test
    part that was answered, `error` the share of wrong answers in it, over the splits in which anything was answered.
    """

    max_error: float
    n: int
    calibrated: int
    splits: int
    violations: int
    violations_share: float
    violations_true: int
    violations_true_share: float
    coverage_median: float
    coverage_p10: float
    error_median: float
    top1: float


def main() -> None:
    """Measure what the command line asks for, and print it: a JSON object a line for each `--max-error`."""
    options = _options()
    found = pool(read(Path(options.data)), options.encoder)
    for max_error in options.max_error or [0.02]:
        figures = asdict(measure(found, max_error, options.splits, options.calibrate))
        if options.json:
            print(json.dumps(figures))
        else:
            print(*(f"{key:22} {value}" for key, value in figures.items()), sep="\n", end="\n\n")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.bound", description="Does the error bound hold?")
    parser.add_argument("--data", required=True, help="JSON lines with text and intent")
    parser.add_argument("--encoder", default="history", help="history, a sentence-transformers name, or a folder")
    parser.add_argument("--splits", type=int, default=500, help="how many random splits")
    parser.add_argument("--max-error", type=float, action="append", help="0.02 by default; may be given several times")
    parser.add_argument("--calibrate", type=float, default=0.2, help="the share of rows to choose from")
    parser.add_argument("--json", action="store_true", help="a JSON object a line")
    return parser.parse_args()


def read(data: Path) -> list[dict[str, Any]]:
    """The rows of a file that have an intent."""
    return [row for row in rows_of(data) if row.get("intent") and not row.get("oos")]


def pool(rows: Sequence[dict[str, Any]], encoder: str) -> Pool:
    """Have every row read by parts that had not seen it, as in training."""
    texts = [
        Text(id=str(i), text=row["text"], intent=row["intent"], group=str(row.get("thread", i)))
        for i, row in enumerate(rows)
    ]
    brain = fit_understanding(texts, encoder, Grams())
    said, labels = brain.unseen.probabilities, np.array(brain.intents.labels)
    truth = np.array([one.intent for one in texts])
    return Pool(sure=said.max(axis=1), right=labels[said.argmax(axis=1)] == truth)


def measure(found: Pool, max_error: float, splits: int, share: float = 0.2) -> Figures:
    """Split the pool again and again; the same splits at every call."""
    count = min(max(round(share * len(found)), 1), len(found) - 1)
    tests, trues = zip(*_splits(found, max_error, splits, count), strict=True)
    coverage = [one.answered for one in tests]
    errors = [one.wrong for one in tests if one.answered]
    broken, truly = (sum(one.wrong > max_error for one in some) for some in (tests, trues))
    return Figures(
        max_error=max_error,
        n=len(found),
        calibrated=count,
        splits=splits,
        violations=broken,
        violations_share=round(broken / splits, 4),
        violations_true=truly,
        violations_true_share=round(truly / splits, 4),
        coverage_median=round(float(np.median(coverage)), 4),
        coverage_p10=round(float(np.quantile(coverage, 0.1)), 4),
        error_median=round(float(np.median(errors)), 4) if errors else 0.0,
        top1=round(float(found.right.mean()), 4),
    )


def _splits(found: Pool, max_error: float, splits: int, count: int) -> Iterator[tuple[Tried, Tried]]:
    """For each split what the threshold did on the test part, and what another did among all rows."""
    chance = np.random.default_rng(0)
    for _ in range(splits):
        order = chance.permutation(len(found))
        drawn = chance.integers(0, len(found), count)
        yield (
            tried(found.of(order[count:]), at(found.of(order[:count]), max_error)),
            tried(found, at(found.of(drawn), max_error)),
        )


def at(part: Pool, max_error: float) -> float | None:
    """The threshold that training would choose from these rows, or None."""
    return choose(part.sure.tolist(), part.right.tolist(), max_error).at


def tried(test: Pool, threshold: float | None) -> Tried:
    """What a threshold does with these rows."""
    answered = test.right[test.sure >= threshold] if threshold is not None else test.right[:0]
    return Tried(answered=len(answered) / len(test), wrong=float((~answered).mean()) if len(answered) else 0.0)


if __name__ == "__main__":
    main()
