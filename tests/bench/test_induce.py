"""The measurement of templates makes what it says it makes."""

from datetime import UTC, datetime

from bench.induce import measure, recombined
from salver.training.proof import Reply


def sources() -> list[Reply]:
    return [
        Reply(
            case=f"c{number}",
            intent="wallbox",
            lang="de",
            sent=f"eine Wallbox ist nur zu melden.\nIhre Nummer ist {number}00.\nDas ist Satz {number} von vielen.",
            masked="eine Wallbox ist nur zu melden.\nIhre Nummer ist {number}.\nDas ist Satz {number} von vielen.",
            customer="k",
            agent="a",
            at=datetime(2026, 1, 1, tzinfo=UTC),
            reopened=False,
        )
        for number in range(3)
    ]


def test_replies_keep_their_lines_sent_and_masked_side_by_side() -> None:
    made = list(recombined(sources(), 300))
    assert len({one.case for one in made}) == 300
    assert all(len(one.sent.split("\n")) == len(one.masked.split("\n")) for one in made)
    assert made == list(recombined(sources(), 300))
    assert len({one.masked for one in made}) > 5


def test_the_figures_are_those_of_the_replies() -> None:
    found = measure(300, sources())
    assert (found["replies"], found["customers"] <= 100) == (300, True)
    assert found["templates"] > 0
    assert 0.5 < found["covered"] <= 1
