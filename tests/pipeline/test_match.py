"""What past answers offer for a message."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from salver.data.account import NOTHING_KNOWN
from salver.data.answer import Match, Template
from salver.data.case import PastCase
from salver.data.message import Message
from salver.data.reading import Scored
from salver.models.bundle import Bundle
from salver.pipeline.classify import classify
from salver.pipeline.match import match
from salver.pipeline.rank import PastAnswers
from salver.pipeline.run import Pipeline
from salver.pipeline.vote import votes_for
from tests.pipeline.small_bundle import HOW, NOTED, cleaned, mail, small_bundle

METER = "Bitte eintragen: Stand 34112, am Zähler 1EMT0043218876 heute abgelesen"


def found(*messages: Message, bundle: Bundle | None = None) -> list[Match]:
    bundle = bundle or small_bundle()
    texts = cleaned(list(messages))
    past = PastAnswers(bundle.cases.values(), bundle.encoder, bundle.ranking)
    return match(messages, texts, classify(messages, texts, bundle), [NOTHING_KNOWN] * len(messages), bundle, past)


def past(name: str, *templates: str, intent: str = "meter_reading", lang: str = "de") -> PastCase:
    return PastCase(
        id=name, intent=intent, lang=lang, question="", answer="", agent="", ending="resolved", templates=templates
    )


def shares_of(near: list[tuple[str, float]], *cases: PastCase, sizes: tuple[int, int] = (1, 1)) -> dict[str, float]:
    known = {case.id: case for case in cases}
    templates = [
        Template(
            id=name,
            intent="meter_reading",
            lang="de",
            text=name,
            slots=(),
            cases=tuple(map(str, range(size))),
            customers=9,
            agents=2,
        )
        for name, size in zip("ab", sizes, strict=True)
    ]
    return votes_for("meter_reading", "de", near, known, templates)


def test_the_nearer_case_says_more() -> None:
    shares = shares_of([("1", 0.9), ("2", 0.8)], past("1", "a"), past("2", "b"))
    assert shares["a"] > 2 * shares["b"] > 0
    assert sum(shares.values()) == pytest.approx(1)


def test_an_answer_written_freely_votes_against_all_templates() -> None:
    shares = shares_of([("1", 0.9), ("2", 0.9)], past("1", "a"), past("2"))
    assert sum(shares.values()) == pytest.approx(1.5 / 2.5)


def test_without_a_near_case_a_template_weighs_what_it_was_used() -> None:
    assert shares_of([], sizes=(3, 1)) == {"a": pytest.approx(0.75), "b": pytest.approx(0.25)}


def test_cases_of_another_intent_or_language_or_forgotten_ones_do_not_vote() -> None:
    others = [past("1", "a", intent="refund"), past("2", "a", lang="en")]
    assert shares_of([("1", 0.9), ("2", 0.9), ("gone", 0.9)], *others) == shares_of([])


def test_an_answer_made_of_two_templates_votes_half_for_each() -> None:
    shares = shares_of([("1", 0.9)], past("1", "a", "b"))
    assert shares["a"] == shares["b"] == pytest.approx(0.5)


def test_an_intent_without_templates_has_no_shares() -> None:
    assert votes_for("refund", "de", [("1", 0.9)], {"1": past("1", "a")}, []) == {}


def test_the_candidate_is_the_best_template_with_the_messages_facts() -> None:
    (one,) = found(mail(METER))
    assert one.candidate is not None
    assert one.candidate.template.id == "t-noted"
    assert one.candidate.text.startswith("Ihren Zählerstand 34112 für den Zähler 1EMT0043218876 haben wir")
    assert one.candidate.holes == ()
    assert one.candidate.cases
    assert 0.5 < one.candidate.confidence <= 1


def test_the_confidence_is_that_of_the_intent_times_that_of_the_template() -> None:
    bundle = small_bundle()
    messages = [mail(METER)]
    (reading,) = classify(messages, cleaned(messages), bundle)
    (one,) = found(*messages)
    assert one.candidate is not None
    assert one.candidate.confidence <= reading.main.probability
    assert one.suggestions[0].template == one.candidate.template.id


def test_a_text_has_the_mean_of_its_chances_as_a_template_and_as_a_past_answer() -> None:
    bundle = small_bundle()
    (one,) = found(mail(METER))
    (without,) = found(mail(METER), bundle=replace(bundle, cases={}))
    first = one.suggestions[0]
    assert first.template == without.suggestions[0].template
    assert without.suggestions[0].score < 0.5 < first.score
    (as_past_answer,) = (s for s in found(mail(METER), bundle=replace(bundle, templates=()))[0].suggestions[:1])
    assert as_past_answer.text == first.text
    assert one.candidate is not None
    assert first.score == pytest.approx(one.candidate.confidence / 2 + as_past_answer.score, abs=1e-6)


def test_facts_stand_in_the_subject_too() -> None:
    (one,) = found(mail("Zähler heute früh abgelesen, bitte eintragen: Stand 34112", "Zähler 1EMT0043218876"))
    assert one.candidate is not None
    assert "1EMT0043218876" in one.candidate.text


def test_two_values_of_a_kind_leave_a_hole() -> None:
    (one,) = found(mail(METER + " und am Zähler 1EMT0000000001"))
    assert one.candidate is not None
    assert one.candidate.holes == ("meter_no",)
    assert "{meter_no}" in one.candidate.text


def test_a_template_says_what_it_leans_on() -> None:
    (one,) = found(mail(METER))
    assert one.suggestions[0].because.startswith("sent by 4 agents to 23 customers; nearest cases c0")


def test_suggestions_are_few_ordered_and_never_twice_the_same() -> None:
    for one in found(mail(METER), mail("Das Internet ist langsam. Und wann kommt der Strom wieder?"), mail("Hallo?")):
        assert len(one.suggestions) <= 5
        assert len({suggestion.text for suggestion in one.suggestions}) == len(one.suggestions)
        assert all(0 < suggestion.score <= 1 for suggestion in one.suggestions)


def test_past_answers_of_one_text_are_folded_and_stay_masked() -> None:
    (one,) = found(mail("Bei uns in der Straße ist der Strom weg, alles dunkel"))
    (answer,) = one.suggestions
    assert (answer.kind, answer.intent, answer.template) == ("past_answer", "power_outage", None)
    assert len(answer.cases) == 4
    assert answer.holes == ("number",)
    assert answer.because.startswith("sent by 3 agents in 4 cases; nearest cases c0")
    assert one.candidate is None


def test_a_past_answer_that_was_opened_again_says_so() -> None:
    bundle = small_bundle()
    cases = {
        name: replace(case, ending="reopened") if case.intent == "power_outage" else case
        for name, case in bundle.cases.items()
    }
    (one,) = found(mail("Der Strom ist weg, alles dunkel"), bundle=replace(bundle, cases=cases))
    assert "4 cases opened again afterwards" in one.suggestions[0].because


def test_a_text_in_another_language_is_noted_and_is_no_candidate() -> None:
    (one,) = found(mail("My internet is very slow, the pages take forever to load"))
    assert one.candidate is None
    assert [(s.kind, s.lang) for s in one.suggestions[:2]] == [("past_answer", "en"), ("template", "de")]
    german = replace(small_bundle(), cases={n: c for n, c in small_bundle().cases.items() if c.lang == "de"})
    (one,) = found(mail("My internet is very slow, the pages take forever to load"), bundle=german)
    assert one.suggestions[0].template == "t-slow"
    assert "in German, for there is none of internet_slow in English" in one.suggestions[0].because


def test_each_request_of_a_message_gets_its_texts() -> None:
    text = "Der Zählerstand ist 34112, bitte eintragen.\n\nAußerdem ist mein Internet seit Tagen sehr langsam."
    (one,) = found(mail(text, "Zählerstand"))
    first, second = one.suggestions[:2]
    assert [(s.template, s.request) for s in (first, second)] == [("t-noted", 0), ("t-slow", 1)]
    assert second.because.startswith("answers request 2 of 2; sent by 4 agents to 23 customers; nearest case")
    assert [candidate.template.id for candidate in one.others if candidate] == ["t-slow"]


def test_what_is_perhaps_asked_for_too_has_its_text_beside_the_others_with_the_chance_that_it_is() -> None:
    message = mail(METER)
    bundle, texts = small_bundle(), cleaned([message])
    (reading,) = classify([message], texts, bundle)
    past = PastAnswers(bundle.cases.values(), bundle.encoder, bundle.ranking)

    def offered(chance: float) -> dict[str, tuple[float, str]]:
        perhaps = (Scored(label="internet_slow", probability=chance),) if chance else ()
        read = replace(reading, requests=(reading.main,), perhaps=perhaps)
        (one,) = match([message], texts, [read], [NOTHING_KNOWN], bundle, past)
        return {each.template: (each.score, each.because) for each in one.suggestions if each.template}

    assert "t-slow" not in offered(0.0)
    assert offered(0.8)["t-slow"][0] == pytest.approx(2 * offered(0.4)["t-slow"][0], rel=1e-3)
    assert offered(0.4)["t-slow"][1].startswith("perhaps asked too (40 %); ")
    assert not offered(0.4)["t-noted"][1].startswith("perhaps")


def test_a_request_is_filled_by_what_it_says_itself() -> None:
    """The reading stands in the other request: it need not be that of this one."""
    slow = "Mein Internet ist seit Tagen sehr langsam, der Stand 34112 hilft nicht."
    text = f"{slow}\n\nAußerdem Zähler abgelesen, eintragen!"
    (one,) = found(mail(text, "Internet langsam"))
    meter = next(candidate for candidate in one.others if candidate)
    assert (meter.template.id, "reading" in meter.holes) == ("t-noted", True)


def test_a_customers_braces_stay_braces_and_fill_nothing() -> None:
    (one,) = found(mail(METER + " {meter_no} {0} {__class__}", sender="{reading} {customer_no}"))
    assert one.candidate is not None
    assert one.candidate.text == NOTED.format(reading="34112", meter_no="1EMT0043218876")


def test_an_empty_message_gets_nothing() -> None:
    assert found(mail("")) == [Match()]


def test_what_was_received_how_and_when_stands_in_the_reasons() -> None:
    at = datetime(2026, 3, 4, tzinfo=UTC)
    endings = iter(("thanked", "thanked", "resolved", "reopened"))
    cases = {
        name: replace(case, ending=next(endings), answered_at=at) if case.intent == "power_outage" else case
        for name, case in small_bundle().cases.items()
        if case.lang == "de"
    }
    (one,) = found(mail("Der Strom ist weg, alles dunkel"), bundle=replace(small_bundle(), cases=cases))
    because = one.suggestions[0].because
    assert "; last on 2026-03-04; 2 customers thanked for it; 1 case opened again afterwards" in because


def test_what_only_its_words_find_says_so() -> None:
    case = replace(past("new", intent="power_outage"), question="Die Wallbox piept", answer="Wallbox neu starten.")
    bundle = replace(small_bundle(), cases=small_bundle().cases | {"new": case})
    (one,) = found(mail("Wallbox? Wallbox!"), bundle=bundle)
    (suggested,) = (suggestion for suggestion in one.suggestions if "Wallbox" in suggestion.text)
    assert suggested.because == "sent by 1 agent in 1 case; found by its words; shared words Wallbox"


def test_a_case_learned_a_moment_ago_is_found_and_a_forgotten_one_is_not() -> None:
    asked = "Meine Wallbox piept und leuchtet rot"
    answer = "Bitte die Wallbox einmal aus- und wieder einschalten."
    case = replace(past("new", intent="power_outage"), question=asked, answer=answer)
    pipeline = Pipeline(replace(small_bundle(), cases=dict(small_bundle().cases)))

    def suggested() -> bool:
        return any("Wallbox" in one.text for one in pipeline.suggest(asked).suggestions)

    pipeline.learn([case])
    assert suggested()
    pipeline.forget([case.id, "unknown"])
    assert not suggested()
    assert case.id not in pipeline.bundle.cases


def test_a_batch_is_matched_as_one_by_one() -> None:
    messages = [mail(METER), mail("Das Internet ist langsam"), mail(""), mail("wie melde ich den Zählerstand?")]
    for one, (other,) in zip(found(*messages), map(found, messages), strict=True):
        assert [(s.text, round(s.score, 5)) for s in one.suggestions] == [
            (s.text, round(s.score, 5)) for s in other.suggestions
        ]
    assert HOW in {suggestion.text for suggestion in found(messages[3])[0].suggestions}
