"""How well several requests in one message are found and answered: `python -m bench.requests --bundle B --json`.

Without more it is tried on the made-up company's backlog, whose truth (`*.gold.jsonl`) has for each mail the intents
that it asks for. Of mails of people:

    all_found        of mails with two or more intents, the share in which each of them is found
    all_named        the same with the intents that are said to be perhaps asked for besides (`single_named`: of
                     the mails that ask for one thing, the share for which more is named)
    several_right    of mails in which several are found, the share that asks for several (`single_split`: how many of
                     those that ask for one thing are said to ask for several)
    template_in_3    of what is asked for and has a template in the mail's language, the share for which a template of
    template_in_5    that very intent and language is among the first 3 and 5 suggestions. Which of an intent's
                     templates is the right one the truth does not say; `--archive` asks that
    of_several       the same of mails with two or more intents only
    left_open        automatic answers to mails that ask for something to which no text in the answer belongs

    --answer-at P    answer from this confidence on, in place of the bundle's threshold, to see more answers
    --archive FILE   learn from an archive without its newest fifth, and ask for the suggestions to that. Right is a
                     template that the agent's answer says (nine tenths of its words, nothing denied); a message whose
                     answer says no template does not count. `whole` is the share in which all that it says are there
    --nlupp FILE     NLU++ (Casanueva et al., 2022, arxiv.org/abs/2204.13021): rows with `text`, `intents`, `fold`.
                     Each fold is held out in turn; micro-F1 of the sets of intents of all rows, beside TF-IDF with a
                     linear model an intent on the same rows
"""

import argparse
import json
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from bench.rows import rows_of
from bench.sets import measure_sets
from salver.data.answer import Suggestion, Template
from salver.data.approval import Approvals
from salver.data.decision import AutoAnswer, Tray
from salver.data.files import open_source
from salver.data.message import RawMessage
from salver.models.bundle import Bundle, load, save
from salver.pipeline.check import says
from salver.pipeline.run import Pipeline
from salver.serve.gold import Truth, read_gold
from salver.serve.settings import load_settings
from salver.training.order import Order, read_archive
from salver.training.prepare import Lesson
from salver.training.run import draft_of
from salver.training.split import by_thread_and_time

SAMPLE = Path(str(files("salver.data.sample")))
_AMONG = (3, 5)
Figures = dict[str, Any]


def main() -> None:
    """Measure what the command line asks for, and print it."""
    options = _options()
    if options.nlupp:
        figures = measure_sets(rows_of(options.nlupp), options.fold)
    elif options.archive:
        figures = held_out(options.archive)
    else:
        figures = on_backlog(_bundle(options.bundle, options.answer_at), options.source, options.gold)
    print(json.dumps(figures) if options.json else json.dumps(figures, indent=1, ensure_ascii=False))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.requests", description="How well several requests are found.")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--bundle", type=Path, help="a trained bundle, tried on a mailbox with its truth")
    what.add_argument("--archive", type=Path, help="an archive, tried on its newest fifth")
    what.add_argument("--nlupp", type=Path, help="JSON lines with text, intents and fold")
    parser.add_argument("--source", type=Path, default=SAMPLE / "backlog.mbox", help="the mailbox; the sample's")
    parser.add_argument("--gold", type=Path, default=SAMPLE / "backlog.gold.jsonl", help="its truth; the sample's")
    parser.add_argument("--answer-at", type=float, help="another threshold than the bundle's")
    parser.add_argument("--fold", type=int, help="of --nlupp hold out only this fold")
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    return parser.parse_args()


def _bundle(folder: Path, answer_at: float | None) -> Bundle:
    bundle = load(folder)
    return replace(bundle, policy=replace(bundle.policy, answer_at=answer_at)) if answer_at else bundle


def on_backlog(bundle: Bundle, source: Path, gold: Path) -> Figures:
    """Decide a mailbox, as if every text were approved, and compare what is found and done with its truth."""
    truths = read_gold(gold)
    pipeline = Pipeline(bundle, audit_share=0)
    pipeline.approvals = Approvals(auto=True)
    trays = pipeline.decide(list(open_source(source, lambda _: None)))
    named = [(tray, tray.message.message_id.strip("<>")) for tray in trays]
    pairs = [(tray, truths[name]) for tray, name in named if name in truths]
    return of_trays([(tray, truth) for tray, truth in pairs if not truth.machine and tray.reading], bundle.templates)


def of_trays(pairs: Sequence[tuple[Tray, Truth]], templates: Iterable[Template]) -> Figures:
    """The figures of trays of mails that people wrote, each with its truth."""
    several = [(tray, truth) for tray, truth in pairs if len(truth.intents) > 1]
    single = [(tray, truth) for tray, truth in pairs if len(truth.intents) == 1]
    split = [(tray, truth) for tray, truth in [*several, *single] if len(found(tray)) > 1]
    shelf = {(one.intent, one.lang) for one in templates}
    answered = [(tray, truth) for tray, truth in pairs if isinstance(tray.decision, AutoAnswer)]
    return {
        "several": len(several),
        "all_found": _share([found(tray) >= set(truth.intents) for tray, truth in several]),
        "all_named": _share([named(tray) >= set(truth.intents) for tray, truth in several]),
        "single_named": _share([len(named(tray)) > 1 for tray, _ in single]),
        "as_many": _share([found(tray) == set(truth.intents) for tray, truth in several]),
        "split": len(split),
        "several_right": _share([len(truth.intents) > 1 for _, truth in split]),
        "single_split": _share([len(found(tray)) > 1 for tray, _ in single]),
        **suggested([*several, *single], shelf),
        "of_several": suggested(several, shelf),
        "answered": len(answered),
        "answered_several": sum(len(truth.intents) > 1 for _, truth in answered),
        "left_open": sum(not found(tray) >= set(truth.intents) for tray, truth in answered),
    }


def found(tray: Tray) -> set[str]:
    """The intents of the requests that were found."""
    return {one.intent for one in tray.reading.requests} if tray.reading else set()


def named(tray: Tray) -> set[str]:
    """The same, and what is perhaps asked for besides."""
    return found(tray) | ({one.label for one in tray.reading.perhaps} if tray.reading else set())


def suggested(pairs: Iterable[tuple[Tray, Truth]], shelf: set[tuple[str, str]]) -> Figures:
    """Of what is asked for and on the shelf, the share that has a template among the first few suggestions."""
    asked = [(tray, one) for tray, truth in pairs for one in truth.intents if (one, truth.lang) in shelf]
    return {"asked": len(asked)} | {
        f"template_in_{k}": _share([intent in _intents(tray.suggestions[:k]) for tray, intent in asked]) for k in _AMONG
    }


def _intents(suggestions: Iterable[Suggestion]) -> set[str]:
    return {one.intent for one in suggestions if one.kind == "template"}


def held_out(archive: Path) -> Figures:
    """What is suggested for an archive's newest fifth by what was learned from the rest."""
    settings = load_settings(SAMPLE / "salver.toml", environ={})
    order = Order(sources=(archive,), company=settings.company, team=None, at=datetime.now(UTC), name="earlier")
    lessons = read_archive(order, lambda _: None).lessons
    later = {case.id for case in by_thread_and_time([one.case for one in lessons]).later}
    with tempfile.TemporaryDirectory(prefix="salver-bench-") as folder:
        save(draft_of([one for one in lessons if one.case.id not in later], order, {}), Path(folder) / "earlier")
        bundle = load(Path(folder) / "earlier")
    asked = [one for one in lessons if one.case.id in later]
    trays = Pipeline(bundle, audit_share=0).decide([_raw(one) for one in asked])
    return of_answers(list(zip(trays, asked, strict=True)), bundle.templates)


def _raw(lesson: Lesson) -> RawMessage:
    case = lesson.case
    known = {"from": f"{case.customer.name} <{case.customer.email}>", "message_id": case.id}
    return RawMessage.of_text(case.text, subject=case.subject, **known)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """The templates that an answer says, and the suggestions that were made."""

    right: frozenset[str]
    several: bool
    suggestions: tuple[Suggestion, ...]

    def share(self, k: int) -> float:
        """The share of the right templates among the first k suggestions."""
        return len(self.right & {one.template for one in self.suggestions[:k]}) / len(self.right)


def of_answers(pairs: Sequence[tuple[Tray, Lesson]], templates: Sequence[Template]) -> Figures:
    """The figures of trays of messages that agents have answered."""
    shelf: dict[tuple[str, str], list[Template]] = {}
    for one in templates:
        shelf.setdefault((one.intent, one.lang), []).append(one)
    said = [_said(tray, lesson, shelf) for tray, lesson in pairs]
    counted = [one for one in said if one.right]
    return _of_said(counted) | {"of_several": _of_said([one for one in counted if one.several])}


def _said(tray: Tray, lesson: Lesson, shelf: Mapping[tuple[str, str], Sequence[Template]]) -> _Said:
    intents = lesson.case.intents
    texts = [one for intent in intents for one in shelf.get((intent, lesson.lang), ())]
    right = [one for one in texts if _stands(one.text, lesson.answer)]
    longest = {one.id for one in right if not any(one is not it and one.text in it.text for it in right)}
    return _Said(right=frozenset(longest), several=len(intents) > 1, suggestions=tray.suggestions)


def _stands(template: str, answer: str) -> bool:
    """Whether an answer says a template, whole or line for line among others."""
    lines = {" ".join(line.split()) for line in answer.split("\n")}
    return says(answer, template) or all(" ".join(line.split()) in lines for line in template.split("\n"))


def _of_said(said: Sequence[_Said]) -> Figures:
    in_k = {f"template_in_{k}": _share([one.share(k) > 0 for one in said]) for k in _AMONG}
    return {"n": len(said), **in_k, **{f"whole_in_{k}": _share([one.share(k) == 1 for one in said]) for k in _AMONG}}


def _share(right: Sequence[bool]) -> float | None:
    return round(sum(right) / len(right), 4) if right else None


if __name__ == "__main__":
    main()
