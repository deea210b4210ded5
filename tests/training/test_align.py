"""Lines that were only greeted or masked differently are one; what says something else never is."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salver.training.align import aligned, lined_up, unthanked

SAID = {
    "de": "der Vertrag Termin ist im Preis enthalten Sie zahlen wir buchen zum Monatsende am Zähler für ein Jahr",
    "en": "the contract appointment is included in your price you pay we book it at the end of a month for one",
}
WORDS = {lang: said.split() for lang, said in SAID.items()}
DENIALS = {"de": ["nicht", "kein", "keine", "nie", "ohne"], "en": ["not", "no", "never", "without"]}
COUNTS = {"de": ["zwei", "vierzehn", "dreißig", "14", "30", "doppelt"], "en": ["two", "fourteen", "thirty", "14", "30"]}
SLOTS = ["{number}", "{date}", "{name}", "{street}", "{amount}", "{reading}", ""]


def same(one: str, other: str) -> bool:
    found = aligned({one: 9, other: 2})
    return found[one] == found[other]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Der Anschluss in {street}, {postcode} {town} ist frei.", "Der Anschluss in {street} ist frei."),
        ("Der Anschluss in {street}, {town} ist frei.", "der Anschluss in {street} ist frei."),
        ("Ihr Zählerstand {reading} ist eingetragen.", "Ihr Zählerstand {number} ist eingetragen."),
        ("Vielen Dank für Ihre Meldung. Der Trupp ist unterwegs.", "der Trupp ist unterwegs."),
        ("Thank you for your message. Our team is on its way.", "Our team is on its way."),
        ("Thank you for writing. Our team is on its way.", "Many thanks. Our team is on its way."),
    ],
)
def test_what_was_only_greeted_or_masked_differently_is_one_line(one: str, other: str) -> None:
    assert same(one, other)
    assert same(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Das ist im Preis enthalten, Sie zahlen nichts.", "Das ist im Preis nicht enthalten, Sie zahlen nichts."),
        ("This is included in the price you pay.", "This is not included in the price you pay."),
        ("Die Frist beträgt 14 Tage ab heute.", "Die Frist beträgt 30 Tage ab heute."),
        ("The notice is fourteen days from now.", "The notice is thirty days from now."),
        ("Wir melden uns bei {name} noch heute.", "Wir melden uns bei Niemand noch heute."),
        ("Es kostet Sie im Jahr {amount} mehr.", "Es kostet Sie im Jahr {reading} mehr."),
        ("Der Termin ist am {date} um zehn.", "Der Termin ist am {reading} um zehn."),
        ("Bitte senden Sie uns {name} Unterlagen.", "Bitte senden Sie uns keine Unterlagen."),
        ("Wir haben Ihnen {name} Zähler gebucht.", "Wir haben Ihnen Zwei Zähler gebucht."),
        ("wir brauchen von {name} eine Kopie davon.", "wir brauchen von ihr eine Kopie davon."),
        ("für Elm Flex brauchst du einen Zähler.", "für Elm Flex brauchen Sie einen Zähler."),
        ("Vielen Dank für nichts. Der Trupp kommt.", "Der Trupp kommt."),
        ("Vielen Dank für Ihre 30 Tage Geduld. Der Trupp kommt.", "Der Trupp kommt."),
    ],
)
def test_what_says_something_else_is_never_one_line(one: str, other: str) -> None:
    assert not same(one, other)
    assert not same(other, one)


def test_a_name_that_was_not_found_is_one_where_most_have_a_slot_for_it() -> None:
    found, missed = "unser Techniker, Herr {name}, ruft Sie an.", "unser Techniker, Herr Zöllkau, ruft Sie an."
    assert same(found, missed)
    assert not same(missed, found)


@given(st.data(), st.sampled_from(["de", "en"]))
def test_a_denial_or_a_number_keeps_lines_apart_wherever_it_stands(data: st.DataObject, lang: str) -> None:
    pieces = st.sampled_from(WORDS[lang] + SLOTS)
    line = data.draw(st.lists(pieces, min_size=3, max_size=9))
    at = data.draw(st.integers(0, len(line)))
    kind = data.draw(st.sampled_from([DENIALS, COUNTS]))
    word, instead = data.draw(st.lists(st.sampled_from(kind[lang]), min_size=2, max_size=2, unique=True))
    said = " ".join([*line[:at], word, *line[at:]]).replace("  ", " ").strip()
    for other in (" ".join(line), " ".join([*line[:at], instead, *line[at:]])):
        plain = other.replace("  ", " ").strip()
        assert not plain or not same(said, plain)


@given(st.lists(st.tuples(st.sampled_from(WORDS["de"] + SLOTS + DENIALS["de"])).map(" ".join), min_size=1, max_size=30))
def test_a_line_that_stands_for_others_stands_for_itself_and_every_line_has_one(lines: list[str]) -> None:
    known = Counter(line for line in lines if line.strip())
    found = aligned(known)
    assert found.keys() == known.keys()
    assert all(found.get(one, one) == one for one in found.values())


def test_thanks_alone_stay_and_whole_texts_are_lined_up() -> None:
    assert unthanked("Vielen Dank für Ihre Nachricht.") == "Vielen Dank für Ihre Nachricht."
    texts = [("Vielen Dank. Es ist frei.", "Bis bald."), ("es ist frei.", "Bis bald.")]
    assert lined_up(texts) == [("es ist frei.", "Bis bald.")] * 2
