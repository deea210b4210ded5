from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from salver.data.leases import LeaseLostError, Leases
from salver.data.ledger import Ledger, lease_of
from salver.data.mailbox import Condition, Mark
from salver.data.message import RawMessage
from salver.data.outbox import Outbox
from salver.data.outgoing import Outgoing
from salver.data.record import DecisionRecord

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
MARK = Mark(mailbox="service", folder="INBOX", uidvalidity=7, settled=1, sure=1)


@pytest.fixture
def ledger(store) -> Ledger:
    return Ledger(store, lambda: NOON)


@pytest.fixture
def leases(store) -> Leases:
    found = Leases(store, "me", lambda: NOON)
    assert found.take(lease_of("service"))
    return found


def mail(n: int, body: bytes = b"Guten Tag", **more) -> RawMessage:
    return RawMessage(content=b"Message-ID: <%d@x.example>\n\n%s\n" % (n, body), source="service", position=n, **more)


def record(raw: RawMessage) -> DecisionRecord:
    return DecisionRecord(message=raw.key, bundle="b", at=NOON, kind="route", reason="not_sure", line="{}")


def answer(raw: RawMessage, **more) -> Outgoing:
    known = {"id": f"<{raw.key}@x>", "kind": "answer", "message": raw.key, "mailbox": "service", "thread": raw.key}
    return Outgoing(**known | {"recipient": "a@b.example", "content": b"x", "made_at": NOON} | more)


def test_a_mail_is_stored_together_with_where_it_lies(store, ledger, leases):
    raws = {3: mail(3), 9: mail(9)}
    assert ledger.take(MARK, raws, leases) == [raws[3].key, raws[9].key]
    assert ledger.known(MARK, [1, 3, 4, 9]) == {3, 9}
    assert ledger.known(replace(MARK, uidvalidity=8), [3, 9]) == set()
    assert [one.key for one in ledger.undecided("service", 9)] == [raws[3].key, raws[9].key]
    assert ledger.undecided("other", 9) == []
    assert ledger.take(MARK, {}, leases) == []


def test_the_same_mail_in_another_place_is_no_new_message(store, ledger, leases):
    raw = mail(1)
    again = replace(raw, content=b"Received: by x\r\nX-Spam: no\r\n" + raw.content.replace(b"\n", b"\r\n"))
    other = Leases(store, "me", lambda: NOON)
    assert other.take(lease_of("billing"))
    assert ledger.take(MARK, {1: raw}, leases) == [raw.key]
    assert ledger.take(replace(MARK, uidvalidity=8), {5: again}, leases) == []
    assert ledger.take(replace(MARK, mailbox="billing"), {2: again}, leases) == []
    assert store.counts().received == 1
    assert len(ledger.undecided("billing", 9)) == 1


def test_who_has_lost_the_mailbox_writes_nothing(store, ledger, leases):
    heir = Leases(store, "heir", lambda: NOON + timedelta(days=1))
    assert heir.take(lease_of("service"))
    with pytest.raises(LeaseLostError):
        ledger.take(MARK, {1: mail(1)}, leases)
    with pytest.raises(LeaseLostError):
        ledger.set_mark(MARK, leases)
    assert store.counts().received == 0
    assert ledger.mark("service", "INBOX") is None


def test_how_far_a_folder_is_read_is_kept(ledger, leases):
    assert ledger.mark("service", "INBOX") is None
    for mark in (MARK, replace(MARK, uidvalidity=2**32 - 1, settled=2**32 - 1, since=NOON, left=12_345, changes=1)):
        ledger.set_mark(mark, leases)
        assert ledger.mark("service", "INBOX") == mark


def test_what_is_decided_waits_to_be_placed_until_its_answer_has_left(store, ledger, leases):
    raws = {n: mail(n) for n in (1, 2, 3)}
    ledger.take(MARK, raws, leases)
    store.decided([record(raws[1])])
    store.decided([record(raws[2])], [answer(raws[2])])
    (laid,) = ledger.unplaced(MARK, 0, 9)
    assert (laid.place.uid, laid.message, laid.again) == (1, raws[1].key, False)
    ledger.placed([laid.place])
    assert ledger.unplaced(MARK, 0, 9) == []
    ledger.take(MARK, {8: raws[1]}, leases)
    (again,) = ledger.unplaced(MARK, 0, 9)
    assert (again.place.uid, again.again) == (8, True)


def test_a_message_id_that_is_used_again_is_noticed_and_both_are_kept(store, ledger, leases):
    first, other, third = mail(1), mail(1, b"Etwas ganz anderes"), mail(2)
    ledger.take(MARK, {1: first}, leases)
    ledger.take(MARK, {2: other, 3: third}, leases)
    assert ledger.twins([first, other, third]) == {other.key}
    assert store.counts().received == 3
    assert ledger.twins([RawMessage(content=b"Subject: x\n\ny", source="z")]) == set()


def test_a_damaged_mail_is_set_aside_and_the_others_go_on(store, ledger, leases):
    from sqlalchemy import text

    raws = {1: mail(1), 2: mail(2)}
    ledger.take(MARK, raws, leases)
    with store.writing() as connection:
        connection.execute(text("UPDATE messages SET length = 3 WHERE key = :key"), {"key": raws[1].key})
    assert [one.key for one in ledger.undecided("service", 9)] == [raws[2].key]
    assert [one.key for one in store.quarantined()] == [raws[1].key]


def test_how_a_mailbox_is_can_be_asked(store, ledger, leases):
    raws = {n: mail(n) for n in (1, 2, 3)}
    ledger.take(MARK, raws, leases)
    ledger.set_mark(replace(MARK, left=40), leases)
    store.decided([record(raws[1])])
    ledger.failed("service", "Nothing listens there.", 2, NOON + timedelta(minutes=1))
    ledger.looked("billing")
    billing, service = ledger.conditions()
    assert (billing.state, billing.looked_at, billing.taken, billing.oldest) == ("watched", NOON, 0, None)
    assert service == Condition(
        name="service",
        state="failing",
        fault="Nothing listens there.",
        failures=2,
        failed_at=NOON,
        again_at=NOON + timedelta(minutes=1),
        taken=3,
        waiting=2,
        unplaced=1,
        left=40,
        oldest=service.oldest,
    )
    assert service.oldest is not None
    ledger.looked("service")
    assert (ledger.conditions()[1].fault, ledger.conditions()[1].failures) == ("", 0)
    ledger.stopped("service")
    assert ledger.conditions()[1].state == "stopped"


def test_only_so_many_bytes_are_taken_out_at_once_but_at_least_one_message(ledger, leases):
    raws = {n: mail(n, b"x" * 400) for n in range(4)}
    ledger.take(MARK, raws, leases)
    keys = [raws[n].key for n in range(4)]
    assert [one.key for one in ledger.undecided("service", 9, 1000)] == keys[:2]
    assert [one.key for one in ledger.undecided("service", 9, 10)] == keys[:1]
    assert [one.key for one in ledger.undecided("service", 3)] == keys[:3]


def test_what_another_has_decided_meanwhile_is_not_decided_again(store, ledger, leases):
    raws = {n: mail(n) for n in (1, 2)}
    ledger.take(MARK, raws, leases)
    store.decided([record(raws[1])])
    both = [replace(record(raws[n]), kind="answer") for n in (1, 2)]
    assert store.first_decided(both, [answer(raws[n]) for n in (1, 2)]) == {raws[2].key}
    assert [(one.message, one.kind) for one in store.trail()] == [(raws[1].key, "route"), (raws[2].key, "answer")]
    assert [one.message for one in store.queue()] == [raws[1].key]
    assert [one.message for one in Outbox.of(store).listed()] == [raws[2].key]
    assert store.first_decided([], []) == set()
