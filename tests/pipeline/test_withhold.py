"""What is not sent although it might be: by lot for an audit, and whatever there is when no bound is held."""

from dataclasses import replace
from typing import Any

import pytest

from salver.data.answer import Suggestion
from salver.data.approval import EVERY_TEXT, Approval, Approvals, Verdict
from salver.data.decision import AutoAnswer, Decision, Evidence, Leave, Reason, Route, Tray
from salver.data.reading import Cleaned, Screening
from salver.data.standing import Standing, State
from salver.pipeline.run import Pipeline
from salver.pipeline.withhold import lot, withhold
from tests.pipeline.small_bundle import NOON, a_reading, mail, small_bundle

ASKED = "wie kann ich Ihnen meinen Zählerstand melden? Wo trage ich den Stand ein?"
EVIDENCE = Evidence(bundle="small", cases=("c1", "c2"), confidence=0.97, threshold=0.9)
ANSWER = AutoAnswer(
    reason=Reason.RECURRING,
    because="It recurs.",
    evidence=EVIDENCE,
    answer="Guten Tag,\n\nso geht es.\n\nIhre Firma",
    template="t-how",
    body="so geht es.",
    rests_on=(("t-how", "ab" * 32),),
)
SAID = Approval(template="t-how", sha256="ab" * 32, verdict=Verdict.APPROVED, by="anna", at=NOON)
APPROVED = Approvals({"t-how": SAID})
BROKEN = Standing(state=State.BROKEN, because="Of 40 checked answers 9 were wrong.")


def suggested(template: str | None, text: str) -> Suggestion:
    return Suggestion(
        kind="template" if template else "past_answer", text=text, score=0.5, because="", cases=(), intent="a",
        lang="de", template=template,
    )  # fmt: skip


def tray(decision: Decision = ANSWER, key: str = "k1", *suggestions: Suggestion) -> Tray:
    return Tray(
        message=replace(mail(ASKED), key=key),
        cleaned=Cleaned(text=ASKED),
        screening=Screening(verdict="human", reason="human", because=""),
        reading=a_reading({"meter_reading": 0.98}),
        decision=decision,
        suggestions=suggestions,
    )


def set_aside(share: float, **bundle: Any) -> set[str]:
    trays = [tray(replace(ANSWER, evidence=replace(EVIDENCE, **bundle)), f"{n:032x}") for n in range(5000)]
    withheld = [withhold(one, Standing(), APPROVED, share) for one in trays]
    return {one.message.key for one in withheld if one.decision.reason is Reason.AUDIT}


def test_about_the_share_that_is_asked_for_is_set_aside_and_always_the_same() -> None:
    found = set_aside(0.05)
    assert 200 < len(found) < 300
    assert found == set_aside(0.05)
    assert found < set_aside(0.2)
    assert set_aside(0.0) == set()
    assert len(set_aside(1.0)) == 5000


def test_another_bundle_draws_other_lots() -> None:
    mine, other = set_aside(0.05), set_aside(0.05, bundle="other")
    assert len(mine & other) < 40


def test_a_lot_is_a_share() -> None:
    assert all(0 <= lot(f"{n:032x}", "b") < 1 for n in range(1000))


def test_what_is_set_aside_goes_to_a_person_with_the_answer_first_and_once() -> None:
    same = suggested("t-how", "so geht {name}."), suggested(None, "so geht es.")
    others = [suggested("t-slow", "etwas anderes"), *same]
    withheld = withhold(tray(ANSWER, "k1", *others), Standing(), APPROVED, 1.0)
    assert isinstance(withheld.decision, Route)
    assert (withheld.decision.reason, withheld.decision.evidence) == (Reason.AUDIT, EVIDENCE)
    assert withheld.decision.because == (
        "It would have been answered by itself, but 100 % of such answers are laid before a person to check. It recurs."
    )
    assert [one.text for one in withheld.suggestions] == ["so geht es.", "etwas anderes"]
    first = withheld.suggestions[0]
    assert (first.template, first.intent, first.lang, first.score) == ("t-how", "meter_reading", "de", 0.97)


def test_there_are_never_more_than_five_suggestions() -> None:
    many = [suggested(f"t{n}", f"Text {n}") for n in range(5)]
    assert len(withhold(tray(ANSWER, "k1", *many), Standing(), APPROVED, 1.0).suggestions) == 5


@pytest.mark.parametrize("share", [0.0, 0.05, 1.0])
def test_without_a_bound_that_is_held_nothing_is_sent_and_it_says_why(share: float) -> None:
    withheld = withhold(tray(), BROKEN, APPROVED, share)
    assert isinstance(withheld.decision, Route)
    assert withheld.decision.reason is Reason.BOUND_EXPIRED
    assert withheld.decision.because == (
        "It would have been answered by itself, but not any more: Of 40 checked answers 9 were wrong."
    )
    assert withheld.suggestions[0].text == "so geht es."


@pytest.mark.parametrize("standing", [Standing(), BROKEN])
def test_what_would_not_have_been_answered_is_as_it_was(standing: Standing) -> None:
    for decision in (
        Route(reason=Reason.URGENT, because="", evidence=EVIDENCE),
        Leave(reason=Reason.MACHINE, because="", evidence=EVIDENCE),
    ):
        assert withhold(tray(decision), standing, APPROVED, 1.0) == tray(decision)


def test_on_its_way_a_message_is_set_aside_after_it_was_decided_and_before_it_is_assigned() -> None:
    answers = Pipeline(small_bundle(), clock=lambda: NOON, audit_share=0.0)
    audits = Pipeline(small_bundle(), clock=lambda: NOON, audit_share=1.0)
    answers.approvals = audits.approvals = EVERY_TEXT
    sent, kept = answers.suggest(ASKED), audits.suggest(ASKED)
    assert isinstance(sent.decision, AutoAnswer)
    assert isinstance(kept.decision, Route)
    assert kept.decision.assignment is not None
    assert kept.suggestions[0].text == sent.decision.body
    assert sent.decision.body in sent.decision.answer
    audits.standing = BROKEN
    assert audits.suggest(ASKED).decision.reason is Reason.BOUND_EXPIRED


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"t-slow": replace(SAID, template="t-slow")},
        {"t-how": replace(SAID, sha256="cd" * 32)},
        {"t-how": replace(SAID, text="so geht es anders.")},
        {"t-how": replace(SAID, verdict=Verdict.EDITED)},
    ],
)
def test_a_text_that_nobody_has_approved_is_not_sent_and_lies_there_as_a_suggestion(said: dict[str, Approval]) -> None:
    withheld = withhold(tray(), Standing(), Approvals(said), 0.0)
    assert isinstance(withheld.decision, Route)
    assert withheld.decision.reason is Reason.NOT_APPROVED
    assert withheld.decision.because == "Nobody has approved this text yet: salver templates approve t-how"
    assert (withheld.suggestions[0].text, withheld.suggestions[0].template) == ("so geht es.", "t-how")


def test_a_rejected_text_is_never_sent_not_even_where_all_count_as_approved() -> None:
    said = {"t-how": replace(SAID, verdict=Verdict.REJECTED, by="bela")}
    for auto in (False, True):
        withheld = withhold(tray(), Standing(), Approvals(said, auto), 0.0)
        assert withheld.decision.reason is Reason.NOT_APPROVED
        assert "but bela rejected this text on 2026-03-04." in withheld.decision.because


def test_an_approved_text_is_sent_and_every_text_of_an_answer_must_be() -> None:
    assert withhold(tray(), Standing(), APPROVED, 0.0) == tray()
    assert withhold(tray(), Standing(), EVERY_TEXT, 0.0) == tray()
    two = replace(ANSWER, rests_on=(*ANSWER.rests_on, ("t-slow", "ef" * 32)))
    assert withhold(tray(two), Standing(), APPROVED, 0.0).decision.reason is Reason.NOT_APPROVED
    unknown = replace(ANSWER, rests_on=())
    assert withhold(tray(unknown), Standing(), APPROVED, 0.0).decision.reason is Reason.NOT_APPROVED
