"""Past answers that say the same, or nearly, laid on top of each other."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from heapq import nsmallest
from itertools import zip_longest
from math import ceil
from sys import intern

_WORD = re.compile(r"\{[a-z0-9_]+\}|\w+")
_ALIKE = 0.9
_TURNED_ALIKE = 0.6
"""Of a line of eight words two may differ."""
_KEPT = 4000
_TRIED = 300
"""Texts that one is compared with at most, those that share its rarest words first: so folding grows with the texts and
not with their pairs."""
_BITS = 512

_DENIALS = (
    "nicht nichts kein keine keinem keinen keiner keines nie niemals niemand ohne weder"
    " not no never without cannot t dont doesnt isnt wont cant neither nor none nothing nobody"
    " ne pas sans jamais aucun aucune niet geen zonder nooit non senza sin nunca não sem"
)
DENIALS = frozenset(_DENIALS.split())
"""Words that turn a sentence round; of "isn't" the "t" is one."""

_TURNED = ("un", "in", "im", "ir", "il", "dis", "non", "nicht", "not")
_NUMERAL = re.compile(
    r"(?!und)(?:null|ein(?=und|hundert|tausend)|und|zwei|zwan|drei|vier|fünf|sechs|sech|sieben|sieb|acht|neun|zehn|elf"
    r"|zwölf|zig|ßig|hundert|tausend|millionen|halbe?[nrs]?|doppelte?[nrs]?|zero|two|three|four|five|six|seven|eighteen"
    r"|eighty|eight|nine|ten|eleven|twelve|thir|fif|twen|forty|teen|ty|hundred|thousand|millions?|half|double|twice)+"
)

Bag = frozenset[str]
"""The words of a text; one that stands there three times is in it as it is and with 1 and 2 behind it."""


@lru_cache(maxsize=_KEPT)
def _taken_apart(text: str) -> tuple[tuple[str, ...], Bag]:
    """The words of a text in order, and as a bag: the same past answers are near to many messages."""
    words = tuple(map(intern, _WORD.findall(text.casefold())))
    again = [f"{word} {i}" for word, often in Counter(words).items() if often > 1 for i in range(1, often)]
    return words, frozenset([*words, *again])


@lru_cache(maxsize=_KEPT)
def alike(one: str, other: str) -> bool:
    """Whether two texts say the same: nine tenths of all words stand in both, as often, and none of the rest turns it.

    Case and punctuation do not count (Jaccard). Texts are never alike that differ in a denial or in a number, where
    these stand in order; but a slot, `{kind}`, may stand for any number.
    """
    (words, bag), (others, other_bag) = _taken_apart(one), _taken_apart(other)
    return words == others or (_overlap(bag, other_bag) and _agree(words, others))


def turns(one: str, other: str) -> bool:
    """Whether two lines are nearly the same words, but one denies or counts what the other does not.

    Where in the line it does so makes no difference, and a slot may stand for any number.
    """
    (words, bag), (others, other_bag) = _taken_apart(one), _taken_apart(other)
    both = len(bag & other_bag)
    if both < _TURNED_ALIKE * (len(bag) + len(other_bag) - both):
        return False
    counted = sorted(_numbers(words)) != sorted(_numbers(others)) and not (_slot(words) or _slot(others))
    return counted or sorted(_denied(words)) != sorted(_denied(others))


def _overlap(a: Bag, b: Bag) -> bool:
    if len(a) < _ALIKE * len(b) or len(b) < _ALIKE * len(a):
        return False
    both = len(a & b)
    return both >= _ALIKE * (len(a) + len(b) - both)


def _lacks(bag: Bag) -> int:
    """How many of its words a text may lack that is alike."""
    return len(bag) - ceil(_ALIKE * len(bag) - 1e-9)


def _sketch(bag: Bag) -> int:
    """A bit for each word: a bit that another sketch lacks is a word that the other text lacks."""
    bits = 0
    for word in bag:
        bits |= 1 << (hash(word) % _BITS)
    return bits


def _agree(words: Sequence[str], others: Sequence[str]) -> bool:
    """Whether no stretch in which two texts differ denies or counts something else in one than in the other."""
    return all(
        _denied(one) == _denied(other)
        and not _turned(one, other)
        and (_numbers(one) == _numbers(other) or _slot(one) or _slot(other))
        for one, other in _differences(words, others)
    )


def counts_or_denies(text: str) -> bool:
    """Whether there is a number in a text, in digits or in words, or a word that denies."""
    words = _taken_apart(text)[0]
    return bool(_denied(words) or _numbers(words))


def _differences(words: Sequence[str], others: Sequence[str]) -> Iterator[tuple[Sequence[str], Sequence[str]]]:
    same = next((i for i, (a, b) in enumerate(zip_longest(words, others)) if a != b), 0)
    words, others = words[same:], others[same:]
    for kind, start, end, other_start, other_end in SequenceMatcher(None, words, others).get_opcodes():
        if kind != "equal":
            yield words[start:end], others[other_start:other_end]


def _denied(words: Iterable[str]) -> list[str]:
    return [word for word in words if word in DENIALS]


def _turned(words: Sequence[str], others: Sequence[str]) -> bool:
    """Whether a word stands on one side with a syllable before it that turns it: possible, impossible."""
    turned = {a + word for a in _TURNED for word in words}, {a + word for a in _TURNED for word in others}
    return not (turned[0].isdisjoint(others) and turned[1].isdisjoint(words))


def _numbers(words: Iterable[str]) -> list[str]:
    return [word for word in words if not _is_slot(word) and (_has_digit(word) or _NUMERAL.fullmatch(word))]


def _has_digit(word: str) -> bool:
    return any(map(str.isdigit, word))


def _slot(words: Iterable[str]) -> bool:
    return any(map(_is_slot, words))


def _is_slot(word: str) -> bool:
    return word.startswith("{")


class Folds:
    """Texts folded as they come: each is alike to the first of its fold. Folds have numbers from 0.

    Which firsts a text may be alike to is found by its rarest words: two bags of which nine tenths are the same share
    one of them (Chaudhuri et al., A Primitive Operator for Similarity Joins in Data Cleaning, 2006).
    """

    def __init__(self, texts: Iterable[str] = ()) -> None:
        """Nothing is folded yet; `texts` say which words are rare."""
        self._often = Counter(word for text in texts for word in _taken_apart(text)[1])
        self._same: dict[tuple[str, ...], int] = {}
        self._holding: dict[str, list[int]] = defaultdict(list)
        self._sketches: list[tuple[int, int]] = []
        self.firsts: list[str] = []

    def find(self, text: str) -> int | None:
        """The number of the fold that a text belongs to, if there is one."""
        words, bag = _taken_apart(text)
        if words in self._same:
            return self._same[words]
        return next((number for number in self._near(bag) if alike(self.firsts[number], text)), None)

    def add(self, text: str) -> int:
        """The number of the fold that a text belongs to; a new one if need be."""
        words, bag = _taken_apart(text)
        number = self.find(text)
        if number is None:
            number = len(self.firsts)
            self.firsts.append(text)
            self._sketches.append((_sketch(bag), _lacks(bag)))
            for word in self._rarest(bag):
                self._holding[word].append(number)
        self._same[words] = number
        return number

    def drop(self, number: int) -> None:
        """Remove a fold so that nothing of its texts is left; its number is not given again."""
        for word in self._rarest(_taken_apart(self.firsts[number])[1]):
            self._holding[word].remove(number)
        self._same = {words: of for words, of in self._same.items() if of != number}
        self.firsts[number], self._sketches[number] = "", (0, 0)

    def _near(self, bag: Bag) -> Iterator[int]:
        """The folds whose firsts share one of the rarest words of a bag, and lack few of its words."""
        sketch, lacks = _sketch(bag), _lacks(bag)
        tried: dict[int, None] = {}
        for word in self._rarest(bag):
            tried.update(dict.fromkeys(self._holding.get(word, ())[-_TRIED:]))
            if len(tried) >= _TRIED:
                break
        for number in tried:
            other, may_lack = self._sketches[number]
            if (sketch & ~other).bit_count() <= lacks and (other & ~sketch).bit_count() <= may_lack:
                yield number

    def _rarest(self, bag: Bag) -> list[str]:
        """As many of its rarest words as two bags need to share one when they are alike."""
        enough = _lacks(bag) + 1 if bag else 0
        return nsmallest(enough, bag, key=lambda word: (self._often[word], word))
