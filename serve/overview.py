"""`salver report`: the page of what was decided, drawn from a store."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from salver.data.errors import Fault
from salver.data.standing import Standing
from salver.data.store import Store
from salver.models.bundle import Bundle
from salver.serve import show
from salver.serve.approvals import judged
from salver.serve.report.page import page, write
from salver.serve.watch import standing_of
from salver.serve.wiring import open_bundle, open_store, settings_of
from salver.training.gaps import gaps

_ALL = 10_000_000


def report(out: Path, *, bundle: Path | None, store: str | None, settings: Path | None) -> None:
    """Write the report of a store."""
    known = settings_of(settings)
    with open_store(known, store) as kept:
        opened = open_bundle(known, bundle)
        draw(kept, opened, standing_of(opened, kept, known.bound_days, datetime.now(UTC)), out)
    show.told(f"Written to {out}.")


def draw(store: Store, bundle: Bundle, standing: Standing, out: Path, truth: Mapping[str, str] | None = None) -> None:
    """Write the report. `truth` has true intents by the id or Message-ID of a message; corrections go before it.

    `standing` is how the bundle's error bound stands.
    Corrections alone are no truth to measure by: agents correct what is wrong.
    """
    said = {one.message: one.intent for one in store.corrections() if one.intent}
    faults = [Fault(source=one.raw.source, line=one.raw.position, what=one.fault) for one in store.quarantined()]
    text = page(
        newest_lines(store),
        bundle,
        standing=standing,
        now=datetime.now(UTC),
        faults=faults,
        truth={**truth, **said} if truth else None,
        waiting=store.queue(limit=_ALL),
        gaps=gaps(tuple(bundle.cases.values()), bundle.templates, bundle.entities, datetime.now(UTC)),
        templates=judged(bundle.templates, store),
    )
    write(text, out)


def newest_lines(store: Store) -> Iterator[dict[str, Any]]:
    """The line of the decision that counts of every message, in the order in which they were taken."""
    newest = {bytes.fromhex(record.message): at for at, record in enumerate(store.trail())}
    for at, record in enumerate(store.trail()):
        if newest.get(bytes.fromhex(record.message)) == at and record.line:
            yield json.loads(record.line)
