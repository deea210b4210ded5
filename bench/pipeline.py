"""How fast a mailbox is worked off: `python -m bench.pipeline [--source FILE.mbox] [--bundle FOLDER] --json`.

Without a source it is the sample company's backlog; without a bundle one is learned from its archive first.

Measured is the whole way from the file to the lines of decisions: reading, storing, deciding in as many processes as
there are cores, storing the decisions, writing the lines. Loading the bundle is not in it: the processes are warmed up
first. The floor is what the standard library alone needs for the same file in the same run, in one process: to split
it, parse each mail and decode its texts.

    --grow N    make a mailbox of N messages of the source first: each with its own Message-ID, and a text that differs
    --memory    print the peak of the resident memory of all processes too
    --single    measure one request after the other through the loaded pipeline instead
"""

import argparse
import json
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message
from itertools import cycle, islice
from pathlib import Path

from bench.memory import Peak
from bench.recombine import SAMPLE as ARCHIVE
from salver.data.decision import Tray
from salver.data.files import open_source
from salver.data.mbox import pieces
from salver.data.message import RawMessage
from salver.data.store import Store
from salver.models.bundle import save
from salver.pipeline.run import Pipeline
from salver.serve.backlog import Backlog, Desk
from salver.serve.outfile import OutFile
from salver.serve.settings import load_settings
from salver.serve.wiring import team_of
from salver.serve.workers import Workers, cores
from salver.training.order import Order
from salver.training.run import train

Figures = dict[str, float]

SAMPLE = ARCHIVE.parent
_WARM = 64
_REQUESTS = 500
_NAMES = (
    "Anke",
    "Bert",
    "Carla",
    "Dirk",
    "Edda",
    "Falk",
    "Gerda",
    "Horst",
    "Ines",
    "Jonas",
    "Karla",
    "Lutz",
    "Mona",
    "Nils",
)


def main() -> None:
    """Measure what the command line asks for, and print it."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="salver-bench-") as folder:
        source = options.source
        bundle = options.bundle or learned(Path(folder) / "sample")
        if options.grow:
            source = grow(source, Path(folder) / "grown.mbox", options.grow)
        if options.single:
            figures = single(source, bundle)
        else:
            figures = backlog(source, bundle, Path(folder), options.workers, memory=options.memory)
    if options.json:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(f"{name:20} {value:>12,}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.pipeline", description="How fast a mailbox is worked off.")
    parser.add_argument("--source", type=Path, default=SAMPLE / "backlog.mbox", help="an mbox file; the sample's")
    parser.add_argument("--bundle", type=Path, help="a trained bundle; without one, of the sample company")
    parser.add_argument("--workers", type=int, default=cores(), help="processes; one a core by default")
    parser.add_argument("--grow", type=int, metavar="N", help="make N messages of the source first")
    parser.add_argument("--memory", action="store_true", help="print the peak of the resident memory too")
    parser.add_argument("--single", action="store_true", help="measure single requests instead")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    return parser.parse_args()


def learned(folder: Path) -> Path:
    """Learn from the sample company's archive."""
    settings = load_settings(SAMPLE / "salver.toml", environ={})
    at, team = datetime.now(UTC), team_of(settings)
    order = Order(sources=(SAMPLE / "archive.jsonl",), company=settings.company, team=team, at=at, name="sample")
    save(train(order, lambda _: None).draft, folder)
    return folder


def backlog(source: Path, bundle: Path, folder: Path, workers: int, *, memory: bool) -> Figures:
    """Work off a source once and parse it once; rates in messages a second, memory in bytes."""
    pipeline = Pipeline.load(bundle)
    with Store.open(str(folder / "store.db")) as store, OutFile(folder / "out.jsonl", pipeline.bundle.name) as out:
        desk = Desk(pipeline=pipeline, folder=bundle, store=store, own_store=True, workers=workers)
        with Workers(bundle, (), max(workers, 1), pipeline.failed) as pool:
            _warm(source, pipeline, pool if workers > 1 else None, workers)
            with Peak() as peak:
                done = _WarmBacklog(source, out, desk, pool).work_off()
    floor = parse_floor(source)
    figures = {
        "messages": done.decided,
        "workers": workers,
        "messages_per_s": round(done.per_second, 1),
        "parse_floor_per_s": round(floor, 1),
        "ratio": round(done.per_second / floor, 4),
    }
    return figures | ({"peak_rss_mb": round(peak.bytes / 1e6, 1)} if memory else {})


def single(source: Path, bundle: Path, requests: int = _REQUESTS) -> Figures:
    """Milliseconds of single requests through the loaded pipeline, from bytes to decision: each one for the first time,
    since what was read before is remembered."""
    pipeline = Pipeline.load(bundle)
    raws = list(islice(_raws(source), _WARM + requests))
    pipeline.decide(raws[:_WARM])
    seconds = sorted(_seconds(pipeline, raw) for raw in raws[_WARM:] or raws)
    return {
        "requests": len(seconds),
        "p50_ms": round(seconds[len(seconds) // 2] * 1000, 2),
        "p99_ms": round(seconds[len(seconds) * 99 // 100] * 1000, 2),
    }


def _seconds(pipeline: Pipeline, raw: RawMessage) -> float:
    started = time.perf_counter()
    pipeline.decide([raw])
    return time.perf_counter() - started


class _WarmBacklog(Backlog):
    """A run whose processes have their bundle already."""

    def __init__(self, source: Path, out: OutFile, desk: Desk, pool: Workers) -> None:
        super().__init__(source, out, desk)
        self._pool = pool

    def _prepared(self, raws: Iterator[RawMessage]) -> Iterator[list[Tray]]:
        return self._pool.prepared(self._chunks(raws)) if self._desk.workers > 1 else super()._prepared(raws)


def _warm(source: Path, pipeline: Pipeline, pool: Workers | None, workers: int) -> None:
    some = list(islice(_raws(source), _WARM))
    if pool is None:
        pipeline.prepare(some)
        return
    for _ in pool.prepared([some] * workers * 4):
        pass


def _raws(source: Path) -> Iterator[RawMessage]:
    return open_source(source, lambda _: None)


def parse_floor(source: Path) -> float:
    """Messages a second that the standard library splits, parses and decodes."""
    started = time.perf_counter()
    count = sum(1 for raw in _plain(source) if _texts(message_from_bytes(raw)) is not None)
    return count / (time.perf_counter() - started)


def _plain(source: Path) -> Iterator[bytes]:
    """The mails of an mbox, split at lines that begin with `From ` after an empty line."""
    lines: list[bytes] = []
    blank = True
    with source.open("rb") as file:
        for line in file:
            if blank and line.startswith(b"From "):
                if lines:
                    yield b"".join(lines)
                lines = []
            else:
                lines.append(line)
            blank = line in (b"\n", b"\r\n")
    if lines:
        yield b"".join(lines)


def _texts(mail: Message) -> list[str]:
    """The decoded text parts of a mail."""
    found = []
    for part in mail.walk():
        if part.get_content_maintype() == "text":
            content = part.get_payload(decode=True)
            found.append(content.decode("utf-8", "replace") if isinstance(content, bytes) else "")
    return found


def grow(source: Path, out: Path, count: int) -> Path:
    """Write an mbox of `count` messages: those of the source again and again, each time another."""
    with source.open("rb") as file:
        mails = [piece.content for piece in pieces(file)]
    with out.open("wb") as grown:
        for number, mail in enumerate(islice(cycle(mails), count)):
            grown.write(b"From bench Mon Nov 23 08:00:00 2026\n" + another(mail, number).rstrip(b"\r\n") + b"\n\n")
    return out


def another(mail: bytes, number: int) -> bytes:
    """A mail with a Message-ID of its own; a text that is not encoded gets a line and figures of its own too."""
    head, gap, body = mail.replace(b"\r\n", b"\n").partition(b"\n\n")
    fields = [one for one in head.split(b"\n") if not one.lower().startswith(b"message-id:")]
    own = b"Message-ID: <%d@bench.example>" % number
    if b"base64" not in head.lower() and b"multipart" not in head.lower():
        name = _NAMES[number % len(_NAMES)]
        body = f"{name} {number} hier, ".encode() + body
    return b"\n".join([own, *fields]) + (gap or b"\n\n") + body.replace(b"\nFrom ", b"\n>From ")


if __name__ == "__main__":
    main()
