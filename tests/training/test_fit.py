"""Learning the parts together, and reading what they had not seen."""

import numpy as np

from salver.models.grams import Grams
from salver.training.fit import Text, fit_understanding, folds
from tests.training.small import lessons


def texts() -> list[Text]:
    return [
        Text(id=one.case.id, text=one.question, intent=one.case.intent, group=one.case.thread, answer=one.answer)
        for one in lessons()
    ]


def test_a_thread_is_never_on_both_sides_of_a_fold() -> None:
    groups = [f"t{i % 7}" for i in range(40)]
    for held in folds(groups):
        inside = {groups[i] for i in held}
        assert not inside & {group for i, group in enumerate(groups) if i not in set(held.tolist())}


def test_every_text_is_held_out_once() -> None:
    held = np.concatenate(folds([f"t{i % 7}" for i in range(40)]))
    assert sorted(held.tolist()) == list(range(40))


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
