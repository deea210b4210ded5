"""What may be answered without a person: the owner's rules and the thresholds calibrated for one bundle."""

from dataclasses import dataclass

MIN_CUSTOMERS = 5
NEVER_ANSWERED = ("complaint", "cancellation", "bereavement", "gas_smell", "data_protection")


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """`answer_at` is the least confidence at which a message is answered by itself, or None: never.

    It was chosen so that, with 95 % confidence, at most `max_error` of the automatic answers are wrong; `because` says
    on what evidence, or how much is missing. `scope_at` is the least scope probability of a known request, `part_at`
    the least probability at which a part of a message counts as a request of its own, `min_customers` the number of
    other customers to whom a text must have been sent. Intents in `never_answer` always go to a person.
    """

    max_error: float
    answer_at: float | None
    because: str
    scope_at: float
    part_at: float = 0.6
    min_customers: int = MIN_CUSTOMERS
    never_answer: tuple[str, ...] = NEVER_ANSWERED
