"""The rules that a threshold could be chosen by, side by side."""

from bench.thresholds import RULES, compare
from tests.bench.test_bound import calibrated


def test_rules_that_are_valid_keep_the_bound_and_the_one_that_is_not_answers_most() -> None:
    found = {name: compare(calibrated(), rule, 0.05, 40, 0.2) for name, rule in RULES.items()}
    assert {name for name, one in found.items() if one["violations_true_share"] > 0.15} <= {"tightest"}
    assert max(found, key=lambda name: found[name]["coverage_mean"]) == "tightest"
    assert found["product"]["coverage_mean"] > found["band"]["coverage_mean"]
    assert found["fallback"]["coverage_mean"] >= found["five starts"]["coverage_mean"]
    assert all(one["none"] < 1 for name, one in found.items() if name != "band")
