"""Vectors that were found before, by the text they belong to: how other processes learn without loading a model."""

from collections.abc import Iterable, Sequence

from salver.models.ports import Encoder, Vectors


class KnownVectors:
    """An encoder of the texts that it was made of, and of no others."""

    def __init__(self, places: dict[str, int], vectors: Vectors) -> None:
        self._places = places
        self._vectors = vectors

    @classmethod
    def of(cls, encoder: Encoder, texts: Iterable[str]) -> "KnownVectors":
        """What an encoder says of some texts."""
        each = list(dict.fromkeys(texts))
        return cls({text: i for i, text in enumerate(each)}, encoder.encode(each))

    @property
    def dim(self) -> int:
        return int(self._vectors.shape[1])

    def encode(self, texts: Sequence[str]) -> Vectors:
        """(n, dim) float32. Raises KeyError for a text that it was not made of."""
        return self._vectors[[self._places[text] for text in texts]]
