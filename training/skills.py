"""Who solves what: for each agent, intent and language the chance that the first answer resolves a message.

A few cases prove little, so an estimate is shrunk towards what is known otherwise of the intent and of the agent: it is
the mean of a Beta distribution whose prior has the mean of both and the weight of `PRIOR` cases (empirical Bayes: Efron
and Morris, Data Analysis Using Stein's Estimator, 1975).
"""

from collections import defaultdict
from collections.abc import Sequence

from scipy.stats import beta

from salver.data.agent import Skill
from salver.data.case import Case

PRIOR = 8.0
"""How many cases the shrinkage weighs."""
_INTERVAL = 0.9


def estimate(cases: Sequence[Case], languages: Sequence[str]) -> tuple[Skill, ...]:
    """A skill for each agent, intent and language (`languages` belong to `cases`, in order) that was seen."""
    cells: dict[tuple[str, str, str], list[bool]] = defaultdict(list)
    for case, lang in zip(cases, languages, strict=True):
        if case.agent and case.intent:
            cells[case.agent, case.intent, lang].append(case.ending != "reopened")
    everybody = _share([solved for one in cells.values() for solved in one], 0.5)
    by_agent = {a: _share(_of(cells, 0, a), everybody) for a in {key[0] for key in cells}}
    by_intent = {i: _share(_of(cells, 1, i), everybody) for i in {key[1] for key in cells}}
    return tuple(
        _skill(key, cells[key], _between(by_agent[key[0]], by_intent[key[1]], everybody)) for key in sorted(cells)
    )


def _of(cells: dict[tuple[str, str, str], list[bool]], part: int, name: str) -> list[bool]:
    return [solved for key, one in cells.items() if key[part] == name for solved in one]


def _share(solved: Sequence[bool], prior: float) -> float:
    return (sum(solved) + PRIOR * prior) / (len(solved) + PRIOR)


def _between(agent: float, intent: float, everybody: float) -> float:
    """What an agent should reach in an intent when both are as good as elsewhere; odds multiply."""
    odds = _odds(agent) * _odds(intent) / _odds(everybody)
    return odds / (1 + odds)


def _odds(share: float) -> float:
    share = min(max(share, 0.01), 0.99)
    return share / (1 - share)


def _skill(key: tuple[str, str, str], solved: Sequence[bool], prior: float) -> Skill:
    won = sum(solved) + PRIOR * prior
    lost = len(solved) - sum(solved) + PRIOR * (1 - prior)
    low, high = beta.interval(_INTERVAL, won, lost)
    agent, intent, lang = key
    return Skill(
        agent=agent,
        intent=intent,
        lang=lang,
        mean=float(won / (won + lost)),
        low=float(low),
        high=float(high),
        cases=len(solved),
    )
