"""`salver correct`: take in a table of what agents changed."""

from datetime import UTC, datetime
from pathlib import Path

from salver.data.correction import Correction
from salver.data.errors import Fault, InputError
from salver.data.rows import folded
from salver.data.store import Store
from salver.data.tables import Tell
from salver.pipeline.run import now_utc
from salver.serve import show
from salver.serve.corrections import corrections
from salver.serve.learned import learn
from salver.serve.recording import check_of
from salver.serve.watch import in_words, standing_of
from salver.serve.wiring import open_pipeline, open_store, settings_of


def correct(file: Path, *, bundle: Path | None, store: str | None, settings: Path | None, as_json: bool) -> None:
    """Keep all corrections of a file that are sound. Raises InputError when none is."""
    known = settings_of(settings)
    faults: list[Fault] = []
    with open_store(known, store) as kept:
        sound = known_ones(file, kept, faults.append)
        for line in folded(faults):
            show.told(line)
        if not sound:
            raise InputError("It holds no correction that could be taken", where=str(file), todo="See the lines above.")
        pipeline = open_pipeline(known, bundle)
        cases = learn(sound, kept, pipeline)
        records = kept.decisions([one.message for one in sound])
        standing = standing_of(pipeline.bundle, kept, known.bound_days, now_utc())
    if not standing.held:
        show.told(in_words(standing))
    new = sorted({one.intent for one in cases})
    checked = sum(check_of(one, records.get(one.message)) is not None for one in sound)
    if as_json:
        counts = {"corrections": len(sound), "learned": len(cases), "faults": len(faults), "intents": new}
        show.machine(counts | {"checked": checked})
        return
    show.words(f"{len(sound)} corrections kept; {len(cases)} of them help from now on, all with the next retrain.")
    if checked:
        show.words(f"{checked} of them say whether an answer that was set aside was right. {standing.because}")


def known_ones(file: Path, store: Store, tell: Tell) -> list[Correction]:
    """The corrections of messages that are in the store; the others are told."""
    found = []
    for line, one in corrections(file, datetime.now(UTC), tell):
        if store.message(one.message) is None:
            todo = 'Give the "id" of its decision, and with --store the store that it lies in.'
            tell(Fault(source=str(file), line=line, what=f"no message {one.message} was ever taken in.", todo=todo))
        else:
            found.append(one)
    return found
