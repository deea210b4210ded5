"""A correction helps at once: the corrected message joins the neighbours, with everything personal masked."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import text

from salver.data.correction import Correction
from salver.data.errors import StoreError
from salver.data.lines import tray_line
from salver.data.message import RawMessage
from salver.data.store import Store
from salver.pipeline.run import Pipeline
from salver.serve.learned import corrected, learn, relearn
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


def nearest(pipeline: Pipeline, asked: str, k: int = 10) -> list[tuple[str, float]]:
    return pipeline.bundle.neighbours.nearest(pipeline.bundle.encoder.encode([asked]), k)[0]


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


def test_what_leads_to_its_customer_is_known_at_once_after_a_restart_and_until_it_is_forgotten(
    store: Store, pipeline: Pipeline
) -> None:
    key = taken_in(ASKED, store, pipeline)
    learn([correction(key, intent="complaint")], store, pipeline)
    again = fresh_pipeline()
    relearn(store, again)
    for one in (pipeline, again):
        assert one.bundle.personal.owners(["4120987"]) == {"4120987": (key,)}
        one.forget([key])
        assert one.bundle.personal.owners(["4120987"]) == {}


def test_it_is_known_again_after_a_restart(store: Store, pipeline: Pipeline) -> None:
    key = taken_in(ASKED, store, pipeline)
    learn([correction(key, intent="complaint")], store, pipeline)
    again = fresh_pipeline()
    relearn(store, again)
    assert again.bundle.cases[key].intent == "complaint"
    question = store.cases()[0].question
    assert nearest(again, question) == nearest(pipeline, question)
    assert nearest(again, question)[0] == (key, pytest.approx(1))


def test_kept_vectors_become_rows_again_and_those_of_another_encoder_do_not(store: Store, pipeline: Pipeline) -> None:
    key = taken_in(ASKED, store, pipeline)
    learn([correction(key, intent="complaint")], store, pipeline)
    far = np.zeros(pipeline.bundle.encoder.dim, "<f4")
    with store.writing() as connection:
        connection.execute(text("UPDATE vectors SET vector = :far"), {"far": far.tobytes()})
    for bundle, expected in ((pipeline.bundle, 0), (replace(pipeline.bundle, created=AT), 1)):
        again = Pipeline(replace(fresh_pipeline().bundle, created=bundle.created))
        relearn(store, again)
        assert dict(nearest(again, store.cases()[0].question, 1000))[key] == pytest.approx(expected, abs=1e-5)


def test_what_was_forgotten_is_no_neighbour_after_a_restart(store: Store, pipeline: Pipeline) -> None:
    key = taken_in(ASKED, store, pipeline)
    learn([correction(key, intent="complaint")], store, pipeline)
    store.forget([key])
    again = fresh_pipeline()
    relearn(store, again)
    assert key not in {*again.bundle.cases, *dict(nearest(again, ASKED, 1000))}


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


def test_what_was_taken_counts_at_once_and_after_a_new_start(store: Store, pipeline: Pipeline) -> None:
    asked = "Der Strom ist weg, die ganze Straße ist dunkel"
    key = taken_in(asked, store, pipeline)
    first = pipeline.suggest(asked).suggestions[0]
    learn([correction(key, answer=f"Guten Tag,\n\n{first.text}\n\nAnna Ott")], store, pipeline)
    assert "suggested before and taken 1 time" in " ".join(one.because for one in pipeline.suggest(asked).suggestions)
    again = fresh_pipeline()
    relearn(store, again)
    assert "suggested before and taken 1 time" in " ".join(one.because for one in again.suggest(asked).suggestions)
