"""Something that would be worth writing down, or writing anew."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["unwritten", "written_again", "contradictory", "stale"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """One finding. `cases` show it, at most twenty of `volume`; `per_month` is how often it comes; `minutes` is what it
    would save in a month, as (likeliest, least, most) with 95 % confidence in the volume, or None where that is not a
    matter of minutes. `texts` are what contradicts or is out of date."""

    kind: Kind
    intent: str
    lang: str
    because: str
    volume: int
    per_month: float
    minutes: tuple[float, float, float] | None
    cases: tuple[str, ...]
    templates: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
