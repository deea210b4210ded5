"""What the rest of the house expects of anything learned. Arrays stay behind these."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from salver.data.reading import Entity, Scored, Urgency

Vectors = NDArray[np.float32]
"""(n, d) float32, every row of length 1 (or 0 for a text without a known word)."""


class Encoder(Protocol):
    """Turns texts into vectors whose dot product says how alike they are."""

    @property
    def dim(self) -> int: ...

    def encode(self, texts: Sequence[str]) -> Vectors: ...


class Neighbours(Protocol):
    """The resolved cases nearest to a text."""

    def add(self, ids: Sequence[str], vectors: Vectors) -> None:
        """Add cases; an id that is there already is replaced."""
        ...

    def remove(self, ids: Sequence[str]) -> None:
        """Remove cases so that their vectors are gone; unknown ids are ignored."""
        ...

    def nearest(self, vectors: Vectors, k: int) -> list[list[tuple[str, float]]]:
        """For each row at most k pairs of id and cosine, -1 to 1, best first."""
        ...


class Intents(Protocol):
    """Which of the known intents a text has. Uses the words, the vector, and the nearest cases with their intents."""

    @property
    def labels(self) -> tuple[str, ...]: ...

    def rank(
        self, texts: Sequence[str], vectors: Vectors, nearest: Sequence[Sequence[tuple[str, float]]], top: int = 5
    ) -> list[tuple[Scored, ...]]:
        """For each text the `top` likeliest intents with calibrated probabilities, best first.

        `nearest` has for each text the (intent, cosine) pairs of its nearest cases.
        """
        ...


class Urgencies(Protocol):
    """How soon somebody must act on a text."""

    def levels(self, texts: Sequence[str]) -> list[tuple[Urgency, float, str]]:
        """For each text the level, its calibrated probability, and the words and facts that moved it."""
        ...


class Scope(Protocol):
    """Whether a text asks for anything known."""

    def known(self, densities: Sequence[float], confidences: Sequence[float]) -> list[float]:
        """The probability, 0 to 1, from how near known cases are to each text and its best intent's probability."""
        ...


class Languages(Protocol):
    """Which of the configured languages a text is in."""

    def guess(self, texts: Sequence[str]) -> list[Scored]: ...


class Sentences(Protocol):
    """Where the sentences of a text are."""

    def split(self, texts: Sequence[str]) -> list[tuple[str, ...]]: ...


class Entities(Protocol):
    """The typed spans of a text: numbers, dates, amounts, addresses, names."""

    def find(self, texts: Sequence[str]) -> list[tuple[Entity, ...]]:
        """For each text its entities in order, never overlapping."""
        ...


class Records(Protocol):
    """The company's own records of its customers."""

    def find(self, email: str) -> Mapping[str, str]:
        """Facts of the customer with a mail address, by kind; none where nobody or more than one has it.

        Raises RecordsError when the records cannot be asked.
        """
        ...
