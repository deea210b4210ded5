"""What past answers offer for a message: texts for an agent to choose from, and the one that might go out by itself.

Two opinions are asked. A template weighs as much as the near cases that were answered with it, times how likely its
intent is: the chance that an agent would have sent it. A past answer weighs what all that is known of it is worth. A
text has the mean of both, as a template and as a past answer.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from salver.data.account import Account
from salver.data.answer import Candidate, Match, Suggestion, Template
from salver.data.message import Message
from salver.data.reading import Cleaned, Reading, Scored
from salver.models.answers import Wanted
from salver.models.bundle import Bundle
from salver.pipeline.classify import mask_part
from salver.pipeline.fill import facts, fill, of_request
from salver.pipeline.mask import mask
from salver.pipeline.question import question
from salver.pipeline.rank import PastAnswers, Ranked
from salver.pipeline.suggest import Offer, laid_out, suggestion
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
_NEAREST = 3
"""Near cases that are looked at for the words that they share with a request."""
_NOISE = 0.01
"""A text with a lower score is not worth an agent's look."""

Shelf = Mapping[tuple[str, str], Sequence[Template]]


def match(
    messages: Sequence[Message],
    cleaned: Sequence[Cleaned],
    readings: Sequence[Reading],
    accounts: Sequence[Account],
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
        _Search(message, reading, account, [next(asked) for _ in some], shelf, bundle).match(past)
        for message, reading, account, some in zip(messages, readings, accounts, texts, strict=True)
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


def _facts(message: Message, reading: Reading, account: Mapping[str, str]) -> list[Mapping[str, str]]:
    """What may be filled in for each request."""
    known = facts(message.sender, reading.entities, account)
    if len(reading.requests) == 1:
        return [known]
    return [of_request(known, mask_part(one.text, reading.entities), account) for one in reading.requests]


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
        account: Account,
        asked: Sequence[Asked],
        shelf: Shelf,
        bundle: Bundle,
    ) -> None:
        self._lang = reading.lang
        others = [lang for lang in bundle.company.languages if lang != reading.lang]
        self._langs = (reading.lang, *others)
        self._requests = list(zip(reading.requests, asked, strict=True))
        self._account = account
        self._perhaps = {one.label: one.probability for one in reading.perhaps}
        self._facts = _facts(message, reading, account.facts)
        self._address = answered_with(" ".join(one.text for one in reading.requests), reading.lang)
        self._shelf = shelf
        self._cases = bundle.cases
        self._choice = bundle.choice
        self._empty = not reading.main.text
        self._offered: dict[tuple[int, str, str], list[Offer]] = {}

    def match(self, past: PastAnswers) -> Match:
        if self._empty:
            return Match()
        found = [self._agreed(self._offers(at), self._answers(at, past), past) for at in range(len(self._requests))]
        suggestions = [self._suggestion(at, one, past) for at, one in laid_out(found, self._lang)[:_TOP]]
        first, *others = [self._candidate(at) for at in range(len(self._requests))]
        return Match(suggestions=tuple(suggestions), candidate=first, others=tuple(others), account=self._account)

    def _suggestion(self, at: int, found: Offer | Ranked, past: PastAnswers) -> Suggestion:
        asked = self._requests[at][1]
        cases = found.cases if isinstance(found, Offer) else found.near
        near = [self._cases[one].question for one in cases[:_NEAREST] if one in self._cases]
        return suggestion(
            found,
            self._lang,
            self._facts[at],
            request=(at, len(self._requests)),
            perhaps=0.0 if at else self._perhaps.get(found.intent, 0.0),
            shared=past.shared(asked.text, near or [found.text]),
            uses=past.uses_of(found.names),
        )

    def _offers(self, at: int) -> list[Offer]:
        """Every template of the likely intents of a request; the main one has those of what is perhaps asked too."""
        offers = list[Offer]()
        for intent in self._requests[at][0].intents[:1] if at else self._likely():
            lang = next((one for one in self._langs if (intent.label, one) in self._shelf), self._lang)
            offers += self._of_intent(at, intent, lang)
        return offers

    def _likely(self) -> list[Scored]:
        """The likeliest intents of the main request, and those that are perhaps asked for besides it: each with the
        chance that it is asked for, in place of the other or with it."""
        found = {one.label: one.probability for one in self._requests[0][0].intents[:_INTENTS]}
        found |= {name: max(chance, found.get(name, 0.0)) for name, chance in self._perhaps.items()}
        return [Scored(label=name, probability=chance) for name, chance in found.items()]

    def _of_intent(self, at: int, intent: Scored, lang: str) -> list[Offer]:
        """The templates of an intent in a language, for one of the requests; worked out once.

        The cases near the whole message vote, as they did when it was learned what their votes are worth.
        """
        key = at, intent.label, lang
        if key not in self._offered:
            asked, templates = self._requests[at][1], self._shelf.get((intent.label, lang), ())
            near = self._requests[0][1].of_intent.get((intent.label, lang), ())
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

    def _answers(self, at: int, past: PastAnswers) -> list[Ranked]:
        """The past answers for a request."""
        request, asked = self._requests[at]
        intents = {one.label: one.probability for one in request.intents}
        wanted = Wanted(text=asked.text, vector=asked.vector, lang=self._lang, intents=intents)
        return past.rank(wanted, asked.near, _RANKED)

    def _agreed(self, offers: Iterable[Offer], answers: Iterable[Ranked], past: PastAnswers) -> list[Offer | Ranked]:
        """Each text with the mean of its chances as a template and as a past answer; what it is not has none. A
        template's chance is moved by what agents did with it; an answer's is already."""
        said: dict[str, float] = defaultdict(float)
        offers, found = list(offers), list[Offer | Ranked]()
        for answer in answers:
            same = [one for one in offers if answer.says(one.template)]
            for one in same:
                said[one.template.id] += answer.chance
            if not same:
                found.append(replace(answer, chance=answer.chance / 2))
        for one in offers:
            mean = (one.chance + min(said[one.template.id], 1.0)) / 2
            found.append(replace(one, chance=past.moved(mean, one.template.id)))
        return [one for one in found if one.chance >= _NOISE]

    def _candidate(self, at: int) -> Candidate | None:
        """The best template of a request's intent, in the message's own language, that may speak so to its sender."""
        offers = self._of_intent(at, self._requests[at][0].intents[0], self._lang)
        fit = fitting(offers, self._address, self._lang)
        if not fit:
            return None
        best = fit[0]
        text, holes = fill(best.template.text, self._facts[at])
        return Candidate(template=best.template, text=text, confidence=best.chance, holes=holes, cases=best.cases)
