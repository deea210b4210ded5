"""What each opinion on past answers is worth: learned by looking later questions up in the answers known before."""

from collections.abc import Sequence

from salver.models.answers import WEIGHTS, Wanted, weigh
from salver.models.index import CaseIndex
from salver.models.ports import Encoder
from salver.pipeline.match import VOTERS
from salver.pipeline.rank import PastAnswers
from salver.training.evaluate import Prediction
from salver.training.prepare import Lesson

_MOST = 3000
"""Later lessons that are looked up; more teach nothing more."""


def ranking(
    earlier: Sequence[Lesson], later: Sequence[Lesson], encoder: Encoder, index: CaseIndex, tried: Sequence[Prediction]
) -> dict[str, float]:
    """The weights of a ranking, from parts that were learned from the earlier lessons alone.

    `index` holds the earlier lessons, `tried` is what was predicted of the later ones.
    """
    past = PastAnswers([one.past(()) for one in earlier], encoder, WEIGHTS)
    asked = list(zip(later, tried, strict=True))[-_MOST:]
    vectors = encoder.encode([lesson.question for lesson, _ in asked])
    examples = []
    for (lesson, said), vector, near in zip(asked, vectors, index.nearest(vectors, VOTERS), strict=True):
        intents = {one.label: one.probability for one in said.ranked}
        wanted = Wanted(text=lesson.question, vector=vector, lang=lesson.lang, intents=intents)
        examples.append(past.example(wanted, near, lesson.answer))
    return weigh(examples)
