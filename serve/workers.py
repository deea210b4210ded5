"""Many processes that prepare chunks of messages: in order, only a few in flight, and one may die of a message.

Each process loads the bundle once and computes on one thread. They are started anew (not forked), because threads of
the numeric libraries do not survive a fork. They do not hear Ctrl-C, and end when the one that started them is gone.
"""

import gc
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from multiprocessing import connection, get_context, parent_process
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from threadpoolctl import threadpool_limits

from salver.data.approval import Approvals
from salver.data.case import PastCase
from salver.data.decision import Reason, Tray
from salver.data.errors import SalverError
from salver.data.message import RawMessage
from salver.data.reading import Cleaned

if TYPE_CHECKING:
    from salver.pipeline.lookup import Lookup
    from salver.pipeline.run import Pipeline

_RARELY = 50_000
"""Objects made before garbage is looked for."""
IN_FLIGHT = 2
"""Chunks a process that are under way or waiting."""

Chunk = Sequence[RawMessage]

_pipeline: "Pipeline | None" = None


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0))


class Workers:
    """Prepares chunks with a bundle in `count` processes, for use in a `with`.

    `failed` makes the tray of a message that its process died of; `approvals` says what is approved by now, and
    `lookup` looks up who wrote.
    """

    def __init__(
        self,
        bundle: Path,
        learned: Sequence[PastCase],
        count: int,
        failed: Callable[[RawMessage, Exception], Tray],
        approvals: Callable[[], Approvals] = Approvals,
        lookup: "Lookup | None" = None,
    ) -> None:
        self._begin_with = (bundle, tuple(learned), lookup)
        self._count = count
        self._failed = failed
        self._approvals = approvals
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> "Workers":
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def prepared(self, chunks: Iterable[Chunk]) -> Iterator[list[Tray]]:
        """The trays of each chunk, in order. Raises SalverError when no process can work at all."""
        waiting: deque[tuple[Chunk, Future[list[Tray]]]] = deque()
        for chunk in chunks:
            waiting.append((chunk, self._submit(chunk)))
            if len(waiting) >= self._count * IN_FLIGHT:
                yield self._next(waiting)
        while waiting:
            yield self._next(waiting)

    def _next(self, waiting: deque[tuple[Chunk, Future[list[Tray]]]]) -> list[Tray]:
        chunk, future = waiting.popleft()
        try:
            return future.result()
        except BrokenProcessPool:
            self._close()
            self._must_work()
            trays = self._one_by_one(chunk)
            again = [(one, old if _is_done(old) else self._submit(one)) for one, old in waiting]
            waiting.clear()
            waiting.extend(again)
            return trays

    def _must_work(self) -> None:
        try:
            self._submit([]).result()
        except BrokenProcessPool as error:
            self._close()
            todo = "Look for what ends them (too little memory?), or work in one process: --workers 0."
            raise SalverError("the worker processes end before they have begun", todo=todo) from error

    def _one_by_one(self, chunk: Chunk) -> list[Tray]:
        """The trays of a chunk of which one message perhaps kills its process: halves are tried until it is found."""
        try:
            return self._submit(chunk).result()
        except BrokenProcessPool:
            self._close()
        if len(chunk) == 1:
            return [self._failed(chunk[0], ChildProcessError("its process died"))]
        half = len(chunk) // 2
        return self._one_by_one(chunk[:half]) + self._one_by_one(chunk[half:])

    def _submit(self, chunk: Chunk) -> Future[list[Tray]]:
        """Hand out a chunk. What is started meanwhile inherits that Ctrl-C is blocked: this process alone hears it."""
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            if self._pool is None:
                context = get_context("spawn")
                self._pool = ProcessPoolExecutor(self._count, context, initializer=_begin, initargs=self._begin_with)
            return self._pool.submit(_prepare, chunk, self._approvals())
        except BrokenProcessPool:
            self._close()
            return _broken()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def _close(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None


def _begin(bundle: Path, learned: Sequence[PastCase], lookup: "Lookup | None") -> None:
    """What a new process does first."""
    global _pipeline  # a process has one bundle for its whole life
    Thread(target=_end_with_parent, daemon=True).start()
    from salver.pipeline.run import Pipeline

    _pipeline = Pipeline.load(bundle)
    _pipeline.lookup = lookup or _pipeline.lookup
    if learned:
        _pipeline.learn(learned)
    threadpool_limits(1)
    gc.freeze()  # the bundle stays: looking through it for garbage again and again costs a tenth of the time
    gc.set_threshold(_RARELY)


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


def _prepare(chunk: Chunk, approvals: Approvals) -> list[Tray]:
    if _pipeline is None:
        raise RuntimeError("a worker without its bundle")
    if _pipeline.approvals != approvals:
        _pipeline.approvals = approvals
    return [_light(tray) for tray in _pipeline.prepare(chunk)] if chunk else []


def _light(tray: Tray) -> Tray:
    """A tray without the texts that nobody asks for any more: they would travel between processes for nothing."""
    if tray.decision.reason is Reason.UNREADABLE:  # who routes it looks into the body
        return tray
    message = replace(tray.message, body="", headers=(), attachments=(), references=())
    return replace(tray, message=message, cleaned=Cleaned(text=""))


def _is_done(future: Future[list[Tray]]) -> bool:
    return future.done() and not future.cancelled() and future.exception() is None


def _broken() -> Future[list[Tray]]:
    future: Future[list[Tray]] = Future()
    future.set_exception(BrokenProcessPool("it broke before the chunk was handed out"))
    return future
