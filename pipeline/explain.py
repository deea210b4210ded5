"""Words for a person: shares, numbers, languages and lists, the same wherever a step says why."""

from collections.abc import Sequence
from itertools import count

_LANGUAGES = {
    "da": "Danish",
    "de": "German",
    "en": "English",
    "es": "Spanish",
    "fr": "French",
    "it": "Italian",
    "nl": "Dutch",
    "pl": "Polish",
    "pt": "Portuguese",
    "ro": "Romanian",
    "ru": "Russian",
    "tr": "Turkish",
    "uk": "Ukrainian",
}
_DIGITS = 6


def percent(share: float, digits: int = 1) -> str:
    """0.93 is "93 %", 0.025 is "2.5 %"; `digits` after the point at most."""
    return f"{round(share * 100, digits):g} %"


def apart(one: float, other: float) -> tuple[str, str]:
    """Two numbers with as many digits as it takes to tell them apart, at least two."""
    for digits in count(2):
        words = f"{one:.{digits}f}", f"{other:.{digits}f}"
        if words[0] != words[1] or digits == _DIGITS:
            return words
    raise AssertionError  # count never ends


def language(code: str) -> str:
    """The English name of a language, or its code."""
    return _LANGUAGES.get(code, f'"{code}"')


def listed(words: Sequence[str]) -> str:
    """a, b and c"""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def counted(number: int, noun: str) -> str:
    """1 case, 2 cases"""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
