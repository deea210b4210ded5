"""A hundred thousand mails by chance break no law of reading, cleaning and screening; a million each night."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.pipeline.fuzz import CASES, Recipe, check, fuzz

ROOT = Path(__file__).parents[2]


def test_some_hundred_mails_by_chance_break_no_law() -> None:
    fuzz(300, start=0)


@pytest.mark.parametrize("case", CASES)
def test_no_golden_mail_breaks_a_law(case: bytes) -> None:
    check(case)


def test_a_recipe_always_makes_the_same_mail() -> None:
    steps = bytes(range(90))
    assert Recipe(steps).mail() == Recipe(steps).mail() != Recipe(steps[1:]).mail()


@pytest.mark.long
def test_a_hundred_thousand_mails_by_chance_break_no_law() -> None:
    command = ["-m", "tests.pipeline.fuzz", "--runs", "100000", "--processes", "2"]
    done = subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-5000:]
    assert "100,000 mails" in done.stdout
