import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from salver.data.answer import Template
from salver.data.approval import Approval, Approvals, Verdict
from salver.data.case import PastCase
from salver.data.correction import Check, Correction
from salver.data.errors import StoreError
from salver.data.message import RawMessage
from salver.data.profile import Seen
from salver.data.reading import Urgency
from salver.data.record import Counts, DecisionRecord, QueueEntry
from salver.data.store import Store

NOW = datetime(2026, 3, 4, 10, 30, 0, 123456, tzinfo=UTC)


def mail(n: int, body: bytes = b"Guten Tag") -> RawMessage:
    return RawMessage(content=b"Subject: %d\n\n%s\n" % (n, body), source="a.mbox", position=n)


def record(raw: RawMessage, kind="route", **more) -> DecisionRecord:
    known = {"bundle": "first", "at": NOW, "reason": "not_sure", "line": '{"id": "ä"}'}
    return DecisionRecord(message=raw.key, kind=kind, **known | more)


def test_messages_are_kept_byte_for_byte(store):
    moment = datetime(2026, 3, 4, 12, tzinfo=timezone(timedelta(hours=2)))
    raw = RawMessage(content=bytes(range(256)), source="a\0\ud800", position=7, channel="chat", received_at=moment)
    assert store.take_in([raw]) == [raw.key]
    found = store.message(raw.key)
    assert found.raw.content == bytes(range(256))
    assert (found.raw.position, found.raw.channel, found.raw.received_at) == (7, "chat", moment)
    assert (found.state, found.copies, found.key) == ("waiting", 1, raw.key)
    assert store.message("no such key") is None


def test_the_same_mail_again_is_only_counted(store):
    first, second, third = mail(1), mail(2), mail(3)
    again = replace(first, content=b"Received: by x\n" + first.content)
    assert store.take_in([second, first, first]) == [second.key, first.key]
    assert store.take_in([again, third]) == [third.key]
    assert store.take_in([again]) == []
    assert store.take_in([]) == []
    assert store.message(first.key).copies == 4
    assert store.message(first.key).raw.content == first.content
    assert store.counts() == Counts(waiting=3, done=0, quarantined=0, copies=3)


def test_what_waits_comes_in_the_order_in_which_it_came(store):
    raws = [mail(n) for n in range(1, 12)]
    store.take_in(raws[::-1])
    store.take_in([mail(0)])
    assert [raw.position for raw in store.waiting(12)] == [*range(1, 12), 0]
    assert [raw.position for raw in store.waiting(3)] == [1, 2, 3]


def test_a_decision_and_the_state_of_its_message_change_together(store):
    raws = [mail(n) for n in range(3)]
    store.take_in(raws)
    store.decided([record(raws[0], "answer"), record(raws[1], agent="mara", due=NOW)])
    assert store.counts() == Counts(waiting=1, done=2, quarantined=0, copies=0)
    assert store.counts().received == 3
    assert store.decision(raws[1].key) == record(raws[1], agent="mara", due=NOW)
    assert store.decision(raws[2].key) is None
    assert store.waiting(9) == [raws[2]]
    store.decided([])


def test_a_decision_on_nothing_known_changes_nothing(store):
    raw = mail(1)
    store.take_in([raw])
    with pytest.raises(StoreError, match=r"This names a message that was never taken in. Take it in first"):
        store.decided([record(raw), record(mail(2))])
    assert store.counts().waiting == 1
    assert list(store.trail()) == []


def test_the_newest_decision_counts_and_the_older_stay(store):
    raw = mail(1)
    store.take_in([raw])
    store.decided([record(raw, agent="a"), record(raw, agent="b")])
    store.decided([record(raw, "leave", reason="machine")])
    assert store.decision(raw.key).kind == "leave"
    assert store.queue() == []
    assert [one.agent for one in store.trail()] == ["a", "b", ""]


@pytest.mark.parametrize(
    ("change", "broken_at"),
    [
        ("UPDATE decisions SET reason = 'recurring' WHERE id = 2", 2),
        ("UPDATE decisions SET line = '{}' WHERE id = 3", 3),
        ("DELETE FROM decisions WHERE id = 1", 1),
        ("DELETE FROM decisions WHERE id = 4", 4),
        ("UPDATE chain SET last_id = 3", 5),
    ],
)
def test_whoever_changes_the_trail_is_found_out(store, change, broken_at):
    raws = [mail(n) for n in range(4)]
    store.take_in(raws)
    store.decided([record(raw) for raw in raws])
    assert len(list(store.trail())) == 4
    with store.writing() as connection:
        connection.execute(text(change))
    with pytest.raises(StoreError, match=f"The trail is broken at decision {broken_at}. Somebody changed the store"):
        list(store.trail())


def test_an_erased_line_leaves_the_trail_whole(store):
    raws = [mail(n) for n in range(3)]
    store.take_in(raws)
    store.decided([record(raw) for raw in raws])
    with store.writing() as connection:
        connection.execute(text("UPDATE decisions SET line = '' WHERE id = 2"))
    assert [one.line for one in store.trail()] == ['{"id": "ä"}', "", '{"id": "ä"}']


def test_the_queue_has_first_what_is_due_first(store):
    raws = [mail(n) for n in range(5)]
    store.take_in(raws)
    later = NOW + timedelta(hours=1)
    store.decided(
        [
            record(raws[0], agent="mara", due=None),
            record(raws[1], agent="mara", due=later, urgency=Urgency.LOW),
            record(raws[2], agent="nora", due=later, urgency=Urgency.CRITICAL, queue="energy"),
            record(raws[3], due=NOW),
            record(raws[4], "answer"),
        ]
    )
    assert [entry.message for entry in store.queue()] == [raws[n].key for n in (3, 2, 1, 0)]
    assert store.queue("nora") == [
        QueueEntry(message=raws[2].key, agent="nora", queue="energy", urgency=Urgency.CRITICAL, due=later)
    ]
    assert len(store.queue(limit=2)) == 2
    assert store.loads() == {"mara": 2, "nora": 1}


def test_a_correction_moves_a_message_and_an_answer_closes_it(store):
    raw = mail(1)
    store.take_in([raw])
    store.decided([record(raw, agent="mara")])
    moved = Correction(message=raw.key, agent="mara", at=NOW, assignee="nora", urgency="high", intent="refund")
    answered = Correction(message=raw.key, agent="nora", at=NOW, answer="Gern.", reason="ä")
    store.correct(moved)
    (entry,) = store.queue()
    assert (entry.agent, entry.urgency) == ("nora", Urgency.HIGH)
    store.correct(answered)
    assert store.queue() == []
    assert store.corrections() == [moved, answered]
    assert store.counts().done == 1


def test_a_correction_of_an_unknown_message_is_refused(store):
    with pytest.raises(StoreError, match=r"There is no message abc. Correct a message that was taken in here."):
        store.correct(Correction(message="abc", agent="mara", at=NOW, answer="Gern."))
    assert store.corrections() == []


def test_what_an_agent_says_is_right_or_wrong_is_kept_as_said(store):
    raw = mail(1)
    store.take_in([raw])
    said = [Correction(message=raw.key, agent="mara", at=NOW, right=right) for right in (True, False, None)]
    for one in said:
        store.correct(one)
    assert store.corrections() == said
    assert store.checks("first") == []


def test_of_each_checked_answer_counts_what_was_said_last_in_the_place_of_what_was_said_first(store):
    raws = [mail(n) for n in range(4)]
    store.take_in(raws)
    store.decided([record(raw, reason="audit") for raw in raws])
    for n, bundle, right in ((2, "first", True), (0, "first", True), (0, "other", False), (2, "first", False)):
        said = Correction(message=raws[n].key, agent="mara", at=NOW, right=right)
        store.correct(said, Check(message=raws[n].key, bundle=bundle, right=right))
    assert store.checks("first") == [False, True]
    assert store.checks("other") == [False]
    assert store.checks("none") == []
    assert store.unchecked("first") == [raws[1].key, raws[3].key]
    assert store.unchecked("other") == []


def test_a_check_of_an_unknown_message_is_refused(store):
    said = Correction(message="abc", agent="mara", at=NOW, right=True)
    with pytest.raises(StoreError, match="There is no message abc"):
        store.correct(said, Check(message="abc", bundle="first", right=True))
    assert store.checks("first") == []


def test_how_the_newest_messages_looked_is_known_by_bundle(store):
    raws = [mail(n) for n in range(6)]
    looks = [Seen(intent=f"i{n}", probability=0.1 * n, cosine=1 / 3) for n in range(6)]
    store.take_in(raws)
    store.decided([record(raws[n], "route", seen=looks[n]) for n in range(4)])
    store.decided([record(raws[4], "leave"), record(raws[5], seen=looks[5], bundle="other")])
    assert store.newest_seen("first", 3) == looks[3:0:-1]
    assert store.newest_seen("other", 9) == [looks[5]]
    assert store.decision(raws[1].key).seen == looks[1]
    assert store.decision(raws[4].key).seen is None


def test_cases_are_remembered_with_their_vectors_and_forgotten_for_good(store):
    one = PastCase(
        id="c1", intent="refund", lang="de", question="q", answer="a", agent="mara", ending="resolved", templates=("t",)
    )
    two = replace(one, id="c2", answered_at=NOW)
    store.remember([one, two], "history-1", [b"\0" * 8, b"\1" * 8])
    store.remember([replace(one, answer="neu")], "history-1", [b"\2" * 8])
    store.remember([one], "other", [b"\3" * 16])
    store.remember([], "other", [])
    assert store.cases() == [one, two]
    assert store.vectors("history-1") == {"c1": b"\2" * 8, "c2": b"\1" * 8}
    store.forget(["c1", "unknown"])
    assert store.cases() == [two]
    assert store.vectors("other") == {}


def test_a_message_whose_bytes_changed_is_set_aside_and_the_rest_goes_on(store):
    raws = [mail(n) for n in range(3)]
    store.take_in(raws)
    with store.writing() as connection:
        connection.execute(text("UPDATE messages SET raw = :raw WHERE key = :key"), {"raw": b"x", "key": raws[0].key})
    with pytest.raises(StoreError, match=r"the stored bytes no longer match their hash. Restore it"):
        store.message(raws[0].key)
    assert store.waiting(1) == [raws[1]]
    assert store.counts() == Counts(waiting=2, done=0, quarantined=1, copies=0)
    (aside,) = store.quarantined()
    assert (aside.key, aside.fault) == (raws[0].key, "the stored bytes no longer match their hash")


def test_a_store_is_as_it_was_when_it_is_opened_again(url):
    raw = mail(1)
    with Store.open(url) as store:
        store.take_in([raw])
        store.decided([record(raw, due=NOW)])
    with Store.open(url) as store:
        assert store.message(raw.key).raw == raw
        assert store.decision(raw.key) == record(raw, due=NOW)
        assert len(list(store.trail())) == 1


def test_two_writers_do_not_lose_a_message_nor_break_the_trail(url):
    raws = [mail(n) for n in range(400)]
    new: list[list[str]] = []

    def work(store: Store) -> None:
        with store:
            for start in range(0, len(raws), 20):
                taken = store.take_in(raws[start : start + 20])
                store.decided([record(raw) for raw in raws[start : start + 20] if raw.key in set(taken)])
                new.append(taken)

    threads = [threading.Thread(target=work, args=[store]) for store in (Store.open(url), Store.open(url))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with Store.open(url) as store:
        assert store.counts() == Counts(waiting=0, done=400, quarantined=0, copies=400)
        assert len(list(store.trail())) == 400
    assert sorted(key for taken in new for key in taken) == sorted(raw.key for raw in raws)


def test_two_may_create_the_same_store_at_once(url):
    faults: list[Exception] = []

    def work() -> None:
        try:
            Store.open(url).close()
        except Exception as error:
            faults.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["take", "decide", "aside"]), st.integers(0, 9))))
def test_received_is_done_and_waiting_and_quarantined(tmp_path_factory, steps):
    seen: set[str] = set()
    with Store.open(f"{tmp_path_factory.mktemp('law')}/s.db") as store:
        for what, n in steps:
            raw = mail(n)
            if what == "take":
                store.take_in([raw])
                seen.add(raw.key)
            elif what == "decide" and raw.key in seen:
                store.decided([record(raw, "leave")])
            elif what == "aside":
                store.quarantine(raw.key, "said so")
            counts = store.counts()
            assert counts.received == len(seen)
            assert counts.waiting == len(store.waiting(99))
            assert counts.quarantined == len(store.quarantined())


def test_what_is_said_of_templates_is_kept_and_the_last_word_counts(store):
    assert (store.approvals(), store.newest_approval()) == ([], 0)
    first = Approval(template="t1", sha256="ab" * 32, verdict=Verdict.APPROVED, by="anna ä", at=NOW)
    other = replace(first, template="t2", verdict=Verdict.REJECTED)
    edited = replace(first, verdict=Verdict.EDITED, text="Guten Tag {name} 🦉")
    store.approve([first, other])
    seen = store.newest_approval()
    store.approve([edited])
    store.approve([])
    assert store.approvals() == [first, other, edited]
    assert store.newest_approval() > seen > 0
    assert Approvals.of_all(store.approvals()).newest == {"t1": edited, "t2": other}


def test_a_verdict_is_bound_to_the_text_it_was_given_on():
    own = Template(id="t", intent="a", lang="de", text="Ja.", slots=("x",), cases=(), customers=5, agents=2)
    said = Approval(template="t", sha256=own.sha256, verdict=Verdict.APPROVED, by="anna", at=NOW)
    known = Approvals.of_all([said])
    assert known.allows("t", own.sha256)
    assert known.of(own) == said
    other = replace(own, text="Nein.")
    assert not known.allows("t", other.sha256)
    assert known.of(other) is None
    edited = Approvals.of_all([said, replace(said, text="Ja, gern.")])
    assert edited.edited(own).text == "Ja, gern."
    assert edited.edited(own).slots == ()
    assert edited.allows("t", edited.edited(own).sha256)
    assert not edited.allows("t", own.sha256)
    assert edited.edited(other) == other
    assert Approvals(auto=True).allows("t", own.sha256)
    assert not Approvals().allows("t", own.sha256)
