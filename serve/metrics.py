"""Figures for Prometheus: what was decided, how long it took, what waits, which bundle serves, how its bound stands."""

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from salver.data.standing import Standing
from salver.models.bundle import Bundle

MEDIA_TYPE = CONTENT_TYPE_LATEST
EXAMPLE = 'salver_decisions_total{decision="route",reason="urgent"} 12.0\nsalver_queue_length{agent="mara.lind"} 7.0\n'
_SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5)


class Metrics:
    """The figures of one server; nothing of a message is in them."""

    def __init__(self, bundle: Bundle) -> None:
        self._registry = CollectorRegistry()
        names = ("decision", "reason")
        self._decisions = Counter("salver_decisions", "Messages decided", names, registry=self._registry)
        self._seconds = Histogram(
            "salver_decide_seconds", "Seconds to decide one message", buckets=_SECONDS, registry=self._registry
        )
        self._queue = Gauge(
            "salver_queue_length", "Messages that wait for a person", ("agent",), registry=self._registry
        )
        self._responses = Counter("salver_responses", "Responses by status", ("status",), registry=self._registry)
        self._stopped = Counter(
            "salver_leaks_stopped", "Answers stopped at the way out: see the log", registry=self._registry
        )
        self._held = Gauge("salver_bound_held", "Whether the error bound is held", registry=self._registry)
        self._wealth = Gauge("salver_bound_wealth", "Worth of a wager against the bound", registry=self._registry)
        self._checks = Gauge("salver_bound_checks", "Answers checked", ("found",), registry=self._registry)
        about = {"name": bundle.name, "created": bundle.created.isoformat(), "encoder_dim": str(bundle.encoder.dim)}
        Info("salver_bundle", "The bundle that decides", registry=self._registry).info(about)

    def decided(self, decision: str, reason: str) -> None:
        self._decisions.labels(decision, reason).inc()

    def stopped(self) -> None:
        """The check at the way out stopped an answer."""
        self._stopped.inc()

    def took(self, seconds: float) -> None:
        self._seconds.observe(seconds)

    def answered(self, status: int) -> None:
        self._responses.labels(str(status)).inc()

    def text(self, lengths: Mapping[str, int], standing: Standing) -> bytes:
        """Everything in Prometheus' text format; `lengths` is how many messages wait with each agent."""
        self._held.set(standing.held)
        self._wealth.set(standing.wealth)
        self._checks.labels("right").set(standing.right)
        self._checks.labels("wrong").set(standing.wrong)
        self._queue.clear()
        for agent, length in lengths.items():
            self._queue.labels(agent).set(length)
        return generate_latest(self._registry)
