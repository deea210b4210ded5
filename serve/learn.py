"""`salver train` and `salver retrain`: from archives to a bundle, and from corrections to a better one."""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from salver.data.columns import guess_columns, parse_map
from salver.data.errors import BundleError, Fault, InputError, SalverError
from salver.data.formats import recognise
from salver.data.rows import folded
from salver.data.tables import open_table
from salver.models.bundle import Bundle, Draft, load, save
from salver.models.shelf import Shelf
from salver.pipeline.explain import percent
from salver.serve import show
from salver.serve.bundles import adopt
from salver.serve.learned import corrected
from salver.serve.settings import Settings
from salver.serve.watch import standing_of
from salver.serve.wiring import home_of, open_shelf, open_store, settings_of, team_of
from salver.training.gate import Verdict
from salver.training.order import Order
from salver.training.run import Trained, challenge
from salver.training.run import train as learn_from
from salver.training.track import local_uri, track

_MAX_ERROR = 0.02
_NOTE = "training.json"
_VECTORS = "vectors.db"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What was asked of a training, so that a retraining can ask the same."""

    archives: tuple[str, ...]
    encoder: str = "history"
    max_error: float = _MAX_ERROR
    columns: dict[str, str] = field(default_factory=dict)
    own: tuple[str, ...] = ()
    intents: str | None = None

    @classmethod
    def asked(
        cls,
        archives: Sequence[Path],
        *,
        encoder: str,
        max_error: float | None,
        columns: Sequence[str] | None,
        own: Sequence[str] | None,
        intents: Path | None,
    ) -> Self:
        """What a command line asks for. Paths are made absolute: a retraining may start elsewhere."""
        return cls(
            archives=tuple(str(one.expanduser().absolute()) for one in archives),
            encoder=str(Path(encoder).absolute()) if Path(encoder).is_dir() else encoder,
            max_error=max_error or _MAX_ERROR,
            columns=parse_map(columns or ()),
            own=tuple(one.casefold() for one in own or ()),
            intents=str(intents.absolute()) if intents else None,
        )

    @classmethod
    def remembered(cls, note: Path) -> Self:
        """What the last training was asked. Raises InputError when there was none."""
        try:
            known = json.loads(note.read_text("utf-8"))
            return cls(**known | {"archives": tuple(known["archives"]), "own": tuple(known["own"])})
        except (OSError, ValueError, KeyError, TypeError) as error:
            todo = "Name the archives: salver retrain ARCHIVE…"
            raise InputError("It is not known what was trained on last", where=str(note), todo=todo) from error

    def remember(self, note: Path) -> None:
        beside = note.with_name(f".{note.name}.{os.getpid()}")
        beside.write_text(json.dumps(asdict(self), indent=1, ensure_ascii=False), "utf-8")
        beside.replace(note)

    def order(self, name: str, settings: Settings, at: datetime) -> Order:
        """The same, as training takes it."""
        company = settings.company
        return Order(
            sources=tuple(map(Path, self.archives)),
            company=replace(company, own=tuple(dict.fromkeys((*company.own, *self.own)))),
            team=team_of(settings),
            at=at,
            name=name,
            encoder=self.encoder,
            max_error=self.max_error,
            max_error_of=settings.stricter(self.max_error),
            never_answer=settings.never_answer,
            descriptions=settings.descriptions,
            out_of_scope=settings.out_of_scope,
            not_the_same=settings.not_the_same,
            columns=self.columns,
            intents_file=Path(self.intents) if self.intents else None,
            vectors=home_of(settings) / _VECTORS,
        )


def train(lesson: Lesson, out: Path, settings: Settings, *, as_json: bool) -> None:
    """Learn from archives, write the bundle to a folder, and note it in MLflow; the first of all is the champion.

    Raises BundleError when there is something already.
    """
    if out.exists():
        todo = "Give another name, or remove it."
        raise BundleError("there is something already, and a bundle is never edited", where=str(out), todo=todo)
    tell_columns(lesson)
    at = datetime.now(UTC)
    trained = learn_from(lesson.order(named(out.name, at), settings, at), show.told)
    tell_faults(trained.faults)
    save(trained.draft, out)
    lesson.remember(home_of(settings) / _NOTE)
    shelf = open_shelf(settings)
    verdict = _first(shelf, out)
    if verdict.promote:
        shelf.promote(adopt(shelf, out), verdict.because, at)
    _track(trained, verdict, out, lesson, settings)
    if as_json:
        show.machine(_facts(trained, out) | {"promoted": verdict.promote})
    else:
        _figures(trained)
        show.words(f"{'Champion' if verdict.promote else 'Not promoted'}: {verdict.because}.")
        show.words(f"Written to {out}. Try it: salver batch MAILBOX --bundle {out} --out decisions.jsonl")


def retrain(archives: Sequence[Path], store: str | None, settings: Path | None, *, as_json: bool) -> None:
    """Learn a challenger from archives and corrections, judge it, and promote it or say why not."""
    known = settings_of(settings)
    shelf = open_shelf(known)
    lesson = Lesson.remembered(home_of(known) / _NOTE)
    if archives:
        lesson = replace(lesson, archives=tuple(str(one.absolute()) for one in archives))
    at = datetime.now(UTC)
    order = lesson.order(named("retrained", at), known, at)
    with open_store(known, store) as kept:
        order = replace(order, corrected=tuple(corrected(kept, order.company)))
        champion = load(shelf.path(shelf.champion)) if shelf.champion else None
        held = champion is None or standing_of(champion, kept, known.bound_days, at).held
    trained, verdict = _judged(order, champion, held=held)
    tell_faults(trained.faults)
    folder = shelf.folder / order.name
    save(trained.draft, folder)
    _track(trained, verdict, folder, lesson, known)
    if verdict.promote:
        shelf.promote(order.name, verdict.because, at)
    if as_json:
        facts = {"promoted": verdict.promote, "because": verdict.because, "corrections": len(order.corrected)}
        show.machine(_facts(trained, folder) | facts)
        return
    _figures(trained)
    show.words(f"{'Promoted' if verdict.promote else 'Not promoted'}: {verdict.because}")


def named(stem: str, at: datetime) -> str:
    """A name that no other training has: a bundle is told from others by it."""
    return f"{stem}-{at:%Y%m%d-%H%M%S}"


def tell_columns(lesson: Lesson) -> None:
    """Say which column of each table is taken for what, before it is used."""
    for path in map(Path, lesson.archives):
        if recognise(path) in ("csv", "jsonl", "parquet"):
            taken = ", ".join(
                f"{role}={column}" for role, column in guess_columns(open_table(path).names, lesson.columns).items()
            )
            show.told(f"{path}: {taken} (to change one: --map answer=COLUMN)")


def tell_faults(faults: Sequence[Fault]) -> None:
    """What is wrong with the sources, a line a kind."""
    for line in folded(faults):
        show.told(line)


def _first(shelf: Shelf, out: Path) -> Verdict:
    """The first bundle serves until there is a better one; another is promoted only when it is shown to be better."""
    if shelf.champion is None:
        return Verdict(promote=True, because="it is the first, and there is none to compare it with")
    because = f'"{shelf.champion}" stays until "salver retrain" shows a better one, or: salver bundles promote {out}'
    return Verdict(promote=False, because=because)


def _judged(order: Order, champion: Bundle | None, *, held: bool) -> tuple[Trained, Verdict]:
    if champion is None:
        because = "there was no champion yet to compare it with"
        return learn_from(order, show.told), Verdict(promote=True, because=because)
    return challenge(order, champion, show.told, bound_held=held)


def _track(trained: Trained, verdict: Verdict, folder: Path, lesson: Lesson, settings: Settings) -> None:
    """Write it down in MLflow; the bundle does not depend on that."""
    show.told("Writing it down in MLflow")
    later = trained.draft.scores.get("later") or {}
    metrics = {f"later_{key}": value for key, value in later.get("whole", {}).items()}
    params = asdict(lesson) | {"lessons": trained.lessons}
    try:
        uri = local_uri(home_of(settings))
        track(trained.draft.name, params=params, metrics=metrics, artifacts=folder, verdict=verdict, uri=uri)
    except SalverError as error:
        show.told(str(error))


def _facts(trained: Trained, folder: Path) -> dict[str, Any]:
    draft: Draft = trained.draft
    return {
        "bundle": draft.name,
        "folder": str(folder),
        "cases": trained.lessons,
        "intents": len(draft.intents.labels),
        "templates": len(draft.templates),
        "answer_at": draft.policy.answer_at,
        "because": draft.policy.because,
        "bounds_of": {
            one.intent: {"answer_at": one.answer_at, "because": one.because} for one in draft.policy.bounds_of
        },
        "later": draft.scores.get("later"),
        "columns": dict(trained.columns),
        "faults": [{"source": one.source, "line": one.line, "what": one.what} for one in trained.faults],
    }


def _figures(trained: Trained) -> None:
    draft = trained.draft
    later = draft.scores.get("later") or {}
    by_lang = {"all": later.get("whole", {})} | later.get("by_lang", {})
    rows = [
        (
            lang,
            one["n"],
            show.share(one["top1"]),
            show.share(one["top5"]),
            f"{one['macro_f1']:.3f}",
            f"{one['ece']:.3f}",
        )
        for lang, one in by_lang.items()
        if one.get("n")
    ]
    columns = ("language", "#messages", "#top-1", "#top-5", "#macro F1", "#calibration error")
    show.table(f"{draft.name}: on messages later than its training", columns, rows)
    show.words(f"{trained.lessons} cases, {len(draft.intents.labels)} intents, {len(draft.templates)} templates.")
    show.words(f"Answers by itself: {draft.policy.because}")
    for one in draft.policy.bounds_of:
        show.words(f"{one.intent}, at most {percent(one.max_error, 2)} wrong: {one.because}")
