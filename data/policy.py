"""What may be answered without a person: the owner's rules and the thresholds calibrated for one bundle."""

from dataclasses import dataclass
from datetime import datetime

MIN_CUSTOMERS = 5
NEVER_ANSWERED = ("complaint", "cancellation", "bereavement", "gas_smell", "data_protection")


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorBound:
    """At most `max_error`, 0 to 1, of the automatic answers are wrong: those to `intent`, or to all if it is empty.

    `answer_at` is the least confidence at which such a message is answered by itself, or None: never. With 95 %
    confidence it keeps the bound: of `checked` answers that it would have let pass `wrong` were wrong. `because` says
    so in words, or how many checked answers are missing.
    """

    max_error: float
    answer_at: float | None
    because: str
    checked: int = 0
    wrong: int = 0
    intent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The bound that the owner wants kept (the fields are those of `ErrorBound`), `calibrated` at a time, and rules.

    Intents in `bounds_of` have bounds and thresholds of their own; the general ones hold for all others. `scope_at` is
    the least scope probability of a known request, `part_at` the least probability at which a further intent counts as
    a request of its own, `min_customers` the number of other customers to whom a text must have been sent. Intents
    in `never_answer` always go to a person.
    """

    max_error: float
    answer_at: float | None
    because: str
    scope_at: float
    part_at: float = 0.6
    min_customers: int = MIN_CUSTOMERS
    never_answer: tuple[str, ...] = NEVER_ANSWERED
    checked: int = 0
    wrong: int = 0
    calibrated: datetime | None = None
    bounds_of: tuple[ErrorBound, ...] = ()

    def bound_of(self, intent: str) -> ErrorBound:
        """The bound that holds for an intent: its own, or else the general one."""
        return next((one for one in self.bounds_of if one.intent == intent), self.bound)

    @property
    def bound(self) -> ErrorBound:
        """The general bound."""
        return ErrorBound(
            max_error=self.max_error,
            answer_at=self.answer_at,
            because=self.because,
            checked=self.checked,
            wrong=self.wrong,
        )
