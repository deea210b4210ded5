"""The past answers that would resolve a request: folded, and ranked by all that is known of them."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from salver.data.answer import Template, Uses
from salver.data.case import Ending, PastCase
from salver.models.answers import Answer, AnswerIndex, Example, Wanted, Weights, moved
from salver.models.ports import Encoder
from salver.models.recent import Recent
from salver.pipeline.fold import Folds, alike
from salver.pipeline.vote import Near

_RECEIVED: Mapping[Ending, float] = {"thanked": 1.0, "resolved": 0.7, "unknown": 0.5, "reopened": 0.0}
"""How well a case was received by how it ended."""
_USUALLY = 0.6
"""How an answer counts that was never given; one that was given once stands half way between this and how it ended."""
_QUESTIONS = 200
"""The last questions of an answer that are looked at: enough for its words."""
_WORD = re.compile(r"(?<!\{)\b[^\W\d_]{4,}\b")
"""Words of four letters and more; a slot is none."""
_SHARED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """An answer as it was given: its cases, newest first, the templates that it was made of, and the case whose wording
    stands for all: the best received one, of these the newest."""

    cases: Mapping[str, PastCase]
    best: PastCase
    templates: frozenset[str]

    @classmethod
    def of(cls, cases: Iterable[PastCase]) -> "Given":
        ordered = sorted(cases, key=_when, reverse=True)
        return cls(
            cases={case.id: case for case in ordered},
            best=max(ordered, key=lambda case: _RECEIVED[case.ending]),
            templates=frozenset(one for case in ordered for one in case.templates),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """An answer for a request: the chance, 0 to 1, that it is the one, and those of its cases that are near."""

    chance: float
    given: Given
    near: tuple[str, ...]

    @property
    def lang(self) -> str:
        return self.given.best.lang

    @property
    def text(self) -> str:
        return self.given.best.answer

    @property
    def intent(self) -> str:
        return self.given.best.intent

    @property
    def names(self) -> tuple[str, ...]:
        """By what names agents' uses of it are known: those of its cases."""
        return tuple(self.given.cases)

    def says(self, template: Template) -> bool:
        """Whether it says what a template says, and no more."""
        made_of = self.given.templates
        return (not made_of or template.id in made_of) and alike(self.text, template.text)


class PastAnswers:
    """The answers of cases. A case without a question is an answer that nobody has asked for yet."""

    def __init__(self, cases: Iterable[PastCase], encoder: Encoder, weights: Weights) -> None:
        answered = _answered(cases)
        self._weights = weights
        self._words = Recent(lambda texts: [tuple(dict.fromkeys(_WORD.findall(one))) for one in texts])
        self._folds = Folds(case.answer for case in answered)
        self._number: dict[str, int] = {}
        self._given: dict[int, Given] = {}
        self._uses: dict[str, Uses] = {}
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
        folds = {number: self._given.pop(number) for number in set(gone.values())}
        kept = [case for given in folds.values() for case in given.cases.values() if case.id not in gone]
        for one in [*gone, *(case.id for case in kept)]:
            del self._number[one]
        for one in gone:
            self._uses.pop(one, None)
        for number in folds:
            self._folds.drop(number)
        self._index.drop(list(folds))
        self._index.put(self._joined(kept))

    def use(self, uses: Mapping[str, Uses]) -> None:
        """Let what agents did with suggestions count, by the name of a template or of a case that stands for an answer;
        it adds to what was known before."""
        for name, more in uses.items():
            self._uses[name] = self._uses.get(name, Uses()) + more
        changed = {self._number[name] for name in uses if name in self._number}
        self._index.note({one: self._answer(one) for one in changed if one in self._given})

    def uses_of(self, names: Iterable[str]) -> Uses:
        """What agents did with a text that has these names."""
        return sum((self._uses[one] for one in names if one in self._uses), Uses())

    def moved(self, chance: float, template: str) -> float:
        """The chance of a template, moved by what agents did with it."""
        uses = self._uses.get(template)
        return moved(chance, uses.liking, self._weights) if uses else chance

    def shared(self, asked: str, texts: Iterable[str]) -> list[str]:
        """A few words of a request that stand in one of some texts too, the rarest first."""
        wanted, *others = self._words.of([asked, *texts])
        words = set[str]().union(*others)
        return self._index.rarest([one for one in wanted if one in words], _SHARED)

    def rank(self, wanted: Wanted, near: Near, top: int) -> list[Ranked]:
        """The `top` answers for a request, best first. `near` are its nearest cases."""
        ranked = self.chances(wanted, near)[:top]
        nearest: dict[int, list[str]] = {number: [] for number, _ in ranked}
        for one, _ in near:
            if (number := self._number.get(one)) in nearest:
                nearest[number].append(one)
        return [
            Ranked(chance=chance, given=self._given[number], near=tuple(nearest[number]))
            for number, chance in ranked
            if number in self._given
        ]

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
        changed: dict[int, list[PastCase]] = defaultdict(list)
        for case in cases:
            self._number[case.id] = self._folds.add(case.answer)
            changed[self._number[case.id]].append(case)
        for number, more in changed.items():
            before = self._given[number].cases.values() if number in self._given else ()
            self._given[number] = Given.of([*before, *more])
        return {number: self._answer(number) for number in changed}

    def _answer(self, number: int) -> Answer:
        given = self._given[number]
        return replace(_answer(self._folds.firsts[number], given), liking=self.uses_of(given.cases).liking)

    def _numbered(self, near: Near) -> list[tuple[int, float]]:
        known = self._number
        return [(known[one], cosine) for one, cosine in near if one in known]


def _answered(cases: Iterable[PastCase]) -> list[PastCase]:
    return [case for case in cases if case.answer.strip()]


def _answer(text: str, given: Given) -> Answer:
    """What is known of an answer by the cases that it was given in."""
    cases = list(given.cases.values())
    asked = [case for case in cases if case.question.strip()]
    times = [case.answered_at.timestamp() for case in asked if case.answered_at]
    received = [_RECEIVED[case.ending] for case in asked]
    return Answer(
        text=text,
        questions=tuple(case.question for case in asked[:_QUESTIONS]),
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
