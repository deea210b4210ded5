"""Any sentence-transformers model as an encoder, by name or folder. Torch is imported when it is first used."""

import importlib.util
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from salver.data.errors import BundleError
from salver.models.ports import Vectors

_KEPT = 100_000
"""Vectors kept, because training asks for the same texts again and customers write the same short ones."""


class PretrainedEncoder:
    """Loads `name` from a folder, or from the local cache of sentence-transformers; runs no code that comes with it."""

    def __init__(self, name: str, batch_size: int = 64) -> None:
        self.name = name
        self._batch_size = batch_size
        self._known: dict[str, NDArray[np.float32]] = {}

    @property
    def dim(self) -> int:
        known = getattr(self._model, "get_embedding_dimension", None)  # so called since sentence-transformers 5
        return int(known() if known else self._model.get_sentence_embedding_dimension())

    def encode(self, texts: Sequence[str]) -> Vectors:
        """(n, dim) float32, rows of length 1. Raises BundleError when the model cannot be loaded."""
        if not texts:
            return np.zeros((0, self.dim), np.float32)
        new = list(dict.fromkeys(text for text in texts if text not in self._known))
        found = dict(zip(new, self._computed(new), strict=True))
        vectors = np.stack([self._known[text] if text in self._known else found[text] for text in texts])
        if len(self._known) + len(found) > _KEPT:
            self._known.clear()
        self._known.update(found)
        return vectors

    def _computed(self, texts: list[str]) -> Vectors:
        found = self._model.encode(
            texts, batch_size=self._batch_size, normalize_embeddings=True, show_progress_bar=False
        )
        vectors = np.asarray(found, dtype=np.float32)
        if not np.isfinite(vectors).all():
            todo = "Its weights are damaged: fetch the model again."
            raise BundleError(f'the encoder "{self.name}" gives vectors that are no numbers', todo=todo)
        return vectors

    @cached_property
    def _model(self) -> Any:
        if importlib.util.find_spec("sentence_transformers") is None:
            raise BundleError(
                f'the encoder "{self.name}" needs sentence-transformers', todo='Install "salver[pretrained]".'
            )
        from sentence_transformers import SentenceTransformer

        try:
            return SentenceTransformer(self.name, device="cpu", trust_remote_code=False)
        except (OSError, ValueError) as error:
            place = "in that folder" if Path(self.name).exists() else "under that name; give the folder of a model"
            raise BundleError(f'no sentence-transformers model "{self.name}" is found {place}') from error
