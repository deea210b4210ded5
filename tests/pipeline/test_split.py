import pytest
from hypothesis import given
from hypothesis import strategies as st

from salver.models.sentences import SpacySentences
from salver.pipeline.split import split, turns_to

SENTENCES = SpacySentences()


def parts(text: str) -> tuple[str, ...]:
    return split([text], SENTENCES)[0]


def test_sentences_and_paragraphs_are_parts() -> None:
    assert parts("Der Stand ist 34112. Wann kommt die Rechnung?\n\nIch ziehe im Mai um.") == (
        "Der Stand ist 34112.",
        "Wann kommt die Rechnung?",
        "Ich ziehe im Mai um.",
    )


@pytest.mark.parametrize(
    ("text", "second"),
    [
        ("Bitte eintragen, außerdem möchte ich den Abschlag senken", "außerdem möchte ich den Abschlag senken"),
        ("Bitte eintragen und dann noch die Frage zum Techniker", "und dann noch die Frage zum Techniker"),
        ("Der Router geht nicht übrigens habe ich eine neue Iban", "übrigens habe ich eine neue Iban"),
        ("I want to cancel my tariff, by the way the bill is wrong", "by the way the bill is wrong"),
        ("I need a copy of the bill and also the contract please", "and also the contract please"),
        ("Bitte um Rückruf.\nPS: Wo ist mein Router?", "PS: Wo ist mein Router?"),
        ("1. Umzug melden\n2) Neue Bankverbindung", "2) Neue Bankverbindung"),
        ("- Umzug melden\n- Neue Bankverbindung", "- Neue Bankverbindung"),
    ],
)
def test_a_turn_to_something_else_begins_a_part(text: str, second: str) -> None:
    assert len(parts(text)) == 2
    assert parts(text)[1] == second


@pytest.mark.parametrize(
    "part",
    [
        "2) Wann kommt der Techniker?",
        "Außerdem ist das Internet langsam.",
        "Gleichzeitig bitte einen neuen Zähler einplanen.",
        "Dazu die Frage nach dem Tarif: Was kostet er?",
        "Und wie lange dauert der Wechsel?",
        "And could you send me a copy of the contract?",
        "On another note, my router is still here.",
        "P.S. Die Rechnung fehlt auch.",
    ],
)
def test_a_part_may_begin_as_people_begin_who_turn_to_something_else(part: str) -> None:
    assert turns_to(part)


@pytest.mark.parametrize(
    "part", ["Der Stand ist 34112.", "Und das seit Tagen!", "And it still blinks.", "Dazu kam es nie."]
)
def test_most_parts_go_on_with_what_was_said(part: str) -> None:
    assert not turns_to(part)


def test_courtesy_alone_is_no_part() -> None:
    text = "Sehr geehrte Damen und Herren,\n\nich ziehe um.\n\nVielen Dank im Voraus!\nMit freundlichen Grüßen"
    assert parts(text) == ("ich ziehe um.",)


def test_a_greeting_on_the_line_of_the_request_goes() -> None:
    assert parts("Guten Tag, hier der Stand 34112") == ("hier der Stand 34112",)


def test_thanks_that_ask_for_something_stay() -> None:
    text = "Danke, aber der Stand ist falsch."
    assert parts(text) == (text,)


def test_a_mail_of_thanks_alone_has_one_part() -> None:
    assert parts("Danke!") == ("Danke!",)
    assert parts("  ") == ()


@given(st.text(alphabet="aB 1.,!?\n\t-()äß:;außerdem übrigens", max_size=80))
def test_parts_stand_in_the_text_in_order_and_none_is_lost_altogether(text: str) -> None:
    at = 0
    for part in parts(text):
        at = text.index(part, at) + len(part)
    assert bool(parts(text)) == bool(text.strip())


@given(st.lists(st.text(max_size=40), max_size=5))
def test_a_batch_gives_what_single_texts_give(texts: list[str]) -> None:
    assert split(texts, SENTENCES) == [parts(text) for text in texts]
