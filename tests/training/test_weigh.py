"""What the opinions on past answers are worth is learned by looking later lessons up."""

from collections.abc import Sequence

from salver.models.answers import OPINIONS, WEIGHTS
from salver.models.index import CaseIndex
from salver.training.evaluate import Prediction
from salver.training.prepare import Lesson
from salver.training.weigh import ranking
from tests.training.small import draft, lessons


def learned(later: Sequence[Lesson]) -> dict[str, float]:
    encoder, cases = draft().encoder, draft().cases
    index = CaseIndex.build([case.id for case in cases], encoder.encode([case.question for case in cases]))
    tried = [Prediction(id=one.case.id, truth=one.case.intent, ranked=(), lang=one.lang) for one in later]
    near = index.nearest(encoder.encode([one.question for one in later]), 20)
    return ranking(lessons(), later, encoder, near, tried)


def test_near_cases_and_words_are_worth_something_where_they_find_the_answer() -> None:
    weights = learned(lessons() * 2)
    assert set(weights) == {"known", *OPINIONS}
    assert 0.8 < weights["known"] <= 1
    assert weights["near"] + weights["words"] > 0
    assert weights["vector"] < 0.1


def test_few_lessons_teach_nothing() -> None:
    assert learned(lessons()[:5]) == WEIGHTS
