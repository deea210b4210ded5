"""The sample's backlog with a bundle that was really trained: no automatic answer leaves a request open."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from salver.data.approval import Approvals
from salver.data.decision import AutoAnswer, Reason, Route, Tray
from salver.data.files import open_source
from salver.models.bundle import load
from salver.pipeline import Pipeline
from salver.serve.gold import read_gold
from tests.conftest import INTENTS, SAMPLE

LAX = 0.1
"""Far under what any bound would allow, so that as much as can be is answered."""
SURE = 0.8
"""What a bound asks for, about."""


@pytest.fixture(scope="module")
def trays(trained_bundle: Path) -> list[Tray]:
    bundle = load(trained_bundle)
    pipeline = Pipeline(replace(bundle, policy=replace(bundle.policy, answer_at=LAX)), audit_share=0)
    pipeline.approvals = Approvals(auto=True)
    return pipeline.decide(list(open_source(SAMPLE / "backlog.mbox", lambda _: None)))


def answered(trays: Sequence[Tray]) -> list[tuple[Tray, AutoAnswer]]:
    return [(tray, tray.decision) for tray in trays if isinstance(tray.decision, AutoAnswer)]


def test_an_automatic_answer_has_a_text_for_every_request_that_was_found(trays: Sequence[Tray]) -> None:
    assert answered(trays)
    for tray, decision in answered(trays):
        assert tray.reading is not None
        assert [one.intent for one in decision.drafts] == [one.intent for one in tray.reading.requests]
        assert all(one.covered for one in decision.drafts)
        lines = {" ".join(line.split()).casefold() for line in decision.answer.split("\n")}
        said = [line for one in decision.drafts for line in one.text.split("\n") if line.strip()]
        assert {" ".join(line.split()).casefold() for line in said} <= lines


def test_no_sure_answer_leaves_open_what_a_person_says_is_asked(trays: Sequence[Tray]) -> None:
    truths = read_gold(SAMPLE / "backlog.gold.jsonl")
    for tray, decision in answered(trays):
        truth = truths.get(tray.message.message_id.strip("<>"))
        if truth and (decision.evidence.confidence or 0) >= SURE and set(truth.intents) <= INTENTS:
            assert set(truth.intents) <= {one.intent for one in decision.drafts}


def test_whoever_gets_several_requests_reads_which_are_open(trays: Sequence[Tray]) -> None:
    routed = [tray.decision for tray in trays if isinstance(tray.decision, Route)]
    several = [one for one in routed if one.reason is Reason.SEVERAL_REQUESTS]
    assert several
    for one in several:
        lacking = [draft for draft in one.drafts if draft.open]
        assert lacking
        assert all(f"{draft.intent} is open: {draft.open}" in one.because for draft in lacking)
