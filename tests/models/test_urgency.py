"""How soon somebody must act."""

import pytest

from salver.data.reading import Urgency
from salver.models.cues import cues
from salver.models.grams import Grams
from salver.models.urgency import OrderedUrgency, presumed

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


@pytest.fixture(scope="module")
def urgency() -> OrderedUrgency:
    return OrderedUrgency.fit([text for text, _ in LABELLED], [level for _, level in LABELLED], Grams())


def test_danger_is_critical_and_leisure_is_low(urgency: OrderedUrgency) -> None:
    found = urgency.levels(["hilfe es riecht ganz stark nach gas", "no rush, just curious"])
    assert [level for level, _, _ in found] == [Urgency.CRITICAL, Urgency.LOW]


def test_it_says_what_moved_it(urgency: OrderedUrgency) -> None:
    assert "danger" in urgency.levels(["Es riecht nach Gas"])[0][2]


@pytest.mark.parametrize("text", ["Bitte den Abschlag ändern", "Please send me a copy of my invoice"])
def test_shouting_and_repeating_move_nothing(urgency: OrderedUrgency, text: str) -> None:
    quiet = urgency.levels([text])[0][0]
    assert [urgency.levels([loud])[0][0] for loud in (text.upper(), text + "!!!!!!", f"{text}\n" * 20)] == [quiet] * 3


def test_probabilities_of_a_level_lie_between_zero_and_one(urgency: OrderedUrgency) -> None:
    assert all(0 <= chance <= 1 for _, chance, _ in urgency.levels(["", "Gas", "xyz", "Strom weg"]))


def test_a_denied_danger_is_none() -> None:
    assert "danger" not in cues("Es gibt keinen Gasgeruch, alles gut")


def test_levels_are_presumed_from_cues_where_nobody_labelled() -> None:
    texts = ["Es riecht nach Gas", "Kein Strom im ganzen Haus", "Bitte Abschlag senken", "keine Eile, gelegentlich"]
    assert presumed(texts, [None] * 4) == [Urgency.CRITICAL, Urgency.HIGH, Urgency.NORMAL, Urgency.LOW]


def test_a_pressing_message_that_was_answered_fast_was_urgent() -> None:
    texts = ["Das ist dringend"] + ["Abschlag senken"] * 60
    assert presumed(texts, [0.1] + [30.0] * 60)[0] == Urgency.HIGH
    assert presumed(texts, [40.0] + [30.0] * 60)[0] == Urgency.NORMAL


def test_it_is_the_same_after_it_was_saved(urgency: OrderedUrgency) -> None:
    again = OrderedUrgency.from_arrays(urgency.to_arrays(), Grams())
    texts = [text for text, _ in LABELLED]
    assert urgency.levels(texts) == again.levels(texts)
