"""The words of an automatic answer."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from salver.data.answer import Candidate, Letter, Match, Template
from salver.data.company import Company
from salver.data.message import Address
from salver.pipeline.compose import LANGUAGES, compose, letter, one_line, person
from tests.pipeline.small_bundle import COMPANY, a_reading

BODY = "Ihren Zählerstand {reading} haben wir eingetragen."


def letter_of(
    text: str = BODY, lang: str = "de", sender: str = "", company: Company = COMPANY, asked: str = "Was ist zu tun?"
) -> Letter:
    template = Template(id="t", intent="a", lang=lang, text=BODY, slots=(), cases=(), customers=9, agents=2)
    found = Match(candidate=Candidate(template=template, text=text, confidence=1, holes=(), cases=()))
    reading = a_reading({"a": 1.0}, lang=lang, text=asked)
    return compose(found, reading, company, Address(name=sender, email="x@posthorn.example"))


def answered(text: str = BODY, lang: str = "de", sender: str = "", company: Company = COMPANY) -> str:
    return letter_of(text, lang, sender, company).text


def test_an_answer_in_german() -> None:
    assert answered("Danke, ist notiert.", sender="Anneliese Brockmann") == (
        "Guten Tag Anneliese Brockmann,\n\nDanke, ist notiert.\n\nMit freundlichen Grüßen\nElmtalwerke GmbH\n\n"
        "Diese Antwort wurde von einem Programm geschrieben und ohne Prüfung durch einen Menschen verschickt.\n"
        "Einen Menschen erreichen Sie unter 05399 700 0."
    )


def test_an_answer_in_english_with_nothing_known_of_sender_or_company() -> None:
    assert answered("Thank you, noted.", lang="en", company=Company()) == (
        "Hello,\n\nThank you, noted.\n\nKind regards\n\n"
        "This answer was written by a machine and sent without a person having checked it.\n"
        "To reach a person, simply reply to this message."
    )


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_answer_says_that_a_machine_wrote_it_and_how_to_reach_a_person(lang: str) -> None:
    text = answered(lang=lang)
    assert "Programm" in text or "machine" in text
    assert dict(COMPANY.contact)[lang] in text


@pytest.mark.parametrize(
    "name",
    [
        "Anneliese Brockmann",
        "Dr. Wolf-Dieter Hagemeister",
        "Ayşe Demirtaş",
        "Sean O’Connor",
        "Anna van der Berg",
        "J. R. Ott",
    ],
)
def test_a_persons_name_is_greeted(name: str) -> None:
    assert person(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Brockmann",
        "Brockmann, Anneliese",
        "info@posthorn.example",
        "Bäckerei Bartels GmbH",
        "Elm Kundenservice",
        "{name} {iban}",
        "https://evil.example Klick",
        "www.evil.example Jetzt",
        "Gewinner 2026",
        "<b>Max</b> Muster",
        "Max Muster %s",
        "max muster",
        "Eins Zwei Drei Vier Fünf Sechs",
        "Anna " + "A" * 60,
    ],
)
def test_what_is_not_plainly_a_persons_name_is_not_greeted(name: str) -> None:
    assert person(name) == ""
    assert answered(sender=name).startswith("Guten Tag,\n\n")


def test_line_breaks_and_invisible_characters_are_cleaned_out_of_a_name() -> None:
    assert answered(sender="Anna\r\nBcc:\u202e Ott\u200b").startswith("Guten Tag,\n")
    assert answered(sender="Anna\r\n\x00 Ott\u200b").startswith("Guten Tag Anna Ott,\n")


def test_braces_in_a_customers_words_stay_as_they_are() -> None:
    text = "Ihr {0} {reading!r} {{x}} %s ${HOME} {{ 7*7 }} ist notiert."
    assert text in answered(text)


@given(st.text())
def test_whatever_stands_in_a_name_the_greeting_is_one_line(name: str) -> None:
    greeting, _, rest = answered(sender=name).partition("\n\n")
    assert greeting.isprintable()
    assert greeting.startswith("Guten Tag")
    assert rest.startswith(BODY)
    assert one_line(one_line(name)) == one_line(name)


def test_nothing_is_composed_without_a_candidate_or_in_a_language_without_words() -> None:
    with pytest.raises(ValueError, match="nothing to compose"):
        compose(Match(), a_reading({"a": 1.0}), COMPANY)
    with pytest.raises(ValueError, match="nothing to compose"):
        answered(lang="it")


HOSTILE = (
    "{{7*7}} {0} {reading!r} %s %(a)s ${HOME} `id` <script>alert(1)</script> <img src=x onerror=y> &lt; \\1 {% x %}"
)


def shown(html: str) -> str:
    """What a reader of the HTML sees, a line each."""
    for tag in LexborHTMLParser(html).css("br, p"):
        assert set(tag.attributes) == set()
    lines = LexborHTMLParser(html.replace("<br>", "")).body
    assert lines is not None
    return "\n".join(filter(None, lines.text().splitlines()))


def test_both_forms_say_the_same_and_nothing_is_evaluated() -> None:
    found = letter_of(HOSTILE, sender="Anna Ott")
    assert HOSTILE in found.text
    assert "49" not in found.text + found.html
    assert HOSTILE in shown(found.html)
    assert {tag.tag for tag in LexborHTMLParser(found.html).css("*")} <= {"html", "head", "body", "div", "p", "br"}


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"])), st.text())
def test_whatever_stands_in_a_text_it_is_shown_as_it_is_and_is_no_mark(text: str, name: str) -> None:
    body = f"Danke. {text} Bis bald."
    found = letter_of(body, sender=name)
    assert body in found.text
    tags = [tag.tag for tag in LexborHTMLParser(found.html).css("div *")]
    assert set(tags) == {"p", "br"}
    assert body in shown(found.html)


def test_who_is_spoken_to_with_du_gets_a_letter_that_says_du_throughout() -> None:
    text = letter_of("deinen Zählerstand haben wir.", sender="Dr. Anna Ott", asked="Könnt ihr das eintragen?").text
    assert text == (
        "Hallo Anna,\n\ndeinen Zählerstand haben wir.\n\nViele Grüße\nElmtalwerke GmbH\n\n"
        "Diese Antwort wurde von einem Programm geschrieben und ohne Prüfung durch einen Menschen verschickt.\n"
        "Einen Menschen erreichst du, indem du auf diese Nachricht antwortest."
    )
    own = replace(COMPANY, contact=(*COMPANY.contact, ("de-du", "Ruf an: 05399 700 0.")))
    assert letter_of("deinen Stand haben wir.", company=own).text.endswith("\nRuf an: 05399 700 0.")


@pytest.mark.parametrize(
    ("text", "asked", "greeting"),
    [
        ("Ihren Stand haben wir.", "Kannst du das eintragen?", "Guten Tag Anna Ott,"),
        ("deinen Stand haben wir.", "Was ist zu tun?", "Hallo Anna,"),
        ("eine Wallbox ist zu melden.", "Kannst du mir helfen?", "Hallo Anna,"),
        ("eine Wallbox ist zu melden.", "Können Sie mir helfen?", "Guten Tag Anna Ott,"),
        ("eine Wallbox ist zu melden.", "Ist das so?", "Guten Tag Anna Ott,"),
    ],
)
def test_the_letter_speaks_as_its_text_does_or_else_as_the_customer(text: str, asked: str, greeting: str) -> None:
    assert letter_of(text, sender="Anna Ott", asked=asked).text.startswith(f"{greeting}\n\n")


def test_the_houses_signature_stands_under_the_closing_in_the_language_of_the_letter() -> None:
    own = replace(COMPANY, signature=(("de", "Ihre Elmtalwerke\nAm Wehr 12"), ("en", "Your Elmtalwerke")))
    assert "\n\nMit freundlichen Grüßen\nIhre Elmtalwerke\nAm Wehr 12\n\n" in answered(company=own)
    assert "\n\nKind regards\nYour Elmtalwerke\n\n" in answered("Noted.", lang="en", company=own)


def test_several_texts_become_one_letter() -> None:
    found = letter(["Das Erste. ", "Das Zweite."], "de", COMPANY, "Anna Ott")
    assert found.text.startswith("Guten Tag Anna Ott,\n\nDas Erste.\n\nDas Zweite.\n\nMit freundlichen Grüßen\n")
    assert "<p>Das Erste.</p>\n<p>Das Zweite.</p>" in found.html


def test_several_requests_are_answered_in_one_letter_in_the_order_asked() -> None:
    first, second = (
        Template(id=name, intent=name, lang="de", text=text, slots=(), cases=(), customers=9, agents=2)
        for name, text in (("a", "Der Zähler ist da.\nWir melden uns."), ("b", "Der Router auch.\nwir  melden uns."))
    )
    one, other = (Candidate(template=t, text=t.text, confidence=1, holes=(), cases=()) for t in (first, second))
    reading = a_reading({"a": 1.0}, "b")
    asked = replace(reading, requests=(replace(reading.requests[0], place=1), reading.requests[1]))
    text = compose(Match(candidate=one, others=(other,)), asked, COMPANY).text
    assert "Guten Tag,\n\nDer Router auch.\nwir  melden uns.\n\nDer Zähler ist da.\n\nMit" in text


def test_a_letter_that_would_leave_a_request_open_is_not_written() -> None:
    template = Template(id="t", intent="a", lang="de", text=BODY, slots=(), cases=(), customers=9, agents=2)
    found = Match(candidate=Candidate(template=template, text=BODY, confidence=1, holes=(), cases=()), others=(None,))
    with pytest.raises(ValueError, match="nothing to compose"):
        compose(found, a_reading({"a": 1.0}, "b"), COMPANY)
