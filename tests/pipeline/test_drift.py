"""Messages that are as they were raise no alarm, however they are drawn; such as are not, do."""

from typing import Any

import numpy as np
import pytest

from salver.data.profile import Seen
from salver.pipeline.drift import FEWEST, NEWEST, profile_of, shifts


def messages(count: int, chance: np.random.Generator, **other: Any) -> list[Seen]:
    """So many messages, drawn at random: many surely understood, a few intents frequent and most rare."""
    known = {"intents": 28, "slope": 0.7, "sure": (6, 1.2), "near": 0.7, "more_of": None} | other
    shares = 1 / np.arange(1, known["intents"] + 1) ** known["slope"]
    if known["more_of"] is not None:
        shares[known["more_of"]] += shares.sum()
    intents = chance.choice(known["intents"], count, p=shares / shares.sum()).tolist()
    sure, near = chance.beta(*known["sure"], count).tolist(), chance.normal(known["near"], 0.12, count).tolist()
    return [Seen(intent=f"i{i}", probability=p, cosine=c) for i, p, c in zip(intents, sure, near, strict=True)]


def large(then: list[Seen], now: list[Seen]) -> list[str]:
    return [one.figure for one in shifts(profile_of(then), now) if one.large]


@pytest.mark.parametrize(("then", "intents", "now"), [(300, 77, FEWEST), (300, 28, FEWEST), (1000, 150, NEWEST)])
def test_the_same_again_is_a_shift_in_no_more_than_one_look_in_a_hundred(then: int, intents: int, now: int) -> None:
    chance = np.random.default_rng(6)
    looks = (large(messages(then, chance, intents=intents), messages(now, chance, intents=intents)) for _ in range(100))
    assert sum(map(bool, looks)) <= 1


@pytest.mark.parametrize(
    ("other", "figure"),
    [
        ({"sure": (3, 1.2)}, "confidence"),
        ({"near": 0.6}, "nearest case"),
        ({"more_of": 12}, "intents"),
        ({"intents": 60, "slope": 0.0}, "intents"),
    ],
)
def test_what_has_moved_is_named(other: dict[str, Any], figure: str) -> None:
    chance = np.random.default_rng(3)
    found = [large(messages(1000, chance), messages(NEWEST, chance, **other)) for _ in range(10)]
    assert found.count([figure]) >= 9


def test_too_few_messages_say_nothing() -> None:
    chance = np.random.default_rng(4)
    strange = messages(FEWEST - 1, chance, near=0.1)
    assert shifts(profile_of(messages(1000, chance)), strange) == ()


def test_a_small_archive_asks_for_a_larger_shift() -> None:
    chance = np.random.default_rng(5)
    of_few, of_many = (shifts(profile_of(messages(n, chance)), messages(FEWEST, chance)) for n in (60, 3000))
    assert all(one.limit > other.limit == 0.25 for one, other in zip(of_few[:2], of_many[:2], strict=True))


def test_figures_that_are_all_the_same_are_no_shift_and_a_profile_has_shares() -> None:
    alike = [Seen(intent="only", probability=1.0, cosine=1.0)] * 300
    assert large(alike, alike) == []
    found = profile_of([*alike, Seen(intent="other", probability=0.2, cosine=0.3)])
    assert sum(found.probability.shares) == pytest.approx(1)
    assert len(found.cosine.shares) == len(found.cosine.edges) + 1
    assert dict(found.intents)["only"] == pytest.approx(300 / 301)


def test_what_differs_by_less_than_a_hundredth_is_the_same() -> None:
    then = [Seen(intent="a", probability=0.9999, cosine=0.7)] * 300
    now = [Seen(intent="a", probability=0.99999, cosine=0.7001)] * 300
    assert large(then, now) == []
