"""The folder of sent mails: it tells what became of an uncertain mail, and holds a copy of what was sent."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Protocol

from salver.data.errors import InputError, MailboxError, SettingsError
from salver.data.mailbox import Mailbox
from salver.data.outbox import Outbox
from salver.data.outgoing import Outgoing
from salver.data.store import Store
from salver.pipeline.run import Clock
from salver.serve.mail.handover import settle

_LOOKED_FOR = timedelta(hours=1)
"""So long after it left an uncertain mail is still looked for: servers that keep what they send do so at once."""
_BETWEEN = timedelta(minutes=1)


class Sent(Protocol):
    """The folder of sent mails. Both raise MailboxError, or SettingsError where the password cannot be had."""

    def holds(self, message_id: str) -> bool:
        """Whether a mail with this Message-ID lies in it."""
        ...

    def keep(self, content: bytes, at: datetime) -> None:
        """Lay a copy into it."""
        ...


class Copies:
    """Looks into the folder for what is uncertain, and lays copies into it. What it cannot do now it does next time."""

    def __init__(self, store: Store, mailbox: Mailbox, sent: Sent, clock: Clock, told: Callable[[str], None]) -> None:
        self._store = store
        self._outbox = Outbox.of(store)
        self._mailbox = mailbox
        self._sent = sent
        self._clock = clock
        self._told = told
        self._looked: dict[str, datetime] = {}

    def look_for(self) -> int:
        """Settle uncertain answers that lie in the folder of sent mails. One that does not may have arrived still."""
        now, settled = self._clock(), 0
        for mail in self._outbox.listed(["uncertain"], kind="answer"):
            if mail.mailbox != self._mailbox.name or not self._is_looked_for(mail, now):
                continue
            try:
                if self._sent.holds(mail.id):
                    self._settle(mail, now)
                    settled += 1
            except (MailboxError, SettingsError) as error:
                self._told(str(error))
                break
        return settled

    def _settle(self, mail: Outgoing, now: datetime) -> None:
        with suppress(InputError):  # somebody else has settled it meanwhile
            settle(self._store, mail.id, "sent", "The folder of sent mails", now)
        self._outbox.kept(mail, now)

    def _is_looked_for(self, mail: Outgoing, now: datetime) -> bool:
        """Whether it is time to look for an uncertain mail: at once, and then once a minute for an hour."""
        if mail.left_at is None or now - mail.left_at >= _LOOKED_FOR:
            self._looked.pop(mail.id, None)
            return False
        if mail.id in self._looked and abs(now - self._looked[mail.id]) < _BETWEEN:
            return False
        self._looked[mail.id] = now
        return True

    def keep(self) -> None:
        """Lay copies of what was sent into the folder; one that lies there already is not laid there again."""
        for mail in self._outbox.unkept(self._mailbox.name):
            try:
                if not self._sent.holds(mail.id):
                    self._sent.keep(mail.content, mail.sent_at or self._clock())
            except (MailboxError, SettingsError) as error:
                self._told(str(error))
                break
            self._outbox.kept(mail, self._clock())
