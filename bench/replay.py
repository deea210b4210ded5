"""How long a replay takes, and what memory it holds: `python -m bench.replay --messages 5000 --json`.

The messages are made of the sample company's archive: each has the answer, the agent and the times of a real case,
moved by whole days, and a text of sentences of several messages that want the same (see `bench.recombine`), so that no
text is there twice. What is right of them is therefore told less often than of real ones.

    seconds        from the cases to the result, as a person waits
    cpu_s          the same in seconds of a core, of all processes together
    peak_mb        the most memory that all processes held together; `mb_at` what they held when each step began
    answered       for each bound the share that would have been answered; `wrong` the share of these
"""

import argparse
import json
import os
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import psutil

from bench.memory import Peak
from bench.recombine import SAMPLE, stock_of
from salver.data.case import Case
from salver.serve.settings import load_settings
from salver.serve.team import read_team
from salver.training.gather import gather
from salver.training.played import outcomes
from salver.training.replay import Wanted, replay

_SETTINGS = SAMPLE.with_name("salver.toml")
_MINUTES = 6.0


def main() -> None:
    """Measure what the command line asks for, and print it."""
    parser = argparse.ArgumentParser(prog="bench.replay", description="How long a replay takes.")
    parser.add_argument("--messages", type=int, default=5000)
    parser.add_argument("--json", action="store_true", help="one object")
    options = parser.parse_args()
    found = measure(options.messages)
    if options.json:
        print(json.dumps(found))
        return
    for name, value in found.items():
        print(f"{name:12} {value}")


def measure(count: int) -> dict[str, Any]:
    """Live through so many messages."""
    settings = load_settings(_SETTINGS)
    cases = made(list(gather([SAMPLE], settings.company).cases), count)
    team = read_team(settings.team) if settings.team else None
    held: list[int] = []
    before, started = os.getloadavg(), time.perf_counter()
    with Peak(lambda _: None) as peak, Spent() as spent:
        wanted = Wanted(cases=cases, company=settings.company, team=team)
        found = replay(wanted, lambda _: held.append(_held()))
    seconds = time.perf_counter() - started
    lines = outcomes(found, _MINUTES, settings.audit_share)
    return {
        "messages": len(cases),
        "seconds": round(seconds, 1),
        "cpu_s": round(spent.seconds, 1),
        "load": [round(one, 1) for one in before],
        "peak_mb": round(peak.bytes / 1e6),
        "mb_at": held,
        "answered": {f"{one.max_error:g}": round(one.share, 3) for one in lines},
        "wrong": {f"{one.max_error:g}": round(one.error, 3) for one in lines},
    }


def _held() -> int:
    """Megabytes that this process and those that it started hold."""
    own = psutil.Process()
    total = 0
    for one in [own, *own.children(recursive=True)]:
        with suppress(psutil.Error):
            total += one.memory_info().rss
    return round(total / 1e6)


class Spent:
    """The seconds of a core that this process and those that it starts take; a look every 50 ms."""

    def __init__(self) -> None:
        self._of: dict[int, float] = {}
        self._over = threading.Event()
        self._watch = threading.Thread(target=self._look, daemon=True)

    @property
    def seconds(self) -> float:
        """What they took by now."""
        return sum(self._of.values())

    def __enter__(self) -> "Spent":
        self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._watch.join()

    def _look(self) -> None:
        own = psutil.Process()
        start = sum(own.cpu_times()[:2])
        while not self._over.wait(0.05):
            for one in [own, *own.children(recursive=True)]:
                with suppress(psutil.Error):
                    self._of[one.pid] = sum(one.cpu_times()[:2]) - (start if one.pid == own.pid else 0)


def made(cases: Sequence[Case], count: int) -> list[Case]:
    """So many cases, by lot; of the same cases the same."""
    chance = Random(0)  # noqa: S311
    stock = stock_of(SAMPLE)
    usable = [case for case in cases if len(case.intents) == 1 and (case.intent, case.lang) in stock]
    return [_made(usable[i % len(usable)], i, stock[_kind(usable[i % len(usable)])], chance) for i in range(count)]


def _kind(case: Case) -> tuple[str, str]:
    return case.intent, case.lang


def _made(case: Case, number: int, sources: Sequence[Any], chance: Random) -> Case:
    some = chance.sample(list(sources), min(len(sources), chance.randint(2, 5)))
    days = timedelta(days=chance.randint(-20, 20))
    moved = {name: at + days for name in ("received_at", "answered_at") if (at := getattr(case, name)) is not None}
    text = " ".join(chance.choice(source.sentences) for source in some)
    return replace(case, id=f"m{number}", thread=f"m{number}", text=text, **moved)


if __name__ == "__main__":
    main()
