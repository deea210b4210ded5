"""How it grows: `python -m bench.growth --sizes 1000,10000,100000,1000000 --picture docs/growth.png --json`.

Cases are made by recombining real ones (see `bench.recombine`): of the sample company's archive, or of --data. Each
size is learned in a process of its own, as `salver train` learns what understands texts: an encoder, intents and an
index, with their weights found on texts that they had not seen. Those that are held back to find them share no sentence
with those that they are held back from, and the texts that are read in the end share none with any of them.

    train_s          seconds to learn, by the clock; train_cpu_s those of all cores together
    top1             the share of read texts whose intent is told
    predict_per_s    texts read a second, many at once
    single_ms        one text read, the median of one after the other; search_ms is the search alone
    bundle_mb        the learned arrays, the vectors, and the texts and answers of the cases
    peak_mb          the most memory that the learning processes held together
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bench.memory import Peak
from bench.recombine import SAMPLE, Made, Stock, parted, pools, recombined, stock_of
from salver.models.grams import Grams
from salver.models.history import HistoryEncoder
from salver.models.intents import NEIGHBOURS
from salver.pipeline.match import VOTERS
from salver.training.fit import Text, Understanding, fit_understanding
from salver.training.split import FOLDS

Figures = dict[str, float]

SIZES = (1000, 10_000, 100_000, 1_000_000)
_READ = 2000
_ONE_BY_ONE = 200


def main() -> None:
    """Measure what the command line asks for, and print it."""
    options = _options()
    if options.one:
        print(json.dumps(measure(options.data, options.one)))
        return
    rows = [_apart(options.data, size) for size in options.sizes]
    if options.picture:
        draw(rows, options.picture)
    if options.json:
        print(json.dumps(rows))
        return
    for name in rows[0]:
        print(f"{name:14}" + "".join(f"{row[name]:>14,}" for row in rows))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bench.growth", description="How time, memory and size grow with the archive."
    )
    parser.add_argument("--data", type=Path, default=SAMPLE, help="JSON lines with text and intent")
    parser.add_argument("--sizes", type=_sizes, default=SIZES, help="numbers of cases, with commas")
    parser.add_argument("--picture", type=Path, metavar="FILE", help="draw it, as .svg or .png")
    parser.add_argument("--one", type=int, metavar="N", help="measure one size in this process")
    parser.add_argument("--json", action="store_true", help="a list of objects, one a size")
    return parser.parse_args()


def _sizes(words: str) -> tuple[int, ...]:
    return tuple(int(word) for word in words.split(","))


def _apart(data: Path, size: int) -> Figures:
    """The figures of one size, measured in a process of its own, so that its memory is its own too."""
    command = [sys.executable, "-m", "bench.growth", "--one", str(size), "--data", str(data)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    figures: Figures = json.loads(done.stdout)
    return figures


def measure(data: Path, size: int) -> Figures:
    """Learn from so many cases, and read texts that are not among them."""
    known, held = parted(stock_of(data))
    cases = cases_of(known, size)
    texts = [
        Text(id=str(i), text=one.text, intent=one.intent, group=str(pool), parts=one.parts, answer=one.answer)
        for i, (pool, one) in enumerate(cases)
    ]
    _tell(size, f"{len(cases):,} cases made")
    started = time.perf_counter()
    with Peak(lambda held: _tell(size, f"{time.perf_counter() - started:,.0f} s, {held / 1e9:.1f} GB")) as peak:
        brain = fit_understanding(texts, HistoryEncoder.alone, Grams())
    learned = time.perf_counter() - started
    _tell(size, f"learned in {learned:,.0f} s")
    return {
        "cases": size,
        "train_s": round(learned, 1),
        "train_cpu_s": round(peak.cpu_s, 1),
        **_read(brain, list(recombined(held, _READ + _ONE_BY_ONE, seed=1))),
        "bundle_mb": round(_bytes(brain, [one for _, one in cases]) / 1e6, 1),
        "peak_mb": round(peak.bytes / 1e6, 1),
    }


def cases_of(stock: Stock, size: int) -> list[tuple[int, Made]]:
    """So many cases with their pools: those of one pool share sentences."""
    some = enumerate(pools(stock, FOLDS))
    return [(number, one) for number, pool in some for one in recombined(pool, size // FOLDS, number)]


def _read(brain: Understanding, made: Sequence[Made]) -> Figures:
    """The first `_READ` texts at once, and each of the others alone: what was read once would be remembered."""
    texts = [one.text for one in made]
    started = time.perf_counter()
    found = _probabilities(brain, texts[:_READ]).argmax(axis=1)
    batch = time.perf_counter() - started
    right = [brain.intents.labels[place] == one.intent for place, one in zip(found, made, strict=False)]
    alone = [_seconds(_probabilities, brain, [text]) for text in texts[_READ:]]
    vectors = brain.encoder.encode(texts[_READ:])
    search = [_seconds(brain.index.nearest, vectors[i : i + 1], VOTERS) for i in range(len(vectors))]
    return {
        "top1": round(float(np.mean(right)), 4),
        "predict_per_s": round(len(found) / batch, 1),
        "single_ms": round(float(np.median(alone)) * 1000, 3),
        "search_ms": round(float(np.median(search)) * 1000, 3),
    }


def _probabilities(brain: Understanding, texts: Sequence[str]) -> np.ndarray:
    vectors = brain.encoder.encode(texts)
    near = brain.index.nearest(vectors, NEIGHBOURS)
    voting = [[(brain.intent_of[case], cosine) for case, cosine in row] for row in near]
    return brain.intents.probabilities(texts, vectors, voting)


def _seconds(call: Callable[..., object], *given: object) -> float:
    started = time.perf_counter()
    call(*given)
    return time.perf_counter() - started


def _bytes(brain: Understanding, cases: Sequence[Made]) -> int:
    """What a bundle keeps of it."""
    learned = [
        brain.intents.to_arrays(),
        brain.encoder.to_arrays() if isinstance(brain.encoder, HistoryEncoder) else {},
    ]
    words = sum(len(one.text.encode()) + len(one.answer.encode()) for one in cases)
    return words + brain.vectors.nbytes + sum(array.nbytes for arrays in learned for array in arrays.values())


def _tell(size: int, words: str) -> None:
    print(f"{size:,}: {words}", file=sys.stderr, flush=True)


_PANELS: Sequence[tuple[str, Mapping[str, str]]] = (
    ("Learning, seconds", {"train_cpu_s": "of all cores", "": "in step with the cases"}),
    ("Memory, megabytes", {"peak_mb": "while learning", "bundle_mb": "of the bundle", "": "in step with the cases"}),
    ("One text, milliseconds", {"single_ms": "understood", "search_ms": "search alone"}),
    ("Many at once, texts a second", {"predict_per_s": "understood"}),
)
_COLOURS, _SOFT = ("#0f6b5d", "#b45309"), "#b4b5b6"


def draw(rows: Sequence[Figures], file: Path) -> None:
    """Four small pictures, log by log; a grey line grows as the number of cases does."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    look = {"svg.fonttype": "none", "svg.hashsalt": "salver", "font.family": "sans-serif", "font.size": 10}
    with mpl.rc_context(look):
        figure = Figure(figsize=(9, 6), layout="constrained")
        for axes, (title, lines) in zip(figure.subplots(2, 2).flat, _PANELS, strict=True):
            _panel(axes, title, lines, rows)
        figure.savefig(file, dpi=150, metadata={"Date": None} if file.suffix == ".svg" else None)


def _panel(axes: Any, title: str, lines: Mapping[str, str], rows: Sequence[Figures]) -> None:
    sizes = np.array([row["cases"] for row in rows])
    known = [np.array([row[name] for row in rows]) for name in lines if name]
    for values, label, colour in zip(known, lines.values(), _COLOURS, strict=False):
        axes.loglog(sizes, values, marker="o", color=colour, label=label)
        for size, value in zip(sizes, values, strict=True):
            axes.annotate(_short(value), (size, value), (0, 6), textcoords="offset points", ha="center", color=colour)
    if "" in lines:
        axes.loglog(sizes, known[-1][0] * sizes / sizes[0], color=_SOFT, linestyle=":", zorder=0, label=lines[""])
    axes.legend(frameon=False, loc="best")
    axes.set(title=title, xlabel="cases", xlim=(sizes[0] / 2, sizes[-1] * 2))
    axes.set_ylim(np.min(known) / 3, np.max(known) * 3)
    axes.xaxis.set_major_formatter(lambda size, _: f"{size:,.0f}")
    axes.yaxis.set_major_formatter(lambda value, _: _short(value))
    axes.minorticks_off()
    axes.spines[["top", "right"]].set_visible(False)


def _short(value: float) -> str:
    """Three digits that count, with commas."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


if __name__ == "__main__":
    main()
