"""How soon a broken bound is found, and how often one that holds is called broken: `python -m bench.watch --json`.

Checks are drawn at random, so that nothing is needed but a minute. `false` is the share of streams of 2,000 checks in
which a bound that just holds is broken; `twice`, `thrice` and `five_times` are how many checks it takes to find so many
times the allowed error (half of all streams need fewer, and nine tenths); `late` is how many it takes to find twice the
error after 1,000 checks with half of it. `shift` is the share of looks at 500 messages like those of the training that
call them shifted.
"""

import argparse
import json
from bisect import bisect_left
from collections.abc import Sequence
from typing import Any

import numpy as np

from salver.data.profile import Seen
from salver.pipeline.drift import NEWEST, profile_of, shifts
from salver.pipeline.wager import ENOUGH, most_wealth

_ERRORS = (0.01, 0.02, 0.05)
_CHECKS = 2000
_MOST = 8000
_CASES = 1000
_INTENTS = 77


def main() -> None:
    """Simulate what the command line asks for, and print it."""
    parser = argparse.ArgumentParser(prog="bench.watch", description="How soon a broken bound is found.")
    parser.add_argument("--streams", type=int, default=1000, help="streams for each false, a tenth for each other")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    options = parser.parse_args()
    chance = np.random.default_rng(0)
    found = {str(error): of_error(error, options.streams, chance) for error in _ERRORS}
    figures = {**found, "shift": false_shifts(options.streams // 4, chance)}
    if options.json:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(f"{name:6} {value}")


def of_error(error: float, streams: int, chance: np.random.Generator) -> dict[str, Any]:
    """The figures of one bound."""
    false = sum(most_wealth(drawn(_CHECKS, error, chance), error) >= ENOUGH for _ in range(streams))
    few = max(streams // 10, 1)
    found: dict[str, Any] = {"false": false / streams}
    for name, times in (("twice", 2), ("thrice", 3), ("five_times", 5)):
        found[name] = quantiles([broken_after(drawn(_MOST, times * error, chance), error) for _ in range(few)])
    before = [drawn(1000, error / 2, chance) for _ in range(few)]
    late = [broken_after(one + drawn(_MOST, 2 * error, chance), error) - len(one) for one in before]
    return found | {"late": quantiles(late)}


def drawn(count: int, error: float, chance: np.random.Generator) -> list[bool]:
    """Checks of which this share is wrong."""
    right: list[bool] = (chance.random(count) >= error).tolist()
    return right


def broken_after(right: Sequence[bool], error: float) -> int:
    """How many checks it takes."""
    return bisect_left(range(len(right)), ENOUGH, key=lambda count: most_wealth(right[:count], error))


def quantiles(counts: Sequence[int]) -> list[int]:
    """The half and the nine tenths."""
    return [int(one) for one in np.quantile(counts, (0.5, 0.9))]


def false_shifts(looks: int, chance: np.random.Generator) -> float:
    """How often messages that are as they were are called shifted."""
    found = [
        any(one.large for one in shifts(profile_of(messages(_CASES, chance)), messages(NEWEST, chance)))
        for _ in range(looks)
    ]
    return sum(found) / max(looks, 1)


def messages(count: int, chance: np.random.Generator) -> list[Seen]:
    """Messages with a few frequent intents and many rare ones, most of them surely understood."""
    shares = 1 / np.arange(1, _INTENTS + 1) ** 0.7
    intents = chance.choice(_INTENTS, count, p=shares / shares.sum()).tolist()
    sure, near = chance.beta(6, 1.2, count).tolist(), chance.normal(0.7, 0.12, count).tolist()
    return [Seen(intent=f"i{i}", probability=p, cosine=c) for i, p, c in zip(intents, sure, near, strict=True)]


if __name__ == "__main__":
    main()
