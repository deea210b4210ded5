"""A bound is held until its checks, its age or the messages speak against it; then answers are suggested only."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from salver.data.correction import Check, Correction
from salver.data.message import RawMessage
from salver.data.profile import Seen
from salver.data.record import DecisionRecord
from salver.data.standing import Standing, State
from salver.data.store import Store
from salver.models.bundle import Bundle
from salver.pipeline.drift import profile_of
from salver.serve import watch
from salver.serve.backlog import Backlog, Desk
from salver.serve.outfile import OutFile
from salver.serve.watch import EVERY, Watch, in_words, standing_of
from tests.pipeline.small_bundle import POLICY, SLOW, bundle_with, small_bundle
from tests.serve.door import open_door, pipeline
from tests.serve.office import approve_all, bundle_folder, lines_of, mailbox

TRAINED = datetime(2026, 3, 4, 11, 0, tzinfo=UTC)
ASKED = "Das Internet ruckelt, die Geschwindigkeit ist schlecht"
USUAL = [Seen(intent=f"i{n % 7}", probability=0.5 + n % 50 / 100, cosine=0.4 + n % 40 / 100) for n in range(1000)]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(str(tmp_path / "store.db")) as opened:
        yield opened


def a_bundle(**changed: Any) -> Bundle:
    return replace(small_bundle(), **({"created": TRAINED, "profile": profile_of(USUAL)} | changed))


def standing(store: Store | None, *, days: float = 1, bundle: Bundle | None = None) -> Standing:
    return standing_of(bundle or a_bundle(), store, 180, TRAINED + timedelta(days=days))


def checked(store: Store, *right: bool, bundle: str = "small") -> None:
    for one in right:
        raw = RawMessage.of_text(f"{ASKED} {len(store.checks(bundle))}")
        store.take_in([raw])
        said = Correction(message=raw.key, agent="anna", at=TRAINED, right=one)
        store.correct(said, Check(message=raw.key, bundle=bundle, right=one))


def decided(store: Store, looks: list[Seen], bundle: str = "small") -> None:
    raws = [RawMessage.of_text(f"{ASKED} {store.counts().received + n}") for n in range(len(looks))]
    store.take_in(raws)
    known = {"bundle": bundle, "at": TRAINED, "kind": "route", "reason": "urgent", "line": "{}"}
    store.decided([DecisionRecord(message=raw.key, seen=seen, **known) for raw, seen in zip(raws, looks, strict=True)])  # type: ignore[arg-type]


def test_a_new_bound_is_held_and_nothing_is_known_of_it_yet(store: Store) -> None:
    found = standing(store)
    assert (found.state, found.right, found.wrong, found.wealth, found.at_most) == (State.HELD, 0, 0, 1, 1)
    assert found.expires == TRAINED + timedelta(days=180)
    assert in_words(found) == "The error bound is held. No automatic answer has been checked yet."


def test_while_few_checked_answers_are_wrong_it_is_held_and_says_how_many_can_be(store: Store) -> None:
    checked(store, *[True] * 30, False, *[True] * 26)
    found = standing(store)
    assert (found.state, found.right, found.wrong, found.at_most) == (State.HELD, 56, 1, 0.112)
    assert found.because == "Of 57 checked answers 1 was wrong: with 95 % confidence at most 11.2 % are."


def test_too_many_wrong_ones_break_it_for_good_and_for_this_bundle_alone(store: Store) -> None:
    checked(store, False, False)
    assert standing(store).held
    checked(store, False)
    found = standing(store)
    assert found.state is State.BROKEN
    assert found.because == (
        "Of 3 checked answers 3 were wrong; at most 2 % were to be. A wager against that has grown to 98 times its "
        "stake, and 20 times show with 95 % confidence that more are. Train again: salver retrain."
    )
    checked(store, *[True] * 500)
    later = standing(store)
    assert (later.state, later.wealth < 20) == (State.BROKEN, True)
    assert standing(store, bundle=a_bundle(name="next")).held


def test_a_check_that_was_a_mistake_can_be_taken_back(store: Store) -> None:
    checked(store, False, False, False)
    said = store.corrections()[0]
    store.correct(replace(said, right=True), Check(message=said.message, bundle="small", right=True))
    assert standing(store).held


def test_it_expires_by_age(store: Store) -> None:
    assert standing(store, days=179.9).held
    found = standing(store, days=180.1)
    assert found.state is State.EXPIRED
    assert in_words(found) == (
        "The error bound is expired: answers are only suggested. It was shown on 2026-03-04 and held for 180 days, "
        "to 2026-08-31. Train again: salver retrain."
    )
    assert standing(None, days=180.1).state is State.EXPIRED
    assert standing(None).held


def test_it_is_not_held_while_messages_are_not_as_they_were(store: Store) -> None:
    decided(store, [replace(one, cosine=one.cosine - 0.3) for one in USUAL[:199]])
    assert standing(store).shifts == ()
    decided(store, [replace(one, cosine=one.cosine - 0.3) for one in USUAL[:101]])
    found = standing(store)
    assert (found.state, found.messages) == (State.DRIFTED, 300)
    assert found.because.startswith(
        "The newest 300 messages are not as those of the training were, but differ in nearest"
    )
    assert [one.figure for one in found.shifts if one.large] == ["nearest case"]
    decided(store, USUAL[:500])
    assert standing(store).held


def test_messages_of_another_bundle_and_a_bundle_without_a_profile_tell_nothing(store: Store) -> None:
    decided(store, [replace(one, cosine=0.1) for one in USUAL[:300]], bundle="other")
    assert standing(store).held
    assert standing(store, bundle=a_bundle(name="other", profile=None)).held


def test_a_bound_that_was_never_shown_is_not_held(store: Store) -> None:
    bundle = replace(bundle_with(answer_at=None), created=TRAINED)
    found = standing(store, bundle=bundle)
    assert (found.state, found.held, in_words(found)) == (State.NOT_SHOWN, False, POLICY.because)


def test_what_changes_is_told_once(store: Store) -> None:
    told: list[str] = []
    moments = iter([TRAINED, TRAINED, TRAINED, TRAINED + timedelta(days=200), TRAINED + timedelta(days=201)])
    own = pipeline(created=TRAINED)
    eye = Watch(own, store, 180, told.append, lambda: next(moments))
    eye.decided(EVERY - 1)
    assert own.standing.held
    eye.decided(1)
    eye.look()
    assert told == []
    eye.look()
    assert own.standing.state is State.EXPIRED
    eye.look()
    assert len(told) == 1
    assert told[0].startswith("The error bound is expired: answers are only suggested.")


def test_a_batch_falls_back_where_the_messages_turn_out_to_have_moved(store: Store, tmp_path: Path) -> None:
    told: list[str] = []
    own, out = pipeline(profile=profile_of([replace(one, cosine=0.1) for one in USUAL])), tmp_path / "out.jsonl"
    approve_all(store, own.bundle.templates)
    eye = Watch(own, store, 180, told.append)
    desk = Desk(pipeline=own, folder=bundle_folder(), store=store, own_store=True, watch=eye)
    with OutFile(out, "small") as file:
        Backlog(mailbox(tmp_path / "in.mbox", 400), file, desk).work_off()
    reasons = [(line["decision"], line["reason"]) for line in lines_of(out)]
    assert ("auto_answer", "recurring") in reasons[:EVERY]
    assert ("route", "bound_expired") not in reasons[:EVERY]
    assert ("auto_answer", "recurring") not in reasons[EVERY:]
    assert ("route", "bound_expired") in reasons[EVERY:]
    assert len(told) == 1
    assert told[0].startswith("The error bound is drifted: answers are only suggested. The newest 256 messages")


def asked(door: TestClient, number: int) -> dict[str, Any]:
    line: dict[str, Any] = door.post("/v1/messages", json={"text": f"{ASKED} ({number})"}).json()
    return line


def set_aside(door: TestClient, count: int) -> list[dict[str, Any]]:
    """So many answers that wait for a check."""
    lines = [asked(door, number) for number in range(count)]
    assert {line["reason"] for line in lines} == {"audit"}
    return lines


def test_wrong_checks_over_http_end_the_answering_until_another_bundle_serves(tmp_path: Path) -> None:
    with open_door(tmp_path, decides=pipeline(audit_share=1.0)) as door:
        aside = set_aside(door, 4)
        first = aside[0]["suggestions"][0]
        assert (aside[0]["decision"], first["text"], first["template"]) == ("route", SLOW, "t-slow")
        assert door.get("/v1/queue").json()["messages"][0]["reason"] == "audit"
        for line, said in zip(
            aside,
            (
                {"answer": f"Guten Tag,\n{SLOW}\nAnna"},
                {"right": False},
                {"intent": "power_outage"},
                {"answer": "Nein."},
            ),
            strict=True,
        ):
            assert "salver_bound_held 1.0" in door.get("/metrics").text
            told = door.post("/v1/corrections", json={"message": line["id"], "agent": "anna", **said})
            assert (told.status_code, told.json()["checked"]) == (201, True)
        figures = door.get("/metrics").text
        assert "salver_bound_held 0.0" in figures
        assert 'salver_bound_checks{found="wrong"} 3.0' in figures
        assert 'salver_bound_checks{found="right"} 1.0' in figures
        assert door.get("/readyz").status_code == 200
    for number, audit_share in ((5, 0.0), (6, 1.0)):
        with open_door(tmp_path, decides=pipeline(audit_share=audit_share)) as door:
            line = asked(door, number)
            assert (line["decision"], line["reason"], line["answer"]) == ("route", "bound_expired", None)
            assert "Of 4 checked answers 3 were wrong; at most 2 % were to be." in line["because"]
            assert line["suggestions"][0]["text"] == SLOW
    with open_door(tmp_path, decides=pipeline(name="next")) as door:
        assert asked(door, 8)["decision"] == "auto_answer"


def test_the_http_door_hears_of_checks_through_other_doors(
    tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(watch, "AFTER_S", 0.0)
    with open_door(tmp_path) as door:
        assert asked(door, 1)["decision"] == "auto_answer"
        checked(store, False, False, False)
        assert asked(door, 2)["decision"] == "auto_answer", "it looks after each message"
        assert asked(door, 3)["reason"] == "bound_expired"
    assert "The error bound is broken: answers are only suggested." in caplog.text


def test_what_is_only_found_right_teaches_nothing_and_waits_for_an_answer(tmp_path: Path, store: Store) -> None:
    with open_door(tmp_path, decides=pipeline(audit_share=1.0)) as door:
        (line,) = set_aside(door, 1)
        said = {"message": line["id"], "agent": "anna", "right": True}
        assert door.post("/v1/corrections", json=said).json() == {
            "message": line["id"],
            "learned": False,
            "checked": True,
        }
        assert door.get("/v1/queue").json()["waiting"] == 1
    assert store.checks("small") == [True]
    assert store.cases() == []


def test_only_an_answer_that_was_set_aside_can_be_checked(tmp_path: Path, store: Store) -> None:
    with open_door(tmp_path) as door:
        line = asked(door, 1)
        said = {"message": line["id"], "agent": "anna", "right": False}
        assert door.post("/v1/corrections", json=said).json()["checked"] is False
    assert store.checks("small") == []
    assert store.corrections()[0].right is False
