"""The nearest cases."""

import numpy as np
import pytest

from salver.models import index as index_file
from salver.models.index import CaseIndex


def vectors(n: int, seed: int = 0, dim: int = 16) -> np.ndarray:
    found = np.random.default_rng(seed).standard_normal((n, dim)).astype(np.float32)
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def test_a_case_is_nearest_to_itself() -> None:
    some = vectors(50)
    index = CaseIndex.build([f"c{i}" for i in range(50)], some)
    assert [row[0][0] for row in index.nearest(some, 3)] == [f"c{i}" for i in range(50)]


def test_neighbours_come_best_first_with_their_cosine() -> None:
    some = vectors(50)
    row = CaseIndex.build([f"c{i}" for i in range(50)], some).nearest(some[:1], 10)[0]
    best = sorted((some @ some[0]).tolist(), reverse=True)[:10]
    assert np.allclose([cosine for _, cosine in row], best, atol=1e-5)


def test_a_removed_case_is_never_found_again() -> None:
    some = vectors(20)
    index = CaseIndex.build([f"c{i}" for i in range(20)], some)
    index.remove(["c3", "unknown"])
    assert len(index) == 19
    assert "c3" not in {case for row in index.nearest(some, 20) for case, _ in row}


def test_a_case_added_again_takes_the_place_of_the_old_one() -> None:
    some = vectors(5)
    index = CaseIndex.build(["a", "b"], some[:2])
    index.add(["a"], some[4:5])
    assert len(index) == 2
    assert index.nearest(some[4:5], 1)[0][0][0] == "a"


def test_an_empty_index_finds_nothing() -> None:
    assert CaseIndex(16).nearest(vectors(2), 5) == [[], []]


def test_many_cases_are_kept_in_cells_and_can_still_be_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_file, "_LARGE", 2000)
    some = vectors(4000, dim=32)
    ids = [f"c{i}" for i in range(4000)]
    index = CaseIndex.build(ids, some)
    found = index.nearest(some[:200], 1)
    assert np.mean([row[0][0] == ids[i] for i, row in enumerate(found)]) > 0.97
    index.remove(ids[:100])
    assert not {case for row in index.nearest(some[:100], 5) for case, _ in row} & set(ids[:100])
