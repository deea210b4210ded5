"""Learning the parts together, and reading what they had not seen."""

from salver.models.grams import Grams
from salver.training.fit import fit_understanding
from salver.training.parts import Text
from tests.training.small import lessons


def texts() -> list[Text]:
    return [
        Text(id=one.case.id, text=one.question, intent=one.case.intent, group=one.case.thread, answer=one.answer)
        for one in lessons()
    ]


def test_unseen_texts_are_told_apart_without_their_own_help() -> None:
    found = fit_understanding(texts(), "history", Grams())
    truth = [found.intents.labels.index(one.intent) for one in texts()]
    assert (found.unseen.probabilities.argmax(axis=1) == truth).mean() > 0.7
    assert all(one.id not in {case for case, _ in row} for one, row in zip(texts(), found.unseen.nearest, strict=True))


def test_an_intent_with_one_example_does_no_harm() -> None:
    rare = Text(id="rare", text="Wann ist der Wochenmarkt?", intent="rare", group="rare")
    found = fit_understanding([*texts(), rare], "history", Grams())
    assert "rare" in found.intents.labels
    assert found.unseen.probabilities.shape == (len(texts()) + 1, 4)


def test_a_description_makes_an_intent_without_a_case() -> None:
    found = fit_understanding(texts(), "history", Grams(), {"market": "Wann und wo ist der Wochenmarkt?"})
    vectors = found.encoder.encode(["wochenmarkt"])
    ranked = found.intents.rank(["wochenmarkt"], vectors, [[]])[0]
    assert ranked[0].label == "market"
    assert "market" not in set(found.intent_of.values())
