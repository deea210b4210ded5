"""What past answers offer for a message: texts for an agent to choose from, and the one that might go out by itself.

Both come from the nearest resolved cases. A template weighs as much as the near cases that were answered with it, times
how likely its intent is: an estimate of the chance that an agent would have sent it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from salver.data.answer import Candidate, Match, Suggestion, Template
from salver.data.message import Message
from salver.data.reading import Cleaned, Reading, Request
from salver.models.bundle import Bundle
from salver.models.intents import NEIGHBOURS
from salver.pipeline.classify import mask_part
from salver.pipeline.explain import counted, language
from salver.pipeline.fill import facts, fill
from salver.pipeline.fold import Fold, alike, fold
from salver.pipeline.mask import mask
from salver.pipeline.question import question
from salver.pipeline.vote import Asked, Near, votes_for, weighed

VOTERS = 100
"""How many near cases are asked for templates: those of one intent among them are fewer. With 20 instead, on 1,100
cases, the log of the chance given to the answer that was sent fell from -1.5 to -2.2."""

_TOP = 5
_INTENTS = 3
"""How many intents of the main request get templates; of every other request only the best."""
_NAMED = 3
_WEAK = 0.05
"""A template with a lower score, or in another language, stands among the past answers, not before them."""
_NOISE = 0.01
"""A text with a lower score is not worth an agent's look."""

Shelf = Mapping[tuple[str, str], Sequence[Template]]


def match(
    messages: Sequence[Message], cleaned: Sequence[Cleaned], readings: Sequence[Reading], bundle: Bundle
) -> list[Match]:
    """For each message at most five suggestions, best first, and the candidate for an automatic answer."""
    texts = [
        text
        for message, one, reading in zip(messages, cleaned, readings, strict=True)
        for text in _seen(question(message.subject, one.text), reading)
    ]
    near = bundle.neighbours.nearest(bundle.encoder.encode(texts), VOTERS)
    choices = bundle.choice.cosines(texts)
    asked = (Asked.of(found, of_one, bundle.cases) for found, of_one in zip(near, choices, strict=True))
    shelf = _shelf(bundle.templates)
    return [
        _Search(message, reading, [next(asked) for _ in reading.requests], shelf, bundle).match()
        for message, reading in zip(messages, readings, strict=True)
    ]


def _seen(asked: str, reading: Reading) -> list[str]:
    """What the models see of each request: masked, as the cases are. The main one is seen in its whole message."""
    others = [mask_part(request.text, reading.entities) for request in reading.requests[1:]]
    return [mask(asked, reading.entities, {}), *others]


def _shelf(templates: Iterable[Template]) -> Shelf:
    shelf: dict[tuple[str, str], list[Template]] = defaultdict(list)
    for template in templates:
        shelf[template.intent, template.lang].append(template)
    return shelf


@dataclass(frozen=True, slots=True)
class _Offer:
    """A template for a request, the chance that it would be sent, and the near cases that were answered with it."""

    template: Template
    score: float
    cases: tuple[str, ...]


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
        self._shelf = shelf
        self._cases = bundle.cases
        self._choice = bundle.choice
        self._empty = not reading.main.text

    def match(self) -> Match:
        if self._empty:
            return Match()
        offers = sorted(self._offers(), key=lambda one: (-one.score, one.template.id))
        templates = [self._of_template(one) for one in offers if one.score >= _NOISE]
        past = self._past_answers([one.template.text for one in offers])
        likely = [one for one in templates if one.score >= _WEAK and one.lang == self._lang]
        rest = [one for one in (*templates, *past) if one not in likely and one.score >= _NOISE]
        rest.sort(key=lambda one: (one.lang != self._lang, -one.score))
        return Match(suggestions=(*likely, *rest)[:_TOP], candidate=self._candidate())

    def _offers(self) -> list[_Offer]:
        """Every template of the likely intents, once, with its best score."""
        best: dict[str, _Offer] = {}
        for at, (request, asked) in enumerate(self._requests):
            for intent in request.intents[: 1 if at else _INTENTS]:
                lang = next((one for one in self._langs if (intent.label, one) in self._shelf), self._lang)
                for offer in self._of_intent(intent.label, lang, intent.probability, asked):
                    known = best.get(offer.template.id)
                    if known is None or known.score < offer.score:
                        best[offer.template.id] = offer
        return list(best.values())

    def _of_intent(self, intent: str, lang: str, probability: float, asked: Asked) -> Iterator[_Offer]:
        templates = self._shelf.get((intent, lang), ())
        votes = votes_for(intent, lang, asked.of_intent.get((intent, lang), ()), self._cases, templates)
        shares = self._choice.shares(asked.choices, intent, lang, votes)
        for one in templates:
            yield _Offer(one, probability * shares.get(one.id, 0.0), tuple(asked.of_template.get(one.id, ())))

    def _candidate(self) -> Candidate | None:
        """The best template of the main intent, only in the message's own language."""
        main, asked = self._requests[0]
        offers = list(self._of_intent(main.intent, self._lang, main.probability, asked))
        if not offers:
            return None
        best = min(offers, key=lambda one: (-one.score, one.template.id))
        text, holes = fill(best.template.text, self._facts)
        return Candidate(template=best.template, text=text, confidence=best.score, holes=holes, cases=best.cases)

    def _of_template(self, offer: _Offer) -> Suggestion:
        one = offer.template
        text, holes = fill(one.text, self._facts)
        sent = f"sent by {counted(one.agents, 'agent')} to {counted(one.customers, 'customer')}"
        return Suggestion(
            kind="template",
            text=text,
            score=offer.score,
            because="; ".join(filter(None, [sent, _nearest(offer.cases), self._foreign(one.intent, one.lang)])),
            cases=offer.cases or one.cases[:_NAMED],
            intent=one.intent,
            lang=one.lang,
            template=one.id,
            holes=holes,
        )

    def _past_answers(self, shown: list[str]) -> list[Suggestion]:
        """Masked answers of the nearest cases, alike ones folded, none that says what a shown template says."""
        folds = [found for request, asked in self._requests for found in self._folds(request, asked.near)]
        suggestions: list[Suggestion] = []
        for found in sorted(folds, key=lambda one: (-one.score, one.cases[0].id)):
            if found.score < _NOISE or len(suggestions) == _TOP:
                break
            if not any(alike(found.text, text) for text in shown):
                suggestions.append(self._of_fold(found))
                shown.append(found.text)
        return suggestions

    def _folds(self, request: Request, near: Near) -> list[Fold]:
        """The answers near a request, in the message's language if there are any, weighed like templates."""
        answered = [(self._cases[one], cosine) for one, cosine in near[:NEIGHBOURS] if one in self._cases]
        answered = [(case, cosine) for case, cosine in answered if case.answer.strip()]
        lang = next((one for one in self._langs if any(case.lang == one for case, _ in answered)), self._lang)
        return fold(weighed([(case, cosine) for case, cosine in answered if case.lang == lang]), request)

    def _of_fold(self, found: Fold) -> Suggestion:
        text, holes = fill(found.text, self._facts)
        first = found.cases[0]
        agents = len({case.agent for case in found.cases})
        sent = f"sent by {counted(agents, 'agent')} in {counted(len(found.cases), 'case')}"
        reopened = sum(case.ending == "reopened" for case in found.cases)
        again = f"{counted(reopened, 'case')} opened again afterwards" if reopened else ""
        cases = tuple(case.id for case in found.cases)
        return Suggestion(
            kind="past_answer",
            text=text,
            score=found.score,
            because="; ".join(filter(None, [sent, _nearest(cases), again, self._foreign(first.intent, first.lang)])),
            cases=cases,
            intent=first.intent,
            lang=first.lang,
            holes=holes,
        )

    def _foreign(self, intent: str, lang: str) -> str:
        """A note when a text is not in the message's language."""
        if lang == self._lang:
            return ""
        return f"in {language(lang)}, for there is none of {intent} in {language(self._lang)}"


def _nearest(cases: Sequence[str]) -> str:
    """The nearest cases by name, or nothing."""
    if not cases:
        return ""
    return f"nearest {'case' if len(cases[:_NAMED]) == 1 else 'cases'} {', '.join(cases[:_NAMED])}"
