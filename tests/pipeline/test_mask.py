"""Nothing personal of a case may be left in its masked texts, in whatever shape and position it was written."""

import re
from base64 import b64encode
from collections.abc import Callable
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salver.data.case import Case, Customer
from salver.data.company import Company
from salver.data.reading import Entity
from salver.models.entities import CompanyEntities
from salver.pipeline.mask import mask, mask_case, visible
from salver.pipeline.record import folded

FINDER = CompanyEntities(Company(patterns=(("customer_no", r"[2-6]\d{6}"), ("order_no", r"EW-\d{6}"))))
CUSTOMER = Customer(
    name="Anneliese Müller-Brockmann",
    email="a.brockmann@posthorn.example",
    fields=(
        ("customer_no", "4120987"),
        ("street", "Mühlgasse 4"),
        ("town", "38901 Elmtal"),
        ("phone", "05399 4418"),
        ("meter_no", "1EMT0043218876"),
    ),
)


def masked(answer: str, text: str = "Bitte ändern.", **known: str) -> str:
    return mask_case(Case(id="1", thread="1", customer=CUSTOMER, text=text, answer=answer, **known), FINDER)[1]


SECRETS = {
    "name": "Brockmann",
    "first_name": "Anneliese",
    "double_name": "Müller-Brockmann",
    "customer_no": "4120987",
    "street": "Mühlgasse",
    "phone": "05399 4418",
    "mail": "a.brockmann@posthorn.example",
    "meter": "1EMT0043218876",
    "order": "EW-204417",
    "iban": "DE89 3704 0044 0532 0130 00",
    "amount": "87,43 €",
    "birthday": "12.05.1951",
}
POSITIONS: dict[str, Callable[[str], str]] = {
    "greeting": lambda secret: f"Guten Tag {secret},\n\nder Abschlag ist geändert.",
    "middle": lambda secret: f"der Abschlag zu {secret} ist geändert.",
    "postscript": lambda secret: f"der Abschlag ist geändert.\n\nViele Grüße\nMara Lind\nPS: {secret}",
    "quoted": lambda secret: f"der Abschlag ist geändert.\n\n> {secret}",
    "signed": lambda secret: f"der Abschlag ist geändert.\n\nMit freundlichen Grüßen\n{secret}",
    "bracketed": lambda secret: f"der Abschlag ({secret}) ist geändert.",
    "zero_width": lambda secret: "der Abschlag zu " + "\u200b".join(secret) + " ist geändert.",
    "soft_hyphens": lambda secret: "der Abschlag zu " + "\u00ad".join(secret) + " ist geändert.",
    "upper_case": lambda secret: f"der Abschlag zu {secret.upper()} ist geändert.",
    "lower_case": lambda secret: f"der Abschlag zu {secret.lower()} ist geändert.",
    "no_umlauts": lambda secret: f"der Abschlag zu {secret.replace('ü', 'ue')} ist geändert.",
    "decomposed": lambda secret: "der Abschlag zu " + normalize("NFD", secret) + " ist geändert.",
    "inflected": lambda secret: f"der Abschlag {secret}s ist geändert.",
}


@pytest.mark.parametrize("put", POSITIONS.values(), ids=POSITIONS)
@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS)
def test_nothing_of_the_customer_is_left(secret: str, put: Callable[[str], str]) -> None:
    left = folded(re.sub(r"\{\w+\}", "", masked(put(secret))))
    for word in re.findall(r"[^\W_]{3,}", visible(secret)):
        assert folded(word) not in left
    assert "geandert" in left or not left


@pytest.mark.parametrize(
    ("written", "slot"),
    [
        ("Frau Brockmanns Vertrag", "Frau {name} Vertrag"),
        ("Frau BROCKMANN", "Frau {name}"),
        ("Frau Anneliese Mueller-Brockmann zahlt", "Frau {name} zahlt"),
        ("A. Brockmann", "{name}"),
        ("Frau Brock-\nmann", "Frau {name}"),
        ("Frau B r o c k m a n n", "Frau {name}"),
        ("zu 4120 987 und", "zu {customer_no} und"),
        ("in der Mühlgasse ist", "in der {street} ist"),
        ("in Elmtal ist", "in {town} ist"),
        ("für Mühlgasse 4, 38901 Elmtal", "für {street}, {postcode}"),
        ("Brockmannsche Wohnung", "{name} Wohnung"),
    ],
)
def test_the_cases_own_record_is_found_however_it_is_written(written: str, slot: str) -> None:
    assert masked(written) == slot


@pytest.mark.parametrize(
    "kept",
    [
        "die Rechnung haben wir korrigiert.",
        "eine neue Straße ist im Bau",
        "das steht in der Mühle",
        "wir erhalten Ihre Zahlung",
    ],
)
def test_what_says_nothing_of_a_person_stays(kept: str) -> None:
    assert masked(kept) == kept


def test_whatever_has_a_digit_goes() -> None:
    assert (
        masked("nach 14 Tagen, Code X7-B9, 5-GHz und 1und1")
        == "nach {number} Tagen, Code {number}, {number} und {number}"
    )


def test_what_the_customer_named_goes_from_the_answer_too() -> None:
    text = "Der Mieter Herr Jablonski zieht aus, der Stand ist 12.660."
    answer = "den Auszug von Jablonski haben wir mit 12660 vermerkt."
    assert masked(answer, text) == "den Auszug von {name} haben wir mit {reading} vermerkt."


def test_who_signed_for_the_customer_goes_from_the_answer_too() -> None:
    text = "Bitte den Vertrag meiner Mutter ändern.\n\nViele Grüße\nOrtrud Fenzl"
    assert masked("das klären wir mit Fenzl.", text) == "das klären wir mit {name}."


def test_the_question_is_masked_with_its_subject() -> None:
    case = Case(id="1", thread="1", customer=CUSTOMER, subject="AW: Stand Brockmann", text="hier 34112", answer="danke")
    assert mask_case(case, FINDER)[0] == "Stand {name}\nhier {reading}"


def test_the_agents_name_goes_with_the_closing() -> None:
    assert masked("Hallo Anneliese,\n\nes ist erledigt.\n\nViele Grüße\nMara Lind") == "es ist erledigt."


def test_slots_that_stand_there_stay() -> None:
    once = mask("Frau Brockmann, Stand 34112", [], {"Brockmann": "name"})
    assert once == "Frau {name}, Stand {number}"
    assert mask(once, [], {"name": "customer", "number": "customer"}) == once


def test_overlapping_spans_become_one_slot_of_the_longest() -> None:
    whole = Entity(kind="email", start=0, end=11, text="kurz@x.test", value="kurz@x.test")
    assert mask("kurz@x.test", [whole], {"Kurz": "name"}) == "{email}"


def test_entities_are_found_again_behind_invisible_characters() -> None:
    text = "a\u200bb\u200b am Montag"
    entity = Entity(kind="date", start=8, end=14, text="Montag", value="Montag")
    assert mask(text, [entity], {}) == "ab am {date}"


def test_digits_of_other_scripts_are_digits() -> None:
    assert mask("Nummer ４１２ und ٣٤", [], {}) == "Nummer {number} und {number}"


@given(st.text(max_size=60), st.text(alphabet="abcdefgäöüßABC", min_size=5, max_size=9))
def test_no_digit_and_no_known_word_is_ever_left(text: str, name: str) -> None:
    left = re.sub(r"\{[a-z0-9_]+\}", " ", mask(f"{text} {name} {text}", [], {name: "name"}))
    assert not re.search(r"\d", left)
    assert folded(name) not in {folded(word) for word in re.findall(r"[^\W_]+", left)}


def test_what_was_encoded_is_masked_once_it_is_read() -> None:
    coded = b64encode(b"4120987").decode()
    assert "4120987" not in masked(f"Kennung {coded} und 4120987")
