"""What past answers offer for a message: texts for an agent to choose from, and the one that might go out by itself.

Two opinions are asked. A template weighs as much as the near cases that were answered with it, times how likely its
intent is: the chance that an agent would have sent it. A past answer weighs what all that is known of it is worth. A
text has the mean of both, as a template and as a past answer.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from salver.data.answer import Candidate, Match, Template
from salver.data.message import Message
from salver.data.reading import Cleaned, Reading, Scored
from salver.models.answers import Wanted
from salver.models.bundle import Bundle
from salver.pipeline.classify import mask_part
from salver.pipeline.fill import facts, fill
from salver.pipeline.mask import mask
from salver.pipeline.question import question
from salver.pipeline.rank import PastAnswers, Ranked
from salver.pipeline.suggest import Offer, suggestion
from salver.pipeline.tone import answered_with, fitting
from salver.pipeline.vote import Asked, votes_for

VOTERS = 100
"""How many near cases are asked for templates: those of one intent among them are fewer. With 20 instead, on 1,100
cases, the log of the chance given to the answer that was sent fell from -1.5 to -2.2."""

_TOP = 5
_INTENTS = 3
"""How many intents of the main request get templates; of every other request only the best."""
_RANKED = 10
"""Past answers of a request that are looked at: some say what a template says."""
_NOISE = 0.01
"""A text with a lower score is not worth an agent's look."""

Shelf = Mapping[tuple[str, str], Sequence[Template]]


def match(
    messages: Sequence[Message],
    cleaned: Sequence[Cleaned],
    readings: Sequence[Reading],
    bundle: Bundle,
    past: PastAnswers,
) -> list[Match]:
    """For each message at most five suggestions, best first, and the candidate for an automatic answer.

    `past` are the answers of the bundle's cases.
    """
    texts = [
        _seen(question(message.subject, one.text), reading)
        for message, one, reading in zip(messages, cleaned, readings, strict=True)
    ]
    asked = iter(_asked([text for some in texts for text in some], bundle))
    shelf = _shelf(bundle.templates)
    return [
        _Search(message, reading, [next(asked) for _ in some], shelf, bundle).match(past)
        for message, reading, some in zip(messages, readings, texts, strict=True)
    ]


def _asked(texts: Sequence[str], bundle: Bundle) -> Iterator[Asked]:
    vectors = bundle.encoder.encode(texts)
    near = bundle.neighbours.nearest(vectors, VOTERS)
    choices = bundle.choice.cosines(texts)
    for text, vector, found, of_one in zip(texts, vectors, near, choices, strict=True):
        yield Asked.of(text, vector, found, of_one, bundle.cases)


def _seen(asked: str, reading: Reading) -> list[str]:
    """What the models see of each request: masked, as the cases are. The main one is seen in its whole message."""
    others = [mask_part(request.text, reading.entities) for request in reading.requests[1:]]
    return [mask(asked, reading.entities, {}), *others]


def _shelf(templates: Iterable[Template]) -> Shelf:
    shelf: dict[tuple[str, str], list[Template]] = defaultdict(list)
    for template in templates:
        shelf[template.intent, template.lang].append(template)
    return shelf


class _Search:
    """One message, and for each of its requests the nearest cases."""

    def __init__(
        self,
        message: Message,
        reading: Reading,
        asked: Sequence[Asked],
        shelf: Shelf,
        bundle: Bundle,
    ) -> None:
        self._lang = reading.lang
        others = [lang for lang in bundle.company.languages if lang != reading.lang]
        self._langs = (reading.lang, *others)
        self._requests = list(zip(reading.requests, asked, strict=True))
        self._facts = facts(message.sender, reading.entities)
        self._address = answered_with(" ".join(one.text for one in reading.requests), reading.lang)
        self._shelf = shelf
        self._cases = bundle.cases
        self._choice = bundle.choice
        self._empty = not reading.main.text
        self._offered: dict[tuple[int, str, str], list[Offer]] = {}

    def match(self, past: PastAnswers) -> Match:
        if self._empty:
            return Match()
        found = [one for one in self._agreed(self._offers(), self._answers(past)) if one.chance >= _NOISE]
        best = sorted(found, key=lambda one: (one.lang != self._lang, -one.chance, one.text))[:_TOP]
        suggestions = tuple(suggestion(one, self._lang, self._facts) for one in best)
        return Match(suggestions=suggestions, candidate=self._candidate())

    def _offers(self) -> list[Offer]:
        """Every template of the likely intents, once, with its best chance."""
        best: dict[str, Offer] = {}
        for at, (request, _) in enumerate(self._requests):
            for intent in request.intents[: 1 if at else _INTENTS]:
                lang = next((one for one in self._langs if (intent.label, one) in self._shelf), self._lang)
                for offer in self._of_intent(at, intent, lang):
                    known = best.get(offer.template.id)
                    if known is None or known.chance < offer.chance:
                        best[offer.template.id] = offer
        return list(best.values())

    def _of_intent(self, at: int, intent: Scored, lang: str) -> list[Offer]:
        """The templates of an intent in a language, for one of the requests; worked out once."""
        key = at, intent.label, lang
        if key not in self._offered:
            asked, templates = self._requests[at][1], self._shelf.get((intent.label, lang), ())
            near = asked.of_intent.get((intent.label, lang), ())
            votes = votes_for(intent.label, lang, near, self._cases, templates)
            shares = self._choice.shares(asked.choices, intent.label, lang, votes)
            self._offered[key] = [
                Offer(
                    template=one,
                    chance=intent.probability * shares.get(one.id, 0.0),
                    cases=tuple(asked.of_template.get(one.id, ())),
                )
                for one in templates
            ]
        return self._offered[key]

    def _answers(self, past: PastAnswers) -> list[Ranked]:
        """The past answers for the requests, each once, with its best chance."""
        best: dict[str, Ranked] = {}
        for request, asked in self._requests:
            intents = {one.label: one.probability for one in request.intents}
            wanted = Wanted(text=asked.text, vector=asked.vector, lang=self._lang, intents=intents)
            for found in past.rank(wanted, asked.near, _RANKED):
                known = best.get(found.text)
                if found.chance >= _NOISE and (known is None or known.chance < found.chance):
                    best[found.text] = found
        return list(best.values())

    def _agreed(self, offers: Iterable[Offer], answers: Iterable[Ranked]) -> Iterator[Offer | Ranked]:
        """Each text with the mean of its chances as a template and as a past answer; what it is not has none."""
        said: dict[str, float] = defaultdict(float)
        offers = list(offers)
        for found in answers:
            same = [one for one in offers if found.says(one.template)]
            for one in same:
                said[one.template.id] += found.chance
            if not same:
                yield replace(found, chance=found.chance / 2)
        for one in offers:
            yield replace(one, chance=(one.chance + min(said[one.template.id], 1.0)) / 2)

    def _candidate(self) -> Candidate | None:
        """The best template of the main intent, in the message's own language, that speaks to its sender as is fit."""
        offers = self._of_intent(0, self._requests[0][0].intents[0], self._lang)
        fit = fitting(offers, self._address, self._lang)
        if not fit:
            return None
        best = fit[0]
        text, holes = fill(best.template.text, self._facts)
        return Candidate(template=best.template, text=text, confidence=best.chance, holes=holes, cases=best.cases)
