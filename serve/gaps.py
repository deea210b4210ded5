"""`salver gaps`: what would be worth writing down, or writing anew."""

from dataclasses import asdict
from pathlib import Path

from salver.pipeline.run import now_utc
from salver.serve import show
from salver.serve.report.findings import GAPS, in_minutes
from salver.serve.wiring import open_bundle, settings_of
from salver.training.gaps import gaps


def show_gaps(*, bundle: Path | None, settings: Path | None, minutes: float, top: int, as_json: bool) -> None:
    """Print the gaps of a bundle, those first that would save most; `minutes` is what an answer by hand takes."""
    opened = open_bundle(settings_of(settings), bundle)
    found = gaps(tuple(opened.cases.values()), opened.templates, opened.entities, now_utc(), minutes)
    if as_json:
        for one in found[:top]:
            show.machine(asdict(one))
        return
    rows = [(GAPS[one.kind], one.intent, one.lang, one.volume, in_minutes(one), one.because) for one in found[:top]]
    show.table(opened.name, ("", "intent", "in", "#messages", "minutes a month", "why"), rows)
    if len(found) > top:
        show.words(f"{len(found) - top} more: --top {len(found)}. With --json each names the cases that show it.")
    elif found:
        show.words("With --json each names the cases and the texts that show it.")
    else:
        show.words("Nothing recurs without a text, contradicts itself, or is out of date.")
