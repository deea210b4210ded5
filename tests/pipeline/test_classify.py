"""What is understood of a message."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salver.data.message import Message
from salver.data.reading import Reading
from salver.pipeline.classify import classify, question
from salver.pipeline.question import MOST
from tests.pipeline.small_bundle import bundle_with, cleaned, mail, small_bundle

NOTED = "Der Zählerstand ist 34112, heute früh am Stromzähler abgelesen."
SLOW = "Außerdem ist mein Internet seit Tagen sehr langsam, Seiten laden ewig."


def read_of(*messages: Message, **policy: float) -> list[Reading]:
    bundle = bundle_with(**policy) if policy else small_bundle()
    return classify(messages, cleaned(list(messages)), bundle)


@pytest.mark.parametrize(
    ("subject", "seen"),
    [
        ("Re: AW: WG: Fwd: Umzug", "Umzug"),
        ("RE[2]: Umzug", "Umzug"),
        ("[Ticket#4711] Aw: [EXTERN] Umzug", "Umzug"),
        ("Umzug: neue Adresse", "Umzug: neue Adresse"),
        ("[dringend] Strom weg", "[dringend] Strom weg"),
        ("Rechnung [Mai]", "Rechnung [Mai]"),
        ("AW:", ""),
        ("", ""),
    ],
)
def test_the_models_see_the_subject_without_what_mail_programs_put_before_it(subject: str, seen: str) -> None:
    assert question(subject, "bitte helfen") == f"{seen}\nbitte helfen".strip()


def test_what_was_asked_before_is_near_and_what_nobody_asked_is_not() -> None:
    known = "Stromausfall in Steinau, wann kommt der Strom wieder?"
    again, other = read_of(mail(known), mail("Wann fährt der nächste Bus nach Hause?"))
    assert again.cosine > 0.9 > other.cosine


def test_a_subject_with_which_the_text_begins_is_not_told_twice() -> None:
    assert question("Strom  weg", "strom weg seit\nheute") == "strom weg seit\nheute"


def test_a_message_without_a_text_is_its_subject() -> None:
    assert question("Re: Umzug im Mai", "  \n") == "Umzug im Mai"


@given(st.text(max_size=40), st.text(max_size=60))
def test_any_subject_and_text_make_a_question_that_holds_the_text(subject: str, text: str) -> None:
    assert text.strip() in question(subject, text)


def test_a_long_row_of_prefixes_is_read_at_once() -> None:
    assert question("Re: " * 20_000 + "Umzug", "") == "Umzug"


def test_one_request_told_in_many_sentences_stays_one() -> None:
    text = f"{NOTED} Ich habe den Zähler im Keller abgelesen. Bitte tragen Sie den Stand ein. Der Stand ist richtig."
    (reading,) = read_of(mail(text))
    assert [request.intent for request in reading.requests] == ["meter_reading"]
    assert reading.main.text == text


def test_two_requests_are_two_each_with_its_own_words() -> None:
    (reading,) = read_of(mail(f"{NOTED} Bitte den Zählerstand eintragen.\n\n{SLOW}", "Zählerstand"))
    assert [request.intent for request in reading.requests] == ["meter_reading", "internet_slow"]
    assert "34112" in reading.main.text
    assert "Internet" not in reading.main.text
    assert "Internet" in reading.requests[1].text


def test_the_same_intent_asked_in_two_places_is_one_request() -> None:
    again = "Und das WLAN ist auch langsam, Videos ruckeln und laden nicht."
    parts = [SLOW, "Der abgelesene Zählerstand ist 34112, bitte eintragen.", again]
    (reading,) = read_of(mail("\n\n".join(parts), "Internet langsam"))
    assert [request.intent for request in reading.requests] == ["internet_slow", "meter_reading"]
    assert "Videos" in reading.main.text


def test_a_part_must_be_sure_enough_to_be_a_request_of_its_own() -> None:
    (reading,) = read_of(mail(f"{NOTED}\n\n{SLOW}", "Zählerstand"), part_at=1.01)
    assert len(reading.requests) == 1


def test_what_is_too_unlikely_for_a_request_is_perhaps_asked_for() -> None:
    (sure,) = read_of(mail(f"{NOTED}\n\n{SLOW}", "Zählerstand"))
    (unsure,) = read_of(mail(f"{NOTED}\n\n{SLOW}", "Zählerstand"), part_at=1.01)
    assert (len(sure.requests), unsure.perhaps[0].label) == (2, "internet_slow")
    assert "internet_slow" not in {one.label for one in sure.perhaps}
    assert 0.05 <= unsure.perhaps[0].probability == sure.requests[1].probability
    assert unsure.complete <= 1 - unsure.perhaps[0].probability


def test_a_part_of_three_words_is_no_request_of_its_own() -> None:
    (reading,) = read_of(mail(f"{NOTED} Bitte den Zählerstand eintragen.\n\nInternet sehr langsam", "Zählerstand"))
    assert [request.intent for request in reading.requests] == ["meter_reading"]


def test_language_urgency_and_entities_are_read() -> None:
    power, meter = read_of(
        mail("We have no power, the whole street is dark"), mail("Ich lese ab: Stand 34112, Zähler 1EMT0043218876")
    )
    assert (power.lang, power.urgency.label, power.main.intent) == ("en", "high", "power_outage")
    assert meter.lang == "de"
    assert {(one.kind, one.value) for one in meter.entities} == {("reading", "34112"), ("meter_no", "1EMT0043218876")}


def test_whether_a_message_is_in_scope_is_the_policys_threshold() -> None:
    (strict,) = read_of(mail(NOTED), scope_at=1.01)
    (lax,) = read_of(mail(NOTED), scope_at=0.0)
    assert strict.scope == lax.scope
    assert (strict.in_scope, lax.in_scope) == (False, True)


def test_what_is_near_nothing_is_less_in_scope_than_what_was_asked_before() -> None:
    known, unknown = read_of(mail(NOTED), mail("xq zzkw vbnm"))
    assert unknown.scope < known.scope


def test_a_message_without_a_word_has_a_request_without_text() -> None:
    (reading,) = read_of(mail("", "Re: "))
    assert [request.text for request in reading.requests] == [""]


def test_a_message_that_is_only_a_subject_is_read_by_it() -> None:
    (reading,) = read_of(mail("", "Internet seit Tagen sehr langsam"))
    assert reading.main.intent == "internet_slow"
    assert reading.main.text == "Internet seit Tagen sehr langsam"


def test_a_page_of_a_thousand_parts_is_read() -> None:
    (reading,) = read_of(mail("\n\n".join(f"{NOTED} Nummer {n}." for n in range(1000))))
    assert reading.main.intent == "meter_reading"


def test_of_a_book_the_beginning_is_understood_and_nobody_claims_to_know_the_rest() -> None:
    page = "Ich habe den Zähler abgelesen, wie jeden Tag, und niemand hat mir geantwortet. "
    started = time.process_time()
    (short, book) = read_of(mail(NOTED), mail(f"{NOTED} {page * 20_000}"))
    assert time.process_time() - started < 3
    assert len(book.main.text) <= MOST
    assert short.complete > 0 == book.complete


def test_a_batch_is_read_as_one_by_one() -> None:
    messages = [mail(NOTED), mail(f"{NOTED}\n\n{SLOW}", "Zählerstand"), mail(""), mail("The internet is slow today")]
    together = read_of(*messages)
    alone = [reading for message in messages for reading in read_of(message)]
    for one, other in zip(together, alone, strict=True):
        assert [(r.intent, r.text) for r in one.requests] == [(r.intent, r.text) for r in other.requests]
        assert one.main.probability == pytest.approx(other.main.probability, abs=1e-6)
        assert (one.lang, one.urgency, one.in_scope) == (other.lang, other.urgency, other.in_scope)


def test_no_message_gives_no_reading() -> None:
    assert read_of() == []
