"""Puts mails where they belong once they are decided: keywords, folders, and drafts for the agents.

Everything here may be done twice and is the same; nothing is done that is not stored before.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from salver.data.errors import MailboxRefusedError
from salver.data.ledger import Laid, Ledger
from salver.data.mailbox import Mailbox
from salver.data.outbox import Outbox
from salver.data.record import DecisionRecord
from salver.data.store import Store
from salver.serve import logs
from salver.serve.mail.imap import Connection

_AT_ONCE = 200
_AGAIN = timedelta(minutes=5)
_KIND = {"answer": "salver-answered", "route": "salver-routed", "leave": "salver-left"}
_NOT_ATOM = re.compile(r"[^a-z0-9_.]+")


class Placer:
    """Places the mails of one mailbox. What the mailbox refuses is told once it is done with the rest."""

    def __init__(
        self, mailbox: Mailbox, store: Store, ledger: Ledger, clock: Callable[[], datetime], lease_s: float
    ) -> None:
        self._lease = timedelta(seconds=lease_s)
        self._mailbox = mailbox
        self._store = store
        self._outbox = Outbox.of(store)
        self._ledger = ledger
        self._clock = clock

    def place(self, connection: Connection, name: str) -> None:
        """Mark the decided mails of a folder with keywords, and move them by their queue.

        Raises MailboxRefusedError for a folder that does not exist or does not take them; they stay where they are.
        """
        mark = self._ledger.mark(self._mailbox.name, name)
        if mark is None:
            return
        after, refused = 0, None
        while laid := self._ledger.unplaced(mark, after, _AT_ONCE):
            folder = connection.select(name)
            if folder.uidvalidity != mark.uidvalidity:
                return  # the next look reads it anew
            found = self._place(connection, laid, with_keywords=self._mailbox.labels and folder.keywords)
            after, refused = laid[-1].place.uid, found or refused
        if refused:
            raise refused

    def lay_drafts(self, connection: Connection, stopped: Callable[[], bool]) -> None:
        """Lay the drafts that are ready into the folder of drafts, until it is `stopped`: the rest stays ready.

        Whether one lies there that was tried before is looked up first, so that a line that was cut makes no two of it.
        """
        folder = ""
        while not stopped() and (draft := self._outbox.claim(self._mailbox, self._clock(), self._lease, kind="draft")):
            try:
                folder = folder or connection.folder_named(self._mailbox.drafts, "\\Drafts")
                if draft.attempts == 1 or not connection.find(folder, draft.id):
                    connection.append(folder, draft.content, (r"\Draft",), draft.made_at)
            except MailboxRefusedError as refused:
                self._outbox.again(draft, str(refused), self._clock() + _AGAIN)
                raise
            except Exception as error:
                self._outbox.again(draft, str(error), self._clock())
                raise
            self._outbox.sent(draft, self._clock())
            logs.tell("drafted", mailbox=self._mailbox.name, message=draft.message, attempt=draft.attempts)

    def recover_drafts(self) -> None:
        """Let drafts be ready again that somebody left in the middle: whether one lies there is looked up."""
        for draft in self._outbox.listed(("uncertain",), kind="draft"):
            if draft.mailbox == self._mailbox.name:
                self._outbox.again(draft, "", self._clock())

    def _place(
        self, connection: Connection, laid: Sequence[Laid], *, with_keywords: bool
    ) -> MailboxRefusedError | None:
        records = self._store.decisions([one.message for one in laid])
        alike: dict[tuple[tuple[str, ...], str], list[Laid]] = defaultdict(list)
        for one in laid:
            record = records.get(one.message)
            flags = _flags(record) if record else ()
            kept = flags if with_keywords else tuple(flag for flag in flags if flag.startswith("\\"))
            alike[kept, "" if one.again or not record else self._target(record)].append(one)
        refused: MailboxRefusedError | None = None
        for (flags, target), some in alike.items():
            uids = [one.place.uid for one in some]
            try:
                connection.label(uids, flags)
                if target:
                    connection.move(uids, target)
            except MailboxRefusedError as error:
                refused = error
            else:
                self._ledger.placed([one.place for one in some])
        return refused

    def _target(self, record: DecisionRecord) -> str:
        return dict(self._mailbox.moves).get(record.queue, "") if record.kind == "route" else ""


def labels_of(record: DecisionRecord) -> tuple[str, ...]:
    """The keywords of a decision: what it is, its queue, and its urgency if it is not normal."""
    labels = [_KIND[record.kind]]
    if record.kind == "route":
        if queue := _atom(record.queue):
            labels.append(f"salver-queue-{queue}")
        if record.urgency.label != "normal":
            labels.append(f"salver-{record.urgency.label}")
    return tuple(labels)


def _flags(record: DecisionRecord) -> tuple[str, ...]:
    return (*((r"\Answered",) if record.kind == "answer" else ()), *labels_of(record))


def _atom(text: str) -> str:
    """A text as a keyword may hold it: an atom of RFC 9051, 9."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("ß", "ss")).encode("ascii", "ignore").decode()
    return _NOT_ATOM.sub("-", plain).strip("-")[:40]
