"""Known or unknown, without a single unknown example."""

import numpy as np

from salver.models.scope import LearnedScope


def fitted() -> LearnedScope:
    chance = np.random.default_rng(0)
    truth = chance.integers(0, 4, 300)
    sure = np.full((300, 4), 0.05)
    sure[np.arange(300), truth] = 0.85
    near = np.clip(chance.normal(0.8, 0.1, 300), 0, 1)
    return LearnedScope.fit(sure, truth, near, np.clip(chance.normal(0.35, 0.1, 300), 0, 1))


def test_near_and_sure_is_known_far_and_unsure_is_not() -> None:
    near, far = fitted().known([0.9, 0.2], [0.9, 0.3])
    assert near > 0.95 > 0.5 > far


def test_nearer_is_never_less_known() -> None:
    found = fitted().known(np.linspace(0, 1, 20).tolist(), [0.6] * 20)
    assert found == sorted(found)


def test_it_is_the_same_after_it_was_saved() -> None:
    scope = fitted()
    assert LearnedScope.from_json(scope.to_json()).known([0.5], [0.5]) == scope.known([0.5], [0.5])
