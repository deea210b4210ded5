"""Gate 3, k customers: a text may stand in a template only if enough customers were sent it who are not its source.

What strangers were sent alike names none of them. A line is counted again without its sources, the customers in whose
own record a word or a number of it stands: if five people of one name were greeted by it, that proves nothing. And it
must come from two agents, or over two weeks: what one person pasted in a busy hour is not the company's text yet.
A refusal refuses the whole text, for a lost line may turn an answer round.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from salver.pipeline.traces import words_of

_SLOT = re.compile(r"\{[a-z0-9_]+\}")
_APART = timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A reply as sent and as masked, both without salutation and closing.

    `customer` is the same for all replies to one customer. `own` are the words and numbers of that customer's record,
    as `pipeline.traces.words_of` gives them.
    """

    case: str
    intent: str
    lang: str
    sent: str
    masked: str
    customer: str
    agent: str
    at: datetime | None
    reopened: bool
    thanked: bool = False
    own: frozenset[str] = frozenset()


def proven(text: str, sent: Sequence[Reply], min_customers: int) -> bool:
    """Whether a text may stand that all of these replies hold: as a whole, and each line of it without its sources."""
    if not _enough(sent, min_customers):
        return False
    return all(_enough(_without_sources(line, sent), min_customers) for line in text.split("\n"))


def is_the_companys(value: str, sent: Sequence[Reply], min_customers: int) -> bool:
    """Whether a value that was masked, and is the same in all of these replies, is the company's own and no customer's.

    One agent alone does not show it, over however long a time: it may be a note about somebody, pasted again and again.
    """
    others = _without_sources(value, sent)
    return _enough(others, min_customers) and len({reply.agent for reply in others}) > 1


def _without_sources(text: str, sent: Sequence[Reply]) -> list[Reply]:
    words = words_of(_SLOT.sub(" ", text))
    return [reply for reply in sent if words.isdisjoint(reply.own)]


def _enough(sent: Sequence[Reply], min_customers: int) -> bool:
    """Sent to enough different customers, by two agents or over two weeks."""
    times = [reply.at for reply in sent if reply.at]
    spread = bool(times) and max(times) - min(times) >= _APART
    agents = {reply.agent for reply in sent}
    return len({reply.customer for reply in sent}) >= min_customers and (len(agents) > 1 or spread)
