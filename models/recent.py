"""What was found for recent texts: the steps of the way ask for the same ones again and again."""

from collections.abc import Callable, Iterable, Sequence
from typing import Generic, TypeVar

_KEPT = 2000
_LONG = 5000
"""Characters; longer texts are rare and large, and are not kept."""

Found = TypeVar("Found")


class Recent(Generic[Found]):
    """Finds something for many texts at once, each text once. Safe to share between threads; memory is bounded."""

    def __init__(self, find: Callable[[Sequence[str]], Iterable[Found]]) -> None:
        self._find = find
        self._kept: dict[str, Found] = {}

    def of(self, texts: Sequence[str]) -> list[Found]:
        """What is found for each text, in order."""
        kept = self._kept
        found = {text: kept[text] for text in texts if text in kept}
        new = [text for text in dict.fromkeys(texts) if text not in found]
        if new:
            fresh = dict(zip(new, self._find(new), strict=True))
            found |= fresh
            self._keep({text: one for text, one in fresh.items() if len(text) < _LONG})
        return [found[text] for text in texts]

    def _keep(self, fresh: dict[str, Found]) -> None:
        """Of too many the new ones stay; nothing is ever taken out of what another thread may be reading."""
        kept = self._kept
        if len(kept) + len(fresh) > _KEPT:
            self._kept = dict(list(fresh.items())[:_KEPT])
        else:
            kept.update(fresh)
