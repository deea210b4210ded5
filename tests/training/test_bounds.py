"""Each bound is shown on evidence of what its own threshold lets pass; from an archive to decisions under several."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest

from salver.data.approval import EVERY_TEXT
from salver.data.case import Case, Customer
from salver.data.decision import AutoAnswer, Decision, Reason, Route
from salver.data.errors import SettingsError
from salver.data.reading import Scored
from salver.models.bundle import load, save
from salver.pipeline import Pipeline
from salver.training.bounds import Bounds, calibrate, newest_of, require_known
from salver.training.evaluate import Prediction
from salver.training.order import Order
from salver.training.prepare import Lesson, prepare
from salver.training.rehearse import Rehearsed
from salver.training.run import draft_of
from tests.training import small


def answers(intent: str, count: int, *, wrong: int = 0, sure: float = 0.9) -> list[Rehearsed]:
    """Answers to one intent, all equally sure."""
    ranked = (Scored(label=intent, probability=sure),)
    return [
        Rehearsed(
            intents=(intent,),
            prediction=Prediction(id=f"{intent}{i}", truth=intent, ranked=ranked),
            eligible=True,
            confidence=sure,
            right=i >= wrong,
        )
        for i in range(count)
    ]


def shown(evidence: list[Rehearsed], of: Mapping[str, float], newest: frozenset[str] = frozenset()) -> Bounds:
    return calibrate(evidence, newest, 0.02, of)


def test_without_stricter_intents_all_answers_show_the_one_bound() -> None:
    found = shown(answers("meter", 100) + answers("move", 60), {})
    assert (found.general.answered, found.general.at, found.of_intent) == (160, 0.9, {})


def test_an_intent_with_a_bound_of_its_own_is_no_evidence_for_the_general_one() -> None:
    found = shown(answers("meter", 700) + answers("move", 140), {"meter": 0.005})
    assert found.general.at is None
    assert (found.general.seen, found.general.missing) == (140, 9)
    assert (found.of_intent["meter"].at, found.of_intent["meter"].answered) == (0.9, 700)


def test_an_intent_whose_stricter_bound_cannot_be_shown_says_how_much_is_missing() -> None:
    found = shown(answers("meter", 200) + answers("move", 160), {"meter": 0.005})
    assert found.general.at == 0.9
    meter = found.of_intent["meter"]
    assert (meter.at, meter.missing) == (None, 398)
    assert meter.because.startswith("meter is not answered automatically: of the 200 surest checked answers none")


def test_only_what_was_taken_for_an_intent_is_its_evidence() -> None:
    taken = [replace(one, prediction=replace(one.prediction, truth="move"), right=False) for one in answers("meter", 9)]
    found = shown(answers("move", 160) + taken, {"meter": 0.005})
    assert (found.general.answered, found.general.wrong) == (160, 0)
    assert found.of_intent["meter"].seen == 9


def test_the_newest_messages_of_an_intent_are_tried_by_themselves() -> None:
    newest = frozenset(f"meter{i}" for i in range(40))
    evidence = answers("meter", 3000, wrong=6) + answers("move", 160)
    assert shown(evidence, {"meter": 0.005}).of_intent["meter"].at == 0.9
    found = shown(evidence, {"meter": 0.005}, newest)
    assert (found.of_intent["meter"].at, found.of_intent["meter"].newest) == (None, True)
    assert (found.general.at, found.general.newest) == (0.9, False)


def test_the_policy_keeps_what_each_bound_was_shown_on() -> None:
    evidence = answers("meter", 700, wrong=1) + answers("move", 160) + answers("tariff", 10)
    found = shown(evidence, {"meter": 0.01, "tariff": 0.01})
    policy = found.policy(small.START, scope_at=0.4, part_at=0.7, never_answer=("complaint",))
    assert (policy.max_error, policy.answer_at, policy.checked, policy.wrong) == (0.02, 0.9, 160, 0)
    assert (policy.calibrated, policy.scope_at, policy.never_answer) == (small.START, 0.4, ("complaint",))
    meter, tariff = policy.bound_of("meter"), policy.bound_of("tariff")
    assert (meter.max_error, meter.answer_at, meter.checked, meter.wrong) == (0.01, 0.9, 700, 1)
    assert (tariff.answer_at, tariff.because) == (None, found.of_intent["tariff"].because)
    assert policy.bound_of("move") == policy.bound
    assert (policy.bound.intent, policy.bound.checked, policy.bound.because) == ("", 160, policy.because)


def test_a_bound_of_an_intent_that_no_case_has_is_told_before_anything_is_learned() -> None:
    require_known({"meter": 0.01}, {"meter", "move"})
    with pytest.raises(SettingsError) as error:
        require_known({"metre": 0.01}, {"meter", "move"})
    assert str(error.value) == 'max_error_of: no case has the intent "metre". Did you mean meter?'
    with pytest.raises(SettingsError, match=r"The intents are meter, move\.$"):
        require_known({"wallbox": 0.01}, {"move", "meter"})


def test_the_newest_fifth_is_named_where_messages_are_dated() -> None:
    lessons = small.lessons()
    days = {one.case.id: one.case.received_at for one in lessons}
    newest = newest_of(lessons)
    assert len(newest) == 5
    assert min(days[one] for one in newest) >= max(day for one, day in days.items() if one not in newest)  # type: ignore[type-var]
    undated = [replace(one, case=replace(one.case, received_at=None)) for one in lessons]
    assert newest_of(undated) == frozenset()


@cache
def archive() -> tuple[Lesson, ...]:
    """The small archive three times over, in slightly other words, of other customers, and nothing urgent in it."""
    return tuple(
        prepare(
            [
                again(case, number, opening)
                for number, opening in enumerate(("", "Guten Tag! ", "Ich habe eine Frage. "))
                for case in small.cases()
            ],
            small.COMPANY,
        )
    )


SURNAMES = ("Ahlers", "Brandt", "Conrads")


def again(case: Case, number: int, opening: str) -> Case:
    name = f"{case.id}-{number}"
    return replace(
        case,
        id=name,
        thread=name,
        customer=Customer(name=f"{SURNAMES[number]} {case.customer.name}", email=f"{name[::-1]}@post.example"),
        text=opening + case.text,
        urgency="normal",
        received_at=case.received_at + timedelta(hours=number) if case.received_at else None,
    )


def decided(max_error_of: Mapping[str, float], folder: Path) -> dict[str, Decision]:
    """Train, save, load, and decide a message of each intent that can be answered."""
    order: Order = replace(small.order(max_error=0.4), max_error_of=max_error_of)
    save(draft_of(archive(), order, {}), folder)
    pipeline = Pipeline(load(folder))
    pipeline.approvals = EVERY_TEXT
    asked = {"router": "Wie richte ich den neuen Router ein?", "power": "Stromausfall in der ganzen Straße"}
    return {intent: pipeline.suggest(text).decision for intent, text in asked.items()}


def test_from_an_archive_to_a_decision_with_a_stricter_intent(tmp_path: Path) -> None:
    plain = decided({}, tmp_path / "plain")
    assert [type(one) for one in plain.values()] == [AutoAnswer, AutoAnswer]
    strict = decided({"router": 0.25}, tmp_path / "strict")
    assert isinstance(strict["router"], AutoAnswer)
    assert "at which at most 25 % of automatic answers to router are wrong." in strict["router"].because
    assert "at which at most 40 % of automatic answers are wrong." in strict["power"].because
    before, after = load(tmp_path / "plain").scores, load(tmp_path / "strict").scores
    router = after["bounds_of"]["router"]
    assert (router["max_error"], router["missing"], router["newest"]) == (0.25, 0, False)
    assert 0 < router["answered"] <= router["seen"]
    assert before["bound"]["seen"] == after["bound"]["seen"] + router["seen"]


@pytest.mark.long
def test_an_intent_whose_bound_is_not_shown_waits_for_a_person_and_the_rest_is_answered(tmp_path: Path) -> None:
    found = decided({"router": 0.01}, tmp_path / "brain")
    assert isinstance(found["router"], Route)
    assert found["router"].reason is Reason.BOUND_NOT_SHOWN
    assert found["router"].because.startswith("No threshold is shown to keep the error bound of 1 % for router. router")
    assert found["router"].because.endswith("are missing.")
    assert isinstance(found["power"], AutoAnswer)
