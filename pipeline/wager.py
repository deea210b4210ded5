"""Whether checked answers still speak for the error bound: a wager against it, which pays only if it does not hold.

A coin is bet, check by check, on wrong answers being more than `max_error`. As long as they are not, it cannot be
expected to grow, so that with 95 % confidence it never becomes `ENOUGH`, however often one looks (Ville, Étude critique
de la notion de collectif, 1939; as a test: Waudby-Smith and Ramdas, Estimating means of bounded random variables by
betting, 2024). The coin is divided among several errors that may be true instead, and among several checks from which
on they may be: what goes wrong late is not outweighed by all that was right before.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import count
from math import exp, fsum, log

ENOUGH = 20.0
"""What the coin must become to show with 95 % confidence that the bound is broken."""

_TIMES = (1.25, 1.5, 2.0, 3.0, 5.0, 10.0)
"""So many times `max_error` may be wrong instead."""
_FIRST = 100
"""The check from which a part of the coin is bet anew; another part at twice as many, and so on."""
_BELOW = (0.0, 0.1, 0.25, 0.5, 0.75)
"""Parts of a share that may be wrong instead, to show that the share is too high."""
_STEPS = 1000
_LARGEST = 700.0
"""The logarithm of a number that can still be written."""
_NEVER = -1e9
"""The logarithm of no chance at all."""


Bet = tuple[float, float]
"""The logarithms of what a wrong and a right answer make of what is bet."""


def wealth(right: Sequence[bool], max_error: float) -> float:
    """What the coin is worth after these checks, oldest first."""
    wrong = [place for place, one in enumerate(right) if not one]
    return _worth(len(right), wrong, len(wrong), _bets(max_error, _TIMES))


def most_wealth(right: Sequence[bool], max_error: float) -> float:
    """The most that the coin ever was worth: it only grows by a wrong answer."""
    bets = _bets(max_error, _TIMES)
    wrong = [place for place, one in enumerate(right) if not one]
    return max((_worth(place + 1, wrong, nth, bets) for nth, place in enumerate(wrong, start=1)), default=1.0)


def at_most(checked: int, wrong: int) -> float:
    """The share, 0 to 1, that with 95 % confidence is not exceeded by the wrong ones, whenever one looks.

    It is the least of a thousand shares against which the same wager, made the other way, has won `ENOUGH`.
    """

    def won(step: int) -> float:
        return _gain(wrong, checked - wrong, _bets(step / _STEPS, _BELOW))

    return (bisect_left(range(1, _STEPS), ENOUGH, key=won) + 1) / _STEPS


def _worth(seen: int, wrong: Sequence[int], known: int, bets: Sequence[Bet]) -> float:
    """What the coin is worth after `seen` checks, of which the first `known` of `wrong` were wrong."""
    kept, grown = 1.0, 0.0
    for part, start in zip(_parts(), _starts(seen), strict=False):
        lost = known - bisect_left(wrong, start, 0, known)
        kept -= part
        grown += part * _gain(lost, seen - start - lost, bets)
    return kept + grown


def _parts() -> Iterator[float]:
    """A half, a sixth, a twelfth and so on: together one."""
    return (1 / (nth * (nth + 1)) for nth in count(1))


def _starts(seen: int) -> Iterator[int]:
    """The checks from which on a part of the coin is bet."""
    start, following = 0, _FIRST
    while start < seen:
        yield start
        start, following = following, 2 * following


def _bets(share: float, times: Sequence[float]) -> list[Bet]:
    """One for each share that may be wrong instead: so many times `share`, as long as that is a share."""
    instead = [share * one for one in times if share * one < 1]
    return [(log(one / share) if one else _NEVER, log((1 - one) / (1 - share))) for one in instead]


def _gain(wrong: int, right: int, bets: Sequence[Bet]) -> float:
    """What becomes of a coin that is divided among bets: for each, how many times likelier it makes the checks."""
    return fsum(exp(min(wrong * of_wrong + right * of_right, _LARGEST)) for of_wrong, of_right in bets) / len(bets)
