"""The letter that an agent finds in the folder of drafts: the best text for all that is asked, to be read and sent.

What a person must still do stands between double square brackets: slots that the message does not fill, requests for
which nothing is known, and a *perhaps* before a text for what is less likely asked for than not.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import assert_never

from salver.data.answer import Letter, Suggestion
from salver.data.company import Company
from salver.data.decision import AutoAnswer, Drafted, Leave, Route, Tray
from salver.data.reading import Reading
from salver.pipeline.charset import one_line
from salver.pipeline.compose import LANGUAGES, letter, person, way_of_speaking

_SLOT = re.compile(r"\{([a-z0-9_]+)\}")
_LONGEST_QUESTION = 120
_PERHAPS = "[[perhaps]] "
_LIKELY = 0.5


def draft(tray: Tray, company: Company) -> tuple[Letter, str] | None:
    """A letter and its language; None where nobody is to be answered, or nothing at all can be suggested."""
    match tray.decision:
        case Leave():
            return None
        case AutoAnswer() as decision:
            bodies = _bodies(tray, decision.drafts) if len(decision.drafts) > 1 else [decision.body]
        case Route() as decision:
            bodies = _bodies(tray, decision.drafts)
        case _:
            assert_never(tray.decision)
    reading = _spoken(tray)
    if reading is None or not any(bodies):
        return None
    sender = tray.message.sender
    name = person(sender.name) if sender else ""
    said = [_doubt(reading, at) + marked(one) if one else _missing(tray, at) for at, one in enumerate(bodies)]
    ordered = [said[at] for at in _in_order(reading, len(said))]
    return letter(ordered, way_of_speaking(said, reading), company, name, by_machine=False), reading.lang


def marked(text: str) -> str:
    """A text whose open slots catch the eye."""
    return _SLOT.sub(r"[[\1]]", text)


def _doubt(reading: Reading, at: int) -> str:
    """What stands before the text for a further request of which one is unsure."""
    return _PERHAPS if at and reading.requests[at].probability < _LIKELY else ""


def _bodies(tray: Tray, drafts: Sequence[Drafted]) -> list[str]:
    """For each request its covered text, else the best suggestion; empty where there is none."""
    requests = tray.reading.requests if tray.reading else ()
    return [_body(drafts[at] if at < len(drafts) else None, tray.suggestions, at) for at in range(len(requests))]


def _body(drafted: Drafted | None, suggestions: Sequence[Suggestion], at: int) -> str:
    if drafted and drafted.covered and drafted.text:
        return drafted.text
    suggested = next((one.text for one in suggestions if one.request == at), "")
    return suggested or (drafted.text if drafted else "")


def _spoken(tray: Tray) -> Reading | None:
    """The reading, in a language in which a letter can be written: the message's, or that of what is suggested."""
    reading = tray.reading
    if reading is None or reading.lang in LANGUAGES:
        return reading
    lang = next((one.lang for one in tray.suggestions if one.lang in LANGUAGES), "")
    return replace(reading, lang=lang) if lang else None


def _missing(tray: Tray, at: int) -> str:
    """What stands in place of a text that nobody knows: the customer's own words, for the agent to answer."""
    asked = one_line(tray.reading.requests[at].text) if tray.reading else ""
    short = asked if len(asked) <= _LONGEST_QUESTION else f"{asked[: _LONGEST_QUESTION - 1]}…"
    return f"[[{short}]]"


def _in_order(reading: Reading, count: int) -> list[int]:
    """The places of the requests in the order in which they are asked."""
    return sorted(range(count), key=lambda at: (reading.requests[at].place, at))
