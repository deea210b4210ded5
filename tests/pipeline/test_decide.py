"""Every message gets one decision, with a reason; a stricter policy never answers more."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salver.data.answer import Candidate, Match, Suggestion, Template
from salver.data.decision import AutoAnswer, Decision, Leave, Reason, Route
from salver.data.message import Message, Problem
from salver.data.policy import ErrorBound, Policy
from salver.data.reading import Reading, Scored, Screening, Urgency
from salver.pipeline.decide import decide
from tests.pipeline.small_bundle import COMPANY, a_reading, bundle_with, mail, small_bundle

HUMAN = Screening(verdict="human", reason="human", because="A person wrote it.")
MACHINE = Screening(verdict="machine", reason="bounce", because="It is a bounce.")
UNWANTED = Screening(verdict="human", reason="no_reply_wanted", because="It asks for no automatic answer.")
SURE = {"meter_reading": 0.99, "refund": 0.01}
PERHAPS = (Scored(label="refund", probability=0.12), Scored(label="move", probability=0.06))


def a_match(confidence: float = 0.95, **more: Any) -> Match:
    template = Template(
        id="t1",
        intent=more.get("intent", "meter_reading"),
        lang=more.get("lang", "de"),
        text="Danke.",
        slots=(),
        cases=("c1",),
        customers=more.get("customers", 23),
        agents=4,
    )
    holes = more.get("holes", ())
    return Match(
        candidate=Candidate(template=template, text="Danke.", confidence=confidence, holes=holes, cases=("c1",))
    )


def a_bound(intent: str, max_error: float, answer_at: float | None) -> ErrorBound:
    return ErrorBound(intent=intent, max_error=max_error, answer_at=answer_at, because="398 are missing.")


def decided(
    reading: Reading | None,
    found: Match | None = None,
    screening: Screening = HUMAN,
    message: Message | None = None,
    **policy: Any,
) -> Decision:
    found = a_match() if found is None else found
    return decide(message or mail("Der Zählerstand ist 34112"), screening, reading, found, bundle_with(**policy))


def test_what_recurs_is_answered_and_says_on_what_evidence() -> None:
    decision = decided(a_reading(SURE), answer_at=0.94)
    assert isinstance(decision, AutoAnswer)
    assert decision.reason is Reason.RECURRING
    assert decision.because == (
        "meter_reading recurs: its text was sent to 23 customers by 4 agents. Its confidence 0.95 reaches the "
        "threshold 0.94, at which at most 2 % of automatic answers are wrong."
    )
    assert decision.template == "t1"
    assert decision.answer == ""
    evidence = decision.evidence
    assert (evidence.bundle, evidence.cases, evidence.confidence, evidence.threshold) == ("small", ("c1",), 0.95, 0.94)


def test_an_intent_with_a_bound_of_its_own_is_answered_by_its_own_threshold() -> None:
    own = a_bound("meter_reading", 0.005, 0.9)
    decision = decided(a_reading(SURE), answer_at=0.99, bounds_of=(own,))
    assert isinstance(decision, AutoAnswer)
    assert decision.because.endswith(
        "reaches the threshold 0.90, at which at most 0.5 % of automatic answers to meter_reading are wrong."
    )
    assert decision.evidence.threshold == 0.9
    of_another = (a_bound("refund", 0.005, 0.9),)
    assert decided(a_reading(SURE), answer_at=0.99, bounds_of=of_another).reason is Reason.NOT_SURE


def test_mail_of_a_machine_is_left_alone_whatever_it_asks() -> None:
    decision = decided(a_reading(SURE), screening=MACHINE)
    assert isinstance(decision, Leave)
    assert (decision.reason, decision.because) == (Reason.MACHINE, "It is a bounce.")


ROUTED: list[tuple[Reason, str, dict[str, Any]]] = [
    (Reason.UNREADABLE, "There is no text in it.", {"reading": None}),
    (Reason.UNREADABLE, "There is no text in it.", {"reading": a_reading(SURE, text=" ")}),
    (
        Reason.UNREADABLE,
        "It is encrypted: open it with the key it was written for.",
        {"message": mail("", media_types=("multipart/encrypted", "application/pgp-encrypted"))},
    ),
    (
        Reason.UNREADABLE,
        "It is encrypted: open it with the key it was written for.",
        {"message": mail("-----BEGIN PGP MESSAGE-----\nhQEMA")},
    ),
    (
        Reason.UNREADABLE,
        "It is encrypted: open it with the key it was written for.",
        {"message": mail("siehe Anhang", problems=(Problem(code="encrypted", words="A part is sealed."),))},
    ),
    (
        Reason.UNREADABLE,
        "There is no text in it. The charset is unknown.",
        {"reading": None, "message": mail("", problems=(Problem(code="charset", words="The charset is unknown."),))},
    ),
    (
        Reason.OTHER_LANGUAGE,
        "It is in Italian; configured are German and English.",
        {"reading": a_reading(SURE, lang="it")},
    ),
    (
        Reason.OUT_OF_SCOPE,
        "It seems to ask for nothing known: that it does has probability 0.31, under the threshold 0.40.",
        {"reading": a_reading(SURE, scope=0.31, in_scope=False)},
    ),
    (
        Reason.URGENT,
        'Its urgency is critical: danger: "gas"',
        {"reading": a_reading(SURE, urgency=Urgency.CRITICAL, urgency_because='danger: "gas"')},
    ),
    (
        Reason.NEVER_ANSWERED,
        "A person answers complaint: the owner wants it so.",
        {"reading": a_reading({"complaint": 1})},
    ),
    (
        Reason.NEVER_ANSWERED,
        "A person answers complaint: the owner wants it so.",
        {"reading": a_reading(SURE, "complaint")},
    ),
    (
        Reason.SEVERAL_REQUESTS,
        (
            "It asks for 3 things: meter_reading, refund and wallbox. Drafted is meter_reading. refund is open: "
            "No proven text for refund in German. wallbox is open: No proven text for wallbox in German."
        ),
        {"reading": a_reading(SURE, "refund", "wallbox")},
    ),
    (Reason.NO_TEMPLATE, "No proven text for meter_reading in German.", {"found": Match()}),
    (Reason.NO_TEMPLATE, "No proven text for meter_reading in German.", {"found": a_match(lang="en")}),
    (Reason.NO_TEMPLATE, "No proven text for meter_reading in German.", {"found": a_match(intent="refund")}),
    (
        Reason.BOUND_NOT_SHOWN,
        "No threshold is shown to keep the error bound of 2 %. Of 200 checked answers none was wrong.",
        {"answer_at": None},
    ),
    (
        Reason.BOUND_NOT_SHOWN,
        "No threshold is shown to keep the error bound of 0.5 % for meter_reading. 398 are missing.",
        {"answer_at": 0.1, "bounds_of": (a_bound("meter_reading", 0.005, None),)},
    ),
    (
        Reason.NOT_SURE,
        "Its confidence 0.95 is under the threshold 0.97, at which at most 1 % of automatic answers to move are wrong.",
        {
            "reading": a_reading({"move": 0.9}),
            "found": a_match(intent="move"),
            "answer_at": 0.1,
            "bounds_of": (a_bound("move", 0.01, 0.97),),
        },
    ),
    (
        Reason.NOT_SURE,
        "Its confidence 0.91 is under the threshold 0.94, at which at most 2 % of automatic answers are wrong.",
        {"found": a_match(0.91), "answer_at": 0.94},
    ),
    (
        Reason.NOT_SURE,
        "Its confidence 0.9396 is under the threshold 0.9400, at which at most 2.5 % of automatic answers are wrong.",
        {"found": a_match(0.9396), "answer_at": 0.94, "max_error": 0.025},
    ),
    (
        Reason.PERHAPS_MORE,
        "Perhaps it asks for refund (12 %) and move (6 %) too, which no answer would cover.",
        {"reading": replace(a_reading(SURE), perhaps=PERHAPS)},
    ),
    (
        Reason.SLOT_OPEN,
        "The text needs {date} and {amount}, which the message does not hold, or not in one way only.",
        {"found": a_match(holes=("date", "amount"))},
    ),
    (Reason.NO_TEMPLATE, "The text was sent to 4 customers; it takes 5 to prove it.", {"found": a_match(customers=4)}),
    (Reason.NO_REPLY_WANTED, "It asks for no automatic answer.", {"screening": UNWANTED}),
]


@pytest.mark.parametrize(("reason", "because", "given_"), ROUTED, ids=[f"{n}-{r[0]}" for n, r in enumerate(ROUTED)])
def test_a_person_gets_it_and_reads_why(reason: Reason, because: str, given_: dict[str, Any]) -> None:
    decision = decided(**({"reading": a_reading(SURE)} | given_))
    assert isinstance(decision, Route)
    assert (decision.reason, decision.because) == (reason, because)
    assert decision.assignment is None


def test_a_language_without_words_for_an_answer_goes_to_a_person() -> None:
    bundle = replace(small_bundle(), company=replace(COMPANY, languages=("de", "it")))
    decision = decide(mail("Grazie"), HUMAN, a_reading(SURE, lang="it"), a_match(lang="it"), bundle)
    assert decision.reason is Reason.OTHER_LANGUAGE
    assert decision.because == "It is in Italian; answers can be written in German and English."


def test_a_confidence_that_is_no_number_is_no_confidence() -> None:
    assert decided(a_reading(SURE), a_match(float("nan"))).reason is Reason.NOT_SURE


def test_the_evidence_of_a_route_are_the_cases_of_its_suggestions() -> None:
    one = Suggestion(kind="past_answer", text="a", score=0.5, because="", cases=("c7", "c8"), intent="x", lang="de")
    decision = decided(a_reading(SURE), Match(suggestions=(one, one)))
    assert decision.evidence.cases == ("c7", "c8")


INTENTS = st.sampled_from(["meter_reading", "refund", "complaint"])
READINGS = st.builds(
    lambda main, others, text, more: a_reading({main: 0.9}, *others, text=text, **more),
    INTENTS,
    st.lists(INTENTS, max_size=1),
    st.sampled_from(["Wie geht das?", ""]),
    st.fixed_dictionaries(
        {
            "lang": st.sampled_from(["de", "de", "en", "it"]),
            "urgency": st.sampled_from([Urgency.NORMAL, Urgency.NORMAL, Urgency.HIGH]),
            "scope": st.floats(0, 1),
            "in_scope": st.sampled_from([True, True, False]),
        }
    ),
)
MATCHES = st.builds(
    lambda confidence, more: a_match(confidence, **more),
    st.floats(0, 1) | st.sampled_from([0.95, float("nan")]),
    st.fixed_dictionaries(
        {"holes": st.sampled_from([(), (), ("date",)]), "customers": st.integers(1, 12), "intent": INTENTS}
    ),
) | st.just(Match())
SCREENINGS = st.sampled_from([HUMAN, HUMAN, HUMAN, MACHINE, UNWANTED])
POLICIES = st.fixed_dictionaries(
    {
        "answer_at": st.none() | st.floats(0, 1),
        "min_customers": st.integers(1, 12),
        "never_answer": st.lists(INTENTS, max_size=1).map(tuple),
        "bounds_of": st.lists(
            st.builds(a_bound, INTENTS, st.just(0.01), st.none() | st.floats(0, 1)),
            max_size=2,
            unique_by=lambda one: one.intent,
        ).map(tuple),
    }
)


@given(st.none() | READINGS, MATCHES, SCREENINGS, POLICIES)
def test_every_message_gets_one_decision_with_words(
    reading: Reading | None, found: Match, screening: Screening, policy: dict[str, Any]
) -> None:
    decision = decided(reading, found, screening, **policy)
    assert isinstance(decision, AutoAnswer | Route | Leave)
    assert decision.because.strip()
    assert isinstance(decision, Leave) == (screening.verdict == "machine")
    assert isinstance(decision, AutoAnswer) == (decision.reason is Reason.RECURRING)


@given(READINGS, MATCHES, SCREENINGS, POLICIES, POLICIES)
def test_a_stricter_policy_never_turns_a_route_into_an_answer(
    reading: Reading, found: Match, screening: Screening, one: dict[str, Any], other: dict[str, Any]
) -> None:
    both = [bundle_with(**some).policy for some in (one, other)]
    stricter = {
        "answer_at": strictest([some.answer_at for some in both]),
        "min_customers": max(one["min_customers"], other["min_customers"]),
        "never_answer": one["never_answer"] + other["never_answer"],
        "bounds_of": tuple(
            a_bound(intent, 0.01, strictest([some.bound_of(intent).answer_at for some in both]))
            for intent in ("meter_reading", "refund")
        ),
    }
    before, after = decided(reading, found, screening, **one), decided(reading, found, screening, **stricter)
    assert isinstance(before, AutoAnswer) or not isinstance(after, AutoAnswer)


def strictest(thresholds: list[float | None]) -> float | None:
    return None if None in thresholds else max(one for one in thresholds if one is not None)


@given(READINGS, MATCHES)
def test_an_answer_is_only_ever_what_all_rules_allow(reading: Reading, found: Match) -> None:
    policy = Policy(max_error=0.02, answer_at=0.5, because="", scope_at=0.4)
    if isinstance(decided(reading, found, answer_at=0.5), AutoAnswer):
        one = found.candidate
        assert one is not None
        assert reading.in_scope
        assert reading.urgency <= Urgency.NORMAL
        assert len(reading.requests) == 1
        assert reading.main.text
        assert (one.template.intent, one.template.lang) == (reading.main.intent, reading.lang)
        assert one.confidence >= 0.5
        assert not one.holes
        assert one.template.customers >= policy.min_customers
        assert reading.main.intent not in policy.never_answer


def a_second(text: str = "Sie bekommen das Geld zurück.", confidence: float = 0.9, **more: Any) -> Candidate:
    """The candidate for a refund that is asked for besides."""
    customers = more.get("customers", 9)
    template = Template(
        id="t2", intent="refund", lang="de", text=text, slots=(), cases=("c2",), customers=customers, agents=2
    )
    return Candidate(template=template, text=text, confidence=confidence, holes=more.get("holes", ()), cases=("c2",))


def of_two(other: Candidate | None, **policy: Any) -> Decision:
    found = replace(a_match(), others=(other,))
    return decided(a_reading(SURE, "refund"), found, **({"answer_at": 0.8} | policy))


def test_two_requests_are_answered_when_the_text_for_each_would_go_out_by_itself() -> None:
    decision = of_two(a_second())
    assert isinstance(decision, AutoAnswer)
    assert decision.body == "Danke.\n\nSie bekommen das Geld zurück."
    assert [(one.intent, one.template, one.covered) for one in decision.drafts] == [
        ("meter_reading", "t1", True),
        ("refund", "t2", True),
    ]
    assert decision.evidence.confidence == pytest.approx(0.95 * 0.9)
    assert decision.because.endswith(
        "The confidence in all 2 together, 0.85 reaches the threshold 0.80, at which at most 2 % of automatic answers "
        "are wrong."
    )


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (None, "No proven text for refund in German."),
        (a_second("Wir haben das Geld überwiesen."), 'says that something is done ("Wir haben")'),
        (a_second(confidence=0.7), "Its confidence 0.70 is under the threshold 0.80"),
        (a_second(holes=("amount",)), "The text needs {amount}"),
        (a_second(customers=4), "sent to 4 customers"),
    ],
)
def test_one_request_that_is_open_brings_all_to_a_person_with_the_others_drafted(
    other: Candidate | None, why: str
) -> None:
    decision = of_two(other)
    assert isinstance(decision, Route)
    assert decision.reason is Reason.SEVERAL_REQUESTS
    assert "Drafted is meter_reading. refund is open:" in decision.because
    first, second = decision.drafts
    assert (first.covered, first.text) == (True, "Danke.")
    assert not second.covered
    assert why in second.open


def test_two_answers_together_must_reach_the_threshold_too() -> None:
    decision = of_two(a_second(), answer_at=0.88)
    assert (decision.reason, isinstance(decision, Route)) == (Reason.NOT_SURE, True)
    assert decision.because.startswith("Its confidence in all answers together, 0.85 is under the threshold 0.88,")


def test_an_answer_is_less_sure_where_something_else_may_be_asked() -> None:
    decision = decided(replace(a_reading(SURE), complete=0.9), answer_at=0.9)
    assert (decision.reason, decision.evidence.confidence) == (Reason.NOT_SURE, pytest.approx(0.95 * 0.9))


def test_of_two_bounds_the_one_that_is_harder_to_keep_decides() -> None:
    assert of_two(a_second(), bounds_of=(a_bound("refund", 0.005, 0.9),)).reason is Reason.NOT_SURE
    assert of_two(a_second(), bounds_of=(a_bound("refund", 0.005, None),)).reason is Reason.SEVERAL_REQUESTS


def test_two_requests_of_which_the_owner_wants_one_answered_by_a_person() -> None:
    assert of_two(a_second(), never_answer=("refund",)).reason is Reason.NEVER_ANSWERED
