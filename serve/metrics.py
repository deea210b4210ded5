"""Figures for Prometheus: what came in, what was decided and how long it took, what waits, what left, which bundle
decides, how its bound stands. Nothing of a message is in them. A name means the same in `serve` and in `watch`.
"""

from collections import Counter as Counted
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import Lock
from typing import Any

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    Metric,
    generate_latest,
    start_http_server,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from salver.data.errors import SettingsError
from salver.data.event import Event
from salver.data.standing import Standing
from salver.data.status import Status
from salver.models.bundle import Bundle

MEDIA_TYPE = CONTENT_TYPE_LATEST
EXAMPLE = 'salver_decisions_total{decision="route",reason="urgent"} 12.0\nsalver_queue_length{agent="mara.lind"} 7.0\n'
_SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5)
_ATTEMPTS = ("sent", "again", "uncertain", "failed", "stopped")


class Decisions:
    """What every door has: decisions, queues, the bundle and its bound."""

    def __init__(self, registry: CollectorRegistry) -> None:
        names = ("decision", "reason")
        self._decisions = Counter("salver_decisions", "Messages decided", names, registry=registry)
        self._seconds = Histogram(
            "salver_decide_seconds", "Seconds to decide one message", buckets=_SECONDS, registry=registry
        )
        self._queue = Gauge("salver_queue_length", "Messages that wait for a person", ("agent",), registry=registry)
        self._held = Gauge("salver_bound_held", "Whether the error bound is held", registry=registry)
        self._wealth = Gauge("salver_bound_wealth", "Worth of a wager against the bound", registry=registry)
        self._checks = Gauge("salver_bound_checks", "Answers checked", ("found",), registry=registry)
        self._bundle = Info("salver_bundle", "The bundle that decides", registry=registry)

    def decided(self, decision: str, reason: str) -> None:
        """One more message has its decision."""
        self._decisions.labels(decision, reason).inc()

    def took(self, seconds: float) -> None:
        """So long that took."""
        self._seconds.observe(seconds)

    def by(self, bundle: Bundle, standing: Standing) -> None:
        """Which bundle decides, and how its bound stands."""
        about = {"name": bundle.name, "created": bundle.created.isoformat(), "encoder_dim": str(bundle.encoder.dim)}
        self._bundle.info(about)
        self._held.set(standing.held)
        self._wealth.set(standing.wealth)
        self._checks.labels("right").set(standing.right)
        self._checks.labels("wrong").set(standing.wrong)

    def waiting(self, lengths: Mapping[str, int]) -> None:
        """How many messages wait with each agent."""
        self._queue.clear()
        for agent, length in lengths.items():
            self._queue.labels(agent).set(length)


class Metrics(Decisions):
    """The figures of the HTTP door."""

    def __init__(self, bundle: Bundle) -> None:
        self._registry = CollectorRegistry()
        super().__init__(self._registry)
        self._served = bundle
        self._responses = Counter("salver_responses", "Responses by status", ("status",), registry=self._registry)
        self._stopped = Counter(
            "salver_leaks_stopped", "Answers stopped at the way out: see the log", registry=self._registry
        )

    def stopped(self) -> None:
        """The check at the way out stopped an answer."""
        self._stopped.inc()

    def answered(self, status: int) -> None:
        """One more response with this status."""
        self._responses.labels(str(status)).inc()

    def text(self, lengths: Mapping[str, int], standing: Standing) -> bytes:
        """Everything in Prometheus' text format; `lengths` is how many messages wait with each agent."""
        self.by(self._served, standing)
        self.waiting(lengths)
        return generate_latest(self._registry)


class MailMetrics(Decisions):
    """The figures of `salver watch`. `heard` takes every event; the rest is looked up when somebody asks.

    `look` gives how the installation is, `lengths` how many messages wait with each agent, `deciding` the bundle.
    """

    def __init__(
        self,
        look: Callable[[], Status],
        lengths: Callable[[], Mapping[str, int]],
        deciding: Callable[[], tuple[Bundle, Standing]],
    ) -> None:
        self.registry = CollectorRegistry()
        self.registry.register(_Looked(self._figures))  # the first to be asked: what it finds goes into the others
        super().__init__(self.registry)
        self._look, self._lengths, self._deciding = look, lengths, deciding
        box = ("mailbox",)
        self._taken = Counter("salver_taken_in", "Mails taken in", box, registry=self.registry)
        self._drafts = Counter("salver_drafts_laid", "Drafts laid into the folder", box, registry=self.registry)
        self._faults = Counter("salver_mailbox_faults", "Times a mailbox failed", box, registry=self.registry)
        self._sendings = Counter(
            "salver_sendings",
            "Attempts to send an answer, by what became of it",
            (*box, "fate"),
            registry=self.registry,
        )

    def heard(self, event: Event) -> None:
        """Count an event."""
        if event.name == "taken":
            self._taken.labels(event.mailbox).inc(event.count or 0)
        elif event.name == "decided":
            self.decided(event.decision, event.reason)
            self.took(event.seconds or 0.0)
        elif event.name == "drafted":
            self._drafts.labels(event.mailbox).inc()
        elif event.name == "failing":
            self._faults.labels(event.mailbox).inc()
        elif event.name in _ATTEMPTS:
            self._sendings.labels(event.mailbox, event.name).inc()

    @contextmanager
    def served(self, host: str, port: int) -> Iterator[int]:
        """Serve them at this address, on a thread of its own; the port, if 0 was given. Raises SettingsError."""
        try:
            server, thread = start_http_server(port, host, self.registry)
        except (OSError, OverflowError) as error:
            todo = "Stop what listens there, or choose another with --metrics HOST:PORT."
            what = getattr(error, "strerror", None) or str(error)
            raise SettingsError(f"{host}:{port} cannot be listened on ({what})", todo=todo) from error
        try:
            yield int(server.server_port)
        finally:
            server.shutdown()
            thread.join()
            server.server_close()

    def _figures(self) -> Iterator[Metric]:
        """What is looked up, now."""
        found = self._look()
        unreadable = any(one.code == "store" for one in found.concerns)
        yield _gauge("salver_store_writable", "Whether the store can be read and written", not unreadable)
        concerns = Counted((one.code, "yes" if one.red else "no") for one in found.concerns)
        yield _by("salver_concerns", "What needs a person", ("concern", "red"), concerns)
        self.by(*self._deciding())
        if unreadable:
            return
        self.waiting(self._lengths())
        yield from _of_status(found)


class _Looked(Collector):
    """Looks when it is asked, one caller at a time."""

    def __init__(self, figures: Callable[[], Iterator[Metric]]) -> None:
        self._figures = figures
        self._lock = Lock()

    def collect(self) -> Iterator[Metric]:
        with self._lock:
            yield from list(self._figures())

    def describe(self) -> Iterator[Metric]:
        return iter(())


def _of_status(found: Status) -> Iterator[Metric]:
    waits, now = found.waiting, found.at
    looked = {
        (one.name,): (now - one.looked_at).total_seconds() if one.looked_at else float("inf") for one in found.mailboxes
    }
    failing = {(one.name,): float(one.state == "failing") for one in found.mailboxes}
    oldest = (now - waits.undecided_since).total_seconds() if waits.undecided_since else 0.0
    yield _by("salver_mailbox_looked_seconds", "Seconds since the last whole look", ("mailbox",), looked)
    yield _by("salver_mailbox_failing", "Whether a mailbox cannot be worked with", ("mailbox",), failing)
    yield _by("salver_outbox", "Mails of the outbox by state", ("kind", "state"), found.outbox)
    yield _gauge("salver_fuse_open", "Whether the fuse is open, so that no answer leaves", found.fuse.is_open)
    yield _gauge("salver_undecided", "Messages without a decision", waits.undecided)
    yield _gauge("salver_undecided_oldest_seconds", "Seconds that the oldest of them waits", oldest)
    yield _gauge("salver_set_aside", "Messages whose stored bytes are damaged", waits.set_aside)
    yield _gauge("salver_overdue", "Messages that wait for a person longer than they should", waits.overdue)
    if found.free_bytes is not None:
        yield _gauge("salver_store_free_bytes", "Room where the store lies", found.free_bytes)


def _gauge(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(name, words, value=float(value))


def _by(name: str, words: str, labels: tuple[str, ...], values: Mapping[Any, float]) -> Metric:
    family = GaugeMetricFamily(name, words, labels=labels)
    for key, value in values.items():
        family.add_metric(list(key), float(value))
    return family
