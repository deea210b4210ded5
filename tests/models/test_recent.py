"""What was found for recent texts."""

from collections.abc import Sequence

from salver.models import recent
from salver.models.recent import Recent


class Counted:
    """Finds the length of texts and counts how often it was asked for each."""

    def __init__(self) -> None:
        self.asked = list[str]()

    def __call__(self, texts: Sequence[str]) -> list[int]:
        self.asked += texts
        return [len(text) for text in texts]


def test_what_was_found_is_not_looked_for_again() -> None:
    find = Counted()
    lengths = Recent(find)
    assert lengths.of(["strom", "gas", "strom"]) == [5, 3, 5]
    assert lengths.of(["gas", "wasser"]) == [3, 6]
    assert find.asked == ["strom", "gas", "wasser"]


def test_long_texts_are_not_kept() -> None:
    find = Counted()
    lengths = Recent(find)
    text = "x" * 100_000
    assert lengths.of([text]) == lengths.of([text]) == [100_000]
    assert len(find.asked) == 2


def test_no_more_is_kept_than_there_is_room_for() -> None:
    lengths = Recent(Counted())
    for start in range(0, 10_000, 100):
        lengths.of([f"text {number}" for number in range(start, start + 100)])
        assert len(lengths._kept) <= recent._KEPT
    texts = [f"many {number}" for number in range(10_000)]
    assert lengths.of(texts) == [len(text) for text in texts]
    assert len(lengths._kept) <= recent._KEPT


def test_nothing_is_found_for_no_text() -> None:
    find = Counted()
    assert Recent(find).of([]) == []
    assert find.asked == []
