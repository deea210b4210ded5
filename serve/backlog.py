"""Every message of a source gets its decision and its line in a file, once, whatever happens meanwhile.

A chunk is stored, prepared (perhaps in other processes), assigned, its decisions are stored, and its lines are written;
chunks come out in the order in which they went in. A run that was stopped anywhere is taken up again from three things:
the lines that are whole are done; a decision in the store without a line gets the line that it had; and a message that
was stored but not decided is decided first.
"""

import json
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain, islice
from pathlib import Path
from typing import Any

from salver.data.approval import Approvals
from salver.data.case import PastCase
from salver.data.decision import Tray
from salver.data.errors import Fault
from salver.data.files import open_source
from salver.data.lines import tray_line
from salver.data.message import RawMessage
from salver.data.store import Store
from salver.pipeline.run import Pipeline
from salver.serve.approvals import Listener
from salver.serve.chunks import CHUNK, chunked
from salver.serve.outfile import OutFile
from salver.serve.recording import record_of
from salver.serve.watch import Watch
from salver.serve.workers import Workers

_LEFT_OVER = 100_000

Lines = Mapping[str, dict[str, Any]]


@dataclass(slots=True, kw_only=True)
class Done:
    """What a run did. `reasons` counts the lines of the whole file, those of earlier runs too.

    Of the `messages` in the source some were `decided` now; some had their line `earlier`; some had a decision in the
    store, which was `kept`; and some are `copies` of another in the source.
    """

    messages: int = 0
    decided: int = 0
    kept: int = 0
    earlier: int = 0
    copies: int = 0
    seconds: float = 0.0
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)
    faults: list[Fault] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        return self.decided / self.seconds if self.seconds else 0.0

    def to_json(self) -> dict[str, Any]:
        reasons = [{"decision": what, "reason": why, "n": n} for (what, why), n in self.reasons.most_common()]
        return {
            "messages": self.messages,
            "decided": self.decided,
            "kept": self.kept,
            "earlier": self.earlier,
            "copies": self.copies,
            "seconds": round(self.seconds, 2),
            "per_second": round(self.per_second, 1),
            "decisions": reasons,
            "faults": [{"source": one.source, "line": one.line, "what": one.what} for one in self.faults],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What a backlog is worked off with. `folder` holds the pipeline's bundle, `learned` is what it learned since.
    `watch`, if there is one, looks now and then how the error bound stands.

    `own_store` says that nobody else uses the store, so that whatever waits in it is ours. Other processes are not
    worth starting for fewer than `few` messages.
    """

    pipeline: Pipeline
    folder: Path
    store: Store
    own_store: bool
    learned: Sequence[PastCase] = ()
    workers: int = 1
    few: int = 0
    watch: Watch | None = None


class Backlog:
    """One run over one source into one file."""

    def __init__(self, source: Path, out: OutFile, desk: Desk, told: Callable[[int], None] = lambda _: None) -> None:
        self.done = Done(reasons=Counter(out.reasons))
        self._source = source
        self._out = out
        self._desk = desk
        self._told = told
        self._earlier = set(out.done)
        self._seen: set[bytes] = set()
        self._listener = Listener(desk.pipeline, desk.store)
        self._under_way: deque[tuple[Sequence[RawMessage], Lines]] = deque()

    def work_off(self) -> Done:
        """Decide all that is not decided yet. Raises InputError when nothing can be taken from the source."""
        started = time.monotonic()
        raws = open_source(self._source, self.done.faults.append)
        try:
            for trays in self._prepared(raws):
                self._finish(*self._under_way.popleft(), trays)
        finally:
            self.done.seconds = time.monotonic() - started
        return self.done

    def _prepared(self, raws: Iterator[RawMessage]) -> Iterator[list[Tray]]:
        desk = self._desk
        first = list(islice(raws, desk.few))
        chunks = self._chunks(chain(first, raws))
        if desk.workers < 2 or len(first) < desk.few:
            yield from map(desk.pipeline.prepare, chunks)
            return
        pipeline = desk.pipeline

        def approvals() -> Approvals:
            return pipeline.approvals

        with Workers(desk.folder, desk.learned, desk.workers, pipeline.failed, approvals, pipeline.lookup) as workers:
            yield from workers.prepared(chunks)

    def _chunks(self, raws: Iterable[RawMessage]) -> Iterator[list[RawMessage]]:
        """What is to be prepared, chunk by chunk; whatever leaves here is stored and stands in `_under_way`."""
        for chunk in chunked(iter(self._left_over()), CHUNK):
            yield self._begin(chunk)
        for chunk in chunked(raws, CHUNK):
            if new := [raw for raw in chunk if self._is_new(raw)]:
                self._desk.store.take_in(new)
                yield self._begin(new)

    def _left_over(self) -> list[RawMessage]:
        """Messages that an earlier run stored and did not decide."""
        waiting = self._desk.store.waiting(_LEFT_OVER)
        mine = [raw for raw in waiting if self._desk.own_store or raw.source.startswith(str(self._source))]
        left = [raw for raw in mine if not self._out.has(raw.key)]
        self._earlier.update(bytes.fromhex(raw.key) for raw in left)
        return left

    def _is_new(self, raw: RawMessage) -> bool:
        key = bytes.fromhex(raw.key)
        self.done.messages += 1
        if key in self._seen:
            self.done.copies += 1
            return False
        self._seen.add(key)
        if key in self._earlier:
            self._earlier.discard(key)
            self.done.earlier += 1
            return False
        return True

    def _begin(self, chunk: Sequence[RawMessage]) -> list[RawMessage]:
        """The messages of a chunk that have no decision of this bundle in the store."""
        records = self._desk.store.decisions([raw.key for raw in chunk])
        bundle = self._desk.pipeline.bundle.name
        lines = {key: json.loads(one.line) for key, one in records.items() if one.bundle == bundle and one.line}
        self._under_way.append((chunk, lines))
        return [raw for raw in chunk if raw.key not in lines]

    def _finish(self, chunk: Sequence[RawMessage], lines: Lines, trays: Sequence[Tray]) -> None:
        desk, now = self._desk, datetime.now(UTC)
        self._listener.listen()
        assigned = desk.pipeline.assign(trays)
        found = {tray.message.key: tray_line(tray, desk.pipeline.bundle.name) for tray in assigned}
        desk.store.decided([record_of(tray, found[tray.message.key], now) for tray in assigned])
        if desk.watch:
            desk.watch.decided(len(assigned))
        ready = [lines[raw.key] if raw.key in lines else found[raw.key] for raw in chunk]
        self._out.add(ready)
        self.done.reasons.update((line["decision"], line["reason"]) for line in ready)
        self.done.decided += len(found)
        self.done.kept += len(lines)
        self._told(len(ready))
