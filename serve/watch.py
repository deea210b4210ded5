"""Whether a bundle's error bound is still held: what the store knows of it, looked at anew now and then.

A look costs some milliseconds. Every door looks at its start, and then when so many messages have been decided or some
time has passed; the HTTP door also after each correction. So all doors fall back after the same message, and what was
corrected through another door is heard within a minute.
"""

import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import assert_never

from salver.data.policy import Policy
from salver.data.standing import Shift, Standing, State
from salver.data.store import Store
from salver.models.bundle import Bundle
from salver.pipeline.drift import NEWEST, shifts
from salver.pipeline.explain import counted, listed, percent
from salver.pipeline.run import Clock, Pipeline, now_utc
from salver.pipeline.wager import ENOUGH, at_most, most_wealth, wealth

EVERY = 256
"""So many messages are decided between two looks."""
AFTER_S = 60.0
"""At most so many seconds lie between two looks, as long as messages come."""

_AGAIN = "Train again: salver retrain"
_MUCH = 1000.0


class Watch:
    """Lets a pipeline know how its error bound stands, and tells when that changes."""

    def __init__(
        self, pipeline: Pipeline, store: Store, bound_days: int, told: Callable[[str], None], clock: Clock = now_utc
    ) -> None:
        self._pipeline = pipeline
        self._store = store
        self._bound_days = bound_days
        self._told = told
        self._clock = clock
        self._said = State.HELD
        self.look()

    def decided(self, count: int) -> None:
        """So many more messages are decided and stored: perhaps it is time to look."""
        self._since += count
        if self._since >= EVERY or time.monotonic() - self._looked >= AFTER_S:
            self.look()

    def look(self) -> None:
        """Find out how the bound stands now."""
        self._since, self._looked = 0, time.monotonic()
        standing = standing_of(self._pipeline.bundle, self._store, self._bound_days, self._clock())
        self._pipeline.standing = standing
        if standing.state is not self._said:
            self._said = standing.state
            self._told(in_words(standing))


def standing_of(bundle: Bundle, store: Store | None, bound_days: int, now: datetime) -> Standing:
    """How a bundle's error bound stands, by all that a store knows of it; without a store, by its age alone.

    A bound that too many checked answers broke stays broken, whatever is found later: only another bundle answers
    again. One that has drifted is held again when messages are as before.
    """
    right = store.checks(bundle.name) if store else []
    seen = store.newest_seen(bundle.name, NEWEST) if store and bundle.profile else []
    moved = shifts(bundle.profile, seen) if bundle.profile else ()
    expires = bundle.created + timedelta(days=bound_days)
    worth, most = wealth(right, bundle.policy.max_error), most_wealth(right, bundle.policy.max_error)
    wrong = right.count(False)
    state, because = State.HELD, _checked(right)
    if bundle.policy.answer_at is None:
        state, because = State.NOT_SHOWN, bundle.policy.because
    elif most >= ENOUGH:
        state, because = State.BROKEN, _broken(right, most, bundle.policy)
    elif now > expires:
        state, because = State.EXPIRED, _expired(bundle.created, bound_days, expires)
    elif any(one.large for one in moved):
        state, because = State.DRIFTED, _drifted(moved, len(seen))
    return Standing(
        state=state,
        because=because,
        right=len(right) - wrong,
        wrong=wrong,
        wealth=worth,
        at_most=at_most(len(right), wrong),
        messages=len(seen),
        shifts=moved,
        expires=expires,
    )


def in_words(standing: Standing) -> str:
    """How a bound stands, and why."""
    match standing.state:
        case State.HELD:
            return f"The error bound is held. {standing.because}"
        case State.NOT_SHOWN:
            return standing.because
        case State.BROKEN | State.EXPIRED | State.DRIFTED:
            return f"The error bound is {standing.state}: answers are only suggested. {standing.because}"
        case _:
            assert_never(standing.state)


def _checked(right: Sequence[bool]) -> str:
    wrong = right.count(False)
    if not right:
        return "No automatic answer has been checked yet."
    share = percent(at_most(len(right), wrong))
    return f"{_of_checked(right)}: with 95 % confidence at most {share} are."


def _of_checked(right: Sequence[bool]) -> str:
    wrong = right.count(False)
    return f"Of {counted(len(right), 'checked answer')} {wrong or 'none'} {'were' if wrong > 1 else 'was'} wrong"


def _broken(right: Sequence[bool], most: float, policy: Policy) -> str:
    grown = f"{most:,.0f}" if most < _MUCH else f"more than {_MUCH:,.0f}"
    return (
        f"{_of_checked(right)}; at most {percent(policy.max_error, 2)} were to be. A wager against that has grown to "
        f"{grown} times its stake, and {ENOUGH:.0f} times show with 95 % confidence that more are. {_AGAIN}."
    )


def _expired(created: datetime, days: int, expires: datetime) -> str:
    return f"It was shown on {created:%Y-%m-%d} and held for {counted(days, 'day')}, to {expires:%Y-%m-%d}. {_AGAIN}."


def _drifted(moved: Sequence[Shift], messages: int) -> str:
    large = listed([f"{one.figure} by {one.index:.2f} ({one.limit:.2f} is allowed)" for one in moved if one.large])
    return f"The newest {messages} messages are not as those of the training were, but differ in {large}. {_AGAIN}."
