"""How well intents are understood: `python -m bench.intents --data FILE.jsonl [--encoder history|NAME|FOLDER] --json`.

Rows are JSON objects with `text`, `intent` and `split` (`train`, `test`); with `fold` in place of `split` every fold is
held out in turn, or only `--fold N`. Nothing is learned from the test rows.
"""

import argparse
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from salver.models.grams import Grams
from salver.models.intents import NEIGHBOURS
from salver.training.evaluate import calibration_error, macro_f1
from salver.training.fit import Text, Understanding, fit_understanding

Row = dict[str, Any]


def main() -> None:
    """Measure what the command line asks for, and print it."""
    options = _options()
    rows = [json.loads(line) for line in Path(options.data).read_text("utf-8").splitlines() if line.strip()]
    rows = [row for row in rows if row.get("intent") and not row.get("oos")]
    runs = [measure(train, test, options.encoder) for train, test in splits(rows, options.fold)]
    figures = {key: round(float(np.mean([run[key] for run in runs])), 4) for key in runs[0]}
    if options.json:
        print(json.dumps(figures))
    else:
        for key, value in figures.items():
            print(f"{key:16} {value}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.intents", description="How well intents are understood.")
    parser.add_argument("--data", required=True, help="JSON lines with text, intent, split or fold")
    parser.add_argument("--encoder", default="history", help="history, a sentence-transformers name, or a folder")
    parser.add_argument("--fold", type=int, help="hold out only this fold")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    return parser.parse_args()


def splits(rows: list[Row], only: int | None) -> Iterator[tuple[list[Row], list[Row]]]:
    """Pairs of training and test rows."""
    if all("split" in row for row in rows):
        yield [r for r in rows if r["split"] in ("train", "val")], [r for r in rows if r["split"] == "test"]
        return
    for fold in sorted({row["fold"] for row in rows}) if only is None else [only]:
        yield [r for r in rows if r["fold"] != fold], [r for r in rows if r["fold"] == fold]


def measure(train: list[Row], test: list[Row], encoder: str) -> dict[str, float]:
    """Train on one part, predict the other."""
    started = time.perf_counter()
    brain, intents = _train(train, encoder)
    trained = time.perf_counter()
    found = _predict(brain, intents, [row["text"] for row in test])
    done = time.perf_counter()
    order = np.argsort(-found, axis=1)
    labels = np.array(brain.intents.labels)
    truth = np.array([row["intent"] for row in test])
    hits = labels[order] == truth[:, None]
    return {
        "top1": hits[:, 0].mean(),
        "top5": hits[:, :5].any(axis=1).mean(),
        "macro_f1": macro_f1(truth.tolist(), labels[order[:, 0]].tolist()),
        "ece": calibration_error(found.max(axis=1), hits[:, 0]),
        "train_s": trained - started,
        "predict_per_s": len(test) / (done - trained),
    }


def _train(rows: list[Row], encoder: str) -> tuple[Understanding, list[str]]:
    texts = [
        Text(id=str(i), text=row["text"], intent=row["intent"], group=str(row.get("thread", i)))
        for i, row in enumerate(rows)
    ]
    return fit_understanding(texts, encoder, Grams()), [row["intent"] for row in rows]


def _predict(brain: Understanding, intents: list[str], texts: list[str]) -> np.ndarray:
    vectors = brain.encoder.encode(texts)
    near = brain.index.nearest(vectors, NEIGHBOURS)
    nearest = [[(intents[int(i)], cosine) for i, cosine in row] for row in near]
    return brain.intents.probabilities(texts, vectors, nearest)


if __name__ == "__main__":
    main()
