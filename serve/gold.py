"""Decisions against what a person says is right, where that is known: a line a message in a file kept apart."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from salver.data.decision import AutoAnswer, Leave, Tray
from salver.data.errors import InputError

_AMONG = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What a person says of a message. `intents` has the main one first; it is empty where nothing known is asked."""

    machine: bool
    intents: tuple[str, ...]
    lang: str
    urgency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Of `n` messages with a known intent: the shares with the true main intent first, and among the first five."""

    n: int
    top1: float
    top5: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """A message whose main intent was not found."""

    subject: str
    truth: str
    found: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """How the decisions on `messages` compare. `urgency` is the share of human mail with the true level.

    `answered_wrong` are automatic answers to a message of another intent, of several requests, or of a machine.
    """

    messages: int
    machine: int
    machine_left: int
    human: int
    human_left: int
    intents: dict[str, Found]
    urgency: float | None
    answered: int
    answered_wrong: int
    missed: tuple[Missed, ...]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def read_gold(path: Path) -> dict[str, Truth]:
    """The truth by Message-ID, without its brackets. Raises InputError with the line that is wrong."""
    known: dict[str, Truth] = {}
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        try:
            one = json.loads(line)
            known[one["message_id"].strip("<>")] = Truth(
                machine=one["kind"] == "machine",
                intents=tuple(one["intents"]),
                lang=one["lang"],
                urgency=one["urgency"],
            )
        except (ValueError, KeyError, TypeError) as error:
            todo = "It needs message_id, kind, intents, lang and urgency."
            raise InputError("this line is no truth of a message", where=f"{path}:{number}", todo=todo) from error
    return known


def compare(trays: Iterable[Tray], truths: Mapping[str, Truth]) -> Comparison:
    """Compare trays with the truth by their Message-ID; a message of which nothing is known does not count."""
    named = [(tray, tray.message.message_id.strip("<>")) for tray in trays]
    pairs = [(tray, truths[name]) for tray, name in named if name in truths]
    human = [(tray, truth) for tray, truth in pairs if not truth.machine]
    answered = [(tray, truth) for tray, truth in pairs if isinstance(tray.decision, AutoAnswer)]
    left = [truth for tray, truth in pairs if isinstance(tray.decision, Leave)]
    asked = [(tray, truth) for tray, truth in human if truth.intents]
    return Comparison(
        messages=len(pairs),
        machine=len(pairs) - len(human),
        machine_left=sum(truth.machine for truth in left),
        human=len(human),
        human_left=sum(not truth.machine for truth in left),
        intents=_by_lang(asked),
        urgency=_share([_urgency(tray) == truth.urgency for tray, truth in human]),
        answered=len(answered),
        answered_wrong=sum(_ranked(tray)[:1] != truth.intents for tray, truth in answered),
        missed=tuple(_missed(tray, truth) for tray, truth in asked if _ranked(tray)[:1] != truth.intents[:1]),
    )


def _by_lang(pairs: Iterable[tuple[Tray, Truth]]) -> dict[str, Found]:
    """The figures of each language, and of all as "all"."""
    ranks: dict[str, list[int]] = defaultdict(list)
    for tray, truth in pairs:
        ranked = _ranked(tray)
        rank = ranked.index(truth.intents[0]) if truth.intents[0] in ranked else _AMONG
        ranks["all"].append(rank)
        ranks[truth.lang].append(rank)
    return {lang: _found(some) for lang, some in sorted(ranks.items())}


def _found(ranks: list[int]) -> Found:
    n = len(ranks)
    return Found(n=n, top1=ranks.count(0) / n, top5=sum(rank < _AMONG for rank in ranks) / n)


def _ranked(tray: Tray) -> tuple[str, ...]:
    return tuple(one.label for one in tray.reading.main.intents[:_AMONG]) if tray.reading else ()


def _urgency(tray: Tray) -> str:
    return tray.reading.urgency.label if tray.reading else ""


def _missed(tray: Tray, truth: Truth) -> Missed:
    found = tray.reading.main.intent if tray.reading else ""
    return Missed(subject=tray.message.subject, truth=truth.intents[0], found=found)


def _share(right: list[bool]) -> float | None:
    return sum(right) / len(right) if right else None
