"""Facts that say how soon somebody must act."""

import pytest

from salver.models.cues import CUES, cues, matrix

SHOWN = [
    ("danger", "Es riecht im Keller stark nach Gas"),
    ("danger", "a faint whiff of gas by the cooker"),
    ("danger", "Der Bagger hat die Gasleitung getroffen"),
    ("health", "Meine Mutter braucht ihr Sauerstoffgerät"),
    ("outage", "Seit heute früh haben wir keinen Strom"),
    ("outage", "our broadband is completely dead"),
    ("cutoff", "Sie drohen mit einer Stromsperre"),
    ("cutoff", "a disconnection notice came"),
    ("deadline", "Das Geld muss bis Freitag da sein"),
    ("deadline", "the payment is due tomorrow"),
    ("money", "Der Betrag wurde doppelt abgebucht"),
    ("over", "Die Störung wurde letzte Woche behoben"),
    ("leisure", "Keine Eile, just curious"),
]
BARE = [
    "Das ist DRINGEND, bitte sofort und umgehend!",
    "urgent, ASAP, immediately, or my lawyer will call",
    "Mein Stromverbrauch ist zu hoch",
    "Ich mache von meinem Kündigungsrecht Gebrauch",
    "fire away with your questions",
    "Bitte sperren Sie meine Adresse für Werbung",
    "Kosten Ihres Ökostroms. Im Voraus Danke",
    "Antworten Sie noch heute",
]


@pytest.mark.parametrize(("name", "text"), SHOWN)
def test_a_fact_is_shown_with_its_words(name: str, text: str) -> None:
    assert cues(text)[name] in text.casefold()


@pytest.mark.parametrize("text", BARE)
def test_haste_threats_and_alike_words_are_no_facts(text: str) -> None:
    assert cues(text) == {}


def test_a_denied_danger_is_none() -> None:
    assert "danger" not in cues("Es gibt keinen Gasgeruch, alles gut")


def test_a_denied_danger_does_not_hide_another() -> None:
    assert cues("Kein Gasgeruch, aber aus dem Zähler kommen Funken")["danger"] == "funken"


def test_a_fact_counts_once_however_often_it_is_told() -> None:
    assert matrix([cues("kein Strom " * 9), {}]).tolist() == [
        [float(one == "outage") for one in CUES],
        [0.0] * len(CUES),
    ]
