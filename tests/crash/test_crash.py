"""Killed anywhere, salver loses nothing and sends nothing twice. `make crash` does it a thousand times."""

from pathlib import Path

import pytest

from tests.crash.run import crash

KILLS = 60


@pytest.mark.long
def test_after_kills_anywhere_nothing_is_lost_and_nothing_sent_twice(tmp_path: Path) -> None:
    tally = crash(tmp_path, KILLS, mails=12)
    assert tally.faults == []
    assert tally.kills == KILLS
    assert tally.mails >= 12 * KILLS
    assert (tally.lost, tally.double) == (0, 0)
    assert tally.sent + tally.uncertain == tally.mails
    assert tally.shown == tally.uncertain
