"""What is understood of a message: its language, what it asks for, how urgent it is, and whether that is known at all.

The whole message says what the main request is. A part of it is a request of its own only when it is long enough, and
sure to want something else; so one long request told in many sentences stays one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice

from salver.data.message import Message
from salver.data.reading import Cleaned, Entity, Reading, Request, Scored, Urgency
from salver.models.bundle import Bundle
from salver.models.intents import NEIGHBOURS
from salver.models.scope import density
from salver.pipeline.mask import mask
from salver.pipeline.question import question
from salver.pipeline.split import split

_LEAST_WORDS = 4
_MOST_PARTS = 40
"""A longer message is read to its end, but what comes after this many parts is one part."""


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


def classify(messages: Sequence[Message], cleaned: Sequence[Cleaned], bundle: Bundle) -> list[Reading]:
    """A reading for each message. One without a word has a main request without text."""
    questions = [question(message.subject, one.text) for message, one in zip(messages, cleaned, strict=True)]
    entities = bundle.entities.find(questions)
    masked = [mask(text, found, {}) for text, found in zip(questions, entities, strict=True)]
    parts = [few(found) for found in split(questions, bundle.sentences)]
    worth = [[_is_worth_ranking(part) for part in some] for some in parts]
    masked_parts = [
        mask_part(part, found)
        for some, ranks, found in zip(parts, worth, entities, strict=True)
        for part, rank in zip(some, ranks, strict=True)
        if rank
    ]
    ranked = iter(_rank([*masked, *masked_parts], bundle))
    wholes = list(islice(ranked, len(questions)))
    requests = [
        requests_of(
            whole,
            text,
            [replace(next(ranked) if rank else UNRANKED, text=part) for part, rank in zip(some, ranks, strict=True)],
            bundle.policy.part_at,
        )
        for whole, text, some, ranks in zip(wholes, questions, parts, worth, strict=True)
    ]
    known = bundle.scope.known([whole.density for whole in wholes], [whole.probability for whole in wholes])
    languages = bundle.languages.guess(questions)
    levels = bundle.urgency.levels(masked)
    return [
        _reading(*of_one, cosine=whole.density, scope_at=bundle.policy.scope_at)
        for whole, *of_one in zip(wholes, languages, requests, levels, known, entities, strict=True)
    ]


def _is_worth_ranking(part: str) -> bool:
    """Whether a part is long enough to be a request of its own."""
    return len(part.split()) >= _LEAST_WORDS


def mask_part(part: str, entities: Sequence[Entity]) -> str:
    """A part as the models see it: what is masked in the whole is masked in it."""
    placed = ((part.find(one.text), one) for one in entities if one.text)
    return mask(part, [replace(one, start=at, end=at + len(one.text)) for at, one in placed if at >= 0], {})


def _reading(
    lang: Scored,
    requests: tuple[Request, ...],
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
        requests=requests,
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


def _rank(texts: Sequence[str], bundle: Bundle) -> list[Ranked]:
    vectors = bundle.encoder.encode(texts)
    nearest = bundle.neighbours.nearest(vectors, NEIGHBOURS)
    voting = [[(bundle.cases[one].intent, cosine) for one, cosine in row if one in bundle.cases] for row in nearest]
    ranked = bundle.intents.rank(texts, vectors, voting)
    return [
        Ranked(text=text, intents=intents, density=density(near))
        for text, intents, near in zip(texts, ranked, voting, strict=True)
    ]


def requests_of(whole: Ranked, text: str, parts: Sequence[Ranked], part_at: float) -> tuple[Request, ...]:
    """The main request, then the others in the order they are asked."""
    wanted = _joined([_own_intent(part, whole.intent, part_at) for part in parts], whole.intent)
    groups: dict[str, list[Ranked]] = {whole.intent: []}
    for intent, part in zip(wanted, parts, strict=True):
        groups.setdefault(intent, []).append(part)
    if len(groups) == 1:
        return (Request(text=text.strip() or whole.text, intents=whole.intents),)
    main = groups.pop(whole.intent)
    others = [Request(text=_text(group), intents=_surest(group, intent)) for intent, group in groups.items()]
    return (Request(text=_text(main) or text.strip(), intents=whole.intents), *others)


def _own_intent(part: Ranked, main: str, part_at: float) -> str | None:
    """The intent of a part, or None when it is too short or too unsure to say."""
    if part.intent == main:
        return main
    long_enough = len(part.text.split()) >= _LEAST_WORDS
    return part.intent if long_enough and part.probability >= part_at else None


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


def _surest(group: Sequence[Ranked], intent: str) -> tuple[Scored, ...]:
    return max((part for part in group if part.intent == intent), key=lambda part: part.probability).intents
