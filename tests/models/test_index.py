"""The nearest cases: of few all are looked at, of many the cells near by. Most laws hold for both."""

import faiss
import numpy as np
import pytest

from salver.models import index as index_file
from salver.models.index import CaseIndex

FEW, MANY = 300, 4000
Row = list[tuple[str, float]]


def vectors(n: int, seed: int = 0, dim: int = 32) -> np.ndarray:
    """Vectors around forty centres, as texts of forty intents have them."""
    chance = np.random.default_rng(seed)
    centres = np.random.default_rng(7).standard_normal((40, dim))
    found = centres[chance.integers(0, 40, n)] + 0.7 * chance.standard_normal((n, dim))
    return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)


def names(n: int) -> list[str]:
    return [f"c{i}" for i in range(n)]


@pytest.fixture(autouse=True)
def _many_are_not_that_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_file._Whole, "room", 1000)


@pytest.fixture(params=[FEW, MANY], ids=["few", "many"])
def count(request: pytest.FixtureRequest) -> int:
    return int(request.param)


def found(rows: list[Row]) -> list[list[str]]:
    return [[case for case, _ in row] for row in rows]


def share_found(index: CaseIndex, some: np.ndarray, asked: np.ndarray) -> float:
    """The share of the ten nearest of `some`, named c0, c1, ..., that the index finds."""
    exact = np.argsort(-(asked @ some.T), axis=1)[:, :10]
    near_rows = found(index.nearest(asked, 10))
    hits = [len({f"c{i}" for i in row} & set(near)) for row, near in zip(exact, near_rows, strict=True)]
    return sum(hits) / exact.size


def kept_bytes(index: CaseIndex) -> bytes:
    return bytes(faiss.serialize_index(index._index._index))


def as_kept(vector: np.ndarray, count: int) -> bytes:
    return vector.astype(np.float32 if count == FEW else np.float16).tobytes()


def test_a_case_is_nearest_to_itself(count: int) -> None:
    some = vectors(count)
    index = CaseIndex.build(names(count), some)
    assert [row[0] for row in found(index.nearest(some[:200], 3))] == names(200)


def test_neighbours_come_best_first_with_their_cosine(count: int) -> None:
    some = vectors(count)
    row = CaseIndex.build(names(count), some).nearest(some[:1], 10)[0]
    assert [cosine for _, cosine in row] == sorted((cosine for _, cosine in row), reverse=True)
    assert np.allclose([cosine for _, cosine in row], [some[0] @ some[int(case[1:])] for case, _ in row], atol=1e-3)


def test_of_few_all_neighbours_are_found_and_of_many_nearly_all(count: int) -> None:
    some = vectors(count)
    share = share_found(CaseIndex.build(names(count), some), some, vectors(300, seed=1))
    assert share == 1 if count == FEW else share >= 0.97


def test_many_texts_and_one_after_the_other_have_the_same_neighbours(count: int) -> None:
    index = CaseIndex.build(names(count), vectors(count))
    asked = vectors(100, seed=1)
    together, alone = index.nearest(asked, 20), [index.nearest(asked[i : i + 1], 20)[0] for i in range(100)]
    assert found(together) == found(alone)
    assert np.allclose([[c for _, c in row] for row in together], [[c for _, c in row] for row in alone], atol=1e-5)


def test_a_removed_case_is_never_found_again(count: int) -> None:
    some = vectors(count)
    index = CaseIndex.build(names(count), some)
    index.remove([*names(100), "unknown", "c3"])
    assert len(index) == count - 100
    assert not set(names(100)) & {case for row in found(index.nearest(some[:100], 20)) for case in row}


def test_nothing_of_a_removed_vector_stays(count: int) -> None:
    some = vectors(count)
    index = CaseIndex.build(names(count), some)
    assert all(as_kept(one, count) in kept_bytes(index) for one in some[:3])
    index.remove(["c0", "c2"])
    assert [as_kept(one, count) in kept_bytes(index) for one in some[:3]] == [False, True, False]
    assert not any(case in index._ids for case in ("c0", "c2"))


def test_a_vector_far_from_all_others_is_no_centre_of_a_cell() -> None:
    strange = np.eye(1, 32, dtype=np.float32)
    some = vectors(MANY)
    some[:, 0] = 0
    index = CaseIndex.build(["strange", *names(MANY)], np.vstack([strange, some]))
    centres = index._index._index.quantizer.reconstruct_n(0, index._index._index.nlist)
    assert (centres @ strange[0]).max() < 0.9


def test_the_index_of_the_rows_that_are_left_finds_the_same(count: int) -> None:
    some, asked = vectors(count), vectors(200, seed=1)
    index = CaseIndex.build(names(count), some)
    index.remove(names(100))
    again = CaseIndex.build(names(count)[100:], some[100:])
    before, after = found(index.nearest(asked, 10)), found(again.nearest(asked, 10))
    same = np.mean([len(set(a) & set(b)) / 10 for a, b in zip(before, after, strict=True)])
    assert same == 1 if count == FEW else same >= 0.95


def test_the_same_vectors_make_the_same_index(count: int) -> None:
    one, two = (CaseIndex.build(names(count), vectors(count)) for _ in range(2))
    assert one.nearest(vectors(50, seed=1), 10) == two.nearest(vectors(50, seed=1), 10)


def test_a_case_added_again_takes_the_place_of_the_old_one(count: int) -> None:
    some = vectors(count)
    index = CaseIndex.build(names(count), some)
    index.add(["c7"], some[8:9])
    assert len(index) == count
    assert set(found(index.nearest(some[8:9], 2))[0]) == {"c7", "c8"}
    assert as_kept(some[7], count) not in kept_bytes(index)


def test_of_a_case_that_comes_twice_the_last_counts() -> None:
    some = vectors(3)
    index = CaseIndex.build(["a", "b", "a"], some)
    assert len(index) == 2
    assert [row[0] for row in found(index.nearest(some[1:], 2))] == ["b", "a"]
    assert index.nearest(some[:1], 1)[0][0][1] < 0.99


def test_an_index_grows_into_cells_while_it_is_asked_and_grows_on() -> None:
    some, asked = vectors(MANY * 2), vectors(100, seed=1)
    index = CaseIndex(32)
    for start in range(0, len(some), 500):
        index.add([f"c{i}" for i in range(start, start + 500)], some[start : start + 500])
        assert len(index) == start + 500
        assert share_found(index, some[: start + 500], asked) >= 0.95
    index.remove(["c1"])
    assert as_kept(some[1], MANY) not in kept_bytes(index)


def test_what_is_left_in_emptied_cells_is_found() -> None:
    some = vectors(MANY)
    index = CaseIndex.build(names(MANY), some)
    index.remove(names(MANY)[10:])
    assert set(found(index.nearest(vectors(1, seed=1), 20))[0]) == set(names(10))


def test_an_empty_index_finds_nothing_and_can_be_filled_again(count: int) -> None:
    assert CaseIndex(32).nearest(vectors(2), 5) == [[], []]
    index = CaseIndex.build(names(count), vectors(count))
    index.remove(names(count))
    assert (len(index), index.nearest(vectors(2), 5)) == (0, [[], []])
    index.add(["new"], vectors(1))
    assert found(index.nearest(vectors(1), 5)) == [["new"]]
