"""What waits in a store, of both kinds, and a copy of one that is no file."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from salver.data.backup import copy
from salver.data.correction import Correction
from salver.data.errors import StoreError
from salver.data.mailbox import Mailbox, Server
from salver.data.outbox import Outbox
from salver.data.status import Waiting
from salver.data.waiting import waiting_in
from tests.data.mails import NOW, approve, laid_out, raw, record

BOX = Mailbox(name="service", address="service@elmtal.example", imap=Server(host="h", port=993), send=("*",))


def test_an_empty_store_waits_for_nothing(store):
    assert waiting_in(store, NOW) == Waiting()


def test_what_waits_is_counted_with_its_oldest(store):
    store.take_in([raw(n) for n in range(4)])
    store.decided([record(raw(0), "route", due=NOW - timedelta(hours=2))])
    store.decided([record(raw(1), "route", due=NOW + timedelta(hours=2))])
    store.quarantine(raw(2).key, "damaged")
    found = waiting_in(store, NOW)
    assert found.undecided_since == store.message(raw(3).key).taken_in_at
    assert replace(found, undecided_since=None) == Waiting(
        undecided=1, set_aside=1, for_persons=2, overdue=1, overdue_since=NOW - timedelta(hours=2)
    )
    store.correct(Correction(message=raw(0).key, agent="anna", at=NOW, answer="Ja."))
    found = waiting_in(store, NOW)
    assert (found.for_persons, found.overdue, found.overdue_since) == (1, 0, None)


def test_an_answer_that_was_never_tried_waits_and_one_that_was_does_not(store):
    approve(store)
    laid_out(store, 1, 2, made_at=NOW)
    assert (waiting_in(store, NOW).unsent, waiting_in(store, NOW).unsent_since) == (2, NOW)
    Outbox.of(store).claim(BOX, NOW, timedelta(minutes=1))
    assert waiting_in(store, NOW).unsent == 1


def test_a_server_s_store_is_copied_by_its_own_means(store, tmp_path: Path):
    if store.engine.dialect.name == "sqlite":
        copy(store, tmp_path / "copy.db", NOW)
        assert sorted(one.name for one in tmp_path.glob("*copy*")) == ["copy.db"]
    else:
        with pytest.raises(StoreError, match=r"Only SQLite stores are copied so. Copy it with pg_dump"):
            copy(store, tmp_path / "copy.db", NOW)
        assert not list(tmp_path.glob("*copy*"))
