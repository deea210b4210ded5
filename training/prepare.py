"""Cases made ready for learning: masked, in parts, with a language and an urgency. Nothing learns from raw texts."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from salver.data.case import Case, PastCase
from salver.data.company import Company
from salver.data.reading import Urgency
from salver.models.entities import CompanyEntities
from salver.models.language import ConfiguredLanguages
from salver.models.presumed import presumed
from salver.models.sentences import SpacySentences
from salver.pipeline.classify import few
from salver.pipeline.clean import answer_body
from salver.pipeline.mask import mask_case, visible
from salver.pipeline.split import split
from salver.pipeline.traces import Traces, words_of_customer
from salver.training.customers import customers_of
from salver.training.proof import Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """A case as the models see it. `question`, `parts` and `answer` are masked; `sent` is the answer's body as it was.

    `customer` is the same for all cases of one customer, and `traces` could lead to that customer.
    `parts` are the candidate parts of the question and empty where there is only one. `levels` has the probability of
    each urgency: 1 for the labelled one, presumed where there is none.
    """

    case: Case
    customer: str
    lang: str
    question: str
    parts: tuple[str, ...]
    answer: str
    sent: str
    levels: tuple[float, ...]
    traces: Traces

    @property
    def urgency(self) -> Urgency:
        """The likeliest one."""
        return Urgency(max(range(len(Urgency)), key=self.levels.__getitem__))

    def reply(self) -> Reply:
        """What templates are induced from."""
        case = self.case
        return Reply(
            case=case.id,
            intent=case.intent,
            lang=self.lang,
            sent=self.sent,
            masked=self.answer,
            customer=self.customer,
            agent=case.agent,
            at=case.answered_at,
            reopened=case.ending == "reopened",
            own=words_of_customer(case.customer),
            thanked=case.ending == "thanked",
        )

    def past(self, templates: Sequence[str]) -> PastCase:
        """What a bundle keeps of the case."""
        return PastCase(
            id=self.case.id,
            intent=self.case.intent,
            lang=self.lang,
            question=self.question,
            answer=self.answer,
            agent=self.case.agent,
            ending=self.case.ending,
            answered_at=self.case.answered_at,
            templates=tuple(templates),
        )


def prepare(cases: Sequence[Case], company: Company, not_the_same: Collection[tuple[str, str]] = ()) -> list[Lesson]:
    """A lesson a case, in order. `not_the_same` are pairs of customers that look like one and are two."""
    finder = CompanyEntities(company)
    masked = [mask_case(case, finder) for case in cases]
    questions = [one.question for one in masked]
    guessed = ConfiguredLanguages(company.languages).guess([case.text for case in cases])
    parts = split(questions, SpacySentences())
    customers = customers_of(cases, not_the_same)
    return [
        Lesson(
            case=case,
            customer=customer,
            lang=case.lang or lang.label,
            question=one.question,
            parts=few(some),
            answer=one.answer,
            sent=visible(answer_body(case.answer)),
            levels=tuple(levels),
            traces=one.traces,
        )
        for case, customer, one, lang, some, levels in zip(
            cases, customers, masked, guessed, parts, levels_of(cases, questions), strict=True
        )
    ]


def levels_of(cases: Sequence[Case], questions: Sequence[str]) -> list[list[float]]:
    """The probability of each urgency: 1 for a labelled one, else presumed from all these cases."""
    hours = [
        (case.answered_at - case.received_at).total_seconds() / 3600 if case.answered_at and case.received_at else None
        for case in cases
    ]
    labels = [Urgency.of(case.urgency) if case.urgency else None for case in cases]
    found: list[list[float]] = presumed(questions, hours, labels).tolist()
    return found
