"""The simulation of the watch gives what it says it gives."""

import numpy as np

from bench.watch import broken_after, false_shifts, of_error


def test_a_broken_bound_is_found_the_sooner_the_more_is_wrong() -> None:
    found = of_error(0.05, 50, np.random.default_rng(1))
    assert 0 <= found["false"] <= 0.1
    assert found["five_times"][1] < found["twice"][1]
    assert found["thrice"][0] < found["late"][0]


def test_it_is_found_at_the_check_that_breaks_it() -> None:
    assert broken_after([True] * 10 + [False] * 9, 0.02) == 14


def test_the_same_again_is_no_shift() -> None:
    assert false_shifts(4, np.random.default_rng(2)) == 0
