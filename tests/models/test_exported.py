"""The encoder of an archive as a sentence-transformers model."""

import json
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import pytest

from salver.data.errors import BundleError
from salver.models.bundle import load, save
from salver.models.exported import export
from salver.models.history import DIM, HistoryEncoder
from salver.models.pretrained import PretrainedEncoder
from salver.pipeline.run import Pipeline
from salver.training.run import draft_of
from tests.training.small import lessons, order

TEXTS = [
    "Mein Strom ist weg!", "Stromausfall in der Straße", "Kein Strom seit heute früh", "Der Strom fiel um 12 Uhr aus",
    "neue Bankverbindung", "meine IBAN hat sich geändert", "bitte neues Konto für die Lastschrift", "SEPA-Mandat neu",
    "Router einrichten", "WLAN-Passwort vom Router", "der Router blinkt rot", "wie richte ich das WLAN ein?",
] * 3  # fmt: skip
LABELS = np.repeat([0, 1, 2], 4).tolist() * 3
UNSEEN = ["Strom weg in der STRASSE", "Konto 4711 geändert", "Routers blinken", "", "πππ"]
ALONE = """
import json, sys
from sentence_transformers import SentenceTransformer
model = SentenceTransformer(sys.argv[1], device="cpu")
print(json.dumps([model.encode(json.loads(sys.argv[2])).tolist(), "salver" in sys.modules]))
"""


@cache
def encoder() -> HistoryEncoder:
    return HistoryEncoder.fit(TEXTS, np.array(LABELS))


@cache
def folder() -> Path:
    """Where the encoder was exported to."""
    place = Path(mkdtemp(prefix="salver-test-")) / "model"
    export(encoder(), TEXTS, place)
    return place


@pytest.mark.long
def test_it_loads_without_salver_and_without_trust(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ALONE, folder(), json.dumps(UNSEEN)], cwd=tmp_path, capture_output=True, check=True
    )
    vectors, salver_was_there = json.loads(done.stdout)
    assert not salver_was_there
    assert np.allclose(vectors, PretrainedEncoder(str(folder())).encode(UNSEEN), atol=1e-5)


@pytest.mark.long
def test_its_vectors_come_close_to_the_encoder_s(tmp_path: Path) -> None:
    said = export(encoder(), TEXTS, tmp_path / "model")
    found = PretrainedEncoder(str(folder()))
    near = (found.encode(TEXTS) * encoder().encode(TEXTS)).sum(axis=1)
    assert said == pytest.approx(near.mean(), abs=1e-4)
    assert said > 0.95
    assert (found.encode(UNSEEN[:3]) * encoder().encode(UNSEEN[:3])).sum(axis=1).min() > 0.8


@pytest.mark.long
def test_a_text_without_a_known_word_has_no_direction() -> None:
    assert np.allclose(np.linalg.norm(PretrainedEncoder(str(folder())).encode(UNSEEN), axis=1), [1, 1, 1, 0, 0])


def test_it_says_how_near_its_vectors_come(tmp_path: Path) -> None:
    assert 0.95 < export(encoder(), TEXTS, tmp_path / "model") < 1


def test_what_one_customer_alone_wrote_is_not_handed_on(tmp_path: Path) -> None:
    export(encoder(), [*TEXTS, "Grüße, Gundula Wackernagel"], tmp_path / "model")
    written = (tmp_path / "model" / "0_StaticEmbedding" / "tokenizer.json").read_text("utf-8").casefold()
    assert "strom" in written
    assert not any(part in written for part in ("gundula", "wackernagel", "wacker"))


def test_it_holds_no_code_and_nothing_pickled() -> None:
    assert {file.suffix for file in folder().rglob("*") if file.is_file()} == {".json", ".safetensors"}


def test_the_same_encoder_gives_the_same_model(tmp_path: Path) -> None:
    export(encoder(), TEXTS, tmp_path / "again")
    files = [file.relative_to(folder()) for file in folder().rglob("*") if file.is_file()]
    assert all((tmp_path / "again" / file).read_bytes() == (folder() / file).read_bytes() for file in files)


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="there is something already"):
        export(encoder(), TEXTS, tmp_path)


def test_a_place_that_cannot_be_written_is_told_and_left_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(BundleError, match="cannot be written"):
        export(encoder(), TEXTS, tmp_path / "file" / "model")
    assert [one.name for one in tmp_path.iterdir()] == ["file"]


@pytest.mark.long
def test_a_bundle_can_be_trained_with_it(tmp_path: Path) -> None:
    draft = draft_of(lessons(), replace(order(), encoder=str(folder())), {})
    save(draft, tmp_path / "bundle")
    assert load(tmp_path / "bundle").encoder.dim == DIM + encoder().dim
    found = Pipeline.load(tmp_path / "bundle").suggest("Bei uns ist der Strom weg")
    assert found.reading is not None
    assert found.reading.main.intent == "power"
