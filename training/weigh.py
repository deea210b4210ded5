"""What each opinion on past answers is worth: learned by looking later questions up in the answers known before."""

from collections.abc import Sequence

from salver.models.answers import WEIGHTS, Wanted, weigh
from salver.models.ports import Encoder
from salver.pipeline.rank import PastAnswers
from salver.training.evaluate import Prediction
from salver.training.parts import Nearest
from salver.training.prepare import Lesson

_MOST = 3000
"""Later lessons that are looked up; more teach nothing more."""


def ranking(
    earlier: Sequence[Lesson], later: Sequence[Lesson], encoder: Encoder, nearest: Nearest, tried: Sequence[Prediction]
) -> dict[str, float]:
    """The weights of a ranking, from parts that were learned from the earlier lessons alone.

    `nearest` are the earlier cases nearest to each of the later ones, `tried` is what was predicted of these.
    """
    past = PastAnswers([one.past(()) for one in earlier], encoder, WEIGHTS)
    asked = list(zip(later, tried, nearest, strict=True))[-_MOST:]
    vectors = encoder.encode([lesson.question for lesson, *_ in asked])
    examples = []
    for (lesson, said, near), vector in zip(asked, vectors, strict=True):
        intents = {one.label: one.probability for one in said.ranked}
        wanted = Wanted(text=lesson.question, vector=vector, lang=lesson.lang, intents=intents)
        examples.append(past.example(wanted, near, lesson.answer))
    return weigh(examples)
