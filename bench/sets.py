"""How well the set of intents of a message is told, beside a plain linear model an intent."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Row = Mapping[str, Any]
Sets = NDArray[np.bool_]


def measure_sets(rows: Sequence[Row], only: int | None = None) -> dict[str, Any]:
    """Hold each `fold` of rows with `text` and `intents` out in turn, and tell the sets of intents of its texts.

    Micro-F1 is over all held rows together. `linear_svc` and `logistic` are TF-IDF of words and pairs of words with a
    linear model an intent, as scikit-learn has them.
    """
    labels = sorted({intent for row in rows for intent in row["intents"]})
    right: list[Sets] = []
    told: dict[str, list[Sets]] = {"linear_svc": [], "logistic": []}
    for train, test in _splits(rows, only):
        right.append(_sets(test, labels))
        for name in told:
            told[name].append(_plain(name, train, test, labels))
    truth = np.vstack(right)
    return {name: micro_f1(truth, np.vstack(some)) for name, some in told.items()} | {"n": len(truth)}


def _splits(rows: Sequence[Row], only: int | None) -> Iterator[tuple[list[Row], list[Row]]]:
    for fold in sorted({row["fold"] for row in rows}) if only is None else [only]:
        yield [row for row in rows if row["fold"] != fold], [row for row in rows if row["fold"] == fold]


def _sets(rows: Sequence[Row], labels: Sequence[str]) -> Sets:
    """(n, labels): which intents each row has."""
    return np.array([[label in row["intents"] for label in labels] for row in rows])


def _plain(name: str, train: Sequence[Row], test: Sequence[Row], labels: Sequence[str]) -> Sets:
    """What scikit-learn's usual recipe says."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.svm import LinearSVC

    model = LinearSVC() if name == "linear_svc" else LogisticRegression(C=10, max_iter=1000)
    told = make_pipeline(TfidfVectorizer(ngram_range=(1, 2)), OneVsRestClassifier(model))
    known = _sets(train, labels)
    told.fit([row["text"] for row in train], known.astype(int))
    return np.asarray(told.predict([row["text"] for row in test]), bool)


def micro_f1(truth: Sets, told: Sets) -> float:
    """2 * both / (right + told), counted over all texts and intents."""
    return round(2 * int((truth & told).sum()) / max(int(truth.sum() + told.sum()), 1), 4)
