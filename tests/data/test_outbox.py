import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from salver.data.approval import Approval, Verdict
from salver.data.correction import Correction
from salver.data.errors import InputError
from salver.data.mailbox import Mailbox, Server
from salver.data.outbox import Outbox
from salver.data.outgoing import Ceilings
from salver.data.posting import LONGEST_WAIT
from salver.data.store import Store
from tests.data.mails import NOW, TEXT, approve, laid_out, outgoing, raw, record

BOX = Mailbox(name="service", address="service@elmtal.example", imap=Server(host="h", port=993), send=("*",))
LEASE = timedelta(minutes=10)
MINUTE = timedelta(minutes=1)
NO_WAIT = Ceilings(at_once_s=0)


@pytest.fixture
def outbox(store) -> Outbox:
    approve(store)
    return Outbox.of(store)


def claim(outbox, now=NOW, box=BOX, **more):
    """The next mail, which is being sent from now on."""
    mail = outbox.claim(box, now, LEASE, **{"ceilings": NO_WAIT} | more)
    return replace(mail, state="sending") if mail and (mail.kind == "draft" or outbox.begin(mail)) else None


def held(outbox):
    return [(one.reason, one.fault) for one in outbox.listed(["held"])]


def test_a_mail_comes_with_its_decision_or_not_at_all(store, outbox):
    one = raw(1)
    store.take_in([one])
    with pytest.raises(Exception, match="never taken in"):
        store.decided([record(one)], [outgoing(one), outgoing(raw(2))])
    assert outbox.listed() == []
    assert store.counts().waiting == 1


def test_a_message_has_one_answer_however_often_it_is_decided(store, outbox):
    (mail,) = laid_out(store, 1)
    other = replace(mail, id="<salver.other@elmtal.example>", content=b"other")
    draft = replace(mail, id="<salver.draft@elmtal.example>", kind="draft")
    store.decided([record(raw(1))], [other, mail, draft])
    assert outbox.listed(kind="answer") == [mail]
    assert outbox.listed(kind="draft") == [draft]
    assert outbox.counts() == {("answer", "ready"): 1, ("draft", "ready"): 1}


def test_a_mail_is_marked_before_it_leaves_and_nobody_else_gets_it(store, outbox):
    (mail,) = laid_out(store, 1)
    taken = claim(outbox)
    assert (taken.state, taken.attempts, taken.lease, taken.left_at) == ("sending", 1, NOW + LEASE, NOW)
    assert taken.content == mail.content
    assert outbox.found(mail.id) == taken
    assert claim(outbox) is None
    assert outbox.sent(taken, NOW + MINUTE)
    found = outbox.found(mail.id)
    assert (found.state, found.sent_at, found.lease) == ("sent", NOW + MINUTE, None)
    assert not outbox.again(taken, "late", NOW)
    assert outbox.found(mail.id) == found


def test_the_oldest_goes_first_and_each_mailbox_has_its_own(store, outbox):
    laid_out(store, 3)
    laid_out(store, 1, made_at=NOW - MINUTE)
    laid_out(store, 2, mailbox="other")
    assert [claim(outbox).recipient for _ in range(2)] == ["kunde1@posthorn.example", "kunde3@posthorn.example"]
    assert claim(outbox) is None
    assert claim(outbox, box=replace(BOX, name="other")).recipient == "kunde2@posthorn.example"


def test_what_was_refused_for_now_is_due_again_later(store, outbox):
    laid_out(store, 1)
    assert outbox.again(claim(outbox), "451 later", NOW + MINUTE)
    assert claim(outbox) is None
    again = claim(outbox, NOW + MINUTE)
    assert (again.attempts, again.fault) == (2, "451 later")
    assert outbox.failed(again, "550 no such user")
    assert [(one.state, one.reason) for one in outbox.listed()] == [("failed", "send_failed")]


def test_who_dies_in_the_middle_leaves_an_uncertain_mail_that_is_never_sent_again(store, outbox):
    laid_out(store, 1)
    taken = claim(outbox)
    assert outbox.expire(NOW + LEASE - MINUTE) == 0
    assert outbox.expire(NOW + LEASE) == 1
    assert [one.state for one in outbox.listed()] == ["uncertain"]
    assert claim(outbox, NOW + timedelta(days=9)) is None
    assert outbox.sent(taken, NOW), "who lives after all and knows it, says so"
    assert [one.state for one in outbox.listed()] == ["sent"]


def test_who_dies_before_the_first_byte_leaves_has_sent_nothing(store, outbox):
    laid_out(store, 1)
    dead = outbox.claim(BOX, NOW, LEASE, ceilings=NO_WAIT)
    assert (dead.state, dead.attempts) == ("ready", 1)
    assert outbox.claim(BOX, NOW + LEASE - MINUTE, LEASE, ceilings=NO_WAIT) is None
    assert outbox.expire(NOW + LEASE) == 0
    other = outbox.claim(BOX, NOW + LEASE, LEASE, ceilings=NO_WAIT)
    assert other.attempts == 2
    assert not outbox.begin(dead), "who was only slow must not send it any more"
    assert outbox.begin(other)
    assert not outbox.begin(other), "and nobody begins twice"
    assert outbox.sent(other, NOW + LEASE)


def test_a_person_may_keep_a_mail_back_up_to_its_first_byte(store, outbox):
    laid_out(store, 1, 2)
    mail = outbox.claim(BOX, NOW, LEASE, ceilings=NO_WAIT)
    outbox.hold(mail.id, "anna", "")
    assert not outbox.begin(mail)
    assert not outbox.again(mail, "late", NOW)
    begun = claim(outbox)
    with pytest.raises(InputError, match="is sending"):
        outbox.hold(begun.id, "anna", "")


def test_a_mail_that_is_claimed_counts_already(store, outbox):
    laid_out(store, 1, 2, thread="<t@x.example>")
    assert outbox.claim(BOX, NOW, LEASE, ceilings=NO_WAIT) is not None
    assert outbox.claim(BOX, NOW, LEASE, ceilings=NO_WAIT) is None
    assert [reason for reason, _ in held(outbox)] == ["thread_answered"]


def test_an_old_attempt_says_nothing_of_a_newer_one(store, outbox):
    laid_out(store, 1)
    first = claim(outbox)
    outbox.expire(NOW + LEASE)
    outbox.settle(first.id, "again", "anna", NOW + LEASE)
    second = claim(outbox, NOW + LEASE)
    assert not outbox.failed(first, "late")
    assert outbox.sent(second, NOW + LEASE)


@pytest.mark.parametrize(("how", "state"), [("sent", "sent"), ("again", "ready"), ("drop", "held")])
def test_a_person_settles_what_is_uncertain(store, outbox, how, state):
    laid_out(store, 1)
    mail = claim(outbox)
    with pytest.raises(InputError, match="is sending"):
        outbox.settle(mail.id, how, "anna", NOW)
    outbox.uncertain(mail, "the line was cut")
    settled = outbox.settle(mail.id, how, "anna", NOW)
    assert settled.state == state
    assert "anna" in settled.fault
    with pytest.raises(InputError, match="There is no mail"):
        outbox.settle("<x>", how, "anna", NOW)


def test_a_person_may_keep_a_mail_back(store, outbox):
    (mail,) = laid_out(store, 1)
    outbox.hold(mail.id, "anna", "The price has changed.")
    assert held(outbox) == [("send_stopped", "anna kept it back. The price has changed.")]
    assert claim(outbox) is None


def test_a_conversation_has_one_automatic_answer_ever(store, outbox):
    laid_out(store, 1)
    outbox.sent(claim(outbox), NOW)
    laid_out(store, 2, thread="<1@posthorn.example>")
    assert claim(outbox, NOW + timedelta(days=400)) is None
    assert [reason for reason, _ in held(outbox)] == ["thread_answered"]


def test_a_mail_that_answers_ours_belongs_to_its_conversation(store, outbox):
    (first,) = laid_out(store, 1)
    outbox.sent(claim(outbox), NOW)
    laid_out(store, 2, references=("<unknown@x.example>", first.id))
    assert claim(outbox) is None
    assert [reason for reason, _ in held(outbox)] == ["thread_answered"]


def test_what_was_refused_for_good_does_not_count(store, outbox):
    laid_out(store, 1, 2, thread="<t@x.example>")
    outbox.failed(claim(outbox), "550")
    assert claim(outbox).recipient == "kunde2@posthorn.example"


def test_a_sender_has_three_in_a_day(store, outbox):
    laid_out(store, *range(5), recipient="ada@posthorn.example")
    for _ in range(3):
        outbox.sent(claim(outbox), NOW)
    assert claim(outbox, NOW + timedelta(hours=23)) is None
    assert [reason for reason, _ in held(outbox)] == ["sender_answered"] * 2
    laid_out(store, 6, recipient="ada@posthorn.example")
    assert claim(outbox, NOW + timedelta(hours=25)) is not None


@pytest.mark.parametrize("jump", [timedelta(days=-1), timedelta(days=-400)])
def test_a_clock_that_jumps_back_lets_nothing_more_through(store, outbox, jump):
    laid_out(store, 0, 1, recipient="ada@posthorn.example")
    outbox.sent(claim(outbox), NOW)
    outbox.sent(claim(outbox, NOW + jump), NOW + jump)
    laid_out(store, 2, 3, recipient="ada@posthorn.example")
    outbox.sent(claim(outbox, NOW + MINUTE), NOW)
    assert claim(outbox, NOW + timedelta(hours=23)) is None
    assert [reason for reason, _ in held(outbox)] == ["sender_answered"]


def test_a_clock_that_was_ahead_delays_nothing_for_long(store, outbox):
    laid_out(store, 1, 2)
    ahead = NOW + timedelta(days=30)
    outbox.again(claim(outbox, ahead), "451", ahead + MINUTE)
    assert claim(outbox).recipient == "kunde1@posthorn.example"
    claim(outbox, ahead)
    assert outbox.expire(NOW + LONGEST_WAIT) == 2


def test_the_fuse_opens_when_too_much_leaves_and_only_a_person_closes_it(store, outbox):
    few = Ceilings(per_hour=3, at_once_s=0)
    laid_out(store, *range(5))
    for _ in range(3):
        outbox.sent(claim(outbox, ceilings=few), NOW)
    assert claim(outbox, ceilings=few) is None
    assert outbox.fuse().is_open
    assert outbox.fuse().who == "salver"
    assert [reason for reason, _ in held(outbox)] == ["fuse_open"] * 2
    laid_out(store, 6)
    assert claim(outbox, NOW + timedelta(days=2), ceilings=few) is None
    closed = outbox.switch_fuse(is_open=False, by="anna", because="a power cut, all is well", now=NOW)
    assert outbox.fuse() == closed
    laid_out(store, *range(10, 14))
    assert [claim(outbox, ceilings=few) is not None for _ in range(4)] == [True, True, True, False]
    assert outbox.fuse().is_open


def test_a_fuse_that_is_opened_stops_what_is_claimed_already(store, outbox):
    laid_out(store, 1)
    mail = outbox.claim(BOX, NOW, LEASE, ceilings=NO_WAIT)
    outbox.switch_fuse(is_open=True, by="anna", because="wrong prices", now=NOW)
    assert not outbox.begin(mail)
    assert outbox.again(mail, "stopped", NOW)
    assert claim(outbox) is None
    assert held(outbox) == [("fuse_open", "The fuse is open: wrong prices")]


def test_what_left_before_the_hour_opens_no_fuse(store, outbox):
    few = Ceilings(per_hour=2, at_once_s=0)
    laid_out(store, *range(4))
    for hour in range(4):
        outbox.sent(claim(outbox, NOW + timedelta(hours=hour), ceilings=few), NOW)
    assert not outbox.fuse().is_open


def test_a_word_withdrawn_stops_a_mail_that_was_ready(store, outbox):
    laid_out(store, 1)
    approve(store, Verdict.REJECTED)
    assert claim(outbox) is None
    assert held(outbox) == [("not_approved", f"The text {TEXT[0]} is not approved any more.")]
    laid_out(store, 2, rests_on=())
    assert claim(outbox) is None
    assert [reason for reason, _ in held(outbox)] == ["not_approved"] * 2


def test_an_edited_text_that_nobody_has_approved_stops_it_too(store, outbox):
    laid_out(store, 1)
    edited = Approval(template=TEXT[0], sha256=TEXT[1], verdict=Verdict.EDITED, by="anna", at=NOW, text="Anders.")
    store.approve([edited])
    assert claim(outbox) is None
    assert claim(outbox, auto_approve=True) is None, "it is held"


def test_sending_switched_off_stops_it(store, outbox):
    laid_out(store, 1, intents=("refund",))
    laid_out(store, 2, intents=("meter",))
    assert claim(outbox, box=replace(BOX, send=("meter",))).recipient == "kunde2@posthorn.example"
    assert [reason for reason, _ in held(outbox)] == ["sending_off"]


def test_a_later_decision_and_a_person_s_answer_stop_it(store, outbox):
    laid_out(store, 1, 2)
    store.decided([record(raw(1), "route", reason="not_sure")])
    store.correct(Correction(message=raw(2).key, agent="mara", at=NOW, answer="Gern."))
    assert claim(outbox) is None
    assert [words for _, words in held(outbox)] == [
        "A later decision says otherwise.",
        "A person has answered meanwhile.",
    ]
    assert outbox.unrouted() == [], "a person has them already"


def test_what_came_at_once_after_an_answer_is_perhaps_a_machine_s(store, outbox):
    now = datetime.now(UTC)
    laid_out(store, 1, recipient="ada@posthorn.example")
    outbox.sent(claim(outbox, now), now)
    laid_out(store, 2, 3, recipient="ada@posthorn.example")
    assert claim(outbox, now + MINUTE, ceilings=Ceilings()) is None
    assert [reason for reason, _ in held(outbox)] == ["came_at_once"] * 2


def test_who_writes_twice_before_the_answer_is_no_machine(store, outbox):
    now = datetime.now(UTC) + MINUTE
    laid_out(store, 1, 2, recipient="ada@posthorn.example")
    outbox.sent(claim(outbox, now, ceilings=Ceilings()), now)
    assert claim(outbox, now, ceilings=Ceilings()) is not None


def test_what_will_not_leave_by_itself_is_brought_to_a_person_once(store, outbox):
    laid_out(store, 1, 2, 3, 4)
    outbox.failed(claim(outbox), "550")
    outbox.uncertain(claim(outbox), "cut")
    outbox.hold(claim_free(outbox), "anna", "")
    stuck = outbox.unrouted()
    assert [mail.state for mail, _ in stuck] == ["failed", "uncertain", "held"]
    assert [one.message for _, one in stuck] == [mail.message for mail, _ in stuck]
    store.decided([replace(one, kind="route", reason="send_failed") for _, one in stuck])
    assert outbox.unrouted() == []
    assert len(store.queue()) == 3
    assert outbox.answer_of(stuck[0][0].message) == stuck[0][1]
    assert outbox.answer_of("nothing") is None


def claim_free(outbox) -> str:
    return outbox.listed(["ready"])[0].id


def test_why_a_mailbox_sends_nothing_stands_at_what_waits(store, outbox):
    laid_out(store, 1)
    outbox.hinder("service", "The password is refused.")
    (waits,) = outbox.listed()
    assert (waits.state, waits.attempts, waits.fault) == ("ready", 0, "The password is refused.")
    outbox.hinder("service", "")
    assert outbox.listed()[0].fault == ""


def test_a_copy_that_was_not_kept_is_known(store, outbox):
    laid_out(store, 1)
    mail = claim(outbox)
    assert outbox.unkept("service") == []
    outbox.sent(mail, NOW)
    assert [one.id for one in outbox.unkept("service")] == [mail.id]
    outbox.kept(mail, NOW)
    assert outbox.unkept("service") == []
    assert outbox.found(mail.id).kept_at == NOW


def test_a_draft_has_no_ceilings(store, outbox):
    laid_out(store, 1, 2, kind="draft", rests_on=(), thread="<t@x.example>")
    assert [claim(outbox, kind="draft") is not None for _ in range(2)] == [True, True]


def test_many_workers_never_get_the_same_mail_nor_break_a_ceiling(url):
    faults: list[Exception] = []
    taken: list[str] = []
    with Store.open(url) as store:
        approve(store)
        laid_out(store, *range(40))
        laid_out(store, *range(40, 60), recipient="ada@posthorn.example")

    def work() -> None:
        try:
            with Outbox.open(url) as own:
                while mail := claim(own):
                    taken.append(mail.recipient)
                    own.sent(mail, NOW)
        except Exception as error:
            faults.append(error)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert len(taken) == 43
    assert len(set(taken)) == 41
    assert taken.count("ada@posthorn.example") == 3


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=12, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["claim", "begin", "sent", "again", "cut", "die", "jump"]), st.integers(0, 5)))
)
def test_whatever_happens_nothing_leaves_twice_without_a_word(tmp_path_factory, steps):
    """A mail is claimed again only after who had it said that it did not arrive."""
    now, under_way, begun = NOW, {}, set()
    with Store.open(f"{tmp_path_factory.mktemp('law')}/s.db") as store:
        approve(store)
        outbox = Outbox.of(store)
        laid_out(store, *range(6))
        for what, n in steps:
            mail = under_way.get(n)
            if what == "claim" and (new := outbox.claim(BOX, now, LEASE, ceilings=NO_WAIT)):
                under_way[int(new.recipient[5])] = new
            elif what == "jump":
                now += timedelta(hours=(-30, -1, 1, 3, 30, 700)[n])
            elif what == "die":
                outbox.expire(now)
            elif mail and what == "begin" and outbox.begin(mail):
                assert n not in begun, "its first byte leaves a second time"
                begun.add(n)
            elif mail and what == "sent" and n in begun:
                outbox.sent(mail, now)
            elif mail and what == "cut":
                outbox.uncertain(mail, "cut")
            elif mail and what == "again" and outbox.again(mail, "451", now):
                begun.discard(n)
        assert sum(outbox.counts().values()) == 6


def test_the_bytes_that_leave_are_those_that_were_laid_in(store, outbox):
    laid_out(store, 1, content=bytes(range(256)), intents=("ä", "b"))
    found = claim(outbox)
    assert found.content == bytes(range(256))
    assert found.intents == ("ä", "b")
    with store.reading() as connection:
        assert connection.scalar(text("SELECT count(*) FROM outbox")) == 1
