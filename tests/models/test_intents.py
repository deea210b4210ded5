"""Opinions and what they are worth."""

import numpy as np

from salver.models.grams import Grams
from salver.models.history import HistoryEncoder
from salver.models.intents import Opinions, StackedIntents, weigh_opinions
from salver.models.linear import Linear, places
from tests.models.test_history import LABELS, TEXTS

NAMES = ("bank", "power", "router")
INTENTS = [("power", "bank", "router")[label] for label in LABELS]


def fitted() -> tuple[StackedIntents, HistoryEncoder]:
    grams = Grams()
    encoder = HistoryEncoder.fit(TEXTS, places(INTENTS, NAMES), grams=grams)
    opinions = Opinions.fit(TEXTS, encoder.encode(TEXTS), INTENTS, NAMES, grams)
    return StackedIntents(opinions, np.array([1.5, 0.5, 0.5, 0.3])), encoder


def test_intents_come_best_first_and_sum_to_one_at_most() -> None:
    intents, encoder = fitted()
    ranked = intents.rank(["kein strom"], encoder.encode(["kein strom"]), [[("power", 0.9)]])[0]
    chances = [one.probability for one in ranked]
    assert ranked[0].label == "power"
    assert chances == sorted(chances, reverse=True)
    assert abs(sum(chances) - 1) < 1e-9


def test_neighbours_of_an_unknown_intent_are_passed_over() -> None:
    intents, encoder = fitted()
    vectors = encoder.encode(["strom"])
    with_stranger = intents.probabilities(["strom"], vectors, [[("gone", 0.99)]])
    assert np.allclose(with_stranger, intents.probabilities(["strom"], vectors, [[]]))


def test_each_intent_is_as_near_as_its_nearest_case_and_one_without_any_as_the_last() -> None:
    intents, encoder = fitted()
    near = [[("power", 0.9), ("bank", 0.8), ("bank", 0.7), ("gone", 0.6)], []]
    said = intents._opinions.of(["strom", "strom"], encoder.encode(["strom", "strom"]), near)[:, :, 2]
    assert np.allclose(said, [[8, 9, 6], [0, 0, 0]])
    assert intents._opinions.of([], encoder.encode([]), []).shape == (0, 3, 4)


def test_it_is_the_same_after_it_was_saved() -> None:
    intents, encoder = fitted()
    again = StackedIntents.from_arrays(intents.to_arrays(), intents.labels, Grams())
    nearest = [[("bank", 0.7), ("power", 0.6)]] * len(TEXTS)
    vectors = encoder.encode(TEXTS)
    assert np.array_equal(intents.probabilities(TEXTS, vectors, nearest), again.probabilities(TEXTS, vectors, nearest))


def test_an_opinion_that_knows_nothing_gets_no_weight() -> None:
    chance = np.random.default_rng(0)
    truth = chance.integers(0, 3, 400)
    good = np.eye(3)[truth] * 2 + chance.standard_normal((400, 3)) * 0.7
    noise = chance.standard_normal((400, 3, 2))
    weights = weigh_opinions(np.concatenate([good[:, :, None], noise], axis=2), truth)
    assert weights[0] > 1
    assert (weights[1:] < 0.25).all()


def test_no_weight_is_ever_negative() -> None:
    truth = np.arange(60) % 3
    wrong = -np.eye(3)[truth]
    assert (weigh_opinions(np.stack([wrong] * 3, axis=2), truth) >= 0).all()


def test_a_label_without_an_example_is_possible_but_unlikely() -> None:
    features = np.array([[1.0, 0.0], [0.0, 1.0]] * 4, dtype=np.float32)
    scores = Linear.dense(features, places(["a", "b"] * 4, ("a", "b", "c")), 3).scores(features)
    assert (scores[:, 2] < scores[:, :2].max(axis=1)).all()


def test_two_labels_are_scored_on_both_sides() -> None:
    features = np.array([[1.0, 0.0], [0.0, 1.0]] * 4, dtype=np.float32)
    scores = Linear.sparse(features, places(["a", "b"] * 4, ("a", "b")), 2).scores(features)
    assert scores.argmax(axis=1).tolist() == [0, 1] * 4
