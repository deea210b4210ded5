"""What needs a person, and what turns health red."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from salver.data.ledger import Ledger
from salver.data.mailbox import Mailbox, Server
from salver.data.message import RawMessage
from salver.data.outbox import Outbox
from salver.data.standing import Standing, State
from salver.data.status import Patience, Status
from salver.data.store import Store
from salver.pipeline.run import now_utc
from salver.serve.health import ago, look, with_standing
from salver.serve.settings import Settings, load_settings
from tests.data.mails import approve, laid_out
from tests.serve.door import open_door

BOX = Mailbox(name="service", address="service@elmtal.example", imap=Server(host="h", port=993), send=("*",))
SETTINGS = Settings(mailboxes=(BOX,))


@pytest.fixture
def store(tmp_path: Path):
    with Store.open(str(tmp_path / "store.db")) as store:
        yield store


def codes(status: Status) -> list[tuple[str, bool]]:
    return [(one.code, one.red) for one in status.concerns]


def test_a_mailbox_that_was_never_looked_into_or_not_for_long_is_red_and_says_why(store):
    (concern,) = look(SETTINGS, store, now_utc()).concerns
    assert (concern.code, concern.of, concern.red) == ("mailbox", "service", True)
    assert f"{concern.words} {concern.todo}" == (
        "Mailbox service was never looked into to the end. Nobody watches it: start salver watch."
    )
    ledger = Ledger(store, now_utc)
    ledger.looked("service")
    assert not look(SETTINGS, store, now_utc()).concerns
    assert not look(SETTINGS, store, now_utc() + timedelta(minutes=14)).concerns
    ledger.failed("service", "mailbox service (h): Nothing listens there. Start it.", 3, now_utc())
    assert not look(SETTINGS, store, now_utc() + timedelta(minutes=14)).concerns, "it may come back by itself"
    (concern,) = look(SETTINGS, store, now_utc() + timedelta(minutes=16)).concerns
    assert concern.words == "Mailbox service was last looked into to the end 16 minutes ago."
    assert concern.todo == "mailbox service (h): Nothing listens there. Start it."
    slow = replace(SETTINGS, mailboxes=(replace(BOX, every_s=900),))
    assert not look(slow, store, now_utc() + timedelta(minutes=29)).concerns, "it is looked into that rarely"
    patient = replace(SETTINGS, health=Patience(mailbox_minutes=20))
    assert not look(patient, store, now_utc() + timedelta(minutes=16)).concerns
    assert not look(Settings(), store, now_utc() + timedelta(days=9)).concerns, "nobody wants it watched any more"


def test_a_message_without_a_decision_is_red_after_a_while(store):
    store.take_in([RawMessage(content=b"Subject: x\n\nGuten Tag\n", source="a.mbox")])
    assert not look(Settings(), store, now_utc() + timedelta(minutes=29)).concerns
    found = look(Settings(), store, now_utc() + timedelta(minutes=31))
    assert codes(found) == [("undecided", True)]
    assert found.concerns[0].words == "1 message without a decision, the oldest 31 minutes ago."
    assert found.waiting.undecided == 1


def test_answers_that_are_stuck_are_named_and_uncertain_ones_turn_red(store):
    approve(store)
    now = now_utc()
    laid_out(store, 1, 2, 3, made_at=now)
    outbox = Outbox.of(store)
    assert not look(Settings(), store, now).concerns
    assert codes(look(Settings(), store, now + timedelta(minutes=61))) == [("unsent", True)]
    first, second = (outbox.claim(BOX, now, timedelta(minutes=1)) for _ in range(2))
    assert first is not None
    assert second is not None
    outbox.begin(first)
    outbox.begin(second)
    outbox.uncertain(first, "The line was cut.")
    outbox.failed(second, "550 5.1.1 <kunde2@posthorn.example> is unknown")
    found = look(Settings(), store, now)
    assert codes(found) == [("uncertain", False), ("failed", False)]
    assert [one.of for one in found.concerns] == [first.id, second.id]
    assert found.concerns[0].todo.endswith(f"salver outbox settle {first.id} sent|again|drop")
    assert "kunde2" not in found.concerns[1].words
    assert found.outbox["answer", "uncertain"] == found.outbox["answer", "failed"] == 1
    assert ("uncertain", True) in codes(look(Settings(), store, now + timedelta(minutes=61)))
    outbox.settle(first.id, "sent", "anna", now)
    outbox.settle(second.id, "drop", "anna", now)
    assert not look(Settings(), store, now).concerns


def test_an_open_fuse_needs_a_person(store):
    now = now_utc()
    Outbox.of(store).switch_fuse(is_open=True, by="salver", because="101 in an hour.", now=now)
    (concern,) = look(Settings(), store, now).concerns
    assert (concern.code, concern.red) == ("fuse", False)
    assert concern.words.endswith("no answer leaves: 101 in an hour.")


def test_a_store_that_cannot_be_written_is_red(store, tmp_path):
    with store.writing() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER full BEFORE INSERT ON leases BEGIN SELECT RAISE(ABORT, 'disk full'); END"
        )
    found = look(SETTINGS, store, now_utc())
    assert codes(found) == [("store", True)]
    assert "The disk is full" in found.concerns[0].words
    assert found.concerns[0].todo == "Make room and try again; nothing was half-written."


def test_looking_leaves_nothing_behind_and_little_room_is_told(store):
    with store.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM leases").scalar() == 0
    found = look(Settings(health=Patience(free_mb=10**9)), store, now_utc())
    assert codes(found) == [("disk", False)]
    with store.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM leases").scalar() == 0


@pytest.mark.parametrize("state", list(State))
def test_a_bound_that_is_no_longer_held_needs_a_person(state, store):
    found = with_standing(look(Settings(), store, now_utc()), Standing(state=state, because="So it is."))
    expected = [("bound", False)] if state in (State.BROKEN, State.DRIFTED, State.EXPIRED) else []
    assert codes(found) == expected


def test_how_long_ago_is_said_as_people_say_it():
    now = now_utc()
    said = {
        0: "0 seconds",
        1: "1 second",
        59: "59 seconds",
        60: "1 minute",
        119: "1 minute",
        7_199: "119 minutes",
        7_200: "2 hours",
        172_800: "2 days",
        -5: "0 seconds",
    }
    assert {s: ago(now - timedelta(seconds=s), now) for s in said} == {s: f"{words} ago" for s, words in said.items()}


def test_patience_is_a_setting(tmp_path):
    file = tmp_path / "salver.toml"
    file.write_text('logs = "json"\n[health]\nmailbox_minutes = 5\nfree_mb = 7\n')
    found = load_settings(file, environ={"SALVER_HEALTH_UNDECIDED_MINUTES": "9"})
    assert found.health == Patience(mailbox_minutes=5, undecided_minutes=9, free_mb=7)
    assert found.logs == "json"


def test_health_over_http_is_red_when_mail_waits_and_names_no_words(tmp_path):
    with open_door(tmp_path) as door:
        assert door.get("/health").json() == {"status": "well", "concerns": []}
        with Store.open(str(tmp_path / "store.db")) as store:
            Outbox.of(store).switch_fuse(is_open=True, by="anna", because="so", now=now_utc())
        found = door.get("/health")
        assert (found.status_code, found.json()["status"]) == (200, "needs a person")
    with open_door(tmp_path, mailboxes=(BOX,)) as door:
        found = door.get("/health")
    assert found.status_code == 503
    assert found.json() == {
        "status": "red",
        "concerns": [
            {"code": "mailbox", "of": "service", "red": True},
            {"code": "fuse", "of": "", "red": False},
        ],
    }
