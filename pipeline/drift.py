"""How far messages have moved from those of the training.

Figures are compared by the population stability index, of which more than 0.25 is a major shift (Siddiqi, Credit Risk
Scorecards, 2006). It also grows by chance, the more the fewer messages: without any shift it is spread like chi-square
times `1/n + 1/m` (Yurdakul and Naranjo, Statistical properties of the population stability index, 2020). What that
reaches once in a thousand times is no shift either.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from math import log
from statistics import NormalDist, quantiles

from salver.data.profile import Profile, Seen, Spread
from salver.data.standing import Shift

NEWEST = 500
"""So many of the newest messages are looked at."""
FEWEST = 200
"""With fewer nothing is said."""

_MAJOR = 0.25
_RARELY = NormalDist().inv_cdf(0.999)
_CELLS = 10
_OFTEN = 8
"""An intent of fewer messages is rare: how many there will be is not known from them. With 5, of 300 messages from 77
intents, one look in fifty at 200 drawn again was a shift; with 8 less than one in a hundred."""
_DIGITS = 2
"""Figures are the same when they are as hundredths: nothing depends on what is between 0.999 and 1."""


def profile_of(seen: Sequence[Seen]) -> Profile:
    """How messages look; at least two."""
    often = Counter(one.intent for one in seen)
    return Profile(
        messages=len(seen),
        probability=_spread([one.probability for one in seen]),
        cosine=_spread([one.cosine for one in seen]),
        intents=tuple((intent, count / len(seen)) for intent, count in sorted(often.items())),
    )


def shifts(before: Profile, seen: Sequence[Seen]) -> tuple[Shift, ...]:
    """How far messages are from a profile, a figure each. None when they are fewer than `FEWEST`."""
    if len(seen) < FEWEST:
        return ()
    shares, intents = _grouped(before, [one.intent for one in seen])
    probabilities = _counts(before.probability.edges, [one.probability for one in seen])
    cosines = _counts(before.cosine.edges, [one.cosine for one in seen])
    return (
        _shift("confidence", before.probability.shares, probabilities, before.messages),
        _shift("nearest case", before.cosine.shares, cosines, before.messages),
        _shift("intents", shares, intents, before.messages),
    )


def _grouped(before: Profile, seen: Sequence[str]) -> tuple[list[float], list[int]]:
    """Intents laid together in groups of about a tenth, the rare with the new ones: shares before, and counts now."""
    often = [(intent, share) for intent, share in before.intents if share * before.messages >= _OFTEN]
    shares, group = [0.0] * min(_CELLS, len(often)), dict[str, int]()
    for intent, share in sorted(often, key=lambda one: -one[1]):
        group[intent] = shares.index(min(shares))
        shares[group[intent]] += share
    places = Counter(group.get(intent, len(shares)) for intent in seen)
    return [*shares, max(1 - sum(shares), 0.0)], [places[place] for place in range(len(shares) + 1)]


def _spread(figures: Sequence[float]) -> Spread:
    """Tenths of the figures. Where many are equal there are fewer edges, and none at the least of them."""
    rounded = [round(one, _DIGITS) for one in figures]
    edges = sorted({one for one in quantiles(rounded, n=_CELLS) if one > min(rounded)})
    return Spread(edges=tuple(edges), shares=tuple(one / len(figures) for one in _counts(edges, figures)))


def _counts(edges: Sequence[float], figures: Sequence[float]) -> list[int]:
    places = Counter(bisect_right(edges, round(one, _DIGITS)) for one in figures)
    return [places[place] for place in range(len(edges) + 1)]


def _shift(figure: str, before: Sequence[float], counts: Sequence[int], messages: int) -> Shift:
    """Half a message is added to each count, so that none is empty."""
    now, cells = sum(counts), len(before)
    pairs = [
        ((share * messages + 0.5) / (messages + cells / 2), (count + 0.5) / (now + cells / 2))
        for share, count in zip(before, counts, strict=True)
    ]
    index = sum((after - share) * log(after / share) for share, after in pairs)
    by_chance = _chi_square(cells - 1) * (1 / now + 1 / messages)
    return Shift(figure=figure, index=index, limit=max(_MAJOR, by_chance))


def _chi_square(freedom: int) -> float:
    """What chi-square exceeds once in a thousand times (Wilson and Hilferty, The distribution of chi-square, 1931)."""
    if not freedom:
        return 0.0
    part = 2 / (9 * freedom)
    return float(freedom * (1 - part + _RARELY * part**0.5) ** 3)
