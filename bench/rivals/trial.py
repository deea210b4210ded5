"""One rival measured: it learns from some rows and reads others, in a process of its own.

The job is a JSON file, named on the command line; the figures are the last line on the standard output. Measuring needs
numpy alone, so that a rival with an environment of its own is measured by the same lines as the others.
"""

import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Row = dict[str, Any]
Figures = dict[str, Any]

_SINGLES = 200
_WARM = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is to be learned and read. `encoder` is the folder of a sentence-transformers model; `variant` means
    something to the rival alone. `pairs` and `limit_s` bound those that could learn for hours."""

    train: list[Row]
    test: list[Row]
    variant: str = ""
    encoder: str = ""
    pairs: int = 0
    limit_s: float = 0

    @property
    def texts(self) -> list[str]:
        """What is learned from."""
        return [row["text"] for row in self.train]

    @property
    def intents(self) -> list[str]:
        """The intents of what is learned from, in order."""
        return [row["intent"] for row in self.train]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """A rival that has learned. `scores` gives (n, labels), higher is likelier; `told` says what was run.

    `train_s` is given where it is not the time until here.
    """

    labels: Sequence[str]
    scores: Callable[[Sequence[str]], NDArray[Any]]
    bytes_on_disk: int
    told: str
    libraries: tuple[str, ...]
    train_s: float | None = None
    more: Figures = field(default_factory=dict)


def compete(learn: Callable[[Job], Trained]) -> None:
    """Measure a rival on the job that the command line names, and print the figures."""
    job = Job(**json.loads(Path(sys.argv[1]).read_text("utf-8")))
    print(json.dumps(figures(job, learn)))


def figures(job: Job, learn: Callable[[Job], Trained]) -> Figures:
    """Let a rival learn, then read some texts one by one and the others at once; none twice, for some remember."""
    started = time.perf_counter()
    trained = learn(job)
    train_s = time.perf_counter() - started if trained.train_s is None else trained.train_s
    trained.scores(job.texts[:_WARM])
    single, rest = _apart(len(job.test))
    found = np.zeros((len(job.test), len(trained.labels)))
    singles_s = [_timed(trained, job, [place], found) for place in single]
    batch_s = _timed(trained, job, rest, found)
    return {
        **_right(found, trained.labels, [row["intent"] for row in job.test]),
        "train_s": round(train_s, 3),
        "predict_per_s": round(len(rest) / batch_s, 1),
        "single_ms": round(float(np.median(singles_s)) * 1000, 3),
        "disk_mb": round(trained.bytes_on_disk / 1e6, 4),
        "told": trained.told,
        "versions": {name: version(name) for name in trained.libraries},
        **trained.more,
    }


def _apart(count: int) -> tuple[list[int], list[int]]:
    """The places of the texts that are read one by one, from all over, and those of the rest."""
    single = list(range(0, count, max(2, count // _SINGLES)))
    return single, sorted(set(range(count)) - set(single))


def _timed(trained: Trained, job: Job, places: list[int], found: NDArray[Any]) -> float:
    """Seconds for some texts of the test; their scores go into `found`."""
    texts = [job.test[place]["text"] for place in places]
    started = time.perf_counter()
    scores = trained.scores(texts)
    seconds = time.perf_counter() - started
    found[places] = scores
    return seconds


def _right(found: NDArray[Any], labels: Sequence[str], truth: list[str]) -> Figures:
    """How often the right intent comes first, and how often among five."""
    order = np.argsort(-found, axis=1, kind="stable")[:, :5]
    hits = np.array(labels)[order] == np.array(truth)[:, None]
    return {"top1": round(float(hits[:, 0].mean()), 4), "top5": round(float(hits.any(axis=1).mean()), 4)}


def folder_bytes(folder: Path) -> int:
    """What the files of a folder take on disk."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def columns(scores: NDArray[Any]) -> NDArray[Any]:
    """(n, labels) also of two labels, for which scikit-learn gives one number a text."""
    return scores if scores.ndim == 2 else np.stack([-scores, scores], axis=1)
