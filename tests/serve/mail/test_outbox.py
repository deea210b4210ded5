"""The outbox worked off against a real SMTP server."""

import smtplib
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes

import pytest

from salver.data.approval import EVERY_TEXT, Verdict
from salver.data.errors import InputError, MailboxError, SalverError, SettingsError
from salver.data.mailbox import Mailbox, Server
from salver.data.message import RawMessage
from salver.data.outbox import Outbox
from salver.data.outgoing import Ceilings
from salver.data.store import Store
from salver.pipeline.run import Pipeline
from salver.serve.mail.handover import HandOver, settle
from salver.serve.mail.outbox import GIVEN_UP_AFTER, Sending, pause
from salver.serve.mail.outgoing import outgoing
from salver.serve.mail.smtp import Line
from salver.serve.mail.steady import SteadyClock
from salver.serve.recording import record_of
from tests.data.mails import NOW, approve, laid_out
from tests.pipeline.small_bundle import COMPANY, NOON, small_bundle
from tests.serve.office import mail
from tests.serve.post import DOT, Post

NO_WAIT = Ceilings(at_once_s=0)
SECRET = b"s" * 32


class SentFolder:
    """A folder of sent mails in memory; the real one is tested with IMAP."""

    def __init__(self, *held: str) -> None:
        self.ids = list(held)
        self.broken: SalverError | None = None

    def holds(self, message_id: str) -> bool:
        if self.broken:
            raise self.broken
        return message_id in self.ids

    def keep(self, content: bytes, at: datetime) -> None:
        assert at.tzinfo
        self.ids.append(str(message_from_bytes(content)["Message-ID"]))


class Office:
    """A store, a server, and whoever sends; time stands still until it is told to go on."""

    def __init__(self, store: Store, post: Post) -> None:
        self.store, self.post, self.now = store, post, NOW
        self.outbox = Outbox.of(store)
        self.told: list[str] = []
        self.box = Mailbox(
            name="service",
            address="service@elmtal.example",
            imap=Server(host="h", port=993),
            smtp=post.server,
            send=("*",),
        )

    def sending(self, **known) -> Sending:
        box = known.pop("box", self.box)
        return Sending(self.store, box, lambda: self.now, self.told.append, **{"ceilings": NO_WAIT} | known)

    def states(self) -> list[str]:
        return [one.state for one in self.outbox.listed()]


@pytest.fixture
def office(store_of_tests) -> Iterator[Office]:
    with Post() as post:
        yield Office(store_of_tests, post)


@pytest.fixture
def store_of_tests(tmp_path) -> Iterator[Store]:
    with Store.open(f"{tmp_path}/s.db") as store:
        approve(store)
        yield store


def test_what_is_ready_leaves_once_over_one_line(office):
    laid_out(office.store, 1, 2, 3)
    sending = office.sending()
    assert sending.round().fates == {"sent": 3}
    assert sending.round().fates == {}
    assert sorted(one.recipients[0] for one in office.post.accepted) == [
        f"kunde{n}@posthorn.example" for n in (1, 2, 3)
    ]
    assert office.post.said.count("EHLO") == 1
    assert office.states() == ["sent"] * 3


def test_without_anything_to_send_nobody_is_called(office):
    office.sending().round()
    assert office.post.said == []


def test_what_is_refused_for_now_comes_again_and_at_last_goes_to_a_person(office):
    laid_out(office.store, 1)
    sending = office.sending()
    office.post.plan.replies["RCPT"] = ["451 4.7.1 Greylisted"]
    assert sending.round().fates == {"again": 1}
    assert sending.round().fates == {}, "it is not due yet"
    (waits,) = office.outbox.listed()
    assert (waits.state, waits.fault) == ("ready", "451 4.7.1 Greylisted")
    office.now += timedelta(minutes=2)
    office.post.plan.replies["RCPT"] = ["451 4.7.1 Greylisted"] * 2
    assert sending.round().fates == {"again": 1}
    office.now += GIVEN_UP_AFTER
    assert sending.round().fates == {"failed": 1}
    assert office.states() == ["failed"]
    assert office.outbox.listed()[0].fault.startswith("It was refused for 3 days. 451")
    assert office.post.accepted == []


def test_what_is_refused_for_good_fails_at_once(office):
    laid_out(office.store, 1, 2)
    office.post.plan.replies["RCPT"] = ["550 5.1.1 No such user"]
    assert office.sending().round().fates == {"failed": 1, "sent": 1}


def test_a_line_cut_after_the_dot_leaves_an_uncertain_mail_and_the_rest_goes_on(office):
    laid_out(office.store, 1, 2)
    office.post.plan.cut = (DOT, "before")
    sending = office.sending()
    assert sending.round().fates == {"uncertain": 1, "sent": 1}
    assert sending.round().fates == {}
    assert office.states() == ["uncertain", "sent"]
    assert sum(office.post.ids.values()) == 2


@pytest.mark.parametrize(("where", "state"), [("_finished", "uncertain"), ("rcpt", "ready")])
def test_who_is_stopped_in_the_middle_knows_afterwards_whether_it_had_begun_to_leave(office, monkeypatch, where, state):
    owner = Line if where == "_finished" else smtplib.SMTP
    usual = getattr(owner, where)

    def stopped(*arguments):
        usual(*arguments)
        raise KeyboardInterrupt

    laid_out(office.store, 1)
    sending = office.sending()
    monkeypatch.setattr(owner, where, stopped)
    with pytest.raises(KeyboardInterrupt):
        sending.round()
    monkeypatch.undo()
    sending.round()
    assert office.states() == [state]
    assert len(office.post.accepted) == (1 if state == "uncertain" else 0)


def test_an_uncertain_mail_is_settled_by_the_folder_of_sent_mails(office):
    first, second = laid_out(office.store, 1, 2)
    office.post.plan.cut = (DOT, "before")
    office.post.plan.times = 2
    folder = SentFolder(first.id)
    sending = office.sending(sent=folder)
    assert sending.round().settled == 1
    assert office.states() == ["sent", "uncertain"]
    folder.ids.append(second.id)
    office.now += timedelta(hours=2)
    assert sending.round().settled == 0, "by then a person has it"


def test_a_login_that_is_refused_is_a_fault_of_the_mailbox_and_no_attempt(office):
    with Post(login=("salver", "geheim")) as post:
        laid_out(office.store, 1)
        wrong = office.sending(box=replace(office.box, smtp=replace(post.server, password="wrong")))
        assert "The login is refused" in wrong.round().fault
        (waits,) = office.outbox.listed()
        assert (waits.state, waits.attempts) == ("ready", 0)
        assert "The login is refused" in waits.fault
        wrong.round()
        assert post.said.count("AUTH") == 1, "it does not hammer at the door"
        assert len(office.told) == 1
        right = office.sending(box=replace(office.box, smtp=post.server))
        assert right.round().fates == {"sent": 1}


def test_a_server_that_is_away_costs_nothing_and_is_asked_again_later(office):
    laid_out(office.store, 1)
    gone = Post()
    with gone:
        server = gone.server
    sending = office.sending(box=replace(office.box, smtp=server))
    assert "Nothing listens there" in sending.round().fault
    office.now += timedelta(minutes=2)
    sending._mailbox = office.box
    assert sending.round().fates == {"sent": 1}
    assert office.told[-1] == "service sends again."
    assert sending.round().fault == ""


def test_a_relay_that_refuses_the_empty_sender_fails_no_mail(office):
    laid_out(office.store, 1, 2)
    office.post.plan.replies["MAIL"] = ["550 5.7.1 Empty sender"] * 5
    found = office.sending().round()
    assert found.fates == {"again": 1}
    assert "550 5.7.1 Empty sender" in found.fault
    assert office.states() == ["ready", "ready"]


def test_what_a_server_says_of_a_customer_is_told_to_nobody_else(office):
    laid_out(office.store, 1, 2, 3)
    office.post.plan.replies["RCPT"] = ["421 4.7.0 <kunde1@posthorn.example> too often"] * 3
    assert office.sending().round().fates == {"again": 2}
    assert all("421 4.7.0 … too often" in one.fault for one in office.outbox.listed())
    assert not [line for line in office.told if "kunde" in line]


@pytest.mark.parametrize("broken", [MailboxError("It is closed"), SettingsError("password_command printed nothing")])
def test_a_copy_is_kept_once_and_the_row_says_so(office, broken):
    laid_out(office.store, 1)
    folder = SentFolder()
    folder.broken = broken
    sending = office.sending(sent=folder)
    assert sending.round().fates == {"sent": 1}
    assert office.outbox.listed()[0].kept_at is None
    folder.broken = None
    sending.round()
    sending.round()
    assert len(folder.ids) == 1
    assert office.outbox.listed()[0].kept_at == NOW
    laid_out(office.store, 2)
    office.sending(sent=folder, box=replace(office.box, keep_sent=False)).round()
    assert len(folder.ids) == 1


def test_the_fuse_stops_the_installation_and_tells_it_once(office):
    laid_out(office.store, *range(5))
    sending = office.sending(ceilings=Ceilings(per_hour=3, at_once_s=0))
    assert sending.round().fates == {"sent": 3}
    sending.round()
    (told,) = [line for line in office.told if "fuse" in line]
    assert told.startswith("The fuse is open, and no answer leaves: 3 automatic answers left within an hour")
    assert office.states() == ["sent"] * 3 + ["held"] * 2


@pytest.mark.parametrize("jump", [timedelta(days=2), timedelta(days=-2)])
def test_a_clock_that_jumps_lets_no_fourth_answer_through(office, jump):
    wall, passed = [NOW], [1000.0]
    clock = SteadyClock(lambda: wall[0], lambda: passed[0])
    sending = Sending(office.store, office.box, clock, office.told.append, ceilings=NO_WAIT)
    laid_out(office.store, 1, 2, 3, recipient="ada@posthorn.example")
    assert sending.round().fates == {"sent": 3}
    for hours in range(1, 23, 5):
        wall[0] = NOW + timedelta(hours=hours) + jump
        passed[0] = 1000.0 + 3600 * hours
        laid_out(office.store, 10 + hours, recipient="ada@posthorn.example")
        assert sending.round().fates == {}
    assert len(office.post.accepted) == 3


def test_two_workers_send_nothing_twice(office):
    laid_out(office.store, *range(40))
    workers = [threading.Thread(target=office.sending().round) for _ in range(2)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    assert set(office.post.ids.values()) == {1}
    assert len(office.post.ids) == 40


def test_a_pause_grows_to_an_hour_and_is_never_the_same():
    assert [round(pause(n) / timedelta(minutes=1) / 2**i) for i, n in enumerate((1, 2, 3))] == [1, 1, 1]
    assert timedelta(minutes=45) <= pause(99) <= timedelta(minutes=75)
    assert len({pause(3) for _ in range(9)}) > 1


def test_what_cannot_leave_lies_before_a_person_with_a_draft(store_of_tests, office):
    pipeline = Pipeline(small_bundle(), clock=lambda: NOON, audit_share=0)
    pipeline.approvals = EVERY_TEXT
    asked = "Wie kann ich Ihnen meinen Zählerstand melden? Wo trage ich den Stand ein?"
    raws = [RawMessage(content=mail(n, asked).encode(), source="t", position=n) for n in range(3)]
    office.store.take_in(raws)
    trays = pipeline.assign(pipeline.prepare(raws), office.box)
    mails = outgoing(trays, office.box, COMPANY, SECRET, NOW)
    assert [one.kind for one in mails] == ["answer"] * 3
    office.store.decided([record_of(one, {}, NOW) for one in trays], mails)
    office.post.plan.replies["RCPT"] = ["550 5.1.1 No such user"]
    office.post.plan.cut = (DOT, "before")
    hand_over = HandOver(office.store, pipeline, [office.box], SECRET, lambda: office.now, office.told.append)
    sending = office.sending(hand_over=hand_over, auto_approve=True)
    found = sending.round()
    assert (found.fates, found.handed_over) == ({"failed": 1, "uncertain": 1, "sent": 1}, 2)
    assert sending.round().handed_over == 0
    waiting = {one.message: one for one in office.store.queue()}
    assert len(waiting) == 2
    reasons = {key: record.reason for key, record in office.store.decisions(list(waiting)).items()}
    assert sorted(reasons.values()) == ["send_failed", "send_uncertain"]
    assert all(one.agent and one.queue == "billing" for one in waiting.values())
    drafts = office.outbox.listed(kind="draft")
    assert {one.message for one in drafts} == set(waiting)
    assert b"In-Reply-To" in drafts[0].content
    assert len(list(office.store.trail())) == 5
    assert not [line for line in office.told if "posthorn" in line or "Zähler" in line]

    uncertain = office.outbox.listed(["uncertain"])[0]
    settle(office.store, uncertain.id, "sent", "anna", NOW)
    assert len(office.store.queue()) == 1
    assert office.store.decision(uncertain.message).kind == "answer"
    failed = office.outbox.listed(["failed"])[0]
    settle(office.store, failed.id, "again", "anna", NOW)
    assert sending.round().fates == {"sent": 1}
    assert office.store.queue() == []


def test_a_message_whose_bytes_are_damaged_goes_to_a_person_all_the_same(office):
    (mail_,) = laid_out(office.store, 1)
    with office.store.writing() as connection:
        connection.exec_driver_sql("UPDATE messages SET raw = 'x'")
    office.outbox.hold(mail_.id, "anna", "")
    pipeline = Pipeline(small_bundle(), clock=lambda: NOON, audit_share=0)
    hand_over = HandOver(office.store, pipeline, [office.box], SECRET, lambda: office.now, office.told.append)
    assert hand_over() == 1
    assert hand_over() == 0
    assert [one.message for one in office.store.queue()] == [mail_.message]


def test_a_rejected_text_stops_what_was_ready(office):
    laid_out(office.store, 1)
    approve(office.store, Verdict.REJECTED)
    assert office.sending().round().fates == {}
    assert office.states() == ["held"]
    assert office.post.said == ["EHLO", "QUIT"]


def test_only_what_waits_for_a_word_can_be_settled(office):
    (one,) = laid_out(office.store, 1)
    with pytest.raises(InputError, match="is ready"):
        settle(office.store, one.id, "sent", "anna", NOW)
    assert office.store.decision(one.message).at == NOW
    assert len(list(office.store.trail())) == 1
    office.now = datetime.now(UTC)
    office.sending().round()
    with pytest.raises(InputError, match="is sent"):
        settle(office.store, one.id, "again", "anna", NOW)
