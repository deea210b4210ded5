"""How well the set of intents of a message is told, beside a plain linear model an intent."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from salver.models.grams import Grams
from salver.models.history import HistoryEncoder
from salver.models.intents import NEIGHBOURS, Said
from salver.models.sentences import SpacySentences
from salver.models.several import Spoken, long_ones
from salver.pipeline.classify import few
from salver.pipeline.split import split, turns_to
from salver.training.fit import Understanding, fit_understanding
from salver.training.parts import Text
from salver.training.several import learn_several

NOTHING = "(nothing)"
"""The intent of a row that has none."""
_PLAIN = ("linear_svc", "logistic")

Row = Mapping[str, Any]
Sets = NDArray[np.bool_]


def measure_sets(rows: Sequence[Row], only: int | None = None) -> dict[str, Any]:
    """Hold each `fold` of rows with `text` and `intents` out in turn, and tell the sets of intents of its texts.

    Micro-F1 is over all held rows together. `salver` is learned as training does: one intent of a row is taken for its
    main one, here the rarest, and a row has that, unless it is `NOTHING`, and the further ones that are found, above
    the threshold that the learning rows teach. `linear_svc` and `logistic` are TF-IDF of words and pairs of words with
    a linear model an intent, as scikit-learn has them.
    """
    labels = sorted({intent for row in rows for intent in row["intents"]})
    right: list[Sets] = []
    told: dict[str, list[Sets]] = {"salver": [], "linear_svc": [], "logistic": []}
    for train, test in _splits(rows, only):
        right.append(_sets(test, labels))
        told["salver"].append(_salver(train, test, labels))
        for name in _PLAIN:
            told[name].append(_plain(name, train, test, labels))
    truth = np.vstack(right)
    return {name: micro_f1(truth, np.vstack(some)) for name, some in told.items()} | {"n": len(truth)}


def _splits(rows: Sequence[Row], only: int | None) -> Iterator[tuple[list[Row], list[Row]]]:
    for fold in sorted({row["fold"] for row in rows}) if only is None else [only]:
        yield [row for row in rows if row["fold"] != fold], [row for row in rows if row["fold"] == fold]


def _sets(rows: Sequence[Row], labels: Sequence[str]) -> Sets:
    """(n, labels): which intents each row has."""
    return np.array([[label in row["intents"] for label in labels] for row in rows])


def _salver(train: Sequence[Row], test: Sequence[Row], labels: Sequence[str]) -> Sets:
    """What salver says: the main intent, and the further ones that the message or a part of it speaks for."""
    often = Counter(intent for row in train for intent in row["intents"])
    parts = [few(some) for some in split([row["text"] for row in [*train, *test]], SpacySentences())]
    texts = [_text(i, row, parts[i], often) for i, row in enumerate(train)]
    found = fit_understanding(texts, HistoryEncoder.alone, Grams())
    known = found.intents.labels
    several = learn_several([(one.intent, *one.further) for one in texts], parts[: len(train)], found.unseen, known)
    place = {label: at for at, label in enumerate(labels)}
    told = np.zeros((len(test), len(labels)), bool)
    for i, spoken in enumerate(_spoken([row["text"] for row in test], parts[len(train) :], found)):
        main = int(spoken.whole.chances[0].argmax())
        for at in (main, *(one.place for one in several.model.further(spoken, several.at))):
            if known[at] != NOTHING:
                told[i, place[known[at]]] = True
    return told


def _text(i: int, row: Row, parts: tuple[str, ...], often: Mapping[str, int]) -> Text:
    main, *further = sorted(row["intents"], key=lambda one: (often[one], one)) or [NOTHING]
    return Text(id=str(i), text=row["text"], intent=main, group=str(i), parts=parts, further=tuple(further))


def _spoken(texts: Sequence[str], parts: Sequence[Sequence[str]], found: Understanding) -> Iterator[Spoken]:
    whole, at = _said(texts, found), 0
    of_parts = _said([some[i] for some in parts for i in long_ones(some)], found)
    for row, some in enumerate(parts):
        count = len(long_ones(some))
        yield Spoken.of(whole[row : row + 1], of_parts[at : at + count], some, turns_to)
        at += count


def _said(texts: Sequence[str], found: Understanding) -> Said:
    vectors = found.encoder.encode(texts)
    near = found.index.nearest(vectors, NEIGHBOURS)
    return found.intents.say(texts, vectors, [[(found.intent_of[one], cosine) for one, cosine in row] for row in near])


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
