"""`salver bundles`: which trained bundles there are, which one serves, and what others can use of them."""

import filecmp
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from salver.data.errors import BundleError, TrainingError
from salver.models import exported
from salver.models.bundle import load
from salver.models.history import HistoryEncoder
from salver.models.shelf import Shelf
from salver.serve import show
from salver.serve.wiring import open_shelf, settings_of
from salver.training.track import local_uri, move_champion

_MOVES = 5


def listing(shelf: Shelf) -> list[dict[str, Any]]:
    """A line a bundle, in order of their names; a damaged one says so in `problem`."""
    return [{"name": name, "champion": name == shelf.champion, **_about(shelf.path(name))} for name in shelf.names()]


def show_all(settings: Path | None, *, as_json: bool) -> None:
    """Print the bundles, and how the champion came about."""
    shelf = open_shelf(settings_of(settings))
    found = listing(shelf)
    if as_json:
        for one in found:
            show.machine(one)
        return
    if not found:
        show.words(f"There is no bundle in {shelf.folder} yet. Train one and promote it: salver bundles promote FOLDER")
        return
    columns = ("serves", "name", "trained", "#intents", "#top-1 later", "answers by itself", "problem")
    show.table("Bundles", columns, [_row(one) for one in found])
    for move in shelf.history()[-_MOVES:]:
        show.words(f"{move.at:%Y-%m-%d %H:%M} {move.what} {move.before or '–'} → {move.after}: {move.because}")


def promote(bundle: str, because: str, settings: Path | None) -> None:
    """Make a bundle of the shelf the champion, or bring one from elsewhere and do so."""
    shelf = open_shelf(settings_of(settings))
    name = bundle if bundle in shelf.names() else adopt(shelf, Path(bundle))
    load(shelf.path(name))
    shelf.promote(name, because, datetime.now(UTC))
    _note(name, settings)
    show.told(f'"{name}" serves now.')


def rollback(settings: Path | None) -> None:
    """Make the champion before this one the champion again."""
    shelf = open_shelf(settings_of(settings))
    name = shelf.rollback(datetime.now(UTC))
    _note(name, settings)
    show.told(f'"{name}" serves again.')


def export(bundle: str, out: Path, settings: Path | None) -> None:
    """Write the encoder that a bundle learned as a sentence-transformers model."""
    shelf = open_shelf(settings_of(settings))
    found = load(shelf.path(bundle) if bundle in shelf.names() else Path(bundle))
    if not isinstance(found.encoder, HistoryEncoder):
        what = f'the encoder of "{found.name}" was not learned, it is a pretrained one'
        raise BundleError(what, where=bundle, todo="Use that model itself.")
    near = exported.export(found.encoder, [case.question for case in found.cases.values()], out)
    show.told(f"Written to {out}; the cosine between its vectors and the encoder's is {near:.3f} on average.")


def _note(name: str, settings: Path | None) -> None:
    """Move the champion's mark in MLflow too, where trainings are noted; what serves does not depend on it."""
    home = settings_of(settings).home
    if not (home / "mlflow.db").exists():
        return
    try:
        move_champion(name, uri=local_uri(home))
    except TrainingError as error:
        show.told(str(error))


def adopt(shelf: Shelf, folder: Path) -> str:
    """Copy a bundle onto the shelf under its own name. Raises BundleError when it is damaged or the name is taken."""
    name = load(folder).name
    place = shelf.folder / name
    if name in shelf.names():
        if not filecmp.cmp(folder / "manifest.json", place / "manifest.json", shallow=False):
            raise BundleError(f'there is another bundle "{name}"', where=str(shelf.folder), todo="Train it again.")
        return name
    beside = shelf.folder / f".{name}.{os.getpid()}.part"
    try:
        shutil.copytree(folder, beside)
        beside.rename(place)
    except OSError as error:
        shutil.rmtree(beside, ignore_errors=True)
        todo = "Make room or give the right to write; nothing half-written was left."
        raise BundleError(f"it cannot be copied here ({error})", where=str(shelf.folder), todo=todo) from error
    return name


def _about(folder: Path) -> dict[str, Any]:
    try:
        bundle = load(folder)
    except BundleError as error:
        return {"problem": error.what}
    return {
        "created": bundle.created.isoformat(),
        "intents": len(bundle.intents.labels),
        "cases": len(bundle.cases),
        "later": bundle.scores.get("later"),
        "answer_at": bundle.policy.answer_at,
        "because": bundle.policy.because,
        "problem": None,
    }


def _row(one: dict[str, Any]) -> tuple[object, ...]:
    later = (one.get("later") or {}).get("whole", {})
    answers = "no" if one.get("answer_at") is None else f"from {one['answer_at']:.3f} on"
    created = (one.get("created") or "")[:16].replace("T", " ")
    serves = "champion" if one["champion"] else ""
    return serves, one["name"], created, one.get("intents"), show.share(later.get("top1")), answers, one["problem"]
