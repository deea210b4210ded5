"""The past answers that would resolve a request: folded, and ranked by all that is known of them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from salver.data.answer import Template
from salver.data.case import Ending, PastCase
from salver.models.answers import Answer, AnswerIndex, Example, Wanted, Weights
from salver.models.ports import Encoder
from salver.pipeline.fold import Folds, alike
from salver.pipeline.vote import Near

_RECEIVED: Mapping[Ending, float] = {"thanked": 1.0, "resolved": 0.7, "unknown": 0.5, "reopened": 0.0}
"""How well a case was received by how it ended."""
_USUALLY = 0.6
"""How an answer counts that was never given; one that was given once stands half way between this and how it ended."""
_QUESTIONS = 200
"""The last questions of an answer that are looked at: enough for its words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """An answer for a request: the chance, 0 to 1, that it is the one, and the cases it was given in, nearest first.

    `near` says how many of the cases are among the nearest of the request.
    """

    chance: float
    cases: tuple[PastCase, ...]
    near: int

    @property
    def best(self) -> PastCase:
        """The case whose wording stands for all: the best received one, of these the newest."""
        return max(self.cases, key=lambda case: (_RECEIVED[case.ending], _when(case)))

    @property
    def lang(self) -> str:
        return self.best.lang

    @property
    def text(self) -> str:
        return self.best.answer

    def says(self, template: Template) -> bool:
        """Whether it says what a template says, and no more."""
        made_of = {one for case in self.cases for one in case.templates}
        return (not made_of or template.id in made_of) and alike(self.text, template.text)


class PastAnswers:
    """The answers of cases. A case without a question is an answer that nobody has asked for yet."""

    def __init__(self, cases: Iterable[PastCase], encoder: Encoder, weights: Weights) -> None:
        answered = _answered(cases)
        self._weights = weights
        self._folds = Folds(case.answer for case in answered)
        self._number: dict[str, int] = {}
        self._cases: dict[int, dict[str, PastCase]] = defaultdict(dict)
        self._index = AnswerIndex(self._joined(answered), encoder)

    def learn(self, cases: Iterable[PastCase]) -> None:
        """Let cases join at once; one that is there already is replaced."""
        last = {case.id: case for case in cases}
        self.forget(last)
        self._index.put(self._joined(_answered(last.values())))

    def forget(self, ids: Iterable[str]) -> None:
        """Remove cases so that nothing of them is left; unknown ids are ignored. What they were folded with stays."""
        gone = {one: self._number[one] for one in ids if one in self._number}
        if not gone:
            return
        folds = [(number, self._cases.pop(number)) for number in set(gone.values())]
        for number, cases in folds:
            self._folds.drop(number)
            for one in cases:
                del self._number[one]
        self._index.drop([number for number, _ in folds])
        self._index.put(self._joined(case for _, cases in folds for one, case in cases.items() if one not in gone))

    def rank(self, wanted: Wanted, near: Near, top: int) -> list[Ranked]:
        """The `top` answers for a request, best first. `near` are its nearest cases."""
        nearest: dict[int, list[str]] = defaultdict(list)
        for one, _ in near:
            if one in self._number:
                nearest[self._number[one]].append(one)
        chances = self.chances(wanted, near)[:top]
        return [self._ranked(number, chance, nearest[number]) for number, chance in chances if number in self._cases]

    def chances(self, wanted: Wanted, near: Near) -> list[tuple[int, float]]:
        """The numbers of all answers that may be meant and their chances, 0 to 1 and at most 1 in all: best first."""
        return self._index.rank(wanted, self._numbered(near), self._weights)

    def number(self, answer: str) -> int | None:
        """The number of an answer, or of one that says the same."""
        return self._folds.find(answer)

    def example(self, wanted: Wanted, near: Near, answer: str) -> Example | None:
        """What is said of the answers for a request, and which of them was given; None when it is not among them."""
        number = self.number(answer)
        return None if number is None else self._index.example(wanted, self._numbered(near), number)

    def _joined(self, cases: Iterable[PastCase]) -> dict[int, Answer]:
        """Cases laid into their folds, and what is known now of these."""
        changed: dict[int, None] = {}
        for case in cases:
            number = self._number[case.id] = self._folds.add(case.answer)
            self._cases[number][case.id] = case
            changed[number] = None
        return {number: _answer(self._folds.firsts[number], list(self._cases[number].values())) for number in changed}

    def _numbered(self, near: Near) -> list[tuple[int, float]]:
        return [(self._number[one], cosine) for one, cosine in near if one in self._number]

    def _ranked(self, number: int, chance: float, near: Sequence[str]) -> Ranked:
        cases = self._cases[number]
        others = sorted((case for one, case in cases.items() if one not in near), key=_when, reverse=True)
        return Ranked(chance=chance, cases=(*(cases[one] for one in near), *others), near=len(near))


def _answered(cases: Iterable[PastCase]) -> list[PastCase]:
    return [case for case in cases if case.answer.strip()]


def _answer(text: str, cases: Sequence[PastCase]) -> Answer:
    """What is known of an answer by the cases that it was given in."""
    asked = [case for case in cases if case.question.strip()]
    times = [case.answered_at.timestamp() for case in asked if case.answered_at]
    received = [_RECEIVED[case.ending] for case in asked]
    return Answer(
        text=text,
        questions=tuple(case.question for case in asked[-_QUESTIONS:]),
        often=len(asked),
        newest=max(times, default=None),
        received=(_USUALLY + sum(received)) / (1 + len(received)),
        lang=_commonest(case.lang for case in cases),
        intent=_commonest(case.intent for case in cases),
    )


def _commonest(names: Iterable[str]) -> str:
    return Counter(names).most_common(1)[0][0]


def _when(case: PastCase) -> float:
    return case.answered_at.timestamp() if case.answered_at else float("-inf")
