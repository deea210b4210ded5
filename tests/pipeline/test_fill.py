"""Slots are filled from the message at hand, and from nothing else."""

from hypothesis import given
from hypothesis import strategies as st

from salver.data.message import Address
from salver.data.reading import Entity
from salver.pipeline.fill import SLOT, facts, fill


def entity(kind: str, text: str, value: str = "") -> Entity:
    return Entity(kind=kind, start=0, end=len(text), text=text, value=value or text)


def test_a_slot_is_filled_as_the_customer_wrote_it() -> None:
    known = facts(None, [entity("iban", "DE36 2505\n0180", "DE3625050180")])
    assert fill("IBAN {iban} ist eingetragen.", known) == ("IBAN DE36 2505 0180 ist eingetragen.", ())


def test_one_value_written_twice_is_one_value() -> None:
    assert facts(None, [entity("date", "3.1.", "2026-01-03"), entity("date", "03.01.2026", "2026-01-03")]) == {
        "date": "3.1."
    }


def test_two_values_fill_nothing() -> None:
    assert facts(None, [entity("date", "3.1."), entity("date", "4.1.")]) == {}


def test_the_senders_name_is_a_fact_unless_the_text_names_another() -> None:
    sender = Address(name="Anneliese Brockmann", email="a@posthorn.example")
    assert facts(sender, []) == {"name": "Anneliese Brockmann"}
    assert facts(sender, [entity("name", "Uwe Petersen")]) == {}
    assert facts(Address(name="Bäckerei Bartels GmbH", email=""), []) == {}


def test_a_slot_that_stands_twice_stays_open() -> None:
    text = "Der Termin ist vom {date} auf den {date} verlegt."
    assert fill(text, {"date": "3.1."}) == (text, ("date",))


def test_a_number_that_nobody_can_name_is_never_filled() -> None:
    assert fill("Vorgang {number}", {"number": "4711"}) == ("Vorgang {number}", ("number",))


def test_what_was_filled_in_is_not_looked_at_again() -> None:
    assert fill("{one} {two}", {"one": "{two}", "two": "b"}) == ("{two} b", ())


@given(st.text(), st.dictionaries(st.from_regex(r"[a-z_]{1,5}", fullmatch=True), st.text(max_size=9), max_size=4))
def test_any_text_is_filled_and_every_hole_is_told(text: str, known: dict[str, str]) -> None:
    _, holes = fill(text, known)
    assert set(holes) >= {kind for kind in SLOT.findall(text) if kind not in known}
