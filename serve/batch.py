"""`salver batch`: a backlog is worked off, and what became of it is told."""

from collections.abc import Sequence
from pathlib import Path

from salver.data.decision import Reason
from salver.data.errors import Fault
from salver.data.formats import recognise
from salver.data.rows import folded
from salver.pipeline.explain import counted
from salver.serve import show
from salver.serve.backlog import Backlog, Desk, Done
from salver.serve.endings import Stopped
from salver.serve.outfile import OutFile
from salver.serve.watch import Watch
from salver.serve.wiring import bundle_folder, open_pipeline, open_store, settings_of
from salver.serve.workers import cores

AUTO_APPROVED = (
    "--auto-approve: every text that nobody has rejected counts as approved, although nobody has read it. This is for "
    "trying salver out. For customers of your own read and approve them: salver templates"
)
_MOST_FAULTS = 20
_FEW = 500
"""Starting a process takes as long as deciding so many messages."""


def batch(
    source: Path,
    out: Path,
    *,
    bundle: Path | None,
    workers: int | None,
    store: str | None,
    settings: Path | None,
    as_json: bool,
    auto_approve: bool = False,
) -> None:
    """Work off a source with a bundle and say what became of it."""
    known = settings_of(settings)
    folder = bundle_folder(known, bundle)
    beside = store is None and not known.store_url and known.file is None
    url = f"sqlite:///{out}.store.db" if beside else store
    recognise(source)
    if auto_approve:
        show.told(AUTO_APPROVED)
    with open_store(known, url) as kept:
        pipeline = open_pipeline(known, folder, kept, auto_approve=auto_approve)
        desk = Desk(
            pipeline=pipeline,
            folder=folder,
            store=kept,
            own_store=beside,
            learned=[pipeline.bundle.cases[one.id] for one in kept.cases()],
            workers=known.workers or cores() if workers is None else workers,
            few=_FEW if workers is None else 0,
            watch=Watch(pipeline, kept, known.bound_days, show.told),
        )
        done = work_off(source, out, desk)
    tell_faults(done.faults)
    tell_stopped(done)
    show.machine(done.to_json()) if as_json else summary(done)


def tell_faults(faults: Sequence[Fault]) -> None:
    """The first lines of what is wrong with a source, a line a kind, and how many more there are."""
    lines = folded(faults)
    for line in lines[:_MOST_FAULTS]:
        show.told(line)
    if len(lines) > _MOST_FAULTS:
        show.told(f"… and {len(lines) - _MOST_FAULTS} more; --json lists them all.")


def tell_stopped(done: Done) -> None:
    """An alarm, if the check at the way out stopped an answer."""
    if stopped := done.reasons["route", Reason.MAY_LEAK]:
        answers = counted(stopped, "automatic answer")
        show.told(f'The check at the way out stopped {answers} (reason "{Reason.MAY_LEAK}"): look at their templates.')


def work_off(source: Path, out: Path, desk: Desk) -> Done:
    """Work off a source into a file, with progress on stderr. Raises Stopped on Ctrl-C; what is finished is kept."""
    progress = show.Counted("messages decided")
    with OutFile(out, desk.pipeline.bundle.name) as file:
        run = Backlog(source, file, desk, progress.add)
        try:
            return run.work_off()
        except KeyboardInterrupt:
            kept = f"{file.whole_lines():,} decisions are in {out}"
            raise Stopped(f"Stopped. {kept}; start the same command again to go on.") from None
        finally:
            progress.close()


def summary(done: Done) -> None:
    """Print what a run did, for a person."""
    total = sum(done.reasons.values())
    rows = [(what, why, n, show.share(n / total)) for (what, why), n in done.reasons.most_common()]
    show.table("Decisions", ("decision", "reason", "#messages", "#share"), rows)
    before = done.earlier + done.kept
    was = f", {before:,} were decided before" if before else ""
    again = f", {done.copies:,} are copies of another" if done.copies else ""
    speed = f"{done.decided:,} decided in {done.seconds:.1f} s ({done.per_second:,.0f} a second)"
    show.words(f"{done.messages:,} messages read{was}{again}; {speed}.")
