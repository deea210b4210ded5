"""A correction helps at once: the corrected message joins the neighbours, with everything personal masked."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from salver.data.correction import Correction
from salver.data.errors import StoreError
from salver.data.lines import tray_line
from salver.data.message import RawMessage
from salver.data.store import Store
from salver.pipeline.run import Pipeline
from salver.serve.learned import corrected, learn
from salver.serve.recording import record_of
from tests.serve.door import pipeline as fresh_pipeline
from tests.serve.office import mail

AT = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
ASKED = "Meine Katze Mimi sitzt im Zählerkasten, Kundennummer 4120987"


@pytest.fixture
def pipeline() -> Pipeline:
    return fresh_pipeline()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(str(tmp_path / "store.db")) as opened:
        yield opened


def taken_in(text: str, store: Store, pipeline: Pipeline) -> str:
    raw = RawMessage(content=mail(1, text).encode(), source="test")
    store.take_in([raw])
    tray = pipeline.decide([raw])[0]
    store.decided([record_of(tray, tray_line(tray, "small"), AT)])
    return raw.key


def correction(message: str, **changed: Any) -> Correction:
    return Correction(message=message, agent="anna", at=AT, **changed)


def test_the_next_message_like_it_finds_the_corrected_one(store: Store, pipeline: Pipeline) -> None:
    key = taken_in(ASKED, store, pipeline)
    learn([correction(key, intent="complaint", answer="Wir holen die Katze heraus.")], store, pipeline)
    tray = pipeline.suggest(ASKED)
    assert any("Wir holen die Katze heraus" in one.text and key in one.cases for one in tray.suggestions)


def test_what_is_kept_names_nobody(store: Store, pipeline: Pipeline) -> None:
    key = taken_in(ASKED, store, pipeline)
    answer = "Guten Tag Herr Müller-Lüdenscheidt, Ihre Nummer 4120987 ist notiert, danke."
    learn([correction(key, answer=answer, intent="complaint")], store, pipeline)
    case = store.cases()[0]
    assert "4120987" not in case.question + case.answer
    assert "Lüdenscheidt" not in case.answer


def test_it_is_known_again_after_a_restart(store: Store, pipeline: Pipeline) -> None:
    key = taken_in(ASKED, store, pipeline)
    learn([correction(key, intent="complaint")], store, pipeline)
    again = fresh_pipeline()
    again.learn(store.cases())
    assert again.bundle.cases[key].intent == "complaint"


def test_later_corrections_add_to_earlier_ones(store: Store, pipeline: Pipeline) -> None:
    key = taken_in(ASKED, store, pipeline)
    learn([correction(key, intent="complaint"), correction(key, answer="Ja.", urgency="high")], store, pipeline)
    case = corrected(store, pipeline.bundle.company)[0]
    assert (case.intent, case.answer, case.urgency) == ("complaint", "Ja.", "high")
    assert "Katze" in case.text


def test_another_agent_alone_teaches_nothing(store: Store, pipeline: Pipeline) -> None:
    key = taken_in(ASKED, store, pipeline)
    assert learn([correction(key, assignee="bela")], store, pipeline) == []
    assert [one.assignee for one in store.corrections()] == ["bela"]


def test_a_message_that_was_never_taken_in_cannot_be_corrected(store: Store, pipeline: Pipeline) -> None:
    with pytest.raises(StoreError):
        learn([correction("0a" * 16, intent="complaint")], store, pipeline)
