"""Takes what is new in the folders of one mailbox into the store: each mail once, and none before it is safe there.

What lay in a folder before it was first looked into is left alone, and counted. After that a mail is new because of its
UID; only when the folder got a new UIDVALIDITY it is told by its key, and by when it arrived.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from email.utils import parsedate_to_datetime

from salver.data.errors import MailboxRefusedError
from salver.data.leases import Leases
from salver.data.ledger import Ledger
from salver.data.mailbox import Mailbox, Mark
from salver.data.message import RawMessage
from salver.pipeline.explain import counted
from salver.serve.chunks import CHUNK
from salver.serve.mail.fetched import Lying
from salver.serve.mail.imap import MOST_BYTES, Connection, Folder

_TOGETHER_BYTES = 16 << 20
"""Mails are fetched together up to so many bytes."""
_HEAD_BYTES = 256 << 10
_NEWEST = 1000
"""Of so many mails it is asked when they arrived, to know since when mails are new."""
_RECEIVED = re.compile(rb"received[ \t]*:((?:[^\n]|\n[ \t])*)", re.IGNORECASE)


class Intake:
    """The intake of one mailbox. `told` hears what a person should know; `from_start` says that what was left alone is
    to be taken now."""

    def __init__(
        self, mailbox: Mailbox, ledger: Ledger, leases: Leases, told: Callable[[str], None], *, from_start: bool = False
    ) -> None:
        self._mailbox = mailbox
        self._ledger = ledger
        self._leases = leases
        self._told = told
        self._from_start = from_start or mailbox.from_start

    def look(self, connection: Connection, name: str) -> Iterator[list[str]]:
        """Take in what is new in a folder, some at a time: the keys of those that are new messages.

        Raises MailboxRefusedError when some mails cannot be fetched; the others are taken by then.
        """
        folder = connection.select(name)
        mark = self._opened(connection, folder)
        uids = connection.uids(mark.settled)
        known = self._ledger.known(mark, uids)
        new = [uid for uid in uids if uid not in known]
        missed: list[int] = []
        left = 0
        for start in range(0, len(new), CHUNK):
            for raws, old, lost in self._fetched(connection, mark, new[start : start + CHUNK]):
                left += old
                missed += lost
                if raws:
                    yield self._ledger.take(mark, {one.position: one for one in raws}, self._leases)
        settled = min(missed) if missed else max([*uids, mark.settled - 1]) + 1
        if settled > mark.settled or left:
            self._ledger.set_mark(replace(mark, settled=settled, left=mark.left + left), self._leases)
        if missed:
            what = f'{counted(len(missed), "mail")} of "{name}" cannot be fetched'
            raise MailboxRefusedError(what, where=self._mailbox.name, todo="Open them in a mail program.")

    def _opened(self, connection: Connection, folder: Folder) -> Mark:
        """How far the folder is read, as it is now."""
        name = self._mailbox.name
        mark = self._ledger.mark(name, folder.name)
        if mark is None:
            mark = self._first(connection, folder)
        elif mark.uidvalidity != folder.uidvalidity:
            said = f"{name}: {folder.name} has a new UIDVALIDITY; it is read again, and what is known is not answered."
            self._told(said)
            changes = mark.changes + 1
            mark = replace(
                mark, uidvalidity=folder.uidvalidity, settled=1, sure=folder.uidnext, left=0, changes=changes
            )
        elif mark.left and self._earlier(mark):
            since = None if self._from_start else self._since()
            mark = replace(mark, settled=1, sure=1 if self._from_start else folder.uidnext, since=since, left=0)
        else:
            return mark
        self._ledger.set_mark(mark, self._leases)
        return mark

    def _first(self, connection: Connection, folder: Folder) -> Mark:
        mark = Mark(mailbox=self._mailbox.name, folder=folder.name, uidvalidity=folder.uidvalidity, settled=1, sure=1)
        if self._from_start:
            return mark
        if since := self._since():
            return replace(mark, sure=folder.uidnext, since=since)
        there = connection.uids(1)
        if not there:
            return mark
        arrived = [one.arrived for one in connection.listed(there[-_NEWEST:]) if one.arrived]
        after = max(there) + 1
        self._told(
            f"{mark.mailbox}: {counted(len(there), 'mail')} in {folder.name} came before and will be left alone; what "
            "comes from now on is taken. To take all: salver watch --from-start"
        )
        since = max(arrived) + timedelta(seconds=1) if arrived else None
        return replace(mark, settled=after, sure=after, since=since, left=len(there))

    def _since(self) -> datetime | None:
        day = self._mailbox.since
        return datetime.combine(day, time()).astimezone() if day else None

    def _earlier(self, mark: Mark) -> bool:
        """Whether what was left alone is wanted by now."""
        since = self._since()
        return self._from_start or (since is not None and mark.since is not None and since < mark.since)

    def _fetched(
        self, connection: Connection, mark: Mark, uids: Sequence[int]
    ) -> Iterator[tuple[list[RawMessage], int, list[int]]]:
        """Of these mails, as many together as fit into memory: the new ones, how many are old, and those that lie
        there and cannot be had."""
        lying = {one.uid: one for one in connection.listed(uids)}
        mails = [one for one in lying.values() if not _is_old(one.uid, one.arrived, mark)]
        yield [], len(lying) - len(mails), []
        for some in _together(mails):
            found = _fetch(connection, some)
            new = {
                uid: content
                for uid, content in found.items()
                if not _is_old(uid, _received(content) if uid < mark.sure else None, mark)
            }
            missing = [uid for uid in some if uid not in found]
            there = [one.uid for one in connection.listed(missing)] if missing else []
            yield [self._raw(mark, lying[uid], one) for uid, one in new.items()], len(found) - len(new), there

    def _raw(self, mark: Mark, lying: Lying, content: bytes) -> RawMessage:
        if lying.size > MOST_BYTES:
            self._told(
                f"{mark.mailbox}: a mail in {mark.folder} has {lying.size >> 20} MB. Its first {MOST_BYTES >> 20} are "
                f"kept; the whole stays there (UID {lying.uid})."
            )
        source = f"{mark.mailbox}/{mark.folder}"
        return RawMessage(content=content, source=source, position=lying.uid, received_at=lying.arrived)


def _is_old(uid: int, arrived: datetime | None, mark: Mark) -> bool:
    """Whether a mail lay there before the first look. One that does not say when it came is taken for a new one."""
    return uid < mark.sure and mark.since is not None and arrived is not None and arrived < mark.since


def _received(content: bytes) -> datetime | None:
    """When a mail arrived, as its newest Received field says; that goes with the mail wherever it is moved."""
    head = content[:_HEAD_BYTES].replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    for field in re.split(rb"\n(?![ \t])", head):
        if found := _RECEIVED.match(field):
            date = found[1].rpartition(b";")[2].decode("ascii", "replace")
            try:
                moment = parsedate_to_datetime(" ".join(date.split()))
                return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
            except (ValueError, TypeError, IndexError, OverflowError):
                return None
    return None


def _together(mails: Sequence[Lying]) -> Iterator[list[int]]:
    """UIDs of mails that are fetched together."""
    some: list[int] = []
    size = 0
    for one in mails:
        size += min(one.size, MOST_BYTES)
        if some and size > _TOGETHER_BYTES:
            yield some
            some, size = [], min(one.size, MOST_BYTES)
        some.append(one.uid)
    if some:
        yield some


def _fetch(connection: Connection, uids: Sequence[int]) -> dict[int, bytes]:
    """Their bytes; where the server refuses one, those of the others."""
    try:
        return connection.fetch(uids)
    except MailboxRefusedError:
        if len(uids) == 1:
            return {}
        return {uid: content for one in uids for uid, content in _fetch(connection, [one]).items()}
