"""What the speed of the search is measured on, and against."""

from pathlib import Path

import numpy as np
import pytest

from bench.search import measure, recall, vectors
from salver.models.index import CaseIndex

ROWS = """{"text": "Wo bleibt meine Karte denn nur? Die Karte ist seit Wochen unterwegs.", "intent": "card"}
{"text": "Mein Passwort geht leider nicht mehr.", "intent": "password"}
"""


@pytest.mark.parametrize("dim", [None, 250])
def test_vectors_have_length_one_and_as_many_dimensions_as_wanted(dim: int | None, tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text(ROWS, "utf-8")
    some = vectors(file, 100, dim)
    assert some.shape[0] == 100
    assert dim is None or some.shape[1] == dim
    assert np.allclose(np.linalg.norm(some, axis=1), 1, atol=1e-5)


def test_recall_counts_what_is_as_near_as_the_tenth() -> None:
    known = np.random.default_rng(0).standard_normal((200, 8)).astype(np.float32)
    known /= np.linalg.norm(known, axis=1, keepdims=True)
    ids = [f"case-{i}" for i in range(200)]
    assert recall(CaseIndex.build(ids, known), known, known[:20]) == 1
    other = CaseIndex.build(ids, np.roll(known, 1, axis=0))
    assert recall(other, known, known[:20]) < 0.5


def test_all_figures_are_there() -> None:
    known = np.random.default_rng(0).standard_normal((3000, 16)).astype(np.float32)
    known /= np.linalg.norm(known, axis=1, keepdims=True)
    figures = measure(known, known[:50])
    assert (figures["vectors"], figures["dim"], figures["queries"], figures["recall@10"]) == (3000, 16, 50, 1)
    assert 0 < figures["p50_ms"] <= figures["p99_ms"]
    assert 0 < figures["removal_p50_ms"] <= figures["removal_p99_ms"]
    assert {"build_s", "memory_mb", "k100_p50_ms", "batch_per_s", "removal_100_p50_ms", "adding_p50_ms"} <= set(figures)
