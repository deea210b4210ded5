"""What taking in from a mailbox is measured on."""

from pathlib import Path

import pytest

from bench.mailbox import taken_in
from tests.serve import dovecot
from tests.serve.office import bundle_folder, mailbox


@pytest.mark.skipif(bool(dovecot.missing()), reason=dovecot.missing() or "it is there")
def test_a_mailbox_is_taken_in_whole(tmp_path: Path) -> None:
    figures = taken_in(mailbox(tmp_path / "a.mbox", 40), bundle_folder(), tmp_path)
    assert (figures["delivered"], figures["messages"]) == (40, 40)
    assert 0 < figures["decided_s"] <= figures["placed_s"] + 0.2
    assert figures["messages_per_s"] == pytest.approx(40 / figures["decided_s"], rel=0.1)
