"""What is understood of a message: its language, what it asks for, how urgent it is, and whether that is known at all.

The whole message says what the main request is. What else it asks for is told by the whole and by its parts together
(`models/several`); so one long request told in many sentences stays one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from salver.data.message import Message
from salver.data.reading import Cleaned, Entity, Reading, Request, Scored, Urgency
from salver.models.bundle import Bundle
from salver.models.intents import NEIGHBOURS, Said, ranked
from salver.models.scope import density
from salver.models.several import Further, Spoken, long_ones
from salver.pipeline.mask import mask
from salver.pipeline.question import MOST, question
from salver.pipeline.split import split, turns_to

_MOST_PARTS = 40
"""A longer message is read to its end, but what comes after this many parts is one part."""
_ALTERNATIVES = 4
"""Other intents that a request besides the main one may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """A text with its likeliest intents, best first, and the how near known cases are.

    A part that is too short to be a request of its own has no intents.
    """

    text: str
    intents: tuple[Scored, ...]
    density: float

    @property
    def intent(self) -> str:
        return self.intents[0].label if self.intents else ""

    @property
    def probability(self) -> float:
        return self.intents[0].probability if self.intents else 0.0


UNRANKED = Ranked(text="", intents=(), density=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What a message asks for, what it perhaps asks for besides, and the probability that the requests are all."""

    requests: tuple[Request, ...]
    perhaps: tuple[Scored, ...]
    complete: float


def classify(messages: Sequence[Message], cleaned: Sequence[Cleaned], bundle: Bundle) -> list[Reading]:
    """A reading for each message. One without a word has a main request without text; of one that is too long to be
    understood whole nobody knows what else it asks for."""
    questions = [question(message.subject, one.text) for message, one in zip(messages, cleaned, strict=True)]
    entities = bundle.entities.find(questions)
    masked = [mask(text, found, {}) for text, found in zip(questions, entities, strict=True)]
    parts = [few(found) for found in split(questions, bundle.sentences)]
    long = [[mask_part(some[at], found) for at in long_ones(some)] for some, found in zip(parts, entities, strict=True)]
    heard = _Heard.of([*masked, *(part for some in long for part in some)], bundle)
    wholes = heard.ranked[: len(questions)]
    begins = accumulate([len(some) for some in long], initial=len(questions))
    requests = [
        _asked(heard, at, begin, text, some, bundle)
        for at, (begin, text, some) in enumerate(zip(begins, questions, parts, strict=False))
    ]
    requests = [
        replace(asked, complete=0.0) if len(one.text) > MOST else asked
        for one, asked in zip(cleaned, requests, strict=True)
    ]
    known = bundle.scope.known([whole.density for whole in wholes], [whole.probability for whole in wholes])
    languages = bundle.languages.guess(questions)
    levels = bundle.urgency.levels(masked)
    return [
        _reading(*of_one, cosine=whole.density, scope_at=bundle.policy.scope_at)
        for whole, *of_one in zip(wholes, languages, requests, levels, known, entities, strict=True)
    ]


def mask_part(part: str, entities: Sequence[Entity]) -> str:
    """A part as the models see it: what is masked in the whole is masked in it."""
    placed = ((part.find(one.text), one) for one in entities if one.text)
    return mask(part, [replace(one, start=at, end=at + len(one.text)) for at, one in placed if at >= 0], {})


def _reading(
    lang: Scored,
    asked: _Asked,
    level: tuple[Urgency, float, str],
    scope: float,
    entities: tuple[Entity, ...],
    *,
    cosine: float,
    scope_at: float,
) -> Reading:
    urgency, probability, because = level
    return Reading(
        lang=lang.label,
        lang_probability=lang.probability,
        requests=asked.requests,
        perhaps=asked.perhaps,
        complete=asked.complete,
        urgency=urgency,
        urgency_probability=probability,
        urgency_because=because,
        scope=scope,
        in_scope=scope >= scope_at,
        entities=entities,
        cosine=cosine,
    )


def few(parts: tuple[str, ...]) -> tuple[str, ...]:
    """The parts worth looking at one by one: none when there is only one."""
    if len(parts) < 2:
        return ()
    return (*parts[: _MOST_PARTS - 1], "\n".join(parts[_MOST_PARTS - 1 :])) if len(parts) > _MOST_PARTS else parts


@dataclass(frozen=True, slots=True, kw_only=True)
class _Heard:
    """What the models say of some texts, as arrays and as nouns."""

    said: Said
    ranked: list[Ranked]

    @classmethod
    def of(cls, texts: Sequence[str], bundle: Bundle) -> "_Heard":
        vectors = bundle.encoder.encode(texts)
        nearest = bundle.neighbours.nearest(vectors, NEIGHBOURS)
        voting = [[(bundle.cases[one].intent, cosine) for one, cosine in row if one in bundle.cases] for row in nearest]
        said = bundle.intents.say(texts, vectors, voting)
        return cls(
            said=said,
            ranked=[
                Ranked(text=text, intents=intents, density=density(near))
                for text, intents, near in zip(texts, ranked(said.chances, bundle.intents.labels), voting, strict=True)
            ],
        )


def _asked(heard: _Heard, at: int, begin: int, text: str, parts: Sequence[str], bundle: Bundle) -> _Asked:
    """What the message `at` asks for; what is said of its long parts begins at the row `begin`."""
    long = long_ones(parts)
    rows = slice(begin, begin + len(long))
    spoken = Spoken.of(heard.said[at : at + 1], heard.said[rows], parts, turns_to)
    found = dict(zip(long, heard.ranked[rows], strict=True))
    some = [replace(found.get(i, UNRANKED), text=part) for i, part in enumerate(parts)]
    told, whole = bundle.several.told(spoken, bundle.policy.part_at)
    return _Asked(
        requests=requests_of(heard.ranked[at], text, some, told.asked, bundle.intents.labels),
        perhaps=tuple(
            Scored(label=bundle.intents.labels[one.place], probability=one.probability) for one in told.perhaps
        ),
        complete=whole,
    )


def requests_of(
    whole: Ranked, text: str, parts: Sequence[Ranked], further: Sequence[Further], labels: Sequence[str]
) -> tuple[Request, ...]:
    """The main request, then the others in the order they are asked; `further` are the intents besides the main one.

    Every part belongs to one of them: to that which it is likeliest taken for, an unsure one to that of the part before
    it. What has no part of its own is asked in the part that speaks for it most, or in the whole.
    """
    main = Request(text=text.strip() or whole.text, intents=whole.intents)
    if not further:
        return (main,)
    asked = {labels[one.place]: one for one in further}
    names = {whole.intent, *asked}
    own = [next((one.label for one in part.intents if one.label in names), None) for part in parts]
    wanted = _joined(own, whole.intent)
    for one in further:
        if labels[one.place] not in wanted and one.part is not None and wanted.count(wanted[one.part]) > 1:
            wanted[one.part] = labels[one.place]
    groups = {name: [i for i, of in enumerate(wanted) if of == name] for name in (whole.intent, *asked)}
    others = [_request(name, one, groups[name], parts, main.text) for name, one in asked.items()]
    at = groups[whole.intent]
    first = replace(main, text=_text([parts[i] for i in at]) or main.text, place=at[0] if at else 0)
    return (first, *sorted(others, key=lambda one: one.place))


def _request(intent: str, one: Further, places: Sequence[int], parts: Sequence[Ranked], whole: str) -> Request:
    at = list(places) or ([one.part] if one.part is not None else [])
    others = {found.label: found for i in at for found in parts[i].intents if found.label != intent}
    rest = sorted(others.values(), key=lambda found: -found.probability)
    return Request(
        text=_text([parts[i] for i in at]) or whole,
        intents=(Scored(label=intent, probability=one.probability), *rest[:_ALTERNATIVES]),
        place=at[0] if at else 0,
    )


def _joined(intents: Sequence[str | None], main: str) -> list[str]:
    """Every part gets an intent: an unsure one that of the part before it, at the start that of the part after it."""
    last = next((intent for intent in intents if intent), main)
    wanted = []
    for intent in intents:
        last = intent or last
        wanted.append(last)
    return wanted


def _text(group: Sequence[Ranked]) -> str:
    return "\n".join(part.text.strip() for part in group)
