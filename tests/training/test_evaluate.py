import json

import numpy as np
import pytest

from salver.data.reading import Scored
from salver.training.evaluate import (
    Confusion,
    Figures,
    Prediction,
    calibration_error,
    evaluate,
    f1_by_intent,
    macro_f1,
)


def said(truth: str, *ranked: tuple[str, float], lang: str = "de") -> Prediction:
    return Prediction(id="x", truth=truth, lang=lang, ranked=tuple(Scored(label=a, probability=p) for a, p in ranked))


FOUR = [
    said("bill", ("bill", 0.9), ("refund", 0.1)),
    said("bill", ("refund", 0.6), ("bill", 0.4)),
    said("refund", ("refund", 0.8), ("bill", 0.2), lang="en"),
    said("outage", ("bill", 0.5), ("refund", 0.5), lang="en"),
]


def test_figures_of_all_messages() -> None:
    whole = evaluate(FOUR).whole
    assert (whole.n, whole.top1, whole.top5) == (4, 0.5, 0.75)
    assert whole.macro_f1 == pytest.approx((0.5 + 2 / 3 + 0) / 3)
    assert whole.ece == pytest.approx((0.1 + 0.6 + 0.2 + 0.5) / 4)  # each message in a bin of its own


def test_figures_per_intent_and_language() -> None:
    found = evaluate(FOUR)
    assert list(found.by_intent) == ["bill", "outage", "refund"]
    assert found.by_intent["bill"] == Figures(n=2, top1=0.5, top5=1.0, macro_f1=0.5, ece=pytest.approx(0.35))
    assert found.by_intent["outage"].top5 == 0
    assert {lang: one.n for lang, one in found.by_lang.items()} == {"de": 2, "en": 2}


def test_the_pairs_mistaken_most_often_come_first() -> None:
    twice = [*FOUR, said("outage", ("bill", 0.7))]
    assert evaluate(twice).confused == (
        Confusion(truth="outage", found="bill", n=2, share=1.0),
        Confusion(truth="bill", found="refund", n=1, share=0.5),
    )


def test_the_true_intent_in_sixth_place_is_not_among_the_first_five() -> None:
    six = said("f", *((label, 0.2) for label in "abcdef"))
    assert evaluate([six]).whole.top5 == 0


def test_an_evaluation_becomes_json_with_four_places() -> None:
    text = json.dumps(evaluate(FOUR).to_json())
    assert json.loads(text)["whole"] == {"n": 4, "top1": 0.5, "top5": 0.75, "macro_f1": 0.3889, "ece": 0.35}


def test_no_predictions_give_figures_of_nothing() -> None:
    assert evaluate([]).whole == Figures(n=0, top1=0, top5=0, macro_f1=0, ece=0)
    assert evaluate([said("bill")]).whole.top1 == 0


def test_f1_counts_what_was_said_wrongly_too() -> None:
    assert f1_by_intent(["a", "a", "b"], ["a", "b", "b"]) == {"a": 2 / 3, "b": 2 / 3}
    assert macro_f1(["a", "b"], ["a", "c"]) == 0.5


def test_a_calibrated_crowd_has_no_error_and_a_boaster_has() -> None:
    confidence, right = np.full(10, 0.7), np.array([True] * 7 + [False] * 3)
    assert calibration_error(confidence, right) == pytest.approx(0)
    assert calibration_error(np.ones(10), right) == pytest.approx(0.3)
