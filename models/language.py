"""Which language a text is in: one of the configured, or clearly another."""

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from salver.data.errors import SettingsError
from salver.data.reading import Scored

_OTHERS = "ar bg cs da de el en es et fa fi fr he hr hu it ja ko lt lv nl no pl pt ro ru sk sl sq sv tr uk vi zh"
_READ_CHARACTERS = 240
_FEW_LETTERS = 16
_CLEARLY = 0.7
_GUESSED = 0.5
"""On 1,108 German and English mails with typos and dialect, 0.7 called 2 foreign (both Low German), and none of their
first 30 letters."""


class ConfiguredLanguages:
    """Guesses among the configured languages; names another one (ISO 639-1) only when it is clearly that.

    The others stand for "none of ours". py3langid's scores are sharpened so that they sum to 1 over all of these.
    A text of fewer than 16 letters says too little: it gets the likeliest configured language with at most 0.5.
    """

    def __init__(self, languages: Sequence[str]) -> None:
        self.languages = tuple(languages)
        self._identifier = _identifier(tuple(sorted({*self.languages, *_OTHERS.split()})))

    def guess(self, texts: Sequence[str]) -> list[Scored]:
        """For each text its language with a probability, 0 to 1."""
        return [self._guess(text) for text in texts]

    def _guess(self, text: str) -> Scored:
        text = text[:_READ_CHARACTERS]
        letters = sum(map(str.isalpha, text))
        if not letters:
            return Scored(label=self.languages[0], probability=0.0)
        ranked = self._identifier.rank(text)
        best, chance = ranked[0]
        own = [(label, p) for label, p in ranked if label in self.languages]
        if letters < _FEW_LETTERS and not _no_latin_letter(text):
            return self._barely(dict(own))
        if best in self.languages or chance >= _CLEARLY or _no_latin_letter(text):
            return Scored(label=best, probability=chance)
        return Scored(label=own[0][0], probability=min(own[0][1], _GUESSED))

    def _barely(self, own: dict[str, float]) -> Scored:
        """The first configured language that fits about as well as any of them."""
        enough = max(own.values()) / 2
        label = next(one for one in self.languages if own[one] >= enough)
        return Scored(label=label, probability=min(own[label], _GUESSED))


def _no_latin_letter(text: str) -> bool:
    return not any(unicodedata.name(one, "").startswith("LATIN") for one in text if one.isalpha())


@lru_cache(maxsize=4)
def _identifier(languages: tuple[str, ...]) -> Any:
    """py3langid limited to these languages, its scores made to sum to 1. Its model takes half a second to load."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    unknown = sorted(set(languages) - set(identifier.labels))
    if unknown:
        todo = 'Use ISO 639-1 codes such as "de".'
        raise SettingsError(f"no language is known as {', '.join(unknown)}", where="languages", todo=todo)
    identifier.set_languages(languages)
    return identifier
