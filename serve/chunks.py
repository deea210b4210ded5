"""A stream in pieces that fit into memory."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

CHUNK = 128
"""Messages that are stored, decided and written together: what is lost of work when the machine stops."""

One = TypeVar("One")


def chunked(stream: Iterable[One], size: int) -> Iterator[list[One]]:
    """Lists of up to `size`, none empty."""
    rest = iter(stream)
    while chunk := list(islice(rest, size)):
        yield chunk
