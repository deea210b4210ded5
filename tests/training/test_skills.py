"""Who solves what."""

from dataclasses import replace

from salver.training.skills import estimate
from tests.training.small import cases


def test_an_agent_who_solves_more_is_estimated_better() -> None:
    solved = [replace(one, agent="good", ending="resolved") for one in cases()]
    half = [replace(one, agent="weak", ending=("resolved", "reopened")[i % 2]) for i, one in enumerate(cases())]
    skills = {(s.agent, s.intent): s for s in estimate([*solved, *half], ["de"] * 48)}
    assert skills["good", "bank"].mean > skills["weak", "bank"].mean + 0.1


def test_one_case_proves_little_and_its_interval_is_wide() -> None:
    many = [replace(one, agent="old", ending="resolved", intents=("bank",)) for one in cases()] * 4
    once = replace(cases()[0], agent="new", ending="reopened", intents=("bank",))
    skills = {s.agent: s for s in estimate([*many, once], ["de"] * (len(many) + 1))}
    assert skills["new"].mean > 0.5
    assert skills["new"].high - skills["new"].low > 2 * (skills["old"].high - skills["old"].low)


def test_the_estimate_lies_in_its_interval() -> None:
    assert all(0 <= s.low < s.mean < s.high <= 1 for s in estimate(cases(), ["de"] * 24))


def test_languages_are_told_apart() -> None:
    assert {s.lang for s in estimate(cases(), ["de", "en"] * 12)} == {"de", "en"}


def test_cases_without_an_agent_teach_nothing() -> None:
    assert estimate([replace(one, agent="") for one in cases()], ["de"] * 24) == ()
