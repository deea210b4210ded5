"""Answers that say the same are laid on top of each other, and never two that do not."""

import random
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salver.pipeline.fold import Folds, alike, turns

TEXT = "Wir haben Ihre Leitung geprüft und einen Fehler im Verteiler gefunden, er wird bis Freitag behoben."
LONG = " ".join([TEXT] * 4)


def changed(old: str, new: str) -> bool:
    """Whether a text with something else in one place is alike to itself."""
    assert old in LONG
    return alike(LONG, LONG.replace(old, new, 1)) or alike(LONG.replace(old, new, 1), LONG)


def test_case_and_punctuation_do_not_count() -> None:
    assert alike(TEXT, TEXT.upper().replace(",", ";"))


def test_a_tenth_of_the_words_may_differ_and_no_more() -> None:
    assert not alike(TEXT, TEXT.replace("Freitag", "Montag"))
    assert changed("Freitag", "Montag")


def test_texts_without_words_are_alike_only_with_their_like() -> None:
    assert alike("", "?!")
    assert not alike("", TEXT)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("gefunden", "nicht gefunden"),
        ("einen", "keinen"),
        ("und", "ohne"),
        ("Fehler", "fault isn't"),
        ("behoben", "unbehoben"),
        ("bis", "never"),
    ],
)
def test_a_denial_makes_another_text(old: str, new: str) -> None:
    assert not changed(old, new)


def test_a_denial_that_moved_makes_another_text() -> None:
    said = "The service is included and the delivery is not included in this price. " + TEXT * 3
    assert not alike(
        said, said.replace("is included", "is not included", 1).replace("is not included in", "is included in")
    )
    assert alike(said, said.replace("price", "tariff"))


@pytest.mark.parametrize(
    ("one", "other"),
    [("12 EUR", "21 EUR"), ("12,50 EUR", "12,55 EUR"), ("zwei Wochen", "drei Wochen"), ("two weeks", "ten weeks"),
     ("einundzwanzig Tage", "zweiundzwanzig Tage"), ("12 EUR", "EUR"), ("§ 58", "§ 57"), ("2x", "3x")],
)  # fmt: skip
def test_another_number_makes_another_text(one: str, other: str) -> None:
    assert not changed("Fehler", f"{one} Fehler") or "12" not in one
    assert not alike(f"{LONG} Das kostet {one}.", f"{LONG} Das kostet {other}.")


def test_numbers_that_changed_places_make_another_text() -> None:
    assert not alike(f"Basis 12 EUR, Natur 21 EUR. {LONG}", f"Basis 21 EUR, Natur 12 EUR. {LONG}")


def test_a_slot_stands_for_any_number_but_for_no_denial() -> None:
    assert alike(f"{LONG} Rufen Sie {{phone}} an.", f"{LONG} Rufen Sie 05399 700 0 an.")
    assert not alike(f"{LONG} Das kostet {{amount}}.", f"{LONG} Das kostet nicht 5 EUR.")


@given(st.text(max_size=80), st.text(max_size=80))
def test_being_alike_goes_both_ways_and_every_text_is_like_itself(one: str, other: str) -> None:
    assert alike(one, one)
    assert alike(one, other) == alike(other, one)


def test_a_text_joins_the_fold_of_the_first_it_is_alike_to() -> None:
    folds = Folds([LONG, "Nein."])
    assert [folds.add(text) for text in (LONG, "Nein.", LONG.replace("Freitag", "Montag", 1), "nein")] == [0, 1, 0, 1]
    assert folds.firsts == [LONG, "Nein."]
    assert folds.find(LONG.lower()) == 0
    assert folds.find("Ja.") is None


def test_a_fold_that_is_dropped_is_forgotten_and_its_number_stays_its_own() -> None:
    folds = Folds()
    folds.add(LONG)
    folds.drop(0)
    assert folds.find(LONG) is None
    assert LONG not in folds.firsts
    assert folds.add(LONG) == 1


def _answers(count: int) -> list[str]:
    """Answers of a few hundred words, a tenth of them nearly the same as one before."""
    chance = random.Random(7)
    words = ["".join(chance.choices("abcdefghij", k=6)) for _ in range(3000)]
    texts = [" ".join(chance.choices(words, k=40)) for _ in range(count)]
    for at in range(10, count, 10):
        texts[at] = texts[at - 1].replace(" ", " dazu ", 1)
    return texts


def test_folding_finds_what_comparing_all_with_all_finds() -> None:
    texts = _answers(300)
    folds = Folds(texts)
    found = [folds.add(text) for text in texts]
    assert found == [next(i for i, first in enumerate(folds.firsts) if alike(first, text)) for text in texts]
    assert len(folds.firsts) < 280


@pytest.mark.long
def test_folding_grows_with_the_answers_and_not_with_their_pairs() -> None:
    def seconds(count: int) -> float:
        texts = _answers(count)
        started = process_time()
        folds = Folds(texts)
        for text in texts:
            folds.add(text)
        return process_time() - started

    seconds(500)
    assert seconds(40_000) < 10 * seconds(10_000)  # 16 times as many pairs


@pytest.mark.parametrize(
    ("one", "other", "turned"),
    [
        ("Der Router ist im Preis enthalten.", "Der Router ist nicht im Preis enthalten.", True),
        ("The router is included in the price.", "The router is not included in the price.", True),
        ("Die Frist beträgt 14 Tage.", "Die Frist beträgt 30 Tage.", True),
        ("Die Frist beträgt {number} Tage.", "Die Frist beträgt 30 Tage.", False),
        ("It costs you nothing and takes an hour.", "It takes an hour and costs you nothing.", False),
        ("Der Router ist im Preis enthalten.", "Der Router ist im Preis enthalten.", False),
        ("Der Router ist im Preis enthalten.", "Bitte rufen Sie nicht vor Montag an.", False),
    ],
)
def test_lines_that_say_the_opposite_are_told(one: str, other: str, turned: bool) -> None:
    assert turns(one, other) is turns(other, one) is turned
