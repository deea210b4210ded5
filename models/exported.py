"""The encoder of an archive as a sentence-transformers model, for others to use: no salver and no code comes with it.

sentence-transformers trusts a model only when it is made of its own modules, and none of these counts n-grams that
overlap. So the encoder becomes a static embedding: each word, pair of words and piece of a word that the archive knows
gets the sum of its n-grams' vectors, and a text is parted into as few of them as will do (by the unigram model of Kudo,
Subword Regularization, 2018). The pairs that lie across two tokens are lost, so its vectors come close to the encoder's
and are not the same; `export` says how close.
"""

import json
import os
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from salver.data.errors import BundleError
from salver.models.grams import Grams
from salver.models.history import HistoryEncoder
from salver.models.ports import Vectors

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_BEGIN = "▁"
"""Stands before each word."""
_UNKNOWN = "<unk>"
_LEAST_TEXTS = 2
"""Texts in which a word or a pair must stand: what one customer alone wrote is not handed on."""
_LEAST_WORDS = 3
"""Words in which a piece must stand."""
_LONGEST_PIECE = 6
_MOST = 50_000
"""Of words, pairs and pieces so many each, the most frequent ones."""
_WORD, _PAIR, _PIECE = -1.0, -1.5, -3.0
"""What a token costs: a pair less than two words, and pieces so much that they stand only where no word does."""
_EMBEDDING, _NORMALIZE = "0_StaticEmbedding", "1_Normalize"
_MODULES = [
    {"idx": 0, "name": "0", "path": _EMBEDDING, "type": "sentence_transformers.models.StaticEmbedding"},
    {"idx": 1, "name": "1", "path": _NORMALIZE, "type": "sentence_transformers.models.Normalize"},
]
"""By the names that all versions from 4 on know."""
_CONFIG: dict[str, Any] = {
    "model_type": "SentenceTransformer",
    "prompts": {},
    "default_prompt_name": None,
    "similarity_fn_name": "cosine",
}
_BATCH = 1_000


def export(encoder: HistoryEncoder, texts: Sequence[str], folder: Path) -> float:
    """Write a model that `SentenceTransformer(folder)` loads; `texts` are those that the encoder has learned from.

    Says how near its vectors of these texts come to the encoder's: their mean cosine. Raises BundleError when there is
    something already, or it cannot be written.
    """
    if folder.exists():
        raise BundleError("there is something already", where=str(folder), todo="Give another name, or remove it.")
    if encoder.base is not None:
        todo = "Hand on that model itself, or train with --encoder history and export that."
        raise BundleError(f'this encoder stands on top of "{encoder.name}" and is none without it', todo=todo)
    tokenizer, vectors = _embedding(encoder, texts)
    beside = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    try:
        _write(beside, tokenizer, vectors)
        beside.rename(folder)
    except OSError as error:
        shutil.rmtree(beside, ignore_errors=True)
        todo = "Make room or choose another place; nothing half-written was left."
        raise BundleError(f"the encoder cannot be written ({error.strerror})", where=str(folder), todo=todo) from error
    return _agreement(encoder, texts, tokenizer, vectors)


def _embedding(encoder: HistoryEncoder, texts: Sequence[str]) -> tuple["Tokenizer", Vectors]:
    """A tokenizer, and a vector for each of its tokens."""
    try:
        from tokenizers import Tokenizer, models
    except ImportError as error:
        todo = 'Install "salver[pretrained]".'
        raise BundleError("an encoder is exported with the library tokenizers, which is not here", todo=todo) from error
    normalizer = _normalizer()
    costs = _tokens([normalizer.normalize_str(text).split(_BEGIN)[1:] for text in texts])
    arrays = encoder.to_arrays()
    grams = Grams(known=arrays["columns"])
    found = grams.matrix([token.replace(_BEGIN, " ") for token in costs])
    found.data[:] = 1
    vectors = found @ (arrays["rarity"][:, None] * arrays["table"].astype(np.float32))
    tokenizer = Tokenizer(models.Unigram([(_UNKNOWN, 0.0), *costs.items()], unk_id=0, byte_fallback=False))
    tokenizer.normalizer = normalizer
    return tokenizer, np.vstack([np.zeros((1, encoder.dim)), vectors]).astype(np.float32)


def _normalizer() -> Any:
    """Text as n-grams see it: small letters, each digit a 0, and words and signs apart."""
    from tokenizers import Regex, normalizers

    return normalizers.Sequence(
        [
            normalizers.Lowercase(),
            normalizers.Replace("ß", "ss"),
            normalizers.Replace(Regex(r"\d"), "0"),
            normalizers.Replace(Regex(r"(?<=\w)(?=[^\w\s])|(?<=[^\w\s])(?=\S)"), " "),
            normalizers.Strip(),
            normalizers.Replace(Regex(r"\s+"), _BEGIN),
            normalizers.Prepend(_BEGIN),
        ]
    )


def _tokens(texts: Sequence[Sequence[str]]) -> Mapping[str, float]:
    """The words and signs of texts, their pairs, and the pieces of words, each with its cost."""
    words = Counter(word for text in texts for word in set(text))
    pairs = Counter(pair for text in texts for pair in set(pairwise(text)))
    known = {word for word, count in words.items() if count >= _LEAST_TEXTS}
    pieces = Counter(piece for word in words for piece in _pieces(_BEGIN + word))
    tokens = {piece: _PIECE for piece, count in pieces.most_common(_MOST) if count >= _LEAST_WORDS}
    for (first, second), count in pairs.most_common(_MOST):
        if count >= _LEAST_TEXTS:
            tokens[f"{_BEGIN}{first}{_BEGIN}{second}"] = _PAIR
    return tokens | {_BEGIN + word: _WORD for word, _ in words.most_common(_MOST) if word in known}


def _pieces(word: str) -> set[str]:
    sizes = range(2, _LONGEST_PIECE + 1)
    return {word[at : at + size] for size in sizes for at in range(len(word) - size + 1)}


def _write(folder: Path, tokenizer: "Tokenizer", vectors: Vectors) -> None:
    from safetensors.numpy import save_file

    (folder / _EMBEDDING).mkdir(parents=True)
    (folder / _NORMALIZE).mkdir()
    tokenizer.save(str(folder / _EMBEDDING / "tokenizer.json"))
    save_file({"embedding.weight": vectors}, folder / _EMBEDDING / "model.safetensors")
    (folder / _NORMALIZE / "config.json").write_text("{}", "utf-8")
    (folder / "modules.json").write_text(json.dumps(_MODULES, indent=1), "utf-8")
    (folder / "config_sentence_transformers.json").write_text(json.dumps(_CONFIG, indent=1), "utf-8")


def _agreement(encoder: HistoryEncoder, texts: Sequence[str], tokenizer: "Tokenizer", vectors: Vectors) -> float:
    """The mean cosine between the encoder's vectors and the model's."""
    cosines: list[NDArray[np.float32]] = []
    for begin in range(0, len(texts), _BATCH):
        some = list(texts[begin : begin + _BATCH])
        sums = np.array([vectors[one.ids].sum(axis=0) for one in tokenizer.encode_batch(some)])
        lengths = np.maximum(np.linalg.norm(sums, axis=1), 1e-9)
        cosines.append((sums * encoder.encode(some)).sum(axis=1) / lengths)
    return float(np.concatenate(cosines).mean()) if cosines else 0.0
