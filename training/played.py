"""What would have become of the messages of an archive, had they been decided as they came."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from statistics import quantiles

from salver.training.calibrate import Bound, most_wrong

_DOUBT = 0.025
"""At either end of an interval of 95 %."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """One message. `stretch` is in which it came, `passes` why it would have been answered at no bound, or nothing.

    `texts` are the templates that would have been sent, and `right` whether the agent's answer says the same. `agent`
    really answered, `waited` seconds after it came; `routed` is to whom it would have gone, `by_lot` the chance that
    drawing an agent as often as each answered before would have named the same.
    """

    case: str
    at: datetime
    lang: str
    intent: str
    stretch: int
    confidence: float
    passes: bool
    right: bool
    texts: tuple[str, ...]
    stopped: str
    agent: str
    routed: str
    by_lot: float
    waited: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One stretch: from when to when, from how many cases was learned, and what each bound's threshold was then."""

    begins: datetime
    ends: datetime
    learned_from: int
    messages: int
    bounds: tuple[Bound, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """An answer that would have been wrong: what was asked, what would have been sent, what was; all of it masked."""

    case: str
    at: datetime
    intent: str
    found: str
    confidence: float
    asked: str
    sent: str
    was: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """An archive lived through. `max_errors` are the bounds, in the order of each step's; `owners` is the owner's.

    `last` are the bounds as they stand when everything has been seen. `worst` are of the laxest, the surest first.
    """

    max_errors: tuple[float, ...]
    owners: float
    cases: int
    undated: int
    learned_first: int
    steps: tuple[Step, ...]
    played: tuple[Played, ...]
    last: tuple[Bound, ...]
    worst: tuple[Example, ...]
    seconds: float

    def answered(self, place: int) -> list[Played]:
        """The messages that would have been answered at the bound of this place."""
        return [one for one in self.played if self._is_answered(one, place)]

    def with_worst(self, wrong: Sequence[Example], most: int) -> "Replay":
        """The same with the surest of these wrong answers, as far as the laxest bound would have sent them."""
        sent = {one.case for one in self.answered(len(self.max_errors) - 1)}
        some = sorted((one for one in wrong if one.case in sent), key=lambda one: (-one.confidence, one.case))
        return replace(self, worst=tuple(some[:most]))

    @property
    def place(self) -> int:
        """The place of the owner's bound."""
        return self.max_errors.index(self.owners)

    @property
    def shown(self) -> int:
        """The place of the bound that a page is about: the owner's, or the strictest at which anything is answered."""
        answering = (place for place in range(self.place, len(self.max_errors)) if self.answered(place))
        return next(answering, self.place)

    def routed(self) -> list[Played]:
        """The messages that would have gone to a person at the owner's bound."""
        place = self.place
        return [one for one in self.played if not self._is_answered(one, place)]

    def _is_answered(self, one: Played, place: int) -> bool:
        at = self.steps[one.stretch].bounds[place].at
        return one.passes and at is not None and one.confidence >= at


def interval(errors: int, count: int) -> tuple[float, float]:
    """The exact interval, 95 %, of a share of which `errors` in `count` were seen (Clopper and Pearson, 1934)."""
    if not count:
        return 0.0, 1.0
    return 1 - most_wrong(count - errors, count, _DOUBT), most_wrong(errors, count, _DOUBT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one bound would have meant. `low` and `high` are the interval of the share wrong, 95 %; `minutes` what would
    have been saved, with its own: only right answers save any, and those that were laid before a person for an audit
    save none. `audited` of the answers were."""

    max_error: float
    messages: int
    answered: int
    wrong: int
    low: float
    high: float
    audited: float
    minutes: float
    fewest_minutes: float
    most_minutes: float
    months: float
    missing: int
    because: str

    @property
    def share(self) -> float:
        """The share of all messages that would have been answered."""
        return self.answered / max(self.messages, 1)

    @property
    def error(self) -> float:
        """The share of the answers that would have been wrong."""
        return self.wrong / max(self.answered, 1)


def outcomes(replay: Replay, minutes: float, audited: float) -> list[Outcome]:
    """A line a bound, from the strictest on. `minutes` is what an answer by hand takes."""
    days = (replay.steps[-1].ends - replay.steps[0].begins).total_seconds() / 86_400
    found = []
    for place, bound in enumerate(replay.max_errors):
        answers = replay.answered(place)
        wrong = sum(not one.right for one in answers)
        low, high = interval(wrong, len(answers))
        each = minutes * (1 - audited)
        found.append(
            Outcome(
                max_error=bound,
                messages=len(replay.played),
                answered=len(answers),
                wrong=wrong,
                low=low,
                high=high,
                audited=audited,
                minutes=each * (len(answers) - wrong),
                fewest_minutes=each * len(answers) * (1 - high),
                most_minutes=each * len(answers) * (1 - low) if answers else 0.0,
                months=max(days / 30.44, 1e-9),
                missing=replay.last[place].missing,
                because=replay.last[place].because,
            )
        )
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing:
    """Of `routed` messages with a known agent, `same` would have gone to whom answered them; by lot `by_lot` would."""

    routed: int
    same: int
    by_lot: float
    to: tuple[tuple[str, int], ...]
    low: float
    high: float


def routing(replay: Replay) -> Routing:
    """To whom what is not answered at the owner's bound would have gone."""
    some = [one for one in replay.routed() if one.agent]
    same = sum(one.routed == one.agent for one in some)
    to: dict[str, int] = {}
    for one in replay.routed():
        to[one.routed] = to.get(one.routed, 0) + 1
    low, high = interval(same, len(some))
    return Routing(
        routed=len(some),
        same=same,
        by_lot=sum(one.by_lot for one in some) / max(len(some), 1),
        to=tuple(sorted(to.items(), key=lambda one: (-one[1], one[0]))),
        low=low,
        high=high,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """How long customers waited, in seconds, as shares of them from the quickest to the slowest; then and now.

    Now is then without what would have been answered at once; for the others nothing changes.
    """

    messages: int
    then: tuple[float, ...]
    now: tuple[float, ...]

    @property
    def median(self) -> tuple[float, float]:
        """The middle of both."""
        return self.then[49], self.now[49]

    @property
    def slowest(self) -> tuple[float, float]:
        """What nine in ten did not wait longer than."""
        return self.then[89], self.now[89]


def waiting(replay: Replay, place: int) -> Waiting | None:
    """At the bound of this place. None where fewer than two messages say when they were answered."""
    quick = {one.case for one in replay.answered(place)}
    known = [(one.waited, one.case in quick) for one in replay.played if one.waited is not None]
    if len(known) < 2:
        return None
    then = [waited for waited, _ in known]
    now = [0.0 if at_once else waited for waited, at_once in known]
    return Waiting(messages=len(known), then=_hundredths(then), now=_hundredths(now))


def _hundredths(seconds: Sequence[float]) -> tuple[float, ...]:
    return tuple(quantiles(seconds, n=100, method="inclusive"))
