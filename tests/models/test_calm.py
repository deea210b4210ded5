"""What is taken out of a text because it only shouts."""

import pytest

from salver.models.calm import calm, without_haste


@pytest.mark.parametrize(
    ("loud", "quiet"),
    [
        ("Wann kommt der Techniker???!!!", "Wann kommt der Techniker???."),
        ("D R I N G E N D: Rechnung", "DRINGEND: Rechnung"),
        ("Biiiitte heeeelp", "Bitte help"),
        ("🚨🚨 Rechnung 🔥", ". Rechnung ."),
        ("Rechnung fehlt\nRechnung fehlt\nDanke", "Rechnung fehlt\nDanke"),
        ("Der Abschlag beträgt 80 €, Zähler {meter_no}", "Der Abschlag beträgt 80 €, Zähler {meter_no}"),
    ],
)
def test_signs_and_repetition_are_quietened_and_the_rest_stays(loud: str, quiet: str) -> None:
    assert calm(loud) == quiet


@pytest.mark.parametrize("text", ["DRINGEND bitte umgehend", "Urgent! My lawyer", "URGEEEEENT", "d r i n g e n d"])
def test_words_of_haste_and_threats_are_gone(text: str) -> None:
    left = without_haste(calm(text)).casefold()
    assert not any(word in left for word in ("dringend", "umgehend", "urg", "lawyer"))


@pytest.mark.parametrize(
    "text", ["Heute kein Strom in der Presselstraße", "no rush, the pressure of the heating is low", "Klagenfurt"]
)
def test_a_word_is_only_taken_out_whole(text: str) -> None:
    assert without_haste(text) == text


def test_quietening_twice_is_quietening_once() -> None:
    text = "🚨 H I L F E!!! Sooooofort\nSooooofort\nurgent"
    assert calm(calm(text)) == calm(text)
