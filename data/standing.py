"""Whether the error bound of a bundle is still held, and on what that is known."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class State(StrEnum):
    """How an error bound stands. Only while it is held, messages are answered without a person."""

    HELD = "held"
    NOT_SHOWN = "not_shown"  # the training could not show it
    BROKEN = "broken"  # too many checked answers were wrong
    EXPIRED = "expired"  # it was shown too long ago
    DRIFTED = "drifted"  # messages are not any more as they were when it was shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """How far the newest messages are in one figure from those of the training: their population stability index.

    It is a shift when the index is over `limit`, so large that neither habit nor chance explains it.
    """

    figure: str
    index: float
    limit: float

    @property
    def large(self) -> bool:
        return self.index > self.limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a bundle's error bound stands. `because` says it in words, and what to do where it is not held.

    Of the answers that were set aside, `right` and `wrong` were found so by a person; `wealth` is what a wager against
    the bound is worth by that, and with 95 % confidence no more than the share `at_most` is wrong. `shifts` are empty
    as long as `messages` since the training are too few to tell.
    """

    state: State = State.HELD
    because: str = ""
    right: int = 0
    wrong: int = 0
    wealth: float = 1.0
    at_most: float = 1.0
    messages: int = 0
    shifts: tuple[Shift, ...] = ()
    expires: datetime | None = None

    @property
    def held(self) -> bool:
        return self.state is State.HELD
