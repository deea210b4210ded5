"""How well intents are understood: `python -m bench.intents --data FILE.jsonl [--encoder history|NAME|FOLDER] --json`.

Rows are JSON objects with `text`, `intent` and `split` (`train`, `val`, `test`); with `fold` in place of `split` every
fold is held out in turn, or only `--fold N`. Nothing is learned from the test rows.

    --per-intent N   learn from N rows an intent, drawn by lot (`--seed`)
    --learn-oos      learn from the training rows that are marked `"oos": true` too

Rows that are marked `"oos": true` ask for none of the intents. Where the test has some, `oos_auroc` is the chance that
one of them is taken for less known than a row that asks for something known, and `oos_recall` the share of them that is
under the bundle's threshold; the model has seen none of their like, unless `--learn-oos` says so.
"""

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench.rows import rows_of
from salver.models.grams import Grams
from salver.models.intents import NEIGHBOURS
from salver.models.scope import LearnedScope, density
from salver.training.evaluate import calibration_error, macro_f1
from salver.training.fit import Understanding, fit_understanding
from salver.training.parts import Text
from salver.training.scope import learn_scope

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Brain:
    """What was learned, and whether a text asks for anything known."""

    understanding: Understanding
    scope: LearnedScope
    scope_at: float

    def read(self, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """(n, intents) probabilities, and (n,) that something known is asked."""
        found = self.understanding
        vectors = found.encoder.encode(texts)
        near = found.index.nearest(vectors, NEIGHBOURS)
        voting = [[(found.intent_of[case], cosine) for case, cosine in row] for row in near]
        chances = found.intents.probabilities(texts, vectors, voting)
        return chances, np.array(self.scope.known([density(row) for row in near], chances.max(axis=1).tolist()))


def main() -> None:
    """Measure what the command line asks for, and print it."""
    options = _options()
    rows = [row for row in rows_of(options.data) if row.get("intent") or row.get("oos")]
    runs = [
        measure(few(train, options.per_intent, options.seed), test, options.encoder, learn_oos=options.learn_oos)
        for train, test in splits(rows, options.fold)
    ]
    figures = {key: round(float(np.mean([run[key] for run in runs])), 4) for key in runs[0]}
    if options.json:
        print(json.dumps(figures))
    else:
        for key, value in figures.items():
            print(f"{key:16} {value}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.intents", description="How well intents are understood.")
    parser.add_argument("--data", required=True, type=Path, help="JSON lines with text, intent, split or fold")
    parser.add_argument("--encoder", default="history", help="history, a sentence-transformers name, or a folder")
    parser.add_argument("--fold", type=int, help="hold out only this fold")
    parser.add_argument("--per-intent", type=int, help="learn from so many rows an intent")
    parser.add_argument("--seed", type=int, default=0, help="the lot by which these are drawn")
    parser.add_argument("--learn-oos", action="store_true", help="learn from out-of-scope rows where there are some")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    return parser.parse_args()


def splits(rows: list[Row], only: int | None) -> Iterator[tuple[list[Row], list[Row]]]:
    """Pairs of training and test rows. Raises SystemExit when the rows are in no such parts."""
    if all("split" in row for row in rows):
        yield [r for r in rows if r["split"] in ("train", "val")], [r for r in rows if r["split"] == "test"]
        return
    if not all("fold" in row for row in rows):
        raise SystemExit('Every row needs a "split" (train, val, test) or a "fold" (a number).')
    for fold in sorted({row["fold"] for row in rows}) if only is None else [only]:
        yield [r for r in rows if r["fold"] != fold], [r for r in rows if r["fold"] == fold]


def few(rows: list[Row], per_intent: int | None, seed: int = 0) -> list[Row]:
    """At most so many rows of each intent, by lot; all of those that ask for none."""
    if per_intent is None:
        return rows
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if not row.get("oos"):
            groups[row["intent"]].append(row)
    chance = np.random.default_rng(seed)
    drawn = [groups[name][i] for name in sorted(groups) for i in chance.permutation(len(groups[name]))[:per_intent]]
    return [*drawn, *(row for row in rows if row.get("oos"))]


def measure(train: list[Row], test: list[Row], encoder: str, *, learn_oos: bool = False) -> dict[str, float]:
    """Train on one part, predict the other."""
    started = time.perf_counter()
    brain = learn(train, encoder, learn_oos=learn_oos)
    trained = time.perf_counter()
    asked = [row for row in test if not row.get("oos")]
    chances, known = brain.read([row["text"] for row in asked])
    done = time.perf_counter()
    figures = _figures(chances, brain.understanding.intents.labels, [row["intent"] for row in asked])
    figures |= {"train_s": trained - started, "predict_per_s": len(asked) / (done - trained)}
    strange = [row["text"] for row in test if row.get("oos")]
    return figures | (_scope(known, brain.read(strange)[1], brain.scope_at) if strange else {})


def learn(rows: list[Row], encoder: str, *, learn_oos: bool = False) -> Brain:
    """Everything that is learned from rows."""
    asked = [row for row in rows if not row.get("oos")]
    texts = [
        Text(id=str(i), text=row["text"], intent=row["intent"], group=str(row.get("thread", i)))
        for i, row in enumerate(asked)
    ]
    found = fit_understanding(texts, encoder, Grams())
    strange = [row["text"] for row in rows if row.get("oos")] if learn_oos else []
    scope, scope_at = learn_scope(found, [row["intent"] for row in asked], strange)
    return Brain(understanding=found, scope=scope, scope_at=scope_at)


def _figures(found: np.ndarray, labels: tuple[str, ...], truth: list[str]) -> dict[str, float]:
    order = np.argsort(-found, axis=1)
    hits = np.array(labels)[order] == np.array(truth)[:, None]
    return {
        "top1": hits[:, 0].mean(),
        "top5": hits[:, :5].any(axis=1).mean(),
        "macro_f1": macro_f1(truth, np.array(labels)[order[:, 0]].tolist()),
        "ece": calibration_error(found.max(axis=1), hits[:, 0]),
    }


def _scope(known: np.ndarray, strange: np.ndarray, at: float) -> dict[str, float]:
    """How well known is told from strange: the area under the ROC curve (Hanley and McNeil, 1982)."""
    ranks = np.searchsorted(np.sort(known), strange, side="left"), np.searchsorted(np.sort(known), strange, "right")
    below = (ranks[0] + ranks[1]).mean() / 2 / len(known)
    return {"oos_auroc": 1 - below, "oos_recall": (strange < at).mean(), "oos_missed": (known < at).mean()}


if __name__ == "__main__":
    main()
