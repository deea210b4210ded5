"""Vectors that outlive a training."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from salver.data.errors import StoreError
from salver.models.grams import Grams
from salver.models.history import HistoryEncoder
from salver.models.kept import KeptVectors
from salver.models.ports import Vectors
from tests.models.test_history import LABELS, TEXTS

NEW = ["Der Strom ist weg", "Meine Bankverbindung ist neu"]


class Counting:
    """An encoder that says how many texts it was asked for."""

    def __init__(self, seed: int = 0) -> None:
        self._encoder = HistoryEncoder.fit(TEXTS, np.array(LABELS), grams=Grams(), seed=seed)
        self.asked = list[str]()

    @property
    def dim(self) -> int:
        return self._encoder.dim

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.asked += texts
        return self._encoder.encode(texts)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "home" / "vectors.db"


def test_a_text_is_computed_once_by_whatever_training_it_is_asked_for(file: Path) -> None:
    first = KeptVectors(Counting(), file).encode([*TEXTS, TEXTS[0]])
    again = Counting()
    second = KeptVectors(again, file)
    assert np.array_equal(second.encode([*TEXTS, TEXTS[0]]), first)
    assert len(again.asked) == 1, "only what tells the model is computed"
    assert np.array_equal(second.encode(NEW), Counting().encode(NEW))
    assert again.asked[1:] == NEW
    assert second.encode([]).shape == (0, second.dim)


def test_another_model_has_vectors_of_its_own(file: Path) -> None:
    KeptVectors(Counting(seed=0), file).encode(NEW)
    other = Counting(seed=1)
    assert np.array_equal(KeptVectors(other, file).encode(NEW), Counting(seed=1).encode(NEW))
    assert set(NEW) <= set(other.asked)


def test_what_a_training_did_not_ask_for_is_gone(file: Path) -> None:
    KeptVectors(Counting(), file).encode(NEW)
    gone = KeptVectors(Counting(), file).encode(NEW[:1]).tobytes()
    later = KeptVectors(Counting(), file)
    later.encode(NEW[1:])
    assert later.forget_others() == 1
    assert gone not in file.read_bytes()
    assert later.encode(NEW[1:]).tobytes() in file.read_bytes()


def test_no_word_of_a_text_is_in_the_file(file: Path) -> None:
    KeptVectors(Counting(), file).encode(["Frau Geheimrat wohnt am Ring"])
    assert b"Geheimrat" not in file.read_bytes()


def test_a_file_that_is_none_says_what_to_do(file: Path) -> None:
    file.parent.mkdir()
    file.write_bytes(b"no database at all, but long enough to be taken for one" * 100)
    with pytest.raises(StoreError, match="Make room, or remove that file"):
        KeptVectors(Counting(), file).encode(NEW)
