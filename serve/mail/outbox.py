"""Working off the outbox of a mailbox: what is due leaves once, and what cannot leave waits visibly with a person.

    whose sender died -> ready, or uncertain
    ready -> sending -> sent, or again later, or failed, or uncertain
    uncertain -> looked for in the folder of sent mails
    held, failed, uncertain -> the message is brought to a person, with a draft

One round takes these steps in this order, and may be stopped anywhere: the next one finds what it left.
"""

import random
import re
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from salver.data.decision import Reason
from salver.data.errors import MailboxError, SettingsError
from salver.data.mailbox import Mailbox, Server
from salver.data.outbox import Outbox
from salver.data.outgoing import Ceilings, Outgoing
from salver.data.store import Store
from salver.pipeline.explain import counted
from salver.pipeline.run import Clock
from salver.serve import logs
from salver.serve.mail.copies import Copies, Sent
from salver.serve.mail.smtp import Fate, Line, Outcome, lease_of

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)
GIVEN_UP_AFTER = timedelta(days=3)
"""So long a mail is tried that is refused for now; then a person sees to it (RFC 5321, 4.5.4.1, speaks of days)."""

_FEWEST_ATTEMPTS = 3
_MOST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What one round did: how many mails met which fate, how many were `held` or brought to a person, and what kept
    the mailbox from sending, if anything."""

    fates: Counter[Fate] = field(default_factory=Counter)
    settled: int = 0
    handed_over: int = 0
    fault: str = ""


class Sending:
    """Sends the answers of one mailbox.

    `store` holds its outbox. `hand_over` brings the messages whose answers will not leave to a person, and says how
    many: `HandOver` does it. `told` hears what a person should know; no word of a message and no address is in it.
    """

    def __init__(
        self,
        store: Store,
        mailbox: Mailbox,
        clock: Clock,
        told: Callable[[str], None],
        *,
        hand_over: Callable[[], int] = lambda: 0,
        sent: Sent | None = None,
        ceilings: Ceilings = Ceilings(),  # noqa: B008 - it is frozen
        auto_approve: bool = False,
        lease: timedelta | None = None,
    ) -> None:
        self._store = store
        self._outbox = Outbox.of(store)
        self._mailbox = mailbox
        self._clock = clock
        self._told = told
        self._hand_over = hand_over
        self._copies = Copies(store, mailbox, sent, clock, told) if sent else None
        self._ceilings = ceilings
        self._auto_approve = auto_approve
        self._lease = lease
        self._known: deque[tuple[Outgoing, Outcome]] = deque()
        self._failures = 0
        self._not_before: datetime | None = None
        self._fault = ""

    def round(self) -> Round:
        """Do whatever is to be done now. Raises StoreError when the store does not allow it; nothing is lost then."""
        fates = self._note()
        fuse_was_open = self._outbox.fuse().is_open
        if lost := self._outbox.expire(self._clock()):
            self._told(f"{counted(lost, 'answer')} of a stopped sender may have arrived: see salver outbox")
        fates += self._send_due()
        settled = self._copies.look_for() if self._copies else 0
        if self._copies and self._mailbox.keep_sent:
            self._copies.keep()
        handed = self._hand_over()
        fuse = self._outbox.fuse()
        if fuse.is_open and not fuse_was_open:
            self._told(f"The fuse is open, and no answer leaves: {fuse.because} See salver outbox fuse")
        return Round(fates=fates, settled=settled, handed_over=handed, fault=self._fault)

    def _send_due(self) -> Counter[Fate]:
        server, now = self._mailbox.smtp, self._clock()
        fates = Counter[Fate]()
        if server is None or (self._not_before and now < self._not_before <= now + LONGEST_WAIT):
            return fates
        while fates.total() < _MOST and self._outbox.waits(self._mailbox.name, self._clock()):
            try:
                with Line(server, self._mailbox.address.rpartition("@")[2]) as line:
                    self._well()
                    outcome = self._send_all(line, server, fates)
            except (MailboxError, SettingsError) as error:
                self._hindered(str(error))
                break
            if outcome is None or outcome.usable:
                break
            if outcome.ours or fates["again"] + fates["uncertain"] > 1:
                said = re.sub(r"\S+@\S+", "…", outcome.words)  # it may name the one who was to get the mail
                self._hindered(f"The server refuses us or hangs up: {said}", _code(outcome.words))
                break
        return fates

    def _send_all(self, line: Line, server: Server, fates: Counter[Fate]) -> Outcome | None:
        """Send what is due over one connection; the outcome of the last mail, None where there was none."""
        outcome: Outcome | None = None
        while (outcome is None or outcome.usable) and fates.total() < _MOST:
            mail = self._outbox.claim(
                self._mailbox,
                self._clock(),
                self._lease or lease_of(server),
                ceilings=self._ceilings,
                auto_approve=self._auto_approve,
            )
            if mail is None:
                break
            outcome = self._sent_by(line, mail)
            fates += self._note()
        return outcome

    def _sent_by(self, line: Line, mail: Outgoing) -> Outcome:
        """Send one mail. Whatever is raised on the way goes on, and what is known of the mail is kept all the same."""
        outcome = Outcome(fate="again", words="It was stopped before it left.")

        def begin() -> bool:
            nonlocal outcome
            begun = self._outbox.begin(mail)
            if begun:
                outcome = Outcome(fate="uncertain", words="It was stopped while it was leaving.")
            return begun

        try:
            outcome = line.send(mail, self._mailbox.envelope_sender, begin)
        finally:
            self._known.append((mail, outcome))
        return outcome

    def _note(self) -> Counter[Fate]:
        """Keep what is known of mails. What the store does not take now, it takes in the next round: only a crash makes
        it uncertain."""
        fates = Counter[Fate]()
        while self._known:
            fate = self._noted(*self._known[0])
            fates[fate] += 1
            self._tell_of(self._known.popleft()[0], fate)
        return fates

    def _tell_of(self, mail: Outgoing, fate: Fate) -> None:
        """Say what became of a mail; not what the server said, for that may repeat what stands in it."""
        seconds = (self._clock() - mail.left_at).total_seconds() if mail.left_at else None
        logs.tell(
            fate, mailbox=mail.mailbox, message=mail.message, reason=mail.reason, attempt=mail.attempts, seconds=seconds
        )

    def _noted(self, mail: Outgoing, outcome: Outcome) -> Fate:
        """Keep what became of a mail."""
        now = self._clock()
        if outcome.fate == "sent":
            self._outbox.sent(mail, now)
            self._take_back(mail, now)
        elif outcome.fate == "uncertain":
            self._outbox.uncertain(mail, outcome.words)
        elif outcome.fate == "failed":
            self._outbox.failed(mail, outcome.words)
        elif outcome.fate == "again" and self._is_given_up(mail, outcome, now):
            self._outbox.failed(mail, f"It was refused for {GIVEN_UP_AFTER.days} days. {outcome.words}")
            return "failed"
        else:
            wait = pause(mail.attempts) if outcome.fate == "again" else timedelta()
            self._outbox.again(mail, outcome.words, now + wait)
        return outcome.fate

    def _take_back(self, mail: Outgoing, now: datetime) -> None:
        """When it is known so late that it was sent, a person may have been told that nobody knows."""
        if mail.lease is None or now < mail.lease:
            return
        said, answer = self._store.decision(mail.message), self._outbox.answer_of(mail.message)
        if said and answer and said.reason == Reason.SEND_UNCERTAIN:
            self._store.decided([replace(answer, at=now)])

    def _is_given_up(self, mail: Outgoing, outcome: Outcome, now: datetime) -> bool:
        return now - mail.made_at > GIVEN_UP_AFTER and mail.attempts >= _FEWEST_ATTEMPTS and not outcome.ours

    def _hindered(self, fault: str, told: str = "") -> None:
        """The mailbox cannot send: what waits says so, it is no attempt of it, and it is tried again after a while."""
        self._failures += 1
        self._not_before = self._clock() + pause(self._failures)
        self._outbox.hinder(self._mailbox.name, fault)
        if fault != self._fault:
            self._told(f"{self._mailbox.name}: {told or fault}")
        self._fault = fault

    def _well(self) -> None:
        if self._fault:
            self._outbox.hinder(self._mailbox.name, "")
            self._told(f"{self._mailbox.name} sends again.")
        self._failures, self._not_before, self._fault = 0, None, ""


def pause(attempts: int) -> timedelta:
    """How long to wait after so many attempts: a minute at first, then twice as long each time up to an hour, give or
    take a quarter, so that many do not come back at once."""
    doubled: int = 2 ** min(attempts - 1, 10)
    return min(FIRST_WAIT * doubled, LONGEST_WAIT) * random.uniform(0.75, 1.25)  # noqa: S311 - no secret


def _code(words: str) -> str:
    """That a server refuses us, without what it says: that may repeat an address or what stands in a mail."""
    code = words[:3] if words[:3].isdecimal() else "without a code"
    return f"The server refuses us or hangs up ({code}): see salver outbox"
