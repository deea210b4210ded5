"""Known or unknown, without a single unknown example."""

import numpy as np

from salver.models.scope import LearnedScope, Seen, density


def seen(density_at: float, sure: float, n: int = 300) -> Seen:
    chance = np.random.default_rng(0)
    return Seen(
        densities=np.clip(chance.normal(density_at, 0.1, n), 0, 1),
        confidences=np.clip(chance.normal(sure, 0.1, n), 0, 1),
    )


def fitted() -> LearnedScope:
    return LearnedScope.fit(seen(0.8, 0.85), seen(0.35, 0.4))


def test_how_near_is_the_mean_of_the_first_few() -> None:
    assert density([("a", 0.9), ("b", 0.7)]) == 0.8
    assert density([("a", 0.5)] * 5 + [("z", -1.0)]) == 0.5
    assert density([]) == 0


def test_a_hundred_strangers_move_the_curve_and_one_hardly() -> None:
    near = Seen(densities=np.full(1, 0.7), confidences=np.full(1, 0.8))
    many = Seen(densities=np.full(100, 0.7), confidences=np.full(100, 0.8))
    plain, one, hundred = (
        LearnedScope.fit(seen(0.8, 0.85), seen(0.35, 0.4), some).known([0.7], [0.8])[0] for some in (None, near, many)
    )
    assert plain - one < 0.02 < plain - hundred


def test_near_and_sure_is_known_far_and_unsure_is_not() -> None:
    near, far = fitted().known([0.9, 0.2], [0.9, 0.3])
    assert near > 0.95 > 0.5 > far


def test_nearer_is_never_less_known() -> None:
    found = fitted().known(np.linspace(0, 1, 20).tolist(), [0.6] * 20)
    assert found == sorted(found)


def test_it_is_the_same_after_it_was_saved() -> None:
    scope = fitted()
    assert LearnedScope.from_json(scope.to_json()).known([0.5], [0.5]) == scope.known([0.5], [0.5])
