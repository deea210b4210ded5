"""Whether a message is answered by itself, laid before a person, or left alone.

The rules are tried in the order of `_STOPS`; the first that holds decides. Only what none of them stops is answered.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import prod

from salver.data.account import NOTHING_KNOWN, Account
from salver.data.answer import Candidate, Match
from salver.data.company import Company
from salver.data.decision import AutoAnswer, Decision, Drafted, Evidence, Leave, Reason, Route
from salver.data.message import Message
from salver.data.policy import ErrorBound, Policy
from salver.data.reading import Reading, Screening, Urgency
from salver.models.bundle import Bundle
from salver.pipeline.claims import claim
from salver.pipeline.compose import LANGUAGES, in_order, joined
from salver.pipeline.explain import apart, counted, language, listed, percent

_ENCRYPTED = ("multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp-encrypted")
_ARMOUR = "-----BEGIN PGP MESSAGE-----"
_SHOWN = 5


def decide(message: Message, screening: Screening, reading: Reading | None, found: Match, bundle: Bundle) -> Decision:
    """One decision, with its reason. The answer of an AutoAnswer is left to `compose`."""
    nothing = Evidence(bundle=bundle.name)
    if screening.verdict == "machine":
        return Leave(reason=Reason.MACHINE, because=screening.because, evidence=nothing)
    why = unreadable(message, reading)
    if reading is None or why:
        return Route(reason=Reason.UNREADABLE, because=why, evidence=nothing)
    asked = _Asked(
        screening=screening,
        reading=reading,
        candidate=found.candidate,
        others=found.others,
        policy=bundle.policy,
        company=bundle.company,
        account=found.account,
    )
    for reason, stop in _STOPS:
        if why := stop(asked):
            evidence = _evidence(reason, asked, found, bundle.name)
            return Route(reason=reason, because=why, evidence=evidence, drafts=_drafts(asked))
    return _answer(asked, found, bundle)


def joint(confidences: Sequence[float]) -> float:
    """How sure one is of several things together: of all at once, as if each were right or wrong by itself."""
    return prod(confidences)


def unreadable(message: Message, reading: Reading | None) -> str:
    """Why nothing can be read of a message, or nothing."""
    sealed = any(problem.code == "encrypted" for problem in message.problems)
    if sealed or any(one in _ENCRYPTED for one in message.media_types) or _ARMOUR in message.body:
        return "It is encrypted: open it with the key it was written for."
    if reading is None or not reading.main.text.strip():
        return " ".join(["There is no text in it.", *(problem.words for problem in message.problems)])
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What the rules look at."""

    screening: Screening
    reading: Reading
    candidate: Candidate | None
    others: tuple[Candidate | None, ...] = ()
    policy: Policy
    company: Company
    account: Account = NOTHING_KNOWN

    @property
    def intent(self) -> str:
        return self.reading.main.intent

    @property
    def bound(self) -> ErrorBound:
        """The error bound of what is asked: where that is several things, the one that is hardest to keep."""
        bounds = [self.policy.bound_of(one.intent) for one in self.reading.requests]
        return max(bounds, key=lambda one: (one.answer_at is None, one.answer_at or 0.0))

    @property
    def confidence(self) -> float:
        """How sure one is of all that would be answered, and that nothing else is asked."""
        found = [one.confidence if one else 0.0 for one in (self.candidate, *self.others)]
        return joint([*found, self.reading.complete])

    def each(self) -> list["_Asked"]:
        """The same for each request, as if it were the only one."""
        candidates = (self.candidate, *self.others, *[None] * len(self.reading.requests))
        pairs = zip(self.reading.requests, candidates, strict=False)
        return [
            replace(self, reading=replace(self.reading, requests=(request,)), candidate=one, others=())
            for request, one in pairs
        ]

    @property
    def lang(self) -> str:
        return self.reading.lang

    @property
    def fitting(self) -> Candidate | None:
        """The candidate, if it is of the main intent and in the message's language."""
        one = self.candidate
        return one if one and (one.template.intent, one.template.lang) == (self.intent, self.lang) else None


def _other_language(asked: _Asked) -> str:
    lang, known = asked.lang, asked.company.languages
    if lang not in known:
        return f"It is in {language(lang)}; configured are {listed([language(one) for one in known])}."
    if lang not in LANGUAGES:
        return f"It is in {language(lang)}; answers can be written in {listed([language(one) for one in LANGUAGES])}."
    return ""


def _out_of_scope(asked: _Asked) -> str:
    if asked.reading.in_scope:
        return ""
    scope, least = apart(asked.reading.scope, asked.policy.scope_at)
    return f"It seems to ask for nothing known: that it does has probability {scope}, under the threshold {least}."


def _urgent(asked: _Asked) -> str:
    if asked.reading.urgency < Urgency.HIGH:
        return ""
    return f"Its urgency is {asked.reading.urgency.label}: {asked.reading.urgency_because}"


def _never_answered(asked: _Asked) -> str:
    barred = [one.intent for one in asked.reading.requests if one.intent in asked.policy.never_answer]
    return f"A person answers {listed(barred)}: the owner wants it so." if barred else ""


def _several_requests(asked: _Asked) -> str:
    requests = asked.reading.requests
    if len(requests) == 1:
        return ""
    lacking = [one for one in _drafts(asked) if one.open]
    if not lacking:
        return ""
    words = " ".join(f"{one.intent} is open: {one.open}" for one in lacking)
    drafted = [one.intent for one in _drafts(asked) if one.covered]
    ready = f" Drafted {'is' if len(drafted) == 1 else 'are'} {listed(drafted)}." if drafted else ""
    return f"It asks for {len(requests)} things: {listed([one.intent for one in requests])}.{ready} {words}"


def _no_template(asked: _Asked) -> str:
    return "" if asked.fitting else f"No proven text for {asked.intent} in {language(asked.lang)}."


def _bound_not_shown(asked: _Asked) -> str:
    bound = asked.bound
    if bound.answer_at is not None:
        return ""
    whose = f" for {bound.intent}" if bound.intent else ""
    return f"No threshold is shown to keep the error bound of {percent(bound.max_error, 2)}{whose}. {bound.because}"


def _not_sure(asked: _Asked) -> str:
    sure, least = asked.confidence, asked.bound.answer_at
    if least is not None and sure >= least:
        return ""
    confidence, threshold = apart(sure, least or 0.0)
    whose = "confidence" if len(asked.reading.requests) == 1 else "confidence in all answers together,"
    return f"Its {whose} {confidence} is under the threshold {threshold}, {_kept(asked.bound)}"


def _perhaps_more(asked: _Asked) -> str:
    more = [f"{one.label} ({percent(one.probability, 0)})" for one in asked.reading.perhaps]
    return f"Perhaps it asks for {listed(more)} too, which no answer would cover." if more else ""


def _kept(bound: ErrorBound) -> str:
    """What a threshold keeps: the end of a sentence."""
    whose = f" to {bound.intent}" if bound.intent else ""
    return f"at which at most {percent(bound.max_error, 2)} of automatic answers{whose} are wrong."


def _slot_open(asked: _Asked) -> str:
    holes = asked.candidate.holes if asked.candidate else ()
    if not holes:
        return ""
    facts = listed([f"{{{kind}}}" for kind in holes])
    why = f" {asked.account.because}" if asked.account.because else ""
    return f"The text needs {facts}, which the message does not hold, or not in one way only.{why}"


def _claims_a_deed(asked: _Asked) -> str:
    words = claim(asked.candidate.template.text) if asked.candidate else ""
    return f'The text says that something is done ("{words}"); a person must do it first.' if words else ""


def _few_customers(asked: _Asked) -> str:
    sent = asked.candidate.template.customers if asked.candidate else 0
    if sent >= asked.policy.min_customers:
        return ""
    return f"The text was sent to {counted(sent, 'customer')}; it takes {asked.policy.min_customers} to prove it."


def _no_reply_wanted(asked: _Asked) -> str:
    if asked.screening.answerable:
        return ""
    return asked.screening.because or "Its sender asks for no answer from a machine."


_STOPS: tuple[tuple[Reason, Callable[[_Asked], str]], ...] = (
    (Reason.OTHER_LANGUAGE, _other_language),
    (Reason.OUT_OF_SCOPE, _out_of_scope),
    (Reason.URGENT, _urgent),
    (Reason.NEVER_ANSWERED, _never_answered),
    (Reason.SEVERAL_REQUESTS, _several_requests),
    (Reason.NO_TEMPLATE, _no_template),
    (Reason.CLAIMS_A_DEED, _claims_a_deed),
    (Reason.BOUND_NOT_SHOWN, _bound_not_shown),
    (Reason.NOT_SURE, _not_sure),
    (Reason.PERHAPS_MORE, _perhaps_more),
    (Reason.SLOT_OPEN, _slot_open),
    (Reason.NO_TEMPLATE, _few_customers),
    (Reason.NO_REPLY_WANTED, _no_reply_wanted),
)


_OF_EACH = (_no_template, _claims_a_deed, _bound_not_shown, _not_sure, _slot_open, _few_customers)
"""The rules that the text for each of several requests must pass by itself."""


def _drafts(asked: _Asked) -> tuple[Drafted, ...]:
    """What would answer each request, and why it is open if it is."""
    return tuple(_drafted(one) for one in asked.each())


def _drafted(asked: _Asked) -> Drafted:
    """What would answer the only request that is asked."""
    one = asked.fitting
    return Drafted(
        intent=asked.intent,
        text=one.text if one else "",
        template=one.template.id if one else None,
        open=next((why for stop in _OF_EACH if (why := stop(asked))), ""),
    )


def _evidence(reason: Reason, asked: _Asked, found: Match, bundle: str) -> Evidence:
    """The cases leant on; confidence and threshold are those of scope where scope decides, else the candidate's."""
    cases = tuple(case for one in (asked.candidate, *asked.others) if one for case in one.cases)
    cases = cases or tuple(dict.fromkeys(case for one in found.suggestions for case in one.cases))
    confidence, threshold = asked.confidence if asked.candidate else None, None
    if reason is Reason.OUT_OF_SCOPE:
        confidence, threshold = asked.reading.scope, asked.policy.scope_at
    elif reason in (Reason.NOT_SURE, Reason.PERHAPS_MORE, Reason.SLOT_OPEN, Reason.NO_REPLY_WANTED, Reason.RECURRING):
        threshold = asked.bound.answer_at
    return Evidence(bundle=bundle, cases=cases[:_SHOWN], confidence=confidence, threshold=threshold)


def _answer(asked: _Asked, found: Match, bundle: Bundle) -> AutoAnswer:
    one = asked.candidate
    if one is None:
        raise ValueError("a rule let a message pass that has no candidate")
    confidence, threshold = f"{asked.confidence:.2f}", f"{asked.bound.answer_at:.2f}"
    texts = [other.template for other in (one, *asked.others) if other]
    recurs = " ".join(
        f"{text.intent} recurs: its text was sent to {counted(text.customers, 'customer')} by "
        f"{counted(text.agents, 'agent')}."
        for text in texts
    )
    whose = "Its confidence" if len(texts) == 1 else f"The confidence in all {len(texts)} together,"
    return AutoAnswer(
        reason=Reason.RECURRING,
        because=f"{recurs} {whose} {confidence} reaches the threshold {threshold}, {_kept(asked.bound)}",
        evidence=_evidence(Reason.RECURRING, asked, found, bundle.name),
        answer="",
        template=one.template.id,
        body=joined(one.text for one in in_order(found, asked.reading)),
        drafts=_drafts(asked),
        rests_on=tuple((text.id, text.sha256) for text in texts),
    )
