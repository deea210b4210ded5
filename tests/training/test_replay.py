"""An archive is lived through without a look at what comes later, and what is known is said with its interval."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise

import pytest

from salver.data.case import Case, Customer
from salver.data.errors import TrainingError
from salver.training import life
from salver.training.played import Played, Replay, interval, outcomes, routing, waiting
from salver.training.replay import Wanted, replay
from salver.training.stretches import Endings, known_from, past_of, stretches
from tests.training.small import ANSWERS, ASKED, COMPANY

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
PLACES = ("im Keller", "im Flur", "oben", "seit heute", "seit gestern", "bei uns", "schon wieder", "in der Küche")


@cache
def archive(count: int = 180) -> tuple[Case, ...]:
    """Messages of three intents, one after the other, answered three hours later by two agents in turn."""
    found = []
    intents = sorted(ASKED)
    for i in range(count):
        intent = intents[i % 3]
        texts = ASKED[intent]
        at = START + timedelta(hours=20 * i)
        name = f"Kunde{i} Nachname{i}"
        found.append(
            Case(
                id=f"c{i:03}",
                thread=f"c{i:03}",
                customer=Customer(name=name, email=f"k{i}@post.example"),
                text=f"{texts[i % len(texts)]} {PLACES[(i // 3) % len(PLACES)]}, {PLACES[(i // 7) % len(PLACES)]}",
                answer=f"Guten Tag {name},\n\n{ANSWERS[intent]}\n\nMit freundlichen Grüßen\nMara Lind",
                lang="de",
                intents=(intent,),
                urgency="normal",
                agent=("mara", "felix")[i % 2],
                received_at=at,
                answered_at=at + timedelta(hours=3),
                ending="resolved",
            )
        )
    return tuple(found)


def lived(cases: Sequence[Case]) -> Replay:
    return replay(Wanted(cases=cases, company=COMPANY, max_errors=(0.001, 0.1, 0.4), owners=0.4), lambda _: None)


@cache
def usual() -> Replay:
    return lived(archive())


def decided(found: Replay, until: datetime | None = None) -> list[tuple[object, ...]]:
    """All that was decided, without what agents answered."""
    some = [one for one in found.played if until is None or one.at < until]
    return [(one.case, one.confidence, one.passes, one.texts, one.stopped, one.routed) for one in some]


def otherwise(cases: Sequence[Case], since: datetime) -> list[Case]:
    """The same messages, from this moment on answered by somebody else with something else, and reopened."""
    other = {
        "agent": "stranger",
        "intents": ("unheard_of",),
        "answer": "Das wissen wir leider nicht.",
        "urgency": "high",
    }
    return [
        replace(case, ending="reopened", **other) if case.received_at and case.received_at >= since else case  # type: ignore[arg-type]
        for case in cases
    ]


def test_what_comes_later_changes_nothing() -> None:
    newest = usual().steps[-1].begins
    changed = lived(otherwise(archive(), newest))
    assert decided(changed) == decided(usual()), "the answers of the last stretch are looked at when it is over"
    assert not any(one.right for one in changed.played if one.at >= newest)
    assert any(one.right for one in usual().played if one.at >= newest), "or the change would be none"


@pytest.mark.long
def test_what_was_known_by_then_counts() -> None:
    middle = usual().steps[1].begins
    changed = lived(otherwise(archive(), middle))
    until = usual().steps[2].begins
    assert decided(changed, until) == decided(usual(), until)
    assert decided(changed) != decided(usual())


@pytest.mark.long
def test_a_look_into_the_future_turns_that_red(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(life, "past_of", lambda cases, _: list(range(len(cases))))
    newest = usual().steps[-1].begins
    assert decided(lived(otherwise(archive(), newest))) != decided(lived(archive()))


def test_the_past_is_what_was_answered_by_then() -> None:
    first, second = archive(180)[:2]
    slow = replace(first, answered_at=START + timedelta(days=9))
    assert past_of([slow, second], START + timedelta(days=2)) == [1]
    assert past_of([slow, second], START + timedelta(days=10)) == [0, 1]
    assert known_from(replace(first, answered_at=None)) == first.received_at


def test_an_ending_is_known_two_weeks_later_or_when_the_customer_is_back() -> None:
    asked = replace(archive()[0], ending="reopened", thread="t")
    again = replace(archive()[9], thread="t")
    endings = Endings([asked, again])
    assert endings.as_known(asked, START + timedelta(days=1)).ending == "unknown"
    assert again.received_at
    assert endings.as_known(asked, again.received_at + timedelta(hours=1)).ending == "reopened"
    solved = replace(asked, ending="resolved")
    assert endings.as_known(solved, START + timedelta(days=10)).ending == "unknown"
    assert endings.as_known(solved, START + timedelta(days=20)).ending == "resolved"


def test_every_later_message_is_in_one_stretch() -> None:
    ways = stretches(archive())
    assert [place for way in ways for place in way.places] == list(range(27, 180))
    assert all(one.ends == two.begins for one, two in pairwise(ways))
    assert len(usual().played) == 126 == sum(one.messages for one in usual().steps)


def test_a_bound_says_how_much_and_how_wrong_with_its_interval() -> None:
    none, strict, lax = outcomes(usual(), minutes=6, audited=0.05)
    assert strict.answered <= lax.answered
    assert lax.answered > 0
    assert lax.low <= lax.error <= lax.high
    assert lax.minutes == pytest.approx(0.95 * 6 * (lax.answered - lax.wrong))
    assert lax.fewest_minutes <= lax.minutes <= lax.most_minutes
    assert (none.answered, none.minutes) == (0, 0)
    assert none.missing > 1000
    assert "missing" in none.because


def test_the_interval_is_exact() -> None:
    assert interval(0, 100) == (0.0, pytest.approx(0.0362, abs=1e-4))
    assert interval(5, 100) == (pytest.approx(0.0164, abs=1e-4), pytest.approx(0.1128, abs=1e-4))
    assert interval(0, 0) == (0.0, 1.0)


def test_routing_is_held_against_lots_and_waiting_against_before() -> None:
    found = routing(usual())
    assert found.routed + len(usual().answered(2)) == len(usual().played)
    assert found.by_lot == pytest.approx(0.5, abs=0.05)
    times = waiting(usual(), usual().shown)
    assert times
    assert times.then[49] == 3 * 3600
    assert times.now[0] == 0
    assert times.now[98] == 3 * 3600
    assert waiting(replace(usual(), played=()), 0) is None


@pytest.mark.long
def test_the_worst_answers_are_shown_masked() -> None:
    wrong = [
        replace(case, answer="Das prüfen wir noch einmal ganz genau.") if case.id > "c150" else case
        for case in archive()
    ]
    found = lived(wrong)
    assert found.worst
    assert [one.confidence for one in found.worst] == sorted((one.confidence for one in found.worst), reverse=True)
    for one in found.worst:
        assert one.sent
        assert one.was
        assert "Nachname" not in one.asked + one.was


@pytest.mark.parametrize(
    ("cases", "words"),
    [
        ([replace(case, received_at=None, answered_at=None) for case in archive()], "say when their message came"),
        (list(archive())[:50], "10 more are needed"),
        ([replace(case, intents=("all",)) for case in archive()], "nothing to tell apart"),
    ],
)
def test_too_little_is_said(cases: list[Case], words: str) -> None:
    with pytest.raises(TrainingError, match=words):
        lived(cases)


def test_nobody_is_lost() -> None:
    ids = [one.case for one in usual().played]
    assert len(set(ids)) == len(ids)
    assert all(isinstance(one, Played) and (one.passes or one.stopped) for one in usual().played)
