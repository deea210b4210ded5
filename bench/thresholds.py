"""Which rule answers most within the error bound: `python -m bench.thresholds --data FILE.jsonl [--encoder …] --json`.

Rows and splits are those of `bench.bound`; every rule chooses from the same calibration parts. `none` is the share of
splits in which a rule answers nothing. The rules, all of which claim 95 % confidence:

    product        fixed sequence of exact binomial tests, begun where the confidences promise most, in hundredths
    every rank     the same with every threshold that there is
    surest fifth   the same in 60 steps that grow, begun with a fifth of the evidence, or where one error is allowed
    first chance   every threshold, begun with the fewest that can show anything
    five starts    five sequences with a fifth of the doubt each (Learn then Test, section 3.2: multi-start)
    fallback       the same, but a sequence that reaches the next start hands its doubt on (Wiens and Dmitrienko, 2005;
                   a graph as in Bretz et al., 2009)
    halving        binary search for the laxest threshold, each try with its part of the doubt (selective guaranteed
                   risk: Geifman and El-Yaniv, 2017)
    betting        the product's thresholds, tested by betting on each answer (Waudby-Smith and Ramdas, 2024)
    band           a bound that holds at all thresholds at once (Dvoretzky, Kiefer and Wolfowitz; Massart, 1990)
    tightest       no sequence: the laxest threshold that passes a test of its own. Not valid; it shows what that costs
"""

import argparse
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr

from bench.bound import Pool, at, pool, read, tried
from salver.training.calibrate import DOUBT, begin_with, fewest

Rule = Callable[[Pool, float], float | None]
_STARTS = 5


def main() -> None:
    """Measure what the command line asks for, and print it: a JSON object a line for each rule."""
    parser = argparse.ArgumentParser(prog="bench.thresholds", description="Which rule answers most within the bound?")
    parser.add_argument("--data", required=True, help="JSON lines with text and intent")
    parser.add_argument("--encoder", default="history", help="history, a sentence-transformers name, or a folder")
    parser.add_argument("--splits", type=int, default=500, help="how many random splits")
    parser.add_argument("--max-error", type=float, default=0.02)
    parser.add_argument("--calibrate", type=float, default=0.2, help="the share of rows to choose from")
    parser.add_argument("--json", action="store_true", help="a JSON object a line")
    options = parser.parse_args()
    found = pool(read(Path(options.data)), options.encoder)
    for name, rule in RULES.items():
        figures = compare(found, rule, options.max_error, options.splits, options.calibrate)
        print(json.dumps({"rule": name} | figures) if options.json else f"{name:14} {figures}")


def compare(found: Pool, rule: Rule, max_error: float, splits: int, share: float) -> dict[str, float]:
    """Coverage of the rest of the pool, and how often its bound was broken: there, and in truth."""
    chance, count = np.random.default_rng(0), round(share * len(found))
    coverage, broken, truly = [], [], []
    for _ in range(splits):
        order, drawn = chance.permutation(len(found)), chance.integers(0, len(found), count)
        test = tried(found.of(order[count:]), rule(found.of(order[:count]), max_error))
        coverage.append(test.answered)
        broken.append(test.wrong > max_error)
        truly.append(tried(found, rule(found.of(drawn), max_error)).wrong > max_error)
    return {
        "coverage_median": round(float(np.median(coverage)), 4),
        "coverage_mean": round(float(np.mean(coverage)), 4),
        "none": round(float(np.mean(np.array(coverage) == 0)), 4),
        "violations_share": round(float(np.mean(broken)), 4),
        "violations_true_share": round(float(np.mean(truly)), 4),
    }


def _sorted(part: Pool) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """Confidences from sure to unsure, how many were wrong so far, and the counts at which a threshold can lie."""
    order = np.argsort(-part.sure, kind="stable")
    sure = part.sure[order]
    return sure, np.cumsum(~part.right[order]), np.flatnonzero(np.append(sure[1:] != sure[:-1], True)) + 1


def _walk(wrong: NDArray[np.int64], counts: NDArray[np.int64], max_error: float, doubt: float = DOUBT) -> int:
    """The last count before the first that fails, or 0."""
    failed = bdtr(wrong[counts - 1], counts, max_error) > doubt
    passed = counts[: int(failed.argmax())] if failed.any() else counts
    return int(passed[-1]) if len(passed) else 0


def _from(first: Callable[[NDArray[np.float64], float], int], steps: int = 0) -> Rule:
    """A sequence from `first` of the confidences and a bound, over every threshold or in so many growing steps."""

    def rule(part: Pool, max_error: float) -> float | None:
        sure, wrong, ends = _sorted(part)
        if len(sure) < fewest(max_error):
            return None
        counts = ends[ends >= first(sure, max_error)]
        if steps:
            counts = counts[np.searchsorted(counts, np.geomspace(counts[0], counts[-1], steps).round())]
        count = _walk(wrong, np.unique(counts), max_error)
        return float(sure[count - 1]) if count else None

    return rule


def _one_error_or_fifth(sure: NDArray[np.float64], max_error: float) -> int:
    return min(max(fewest(max_error, 1), len(sure) // 5), len(sure))


def _starts(seen: int, max_error: float) -> list[int]:
    least = fewest(max_error, 1)
    return sorted({round(one) for one in np.geomspace(least, 0.8 * seen, _STARTS)}) if seen > 2 * least else [seen]


def _several(*, hand_on: bool) -> Rule:
    """Sequences from several starts; with `hand_on` one that reaches the next start adds its doubt to that one's."""

    def rule(part: Pool, max_error: float) -> float | None:
        sure, wrong, ends = _sorted(part)
        starts = _starts(len(sure), max_error)
        best, carried = 0, 0.0
        for start, end in zip(starts, [*starts[1:], len(sure) + 1], strict=True):
            doubt = DOUBT / len(starts) + carried
            counts = ends[ends >= start]
            best = max(best, reached := _walk(wrong, counts, max_error, doubt))
            carried = doubt if hand_on and reached >= end else 0.0
        return float(sure[best - 1]) if best else None

    return rule


def _halving(part: Pool, max_error: float) -> float | None:
    sure, wrong, ends = _sorted(part)
    tries = int(np.ceil(np.log2(len(ends)))) or 1
    low, high, best = 0, len(ends) - 1, 0
    for _ in range(tries):
        count = int(ends[(low + high + 1) // 2])
        if bdtr(wrong[count - 1], count, max_error) <= DOUBT / tries:
            low, best = (low + high + 1) // 2, max(best, count)
        else:
            high = max((low + high + 1) // 2 - 1, low)
    return float(sure[best - 1]) if best else None


def _betting(part: Pool, max_error: float) -> float | None:
    """Bet on every answer, in the order of the lot, that it is right more often than the bound asks."""
    sure, _, ends = _sorted(part)
    first, best = _one_error_or_fifth(sure, max_error), None
    for least in sure[ends[ends >= first][:: max(1, len(sure) // 100)] - 1]:
        lost = (~part.right[part.sure >= least]).astype(float)
        seen = np.arange(len(lost))
        mean = (0.5 * max_error + np.cumsum(lost) - lost) / (seen + 1)
        stake = np.clip((max_error - mean) / (mean * (1 - mean) + (max_error - mean) ** 2), 0, 0.9 / (1 - max_error))
        if np.cumsum(np.log1p(stake * (max_error - lost))).max() < np.log(1 / DOUBT):
            break
        best = float(least)
    return best


def _band(part: Pool, max_error: float) -> float | None:
    """Wrong answers exceed what was seen by no more than one width at any threshold, answers fall short by one."""
    sure, wrong, ends = _sorted(part)
    width = np.sqrt(np.log(2 / DOUBT) / (2 * len(sure)))
    kept = ends[wrong[ends - 1] / len(sure) + width <= max_error * (ends / len(sure) - width)]
    return float(sure[kept[-1] - 1]) if len(kept) else None


def _tightest(part: Pool, max_error: float) -> float | None:
    sure, wrong, ends = _sorted(part)
    kept = ends[bdtr(wrong[ends - 1], ends, max_error) <= DOUBT]
    return float(sure[kept[-1] - 1]) if len(kept) else None


RULES: dict[str, Rule] = {
    "product": at,
    "every rank": _from(begin_with),
    "surest fifth": _from(_one_error_or_fifth, steps=60),
    "first chance": _from(lambda _, max_error: fewest(max_error)),
    "five starts": _several(hand_on=False),
    "fallback": _several(hand_on=True),
    "halving": _halving,
    "betting": _betting,
    "band": _band,
    "tightest": _tightest,
}


if __name__ == "__main__":
    main()
