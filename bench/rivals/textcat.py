"""spaCy's textcat, trained until it gets no better.

After every epoch the rows that are read in the end are read once, outside the clock, and the best epoch counts. That
favours spaCy: its user would have to hold rows back to know when to stop.
"""

import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.modules["torch"] = None  # type: ignore[assignment]  # spaCy would load it, and needs it for nothing here

import spacy
from spacy.language import Language
from spacy.pipeline.textcat import single_label_bow_config
from spacy.training import Example
from spacy.training.batchers import minibatch_by_words
from spacy.util import compounding, fix_random_seed, load_config_from_str

from bench.rivals.trial import Job, Trained, compete, folder_bytes

_PATIENCE = 3
"""Epochs without a better one, after which training ends."""
_DROPOUT = 0.1
_WORDS = (100.0, 1000.0, 1.001)
"""Batches grow from so many words to so many; this and the dropout are what `spacy init config` writes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Epoch:
    """How far training was: its seconds so far, and the share of right intents."""

    seconds: float
    top1: float


def learn(job: Job) -> Trained:
    """Train to the best epoch; variant `bow` takes the bag of words alone in place of the default ensemble."""
    nlp = _blank(job)
    epochs: list[_Epoch] = []
    with tempfile.TemporaryDirectory(prefix="salver-bench-") as folder:
        for epoch in _epochs(nlp, job):
            if not epochs or epoch.top1 > max(one.top1 for one in epochs):
                nlp.to_disk(folder)
            epochs.append(epoch)
            if len(epochs) - _best(epochs) >= _PATIENCE:
                break
        nlp.from_disk(folder)
        size = folder_bytes(Path(folder))
    architecture = nlp.get_pipe_config("textcat")["model"]["@architectures"]
    return Trained(
        labels=nlp.get_pipe("textcat").labels,
        scores=lambda texts: _scores(nlp, texts),
        bytes_on_disk=size,
        told=_told(f'`spacy.blank("{nlp.lang}")`, {architecture}', epochs, job.limit_s),
        libraries=("spacy", "thinc"),
        train_s=epochs[_best(epochs) - 1].seconds,
        more={"epochs": [[round(one.seconds, 2), round(one.top1, 4)] for one in epochs]},
    )


def _blank(job: Job) -> Language:
    """A pipeline with nothing in it but an untrained textcat, in the language of most rows."""
    fix_random_seed(0)
    language = Counter(row.get("lang", "xx") for row in job.train).most_common(1)[0][0]
    nlp = spacy.blank(language)
    textcat = nlp.add_pipe(
        "textcat", config=load_config_from_str(single_label_bow_config) if job.variant == "bow" else {}
    )
    for label in sorted(set(job.intents)):
        textcat.add_label(label)
    return nlp


def _epochs(nlp: Language, job: Job) -> Iterator[_Epoch]:
    """Train, and say after each epoch how far it is."""
    started = time.perf_counter()
    labels = sorted(set(job.intents))
    examples = [
        Example.from_dict(nlp.make_doc(text), {"cats": {label: float(label == intent) for label in labels}})
        for text, intent in zip(job.texts, job.intents, strict=True)
    ]
    optimizer = nlp.initialize(lambda: examples)
    sizes = compounding(*_WORDS)
    seconds = time.perf_counter() - started
    while True:
        started = time.perf_counter()
        random.shuffle(examples)
        for batch in minibatch_by_words(examples, size=sizes):
            nlp.update(batch, sgd=optimizer, drop=_DROPOUT)
        seconds += time.perf_counter() - started
        yield _Epoch(seconds=seconds, top1=_top1(nlp, job))
        if seconds >= job.limit_s:
            return


def _best(epochs: list[_Epoch]) -> int:
    """The number of the best epoch, from 1; of equals the first."""
    return 1 + max(range(len(epochs)), key=lambda place: (epochs[place].top1, -place))


def _top1(nlp: Language, job: Job) -> float:
    labels = np.array(nlp.get_pipe("textcat").labels)
    found = labels[_scores(nlp, [row["text"] for row in job.test]).argmax(axis=1)]
    return float((found == np.array([row["intent"] for row in job.test])).mean())


def _scores(nlp: Language, texts: Sequence[str]) -> np.ndarray:
    """(n, labels), in the order of the labels."""
    labels = nlp.get_pipe("textcat").labels
    return np.array([[doc.cats[label] for label in labels] for doc in nlp.pipe(texts)])


def _told(what: str, epochs: list[_Epoch], limit_s: float) -> str:
    best = _best(epochs)
    stop = (
        f"for {_PATIENCE} epochs none was better"
        if len(epochs) - best >= _PATIENCE
        else f"of the {limit_s:.0f} s given"
    )
    return (
        f"{what} with its defaults; optimizer, dropout and batches of `spacy init config`. Epoch {best} of "
        f"{len(epochs)} was best on the very rows it is judged by, which favours it; its training is the time to that "
        f"epoch, and it ended because {stop}. "
        f"Seconds and top-1 by epoch: {', '.join(f'{one.seconds:.0f} s {one.top1:.3f}' for one in epochs)}"
    )


if __name__ == "__main__":
    compete(learn)
