"""`salver demo`: the whole way on a small made-up company, from its archive to a page that says how it went."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from shutil import rmtree
from typing import Any

from salver.data.errors import BundleError
from salver.data.files import open_source
from salver.models.bundle import load, save
from salver.models.shelf import Shelf
from salver.pipeline.run import Pipeline
from salver.serve import show
from salver.serve.backlog import Desk, Done
from salver.serve.batch import AUTO_APPROVED, summary, work_off
from salver.serve.gold import Comparison, Truth, compare, read_gold
from salver.serve.overview import draw, newest_lines
from salver.serve.settings import Settings, load_settings
from salver.serve.watch import Watch
from salver.serve.wiring import home_of, open_pipeline, open_shelf, open_store, team_of

_MAX_ERROR = 0.1
"""More than an owner would allow: an archive as small as the sample's cannot show less, and then answers nothing."""
_SHOWN = 8
_TEXT = 70


def demo(out: Path, *, as_json: bool, auto_approve: bool = True) -> None:
    """Train, work off, compare, show, report; everything lies under `out`."""
    if auto_approve:
        show.told(AUTO_APPROVED)
    started = time.monotonic()
    sample = Path(str(files("salver.data.sample")))
    settings = replace(load_settings(sample / "salver.toml", environ={}), home=out)
    home_of(settings)
    name, new = _bundle(sample, settings)
    backlog, decisions = sample / "backlog.mbox", out / f"{name}.decisions.jsonl"
    with open_store(settings) as store:
        pipeline = open_pipeline(settings, settings.shelf / name, store, auto_approve=auto_approve)
        show.told(f"Working off {backlog.name}")
        watch = Watch(pipeline, store, settings.bound_days, show.told)
        desk = Desk(
            pipeline=pipeline, folder=settings.shelf / name, store=store, own_store=True, workers=0, watch=watch
        )
        done = work_off(backlog, decisions, desk)
        truths = read_gold(sample / "backlog.gold.jsonl")
        found = _compared(backlog, pipeline, truths)
        intents = {key: one.intents[0] for key, one in truths.items() if one.intents}
        draw(store, pipeline.bundle, pipeline.standing, out / "report.html", intents)
        few = _few(newest_lines(store))
    seconds = time.monotonic() - started
    if as_json:
        facts = {"bundle": name, "trained": new, "seconds": round(seconds, 1), "report": str(out / "report.html")}
        show.machine({**facts, "batch": done.to_json(), "gold": found.to_json()})
        return
    _tell(done, found, few)
    show.words(
        f"\n{seconds:.0f} s. Everything is in {out}: open {out / 'report.html'}; the decisions are in {decisions}."
    )


def _bundle(sample: Path, settings: Settings) -> tuple[str, bool]:
    """The name of the trained bundle, and whether it had to be trained."""
    shelf = open_shelf(settings)
    name = _name(sample)
    if _is_sound(shelf, name):
        show.told(f"Using the bundle {name}, trained before on the same archive")
        return name, False
    from salver.training.order import Order
    from salver.training.run import train

    at = datetime.now(UTC)
    archive = (sample / "archive.jsonl",)
    order = Order(
        sources=archive, company=settings.company, team=team_of(settings), at=at, name=name, max_error=_MAX_ERROR
    )
    save(train(order, show.told).draft, shelf.folder / name)
    shelf.promote(name, "trained by the demo", at)
    return name, True


def _name(sample: Path) -> str:
    """The same for the same archive, settings and version of the program."""
    content = [(sample / file).read_bytes() for file in ("archive.jsonl", "agents.toml", "salver.toml")]
    return "demo-" + sha256(b"\0".join([*content, version("salver").encode()])).hexdigest()[:12]


def _is_sound(shelf: Shelf, name: str) -> bool:
    """Whether the bundle is there; a damaged one, or of another version, is cleared away."""
    if name not in shelf.names():
        return False
    try:
        load(shelf.path(name))
    except BundleError as error:
        show.told(f"{error} It is trained again.")
        rmtree(shelf.path(name))
        return False
    return True


def _compared(backlog: Path, pipeline: Pipeline, truths: Mapping[str, Truth]) -> Comparison:
    once = {raw.key: raw for raw in open_source(backlog, lambda _: None)}
    return compare(pipeline.prepare(list(once.values())), truths)


def _few(lines: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """One decision a reason."""
    first: dict[tuple[str, str], Mapping[str, Any]] = {}
    for line in lines:
        first.setdefault((line["decision"], line["reason"]), line)
    return sorted(first.values(), key=lambda line: (line["decision"], line["reason"]))[:_SHOWN]


def _tell(done: Done, found: Comparison, few: Sequence[Mapping[str, Any]]) -> None:
    rows = [
        (
            _short(one["subject"], 32),
            one["intent"],
            one["decision"],
            one["reason"],
            one["agent"],
            _short(one["because"]),
        )
        for one in few
    ]
    show.table("A few decisions", ("subject", "intent", "decision", "reason", "agent", "because"), rows)
    summary(done)
    figures = [(lang, one.n, show.share(one.top1), show.share(one.top5)) for lang, one in found.intents.items()]
    show.table("Against the truth that a person wrote down", ("language", "#messages", "#top-1", "#top-5"), figures)
    machine, human = f"{found.machine_left} of {found.machine}", f"{found.human_left} of {found.human}"
    show.words(f"Left alone: {machine} mails of machines, {human} of people.")
    show.words(f"Answered by itself: {found.answered}, of these wrong: {found.answered_wrong}.")


def _short(text: str, most: int = _TEXT) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
