"""Whether an answer that was set aside was right, by what a person sent or said instead."""

import re
from collections import Counter

from salver.data.correction import Correction
from salver.pipeline.fold import DENIALS

_WORD = re.compile(r"\w+")
_SAYS = 0.9


def verdict(correction: Correction, intent: str, answer: str) -> bool | None:
    """Whether a correction finds this answer right, and the intent it was chosen for; None if it leaves that open.

    What is said outright counts first. Otherwise another intent or an answer that says something else finds it wrong,
    and an answer that says the same finds it right. `answer` is empty when it was erased.
    """
    if correction.right is not None:
        return correction.right
    if not answer:
        return None
    if correction.intent not in (None, intent):
        return False
    return None if correction.answer is None else says(correction.answer, answer)


def says(answer: str, template: str) -> bool:
    """Whether nine tenths of a template's words stand in an answer, all that deny something among them."""
    wanted, said = (Counter(_WORD.findall(text.casefold())) for text in (template, answer))
    denied = any(wanted[word] != said[word] for word in DENIALS)
    return not denied and (wanted & said).total() >= _SAYS * max(wanted.total(), 1)
