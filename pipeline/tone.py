"""How German speaks to its reader: with Sie or with du. English has one word for both; other languages are not told.

A text that says Sie can be sent to everybody; one that says du only to somebody who wrote so.
"""

import re
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Literal, Protocol, TypeVar

from salver.data.answer import Template
from salver.pipeline.fold import DENIALS

Address = Literal["du", "Sie", ""]
"""Empty where a text speaks to nobody, or one cannot tell."""

_DU = re.compile(
    r"\b(?:du|dir|dich|dein(?:e[mnrs]?|s)?|euch|euer|eure[mnrs]?"
    r"|(?:{0}) ihr|ihr (?:{0}))\b".format(
        "könnt|könntet|habt|hattet|hättet|seid|wart|wärt|wollt|müsst|müsstet|dürft|sollt|wisst|gebt|seht|werdet|würdet"
        "|helft|nehmt|lasst"
    ),
    re.IGNORECASE,
)
_SIE = re.compile(r"(?<=[\w,;)–-] )(?:Sie|Ihnen|Ihr(?:e[mnrs]?)?)\b|\b(?:Ihnen|Ihre[mnrs]?)\b")
_SIE_FIRST = re.compile(r"\bSie\b")
_SPEAKS = re.compile(r"\b(?:du|dir|dich|dein\w*|euch|euer|eure\w*|sie|ihnen|ihr\w{0,2})\b", re.IGNORECASE)
_WORD = re.compile(r"\w+")
_KEPT = 1024
"""Texts that are remembered: the same templates are looked at for every message."""
_STEM = 4
_ALIKE = 0.75


class Offered(Protocol):
    """A template that is offered for a message, and the chance that it would be sent."""

    @property
    def template(self) -> Template: ...
    @property
    def chance(self) -> float: ...


One = TypeVar("One", bound=Offered)


@lru_cache(maxsize=_KEPT)
def address_of(text: str, lang: str) -> Address:
    """How a text speaks to its reader."""
    if lang != "de":
        return ""
    du, sie = len(_DU.findall(text)), len(_SIE.findall(text))
    if du > sie:
        return "du"
    return "Sie" if sie or _SIE_FIRST.search(text) else ""


def answered_with(asked: str, lang: str) -> Address:
    """How a customer wants to be spoken to: with du only who wrote du, or ihr, and nowhere Sie."""
    du = address_of(asked, lang) == "du" and not _SIE.search(asked)
    return "du" if du else "Sie"


def fitting(offers: Sequence[One], address: Address, lang: str) -> list[One]:
    """What may be said to somebody who is spoken to so, the likeliest first.

    Who is spoken to with du gets the text that says so, where there is one that says the same as the likeliest.
    """
    ordered = sorted(offers, key=lambda one: (-one.chance, one.template.id))
    if address != "du":
        return [one for one in ordered if address_of(one.template.text, lang) != "du"]
    if not ordered or address_of(ordered[0].template.text, lang) != "Sie":
        return ordered
    same = [one for one in ordered[1:] if is_twin(one.template.text, ordered[0].template.text)]
    twin = next((one for one in same if address_of(one.template.text, lang) == "du"), None)
    return [twin, *(one for one in ordered if one is not twin)] if twin else ordered


def is_twin(one: str, other: str) -> bool:
    """Whether two texts say the same, but for how they speak to their reader: no number and no denial differs."""
    first, second = _said(one), _said(other)
    sure = [Counter(word for word in words if word in DENIALS or not word.isalpha()) for words in (first, second)]
    stems = [[word[:_STEM] for word in words] for words in (first, second)]
    return sure[0] == sure[1] and SequenceMatcher(None, stems[0], stems[1], autojunk=False).ratio() >= _ALIKE


def _said(text: str) -> list[str]:
    return _WORD.findall(_SPEAKS.sub("", text).casefold())
