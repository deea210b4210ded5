"""What is linear in n-grams, found once a token."""

import numpy as np
import pytest
from scipy.sparse import diags

from salver.models import grams as grams_module
from salver.models.grams import Grams, TfIdf
from salver.models.projection import Projection

TEXTS = ["Der Strom ist weg", "Strom, Strom und kein Ende", "", "wo ist mein Router?", "πππ"]


def parts() -> tuple[Grams, TfIdf, np.ndarray]:
    grams = Grams()
    weigh = TfIdf.fit(grams.matrix(TEXTS))
    return grams, weigh, np.random.default_rng(0).standard_normal((len(weigh.columns), 3)).astype(np.float32)


def test_sums_are_those_of_the_n_grams() -> None:
    grams, weigh, weights = parts()
    expected = weigh.weigh(grams.matrix(TEXTS)) @ weights
    assert np.allclose(Projection(grams, weigh, weights).sums(TEXTS), expected, atol=1e-4)


def test_one_by_one_is_as_together() -> None:
    grams, weigh, weights = parts()
    found = Projection(grams, weigh, weights)
    alone = np.vstack([found.scaled([text]) for text in TEXTS])
    assert np.allclose(found.scaled(TEXTS), alone, atol=1e-5)


def test_scaled_sums_are_those_of_rows_of_the_same_lengths() -> None:
    grams, weigh, weights = parts()
    found = Projection(grams, weigh, weights)
    rows = diags(1 / np.maximum(found.lengths(TEXTS), 1e-6)) @ weigh.weigh(grams.matrix(TEXTS))
    assert np.allclose(found.scaled(TEXTS), rows @ weights, atol=1e-4)


def test_a_word_met_later_gets_its_row() -> None:
    grams, weigh, weights = parts()
    found = Projection(grams, weigh, weights)
    found.sums(TEXTS)
    later = "Stromausfall im Keller"
    assert np.allclose(found.sums([later]), weigh.weigh(grams.matrix([later])) @ weights, atol=1e-4)


def test_forgetting_old_tokens_changes_no_sum(monkeypatch: pytest.MonkeyPatch) -> None:
    grams, weigh, weights = parts()
    found = Projection(grams, weigh, weights)
    before = found.sums(TEXTS)
    monkeypatch.setattr(grams_module, "_KEPT_TOKENS", 3)
    assert np.allclose(found.sums(list(reversed(TEXTS)))[::-1], before, atol=1e-5)
    assert np.allclose(found.sums(["neu"]), weigh.weigh(grams.matrix(["neu"])) @ weights, atol=1e-4)
