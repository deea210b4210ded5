"""What the decisions' lines add up to: counted in one pass, so that any number of lines can be reported on."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from salver.data.record import QueueEntry

Line = Mapping[str, Any]
_BINS = 10


@dataclass(slots=True, kw_only=True)
class Waiting:
    """What waits in one queue or with one agent; `first` is the earliest moment a first answer is due."""

    open: int = 0
    overdue: int = 0
    first: datetime | None = None

    def add(self, due: datetime | None, now: datetime) -> None:
        self.open += 1
        if due is not None:
            self.overdue += due < now
            self.first = due if self.first is None else min(self.first, due)


@dataclass(slots=True, kw_only=True)
class Tally:
    """Counts of decisions. `held_up` counts by template the messages that would have been answered with a text that
    nobody has approved. `checked` are pairs of confidence and whether the intent was right, where that is known."""

    total: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)
    intents: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    queues: dict[str, Waiting] = field(default_factory=lambda: defaultdict(Waiting))
    agents: dict[str, Waiting] = field(default_factory=lambda: defaultdict(Waiting))
    held_up: Counter[str] = field(default_factory=Counter)
    checked: list[tuple[float, bool]] = field(default_factory=list)

    def share(self, kind: str) -> float:
        return self.kinds[kind] / self.total if self.total else 0.0

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages seen, the most frequent first."""
        counts: Counter[str] = Counter()
        for one in self.intents.values():
            counts.update(one)
        return tuple(lang for lang, _ in counts.most_common())

    def by_frequency(self) -> list[tuple[str, Counter[str]]]:
        """Each intent with its counts by language, the most frequent first."""
        return sorted(self.intents.items(), key=lambda item: (-item[1].total(), item[0]))


def tally(
    lines: Iterable[Line],
    now: datetime,
    truth: Mapping[str, str] | None = None,
    waiting: Iterable[QueueEntry] | None = None,
) -> Tally:
    """Count decisions. `truth` has true intents by the id or the Message-ID of a message.

    `waiting` is what still waits; without it, everything that was routed does.
    """
    sums = Tally()
    known = {id_.strip("<>"): intent for id_, intent in (truth or {}).items()}
    for line in lines:
        _add(sums, line, known)
        if waiting is None and line.get("queue"):
            due = datetime.fromisoformat(line["due"]) if line.get("due") else None
            _wait(sums, line["queue"], line.get("agent") or "", due, now)
    for one in waiting or ():
        _wait(sums, one.queue, one.agent, one.due, now)
    return sums


def curve(checked: Iterable[tuple[float, bool]]) -> list[tuple[float, float, float]]:
    """Mean confidence, share right and number of each tenth of the confidences that holds any."""
    bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for confidence, right in checked:
        bins[min(int(confidence * _BINS), _BINS - 1)].append((confidence, right))
    return [
        (sum(c for c, _ in one) / len(one), sum(r for _, r in one) / len(one), float(len(one)))
        for _, one in sorted(bins.items())
    ]


def _add(sums: Tally, line: Line, truth: Mapping[str, str]) -> None:
    kind, intent = line["decision"], line.get("intent") or ""
    sums.total += 1
    sums.kinds[kind] += 1
    sums.reasons[kind, line["reason"]] += 1
    if line["reason"] == "not_approved":
        sums.held_up[next((one.get("template") for one in line.get("suggestions") or ()), None) or ""] += 1
    if intent:
        sums.intents[intent][line.get("lang") or ""] += 1
        true = truth.get(line["id"]) or truth.get((line.get("message_id") or "").strip("<>"))
        if true:
            sums.checked.append((float(line.get("probability") or 0.0), intent == true))


def _wait(sums: Tally, queue: str, agent: str, due: datetime | None, now: datetime) -> None:
    sums.queues[queue].add(due, now)
    sums.agents[agent].add(due, now)
