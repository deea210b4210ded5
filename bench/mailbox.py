"""How fast a mailbox is taken in: `python -m bench.mailbox --source FILE.mbox --bundle FOLDER --json`.

A real Dovecot is started beside it on this machine, over TLS, and the messages of the source are delivered there. What
is measured is the time from signing in to the last decision that is stored: fetching, storing, deciding, and marking
each mail with its queue. Starting, loading the bundle and delivering are not in it.

    --grow N    make a mailbox of N messages of the source first, each another
"""

import argparse
import json
import tempfile
import time
from pathlib import Path
from threading import Event, Thread

from bench.pipeline import grow
from salver.data.files import open_source
from salver.data.ledger import Ledger
from salver.data.store import Store
from salver.pipeline.run import now_utc
from salver.serve.mail.deciding import Decider
from salver.serve.mail.watching import Office
from salver.serve.settings import Settings
from tests.serve import dovecot

Figures = dict[str, float]


def main() -> None:
    """Measure what the command line asks for, and print it."""
    parser = argparse.ArgumentParser(prog="bench.mailbox", description="How fast a mailbox is taken in.")
    parser.add_argument("--source", required=True, type=Path, help="an mbox file")
    parser.add_argument("--bundle", required=True, type=Path, help="a trained bundle")
    parser.add_argument("--grow", type=int, metavar="N", help="make N messages of the source first")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    options = parser.parse_args()
    if missing := dovecot.missing():
        parser.exit(1, f"bench.mailbox: {missing}\n")
    with tempfile.TemporaryDirectory(prefix="salver-bench-") as folder:
        source = options.source
        if options.grow:
            source = grow(source, Path(folder) / "grown.mbox", options.grow)
        figures = taken_in(source, options.bundle, Path(folder))
    if options.json:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(f"{name:20} {value:>12,}")


def taken_in(source: Path, bundle: Path, folder: Path) -> Figures:
    """Take in a source from a mailbox: how many messages, how many a second, and how long it took until all were stored
    and decided (`decided_s`), and marked and provided with drafts (`placed_s`). `decided_cpu_s` is what this process
    took of the processors until all were decided: what else runs on the machine changes that less."""
    server = dovecot.start()
    server.empty()
    mailbox = server.mailbox(from_start=True)
    delivered = _deliver(source, server)
    settings = Settings(home=folder, bundle=bundle, mailboxes=(mailbox,))
    with Store.open(str(folder / "store.db")) as store:
        decider = Decider(settings, store, now_utc, lambda _: None)
        office = Office(store, [mailbox], decider, now_utc, lambda _: None)
        done = Event()
        decided: list[float] = []
        started, cpu = time.monotonic(), time.process_time()
        Thread(target=_wait, args=(store, delivered, decided, done), daemon=True).start()
        (seen,) = office.run(once=True)
        placed = time.monotonic() - started
        done.wait(10)
        condition = Ledger(store, now_utc).conditions()[0]
    if seen.fault or condition.waiting or condition.unplaced:
        raise SystemExit(f"bench.mailbox: not everything was done ({seen.fault or condition})")
    messages = seen.decided.total()
    return {
        "delivered": delivered,
        "messages": messages,
        "decided_s": round(decided[0] - started, 2),
        "placed_s": round(placed, 2),
        "messages_per_s": round(messages / (decided[0] - started), 1),
        "placed_per_s": round(messages / placed, 1),
        "decided_cpu_s": round(decided[1] - cpu, 2),
        "messages_per_cpu_s": round(messages / (decided[1] - cpu), 1),
    }


def _wait(store: Store, delivered: int, decided: list[float], done: Event) -> None:
    """Note when the last is decided."""
    while (counts := store.counts()).done + counts.copies < delivered:
        time.sleep(0.05)
    decided += [time.monotonic(), time.process_time()]
    done.set()


def _deliver(source: Path, server: dovecot.Dovecot) -> int:
    mails = [raw.content for raw in open_source(source, lambda _: None)]
    server.deliver(*mails)
    return len(mails)


if __name__ == "__main__":
    main()
