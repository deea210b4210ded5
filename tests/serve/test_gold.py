"""Decisions are held against the truth that a person wrote down."""

import json
from pathlib import Path
from typing import Any

import pytest

from salver.data.decision import AutoAnswer, Evidence, Leave, Reason, Route, Tray
from salver.data.errors import InputError
from salver.data.message import Message
from salver.data.reading import Cleaned, Screening
from salver.serve.gold import Found, Missed, Truth, compare, read_gold
from tests.pipeline.small_bundle import a_reading

PROOF = Evidence(bundle="small")
LEFT = Leave(reason=Reason.MACHINE, because="", evidence=PROOF)
ROUTED = Route(reason=Reason.URGENT, because="", evidence=PROOF)
ANSWERED = AutoAnswer(reason=Reason.RECURRING, because="", evidence=PROOF, answer="Ja.", template="t")


def tray(name: str, decision: Any = ROUTED, **intents: float) -> Tray:
    return Tray(
        message=Message(key=name, message_id=f"<{name}>", subject=name),
        cleaned=Cleaned(text=""),
        screening=Screening(verdict="human", reason="human", because=""),
        reading=a_reading(intents) if intents else None,
        decision=decision,
    )


def truth(*intents: str, machine: bool = False, lang: str = "de") -> Truth:
    return Truth(machine=machine, intents=intents, lang=lang, urgency="normal")


def test_the_true_intent_first_and_among_five_is_counted_by_language() -> None:
    trays = [tray("a", refund=0.9, wallbox=0.1), tray("b", refund=0.9, wallbox=0.1), tray("c", refund=1.0)]
    found = compare(trays, {"a": truth("refund"), "b": truth("wallbox"), "c": truth("wallbox", lang="en")})
    assert found.intents["de"] == Found(n=2, top1=0.5, top5=1.0)
    assert found.intents["en"] == Found(n=1, top1=0.0, top5=0.0)
    assert found.intents["all"].n == 3
    assert Missed(subject="b", truth="wallbox", found="refund") in found.missed


def test_machine_mail_left_and_human_mail_left_are_told_apart() -> None:
    trays = [tray("m", LEFT), tray("n", refund=1.0), tray("h", LEFT)]
    found = compare(trays, {"m": truth(machine=True), "n": truth(machine=True), "h": truth("refund")})
    assert (found.machine, found.machine_left, found.human, found.human_left) == (2, 1, 1, 1)


def test_an_answer_to_several_requests_is_wrong_though_the_main_one_was_found() -> None:
    trays = [tray("a", ANSWERED, refund=1.0), tray("b", ANSWERED, refund=1.0)]
    found = compare(trays, {"a": truth("refund"), "b": truth("refund", "wallbox")})
    assert (found.answered, found.answered_wrong) == (2, 1)


def test_what_nobody_knows_the_truth_of_does_not_count() -> None:
    assert compare([tray("a", refund=1.0)], {}).messages == 0


def test_a_line_that_is_no_truth_is_named(tmp_path: Path) -> None:
    file = tmp_path / "gold.jsonl"
    good = {"message_id": "<a>", "kind": "human", "intents": ["refund"], "lang": "de", "urgency": "low"}
    file.write_text(json.dumps(good) + '\n{"message_id": "<b>"}\n')
    with pytest.raises(InputError, match=r"gold\.jsonl:2: this line is no truth of a message\. It needs message_id"):
        read_gold(file)
    file.write_text(json.dumps(good) + "\n")
    assert read_gold(file) == {"a": Truth(machine=False, intents=("refund",), lang="de", urgency="low")}
