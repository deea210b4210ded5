"""How fast and how surely the nearest cases are found: `python -m bench.search --vectors 1000000 --json`.

The vectors are those of texts: sentences of different messages of one intent are joined to as many texts as wanted (see
`bench.recombine`), the product's own encoder is trained on the first of them, and it encodes them all. Without --data
the messages are the sample company's archive. The texts that are searched with are made in the same way and are not in
the index. For other dimensions than the encoder's, encoders of different seeds stand side by side, cut off at --dim.

`recall@10` is the share of the ten nearest, by exact search, that are found; of equally near ones it does not matter
which. Times are those of one call after the other on one thread, as messages come: p50 is the median, p99 the slowest
hundredth. `k100` is with a hundred neighbours instead of ten, `removal_100` and `adding_100` are of a hundred cases in
one call. `batch_per_s` are queries a second when all are asked at once, with a hundred neighbours.
"""

import argparse
import ctypes
import gc
import json
import sys
import time
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import psutil

from bench.recombine import SAMPLE, recombined, stock_of
from salver.models.history import HistoryEncoder
from salver.models.index import CaseIndex
from salver.models.linear import places
from salver.models.ports import Vectors

Figures = dict[str, float]

_LEARNED_FROM = 20_000
_AT_ONCE = 5000
_BLOCK = 20_000
_FEW, _MANY = 10, 100
_TIMES = 100
"""How often one case is taken out and put in; a hundred at once a fifth as often."""


def main() -> None:
    """Measure what the command line asks for, and print it."""
    options = _options()
    some = vectors(options.data, options.vectors + options.queries, options.dim)
    figures = measure(some[: options.vectors], some[options.vectors :])
    if options.json:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(f"{name:16} {value:>14,}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.search", description="How fast the nearest cases are found.")
    parser.add_argument("--data", type=Path, default=SAMPLE, help="JSON lines with text and intent")
    parser.add_argument("--vectors", type=int, default=1_000_000, metavar="N", help="how many cases there are")
    parser.add_argument("--dim", type=int, metavar="D", help="dimensions; the encoder's by default")
    parser.add_argument("--queries", type=int, default=1000, metavar="Q", help="how many are searched with")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    return parser.parse_args()


def vectors(data: Path, count: int, dim: int | None = None) -> Vectors:
    """The vectors of `count` recombined texts, (count, dim) float32, rows of length 1."""
    stock = stock_of(data)
    first = list(islice(recombined(stock, count), _LEARNED_FROM))
    texts, intents = [one.text for one in first], [one.intent for one in first]
    target = places(intents, sorted(set(intents)))
    encoders = [HistoryEncoder.fit(texts, target)]
    dim = dim or encoders[0].dim
    while sum(one.dim for one in encoders) < dim:
        encoders.append(HistoryEncoder.fit(texts, target, seed=len(encoders)))
    found = np.zeros((count, dim), np.float32)
    made = recombined(stock, count)
    for start in range(0, count, _AT_ONCE):
        some = [one.text for one in islice(made, _AT_ONCE)]
        found[start : start + len(some)] = _unit(np.hstack([one.encode(some) for one in encoders])[:, :dim])
        _tell(f"{start + len(some):,} texts encoded")
    return found


def _unit(rows: Vectors) -> Vectors:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9), dtype=np.float32)


def measure(known: Vectors, asked: Vectors) -> Figures:
    """Build an index of the known vectors, ask it, take out of it and put into it."""
    ids = [f"case-{i}" for i in range(len(known))]
    before = _resident()
    started = time.perf_counter()
    index = CaseIndex.build(ids, known)
    built = time.perf_counter() - started
    held = _resident() - before
    _tell(f"built in {built:.0f} s; exact search for comparison")
    return {
        "vectors": len(known),
        "dim": known.shape[1],
        "queries": len(asked),
        "build_s": round(built, 2),
        "memory_mb": round(held / 1e6, 1),
        "recall@10": round(recall(index, known, asked), 4),
        **_searched(index, asked),
        **_changed(index, ids, known),
    }


def recall(index: CaseIndex, known: Vectors, asked: Vectors) -> float:
    """The share of the ten nearest that is found: cases at least as near as the tenth."""
    tenth = _tenth(known, asked)
    near = index.nearest(asked, _FEW)
    rows = [[int(case.removeprefix("case-")) for case, _ in row] for row in near]
    hits = [(known[row] @ one >= worst - 1e-6).sum() for row, one, worst in zip(rows, asked, tenth, strict=True)]
    return float(sum(hits) / (len(asked) * _FEW))


def _tenth(known: Vectors, asked: Vectors) -> Vectors:
    """The cosine of the tenth nearest to each asked vector, by looking at all."""
    best = np.full((len(asked), _FEW), -2, np.float32)
    for start in range(0, len(known), _BLOCK):
        cosines = np.hstack([best, asked @ known[start : start + _BLOCK].T])
        best = np.partition(cosines, -_FEW, axis=1)[:, -_FEW:]
    return best.min(axis=1)


def _searched(index: CaseIndex, asked: Vectors) -> Figures:
    rows = [asked[i : i + 1] for i in range(len(asked))]
    few = [_seconds(index.nearest, row, _FEW) for row in rows]
    many = [_seconds(index.nearest, row, _MANY) for row in rows]
    batch = _seconds(index.nearest, asked, _MANY)
    return _times("", few) | _times("k100_", many) | {"batch_per_s": round(len(asked) / batch, 1)}


def _changed(index: CaseIndex, ids: Sequence[str], known: Vectors) -> Figures:
    """Take cases out and put them in again, one by one and a hundred at a time."""
    order = np.random.default_rng(0).permutation(len(ids))
    single = [order[i : i + 1] for i in range(_TIMES)]
    lots = np.array_split(order[_TIMES:][: _TIMES * _TIMES // 5], _TIMES // 5)
    figures: Figures = {}
    for name, places_of in (("", single), ("100_", lots)):
        named = [([ids[i] for i in rows], known[rows]) for rows in places_of]
        figures |= _times(f"removal_{name}", [_seconds(index.remove, some) for some, _ in named])
        figures |= _times(f"adding_{name}", [_seconds(index.add, some, rows) for some, rows in named])
    return figures


def _seconds(call: Callable[..., object], *given: object) -> float:
    started = time.perf_counter()
    call(*given)
    return time.perf_counter() - started


def _resident() -> int:
    """Resident memory in bytes, without what is free already."""
    gc.collect()
    if give_back := getattr(ctypes.CDLL(None), "malloc_trim", None):
        give_back(0)
    return int(psutil.Process().memory_info().rss)


def _times(name: str, seconds: Sequence[float]) -> Figures:
    ordered = sorted(seconds)
    return {
        f"{name}p50_ms": round(ordered[len(ordered) // 2] * 1000, 3),
        f"{name}p99_ms": round(ordered[len(ordered) * 99 // 100] * 1000, 3),
    }


def _tell(words: str) -> None:
    print(words, file=sys.stderr)


if __name__ == "__main__":
    main()
