"""The index of what leads to customers: it finds them, forgets them, and holds no word of them."""

from pathlib import Path

import numpy as np
import pytest

from salver.models.bundle import load, save
from salver.models.personal import PersonalIndex
from tests.training.small import draft

ANNA, BERND = ("albers anna", "551234567"), ("bernd bosse", "551234567")


def built() -> PersonalIndex:
    return PersonalIndex.build({"a": (ANNA, ()), "b": (BERND, ())}, common=["meier thomas"], told=["700112"])


def again(index: PersonalIndex, ids: tuple[str, ...] = ("a", "b", "c")) -> PersonalIndex:
    return PersonalIndex.from_arrays(index.to_arrays(ids), ids)


@pytest.mark.parametrize("index", [built(), again(built())])
def test_a_trace_leads_to_its_cases(index: PersonalIndex) -> None:
    assert index.owners(["albers anna", "551234567", "nobody here"]) == {"albers anna": ("a",), "551234567": ("a", "b")}


def test_a_case_that_is_forgotten_is_found_no_more() -> None:
    for index in (built(), again(built())):
        index.remove(["a", "unknown"])
        assert index.owners([*ANNA]) == {"551234567": ("b",)}
        assert again(index).owners([*ANNA]) == {"551234567": ("b",)}


def test_a_case_that_joins_is_found_at_once_and_after_saving() -> None:
    index = again(built())
    index.add("c", index.marks(["clara czerny"], []))
    assert index.owners(["clara czerny"]) == {"clara czerny": ("c",)}
    assert again(index).owners(["clara czerny"]) == {"clara czerny": ("c",)}
    index.remove(["c"])
    assert index.owners(["clara czerny"]) == {}


def test_a_case_that_is_added_again_has_only_its_new_traces() -> None:
    index = again(built())
    index.add("a", index.marks(["anna neu"], []))
    assert index.owners(["albers anna", "anna neu"]) == {"anna neu": ("a",)}


def test_common_traces_lead_to_nobody_and_told_ones_only_by_a_record() -> None:
    index = built()
    assert index.marks(["meier thomas"], ["meier thomas", "700112"]) == ()
    assert len(index.marks(["700112"], [])) == 1


def test_two_indexes_have_two_keys_and_no_plain_word() -> None:
    one, two = built(), built()
    assert one.marks(ANNA, ()) != two.marks(ANNA, ())
    held = b"".join(array.tobytes() for array in one.to_arrays(("a", "b")).values())
    assert not [word for word in ("albers", "anna", "551234567", "bosse") if word.encode() in held]


def test_it_takes_twelve_bytes_a_trace() -> None:
    many = PersonalIndex.build({f"c{i}": ([f"name {i}", f"number {i}"], ()) for i in range(1000)})
    arrays = many.to_arrays([f"c{i}" for i in range(1000)])
    assert arrays["hashes"].nbytes + arrays["rows"].nbytes == 12 * len(many) == 12 * 2000


def test_arrays_of_other_cases_are_refused() -> None:
    arrays = built().to_arrays(("a", "b"))
    with pytest.raises(ValueError, match="not that of these cases"):
        PersonalIndex.from_arrays(arrays, ("a",))
    with pytest.raises(ValueError, match="does not fit together"):
        PersonalIndex.from_arrays(arrays | {"hashes": arrays["hashes"][::-1]}, ("a", "b"))
    with pytest.raises(ValueError, match="does not fit together"):
        PersonalIndex.from_arrays(arrays | {"key": np.zeros(3, np.uint8)}, ("a", "b"))


def test_a_bundle_keeps_what_leads_to_its_customers_and_no_word_of_it(tmp_path: Path) -> None:
    save(draft(), tmp_path / "first")
    index = load(tmp_path / "first").personal
    assert index.owners(["anna powermann", "power0@post.example"]) == {
        "anna powermann": ("power0",),
        "power0@post.example": ("power0",),
    }
    held = b"".join(file.read_bytes() for file in (tmp_path / "first").iterdir()).lower()
    assert b"powermann" not in held
    assert b"power0@post" not in held
