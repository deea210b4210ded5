"""What the company's own records say of a customer."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Facts of one customer by kind, as slots are named: `customer_no`, `meter_no`, … `because` says in a sentence why
    there are none where there should be: who wrote is not sure, or the records cannot be asked."""

    facts: Mapping[str, str] = field(default_factory=dict)
    because: str = ""


NOTHING_KNOWN = Account()
