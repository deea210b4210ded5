"""How long it takes to find templates: `python -m bench.induce --replies 100000 --json`.

Replies are made by recombining those of the sample company's archive: the lines of one, of which now and then one is
left out, and one of another reply of the same intent and language is added. Every third is to a customer of its own.

    replies, customers   how many there are, and to how many customers
    seconds              to find the templates among them; they are masked before
    peak_mb              the most memory that the process held
    templates            how many were found
    covered              the share of the replies in which one of them stands
"""

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from bench.memory import Peak
from bench.recombine import SAMPLE
from salver.data.policy import MIN_CUSTOMERS
from salver.serve.settings import load_settings
from salver.training.order import Order, read_archive
from salver.training.proof import Reply
from salver.training.templates import induce

_LEFT_OUT = 0.1
_ADDED = 0.2
_DAYS = 700
_AGENTS = 12
_A_CUSTOMER = 3
_START = datetime(2025, 1, 1, tzinfo=UTC)

Pair = tuple[str, str]
"""A line as it was sent, and masked."""


def main() -> None:
    """Measure what the command line asks for, and print it."""
    parser = argparse.ArgumentParser(prog="python -m bench.induce")
    parser.add_argument("--replies", type=int, default=100_000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = measure(options.replies)
    if options.json:
        print(json.dumps(found))
        return
    for name, figure in found.items():
        print(f"{name:10} {figure:>12,}")


def measure(count: int, sources: Sequence[Reply] | None = None) -> dict[str, Any]:
    """Find the templates among so many replies, made of `sources` or of the sample's."""
    with Peak() as peak:
        replies = list(recombined(sources or sample_replies(), count))
        started = time.perf_counter()
        templates, made_of = induce(replies, MIN_CUSTOMERS)
        seconds = time.perf_counter() - started
    return {
        "replies": len(replies),
        "customers": len({one.customer for one in replies}),
        "seconds": round(seconds, 1),
        "peak_mb": round(peak.bytes / 1e6),
        "templates": len(templates),
        "covered": round(len(made_of) / len(replies), 4),
    }


def sample_replies() -> list[Reply]:
    """The replies of the sample company's archive, masked."""
    company = load_settings(SAMPLE.parent / "salver.toml", environ={}).company
    order = Order(sources=(SAMPLE,), company=company, team=None, at=datetime.now(UTC), name="bench")
    return [lesson.reply() for lesson in read_archive(order, lambda _: None).lessons]


def recombined(sources: Sequence[Reply], count: int, seed: int = 0) -> Iterator[Reply]:
    """So many replies, their intents as frequent as among the sources. The same seed gives the same."""
    chance = Random(seed)  # noqa: S311
    stock: dict[tuple[str, str], list[Reply]] = defaultdict(list)
    for one in sources:
        if _pairs(one):
            stock[one.intent, one.lang].append(one)
    known = [one for some in stock.values() for one in some]
    for number in range(count):
        first = chance.choice(known)
        other = chance.choice(stock[first.intent, first.lang])
        lines = [pair for pair in _pairs(first) if chance.random() >= _LEFT_OUT] or _pairs(first)
        if chance.random() < _ADDED:
            lines.insert(chance.randint(0, len(lines)), chance.choice(_pairs(other)))
        yield replace(
            first,
            case=f"m{number:07}",
            customer=f"k{chance.randrange(max(1, count // _A_CUSTOMER)):07}",
            agent=f"a{chance.randrange(_AGENTS)}",
            at=_START + timedelta(days=chance.uniform(0, _DAYS)),
            sent="\n".join(sent for sent, _ in lines),
            masked="\n".join(masked for _, masked in lines),
            own=first.own | other.own,
        )


def _pairs(reply: Reply) -> list[Pair]:
    sent, masked = reply.sent.split("\n"), reply.masked.split("\n")
    return list(zip(sent, masked, strict=True)) if len(sent) == len(masked) else []


if __name__ == "__main__":
    main()
