"""How soon somebody must act."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench.shouting import KINDS, moved_up
from salver.data.reading import Urgency
from salver.models.presumed import certain, presumed
from salver.models.urgency import OrderedUrgency
from salver.pipeline.question import question
from salver.training.fit import folds

LABELLED = [
    ("Es riecht nach Gas im Keller", Urgency.CRITICAL),
    ("There is a gas smell in the kitchen", Urgency.CRITICAL),
    ("Aus dem Zählerkasten kommen Funken", Urgency.CRITICAL),
    ("Stromausfall in der ganzen Straße", Urgency.HIGH),
    ("No power since this morning", Urgency.HIGH),
    ("Uns droht morgen die Sperrung", Urgency.HIGH),
    ("Bitte den Abschlag ändern", Urgency.NORMAL),
    ("Please send me a copy of my invoice", Urgency.NORMAL),
    ("Ich ziehe am Monatsende um", Urgency.NORMAL),
    ("Keine Eile, nur aus Neugier: gibt es Ökostrom?", Urgency.LOW),
    ("No rush at all, just curious about your tariffs", Urgency.LOW),
    ("Vielen Dank für die schnelle Hilfe", Urgency.LOW),
] * 4
ARCHIVE = Path(__file__).parents[2] / "data" / "sample" / "archive.jsonl"
TRIES = 200
MOST_MOVED = TRIES // 10


@pytest.fixture(scope="module")
def urgency() -> OrderedUrgency:
    texts, levels = zip(*LABELLED, strict=True)
    return OrderedUrgency.fit(texts, certain(levels), folds([str(i) for i in range(len(texts))]))


@cache
def sample() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """1,200 cases of the sample archive to learn from, and as many others as there are tries."""
    rows = [json.loads(line) for line in ARCHIVE.read_text("utf-8").splitlines()]
    rows = [row for row in rows if row.get("text")]
    np.random.default_rng(0).shuffle(rows)
    movable = [row for row in rows[1200:] if row["urgency"] != "critical"]
    return rows[:1200], movable[:TRIES]


@cache
def learned_from(source: str) -> OrderedUrgency:
    """The model learned from the sample's labels, or from the facts in its texts alone."""
    rows, _ = sample()
    texts = [asked(row) for row in rows]
    labels = [Urgency.of(row["urgency"]) if source == "labels" else None for row in rows]
    return OrderedUrgency.fit(
        texts, presumed(texts, [None] * len(rows), labels), folds([row["thread"] for row in rows])
    )


def asked(row: dict[str, Any]) -> str:
    return question(row["subject"], row["text"])


def test_danger_is_critical_and_leisure_is_low(urgency: OrderedUrgency) -> None:
    found = urgency.levels(["hilfe es riecht ganz stark nach gas", "no rush, just curious"])
    assert [level for level, _, _ in found] == [Urgency.CRITICAL, Urgency.LOW]


def test_it_says_what_moved_it(urgency: OrderedUrgency) -> None:
    assert urgency.levels(["Es riecht nach Gas"])[0][2].startswith('danger: "riecht nach gas"')
    assert "Sperrung".casefold() in urgency.levels(["Uns droht die Sperrung"])[0][2]
    assert urgency.levels(["Bitte eine Rechnung"])[0][2] == "Nothing in it is pressing."


def test_it_says_what_spoke_against_a_fact_that_moved_nothing() -> None:
    text = "Was the call-out free?\nYour team came on Sunday because I smelled gas, but luckily they found no leak."
    level, _, because = learned_from("labels").levels([text])[0]
    assert (level, because) == (Urgency.NORMAL, 'danger: "smelled gas", but over: "call-out"')


@pytest.mark.parametrize("text", ["Bitte den Abschlag ändern", "Please send me a copy of my invoice"])
def test_shouting_and_repeating_move_nothing(urgency: OrderedUrgency, text: str) -> None:
    quiet = urgency.levels([text])[0][0]
    assert [urgency.levels([loud])[0][0] for loud in (text.upper(), text + "!!!!!!", f"{text}\n" * 20)] == [quiet] * 3


@pytest.mark.parametrize("source", ["labels", "facts"])
def test_no_kind_of_shouting_moves_more_than_a_tenth_of_real_messages_up(source: str) -> None:
    _, tries = sample()
    shares = moved_up(learned_from(source), [asked(row) for row in tries], [row["lang"] for row in tries])
    assert len(tries) == TRIES
    assert {kind: share for kind, share in shares.items() if share * TRIES > MOST_MOVED} == {}
    assert len(shares) == len(KINDS)


@pytest.mark.parametrize("source", ["labels", "facts"])
def test_a_stated_fact_does_move_them(source: str) -> None:
    _, tries = sample()
    plain = [asked(row) for row in tries if row["urgency"] == "normal"][:50]
    model = learned_from(source)
    leaking = model.levels([f"{text}\nIm Keller riecht es nach Gas, it smells of gas" for text in plain])
    assert sum(level > Urgency.NORMAL for level, _, _ in leaking) > 40


def test_probabilities_mean_what_they_say_on_unseen_messages() -> None:
    _, tries = sample()
    for source in ("labels", "facts"):
        found = learned_from(source).levels([asked(row) for row in tries])
        right = np.mean([level.label == row["urgency"] for (level, _, _), row in zip(found, tries, strict=True)])
        assert abs(np.mean([chance for _, chance, _ in found]) - right) < 0.08


def test_probabilities_of_a_text_are_ordered_parts_of_one(urgency: OrderedUrgency) -> None:
    chances = urgency.chances(["", "Gas", "xyz", "Strom weg"])
    assert (chances >= 0).all()
    assert np.allclose(chances.sum(axis=1), 1)


def test_a_level_that_nobody_labelled_is_hardly_found() -> None:
    texts = ["Bitte den Abschlag ändern", "Rechnung bitte"] * 20
    model = OrderedUrgency.fit(texts, certain([Urgency.NORMAL] * 40), folds([str(i) for i in range(40)]))
    level, chance, _ = model.levels(["Es riecht nach Gas"])[0]
    assert level == Urgency.NORMAL
    assert chance > 0.8


def test_a_single_text_is_enough_to_learn_from() -> None:
    model = OrderedUrgency.fit(["Es riecht nach Gas"], certain([Urgency.CRITICAL]), folds(["a"]))
    assert model.levels(["Es riecht nach Gas"])[0][0] == Urgency.CRITICAL


def test_no_text_has_no_level(urgency: OrderedUrgency) -> None:
    assert urgency.levels([]) == []


def test_one_text_and_many_give_the_same(urgency: OrderedUrgency) -> None:
    texts = [text for text, _ in LABELLED]
    assert urgency.levels(texts) == [urgency.levels([text])[0] for text in texts]


def test_it_is_the_same_after_it_was_saved(urgency: OrderedUrgency) -> None:
    again = OrderedUrgency.from_arrays(urgency.to_arrays())
    texts = [text for text, _ in LABELLED]
    assert urgency.levels(texts) == again.levels(texts)


def test_parts_that_do_not_belong_together_are_refused(urgency: OrderedUrgency) -> None:
    with pytest.raises(ValueError, match="three questions"):
        OrderedUrgency.from_arrays(urgency.to_arrays() | {"bias": np.zeros(2, np.float32)})
