"""What the cases near a request say for each template of an intent."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp

from salver.data.answer import Template
from salver.data.case import PastCase
from salver.models.answers import Vector
from salver.models.choice import Cosines

_SHARPNESS = 24.0
"""How much more a nearer case says: its vote is exp(24 * cosine). On 1,100 cases the log of the chance given to the
answer that was sent was lower with 6 and 12."""
_LITTLE = 0.5
"""The weight of what an intent's templates were used for at all, against 1 for the nearest case."""

Near = Sequence[tuple[str, float]]
"""Pairs of case and cosine, nearest first."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as the models see it, and what is near it: its nearest cases, also by intent and language and by the
    templates of their answers, and its cosines to what may be chosen."""

    text: str
    vector: Vector
    near: Near
    of_intent: Mapping[tuple[str, str], Near]
    of_template: Mapping[str, Sequence[str]]
    choices: Cosines

    @classmethod
    def of(cls, text: str, vector: Vector, near: Near, choices: Cosines, cases: Mapping[str, PastCase]) -> "Asked":
        of_intent: dict[tuple[str, str], list[tuple[str, float]]] = defaultdict(list)
        of_template: dict[str, list[str]] = defaultdict(list)
        for pair in near:
            if case := cases.get(pair[0]):
                of_intent[case.intent, case.lang].append(pair)
                for template in set(case.templates):
                    of_template[template].append(case.id)
        return cls(text, vector, near, of_intent, of_template, choices)


def votes_for(
    intent: str, lang: str, nearest: Near, cases: Mapping[str, PastCase], templates: Iterable[Template]
) -> dict[str, float]:
    """What the nearest cases say of each template of an intent in a language: shares, 0 to 1.

    `nearest` are pairs of case and cosine. The near cases of the intent in the language vote for the templates that
    their answers were made of; one answered freely votes for none, so that the shares add up to 1 or less.
    """
    known = [one for one in templates if one.intent == intent and one.lang == lang]
    used = sum(len(one.cases) for one in known) or 1
    voters = [(cases[one], cosine) for one, cosine in nearest if one in cases]
    votes = weighed([pair for pair in voters if pair[0].intent == intent and pair[0].lang == lang])
    cast = sum(weight for _, weight in votes) + _LITTLE
    shares = {one.id: _LITTLE * len(one.cases) / used / cast for one in known}
    for case, weight in votes:
        for template in case.templates:
            if template in shares:
                shares[template] += weight / len(case.templates) / cast
    return shares


def weighed(voters: Sequence[tuple[PastCase, float]]) -> list[tuple[PastCase, float]]:
    """Cases with their weight, 0 to 1: the nearest weighs 1."""
    best = max((cosine for _, cosine in voters), default=0.0)
    return [(case, exp(_SHARPNESS * (cosine - best))) for case, cosine in voters]
