"""How well urgency is told, and whether shouting moves it: `python -m bench.urgency [--data ARCHIVE] --json`.

Every fifth of the archive's threads is held out in turn. `labelled` is learned from the labels of the others, `weak`
from their facts and answering times alone; both are compared with the labels of the held ones. Without an archive it is
the made-up company's; then both are tried on its backlog too, whose mails are other people's. `shouting` has for each
kind of it the share of held messages that it moves up a level.
"""

import argparse
import json
from collections.abc import Callable, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from bench.shouting import moved_up
from salver.data.company import Company
from salver.data.files import open_source
from salver.data.reading import Urgency
from salver.models.entities import CompanyEntities
from salver.models.presumed import Chances, certain, presumed
from salver.models.urgency import OrderedUrgency
from salver.pipeline.clean import clean
from salver.pipeline.mask import mask
from salver.pipeline.question import question
from salver.pipeline.read import read
from salver.serve.gold import read_gold
from salver.serve.settings import load_settings
from salver.training.evaluate import calibration_error, macro_f1
from salver.training.fit import folds
from salver.training.gather import gather
from salver.training.prepare import Lesson, prepare

SAMPLE = Path(str(files("salver.data.sample")))
TRIES = 200
_FOLDS = 5

Learn: TypeAlias = Callable[[Sequence[Lesson]], OrderedUrgency]


def main() -> None:
    """Measure what the command line asks for, and print it."""
    options = _options()
    company = load_settings(SAMPLE / "salver.toml", environ={}).company if options.data is None else Company()
    lessons = labelled_lessons(options.data or SAMPLE / "archive.jsonl", company)
    figures = measure(lessons)
    if options.data is None:
        figures["backlog"] = on_backlog(lessons, company)
    print(json.dumps(figures) if options.json else json.dumps(figures, indent=1, ensure_ascii=False))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.urgency", description="How well urgency is told.")
    parser.add_argument("--data", type=Path, help="an archive with an urgency a case; the sample's by default")
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    return parser.parse_args()


def labelled_lessons(archive: Path, company: Company) -> list[Lesson]:
    """The lessons of the cases whose urgency somebody said."""
    return prepare([case for case in gather([archive], company).cases if case.urgency], company)


def measure(lessons: Sequence[Lesson]) -> dict[str, Any]:
    """Figures of held-out lessons, by what was learned from, and the shares that shouting moves."""
    held_out = folds(_groups(lessons), count=_FOLDS)
    found: dict[str, Any] = {}
    for name, learn in (("labelled", from_labels), ("weak", from_facts)):
        chances, shouted = np.zeros((len(lessons), len(Urgency))), {}
        for held in held_out:
            inside = set(held.tolist())
            model = learn([one for i, one in enumerate(lessons) if i not in inside])
            chances[held] = model.chances([lessons[i].question for i in held])
            shouted = shouted or _shouted(model, [lessons[i] for i in held])
        found[name] = _by_lang(chances, [one.urgency for one in lessons], [one.lang for one in lessons])
        found[name]["shouting"] = shouted
    return found


def from_labels(lessons: Sequence[Lesson]) -> OrderedUrgency:
    """What is learned from the labels."""
    return _learned(lessons, certain([one.urgency for one in lessons]))


def from_facts(lessons: Sequence[Lesson]) -> OrderedUrgency:
    """What is learned where nobody labelled anything."""
    hours = [_hours(one) for one in lessons]
    return _learned(lessons, presumed([one.question for one in lessons], hours, [None] * len(lessons)))


def on_backlog(lessons: Sequence[Lesson], company: Company) -> dict[str, Any]:
    """Figures of the sample's backlog, by what was learned from."""
    truths = read_gold(SAMPLE / "backlog.gold.jsonl")
    messages = read(list(open_source(SAMPLE / "backlog.mbox", lambda _: None)), company)
    human = [(m, truths[m.message_id.strip("<>")]) for m in messages if m.message_id.strip("<>") in truths]
    human = [(message, truth) for message, truth in human if not truth.machine]
    asked = [message for message, _ in human]
    texts = [question(m.subject, one.text) for m, one in zip(asked, clean(asked), strict=True)]
    masked = [mask(text, some, {}) for text, some in zip(texts, CompanyEntities(company).find(texts), strict=True)]
    levels, langs = [Urgency.of(truth.urgency) for _, truth in human], [truth.lang for _, truth in human]
    return {
        name: _by_lang(learn(lessons).chances(masked), levels, langs)
        for name, learn in (("labelled", from_labels), ("weak", from_facts))
    }


def _learned(lessons: Sequence[Lesson], chances: Chances) -> OrderedUrgency:
    return OrderedUrgency.fit([one.question for one in lessons], chances, folds(_groups(lessons)))


def _groups(lessons: Sequence[Lesson]) -> list[str]:
    return [one.case.thread or one.case.id for one in lessons]


def _hours(lesson: Lesson) -> float | None:
    case = lesson.case
    return (
        (case.answered_at - case.received_at).total_seconds() / 3600 if case.answered_at and case.received_at else None
    )


def _shouted(model: OrderedUrgency, held: Sequence[Lesson]) -> dict[str, float]:
    """Shares of messages that can still move up."""
    movable = [one for one in held if one.urgency < Urgency.CRITICAL]
    places = np.random.default_rng(0).permutation(len(movable))[:TRIES]
    return moved_up(model, [movable[i].question for i in places], [movable[i].lang for i in places])


def _by_lang(chances: Chances, levels: Sequence[Urgency], langs: Sequence[str]) -> dict[str, Any]:
    of = np.array(langs)
    truth = np.array([int(level) for level in levels])
    common = [lang for lang in sorted(set(langs)) if (of == lang).sum() >= _FOLDS]
    return {"all": _figures(chances, truth)} | {
        lang: _figures(chances[of == lang], truth[of == lang]) for lang in common
    }


def _figures(chances: Chances, truth: NDArray[np.int64]) -> dict[str, float]:
    """Shares right, the mean over the levels of their F1, the mean number of levels off, and the calibration error."""
    found = chances.argmax(axis=1)
    figures = {
        "n": float(len(truth)),
        "accuracy": (found == truth).mean(),
        "macro_f1": macro_f1([str(one) for one in truth], [str(one) for one in found]),
        "levels_off": np.abs(found - truth).mean(),
        "ece": calibration_error(chances.max(axis=1), found == truth),
    }
    return {key: round(float(value), 4) for key, value in figures.items()}


if __name__ == "__main__":
    main()
