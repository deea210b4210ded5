"""What is learned from, and what it is tried on: the later threads, as tomorrow's messages are later than today's."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from salver.data.case import Case

FOLDS = 5

Threads = dict[str, list[Case]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """Cases to learn from and later ones to be tried on, each in the order they were given in.

    `by_time` is False when too few cases have a date: then `later` is a part by lot, no later than the rest.
    """

    earlier: tuple[Case, ...]
    later: tuple[Case, ...]
    by_time: bool = True


def by_thread_and_time(cases: Sequence[Case], share: float = 0.2, seed: int = 0) -> Split:
    """Hold out the newest `share` (0 to 1) of the cases. A thread stays whole, and its first message dates it.

    Threads without any date are learned from. When they are the most, threads are held out by lot instead: by the
    hash of their name and `seed`, so that a thread keeps its side when the archive grows.
    """
    threads: Threads = defaultdict(list)
    for case in cases:
        threads[case.thread or case.id].append(case)
    begun = {name: begin for name, thread in threads.items() if (begin := _begin(thread)) is not None}
    by_time = 2 * sum(len(threads[name]) for name in begun) > len(cases)
    if by_time:
        newest_first = sorted(begun, key=lambda name: (begun[name], name), reverse=True)
    else:
        newest_first = sorted(threads, key=lambda name: sha256(f"{seed} {name}".encode()).digest())
    held = _held(threads, newest_first, round(share * len(cases)))
    return Split(
        earlier=tuple(case for case in cases if (case.thread or case.id) not in held),
        later=tuple(case for case in cases if (case.thread or case.id) in held),
        by_time=by_time,
    )


def folds(groups: Sequence[str], times: Sequence[datetime | None] = (), count: int = FOLDS) -> list[NDArray[np.int64]]:
    """The places of some texts in each fold, about as many in each; groups stay whole.

    Where most of the texts are dated, a fold is a stretch of time, the newest one last, and groups without any date
    are spread by lot. Otherwise all are. The order in which the texts come does not matter.
    """
    begun: dict[str, datetime] = {}
    for group, at in zip(groups, map(moment, times), strict=False):
        if at is not None and (group not in begun or at < begun[group]):
            begun[group] = at
    sizes = Counter(groups)
    if 2 * sum(sizes[group] for group in begun) <= len(groups):
        begun = {}
    drawn = sorted(sizes.keys() - begun.keys())
    np.random.default_rng(0).shuffle(drawn)
    fold = {name: i % count for i, name in enumerate(drawn)}
    before, dated = 0, sum(sizes[group] for group in begun)
    for name in sorted(begun, key=lambda one: (begun[one], one)):
        fold[name] = before * count // dated
        before += sizes[name]
    of = np.array([fold[group] for group in groups])
    return [np.flatnonzero(of == i) for i in range(count) if (of == i).any()]


def moment(date: datetime | None) -> datetime | None:
    """A moment that can be compared with any other: a date without a time zone is taken as UTC."""
    return date.replace(tzinfo=UTC) if date and date.tzinfo is None else date


def _begin(thread: Sequence[Case]) -> datetime | None:
    return min((date for case in thread if (date := moment(case.received_at))), default=None)


def _held(threads: Threads, order: Sequence[str], wanted: int) -> frozenset[str]:
    """Threads in this order until they have the wanted number of cases; one thread is always left to learn from."""
    held: set[str] = set()
    count = 0
    for name in order:
        if count + len(threads[name]) / 2 > wanted or len(held) + 1 == len(threads):
            break
        held.add(name)
        count += len(threads[name])
    return frozenset(held)
