import pytest

from salver.models.sentences import SpacySentences

SENTENCES = SpacySentences()


@pytest.mark.parametrize(
    "sentence",
    [
        "Bitte z. B. am Montag kommen.",
        "Meine Nr. steht oben.",
        "Das sind ca. 20 Meter.",
        "Some tools, e.g. the router, are broken.",
        "Ich war am 3. März da.",
        "Herr Dr. Quandt und Frau Prof. Meyer kommen.",
        "Ich wohne Hauptstr. 12 im Hof.",
        "Bis zum 30.04. ist Zeit.",
        "Mr. Smith reads the meter.",
        "Meine Kd.-Nr. ist bekannt.",
    ],
)
def test_an_abbreviation_does_not_end_a_sentence(sentence: str) -> None:
    assert SENTENCES.split([f"{sentence} Und weiter?"]) == [(sentence, "Und weiter?")]


def test_full_stops_question_and_exclamation_marks_end_one() -> None:
    assert SENTENCES.split(["Der Stand ist 34112. Stimmt das? Bitte prüfen! Danke", ""]) == [
        ("Der Stand ist 34112.", "Stimmt das?", "Bitte prüfen!", "Danke"),
        (),
    ]


def test_it_works_in_other_scripts() -> None:
    assert SENTENCES.split(["这是。 那是。"]) == [("这是。", "那是。")]
