"""The ledger of the watched mailboxes: how far each folder is read, which mail is which message, and where it lies.

A mail is named by mailbox, folder, UIDVALIDITY and UID, never by its number in the folder. It is committed here before
anything is done to it in the mailbox. When a folder gets a new UIDVALIDITY all of it is read again, and the message's
key tells what is known.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import Any

from sqlalchemy import Connection, Row, exists, func, select, update

from salver.data.leases import Leases
from salver.data.mailbox import Condition, Mark, Place
from salver.data.mapping import is_whole, raw_of
from salver.data.message import RawMessage
from salver.data.schema import folders, mailboxes, messages, outbox, taken
from salver.data.store import Store

_UIDS = 500
_MOST_BYTES = 32 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """A mail whose message is decided, and which is to be put where it belongs. `again` says that this message was put
    somewhere in this mailbox before: if it lies here now, a person wanted it here."""

    place: Place
    message: str
    again: bool


class Ledger:
    """What is known of mailboxes. Each method is one transaction; every failure is a StoreError."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock

    def mark(self, mailbox: str, folder: str) -> Mark | None:
        """How far a folder is read, or None for one that was never looked into."""
        here = (folders.c.mailbox == mailbox) & (folders.c.folder == folder)
        with self._store.reading() as connection:
            row = connection.execute(select(folders).where(here)).one_or_none()
        return _mark(row) if row else None

    def set_mark(self, mark: Mark, leases: Leases) -> None:
        """Keep how far a folder is read."""
        row = {name: getattr(mark, name) for name in ("mailbox", "folder", "uidvalidity", "settled", "sure")}
        row |= {name: getattr(mark, name) for name in ("since", "left", "changes")}
        with self._store.writing() as connection:
            leases.demand(connection, lease_of(mark.mailbox))
            self._put(connection, folders, row, ["mailbox", "folder"])

    def known(self, mark: Mark, uids: Sequence[int]) -> set[int]:
        """Which of these mails were taken."""
        here = (taken.c.mailbox == mark.mailbox) & (taken.c.folder == mark.folder)
        here &= taken.c.uidvalidity == mark.uidvalidity
        found: set[int] = set()
        with self._store.reading() as connection:
            for start in range(0, len(uids), _UIDS):
                some = list(uids[start : start + _UIDS])
                found.update(connection.scalars(select(taken.c.uid).where(here & taken.c.uid.in_(some))))
        return found

    def take(self, mark: Mark, mails: Mapping[int, RawMessage], leases: Leases) -> list[str]:
        """Store mails byte for byte and write down where they lie, all or nothing; the keys of those that are new.

        Raises LeaseLostError when another has taken the mailbox over.
        """
        now = self._clock()
        row = {"mailbox": mark.mailbox, "folder": mark.folder, "uidvalidity": mark.uidvalidity, "taken_at": now}
        rows = [row | {"uid": uid, "message": raw.key} for uid, raw in sorted(mails.items())]
        if not rows:
            return []
        with self._store.writing() as connection:
            leases.demand(connection, lease_of(mark.mailbox))
            new = self._store.keep(connection, list(mails.values()))
            connection.execute(self._store.insert(taken).on_conflict_do_nothing(), rows)
        return new

    def undecided(self, mailbox: str, limit: int, most_bytes: int = _MOST_BYTES) -> list[RawMessage]:
        """The oldest messages that came by this mailbox and have no decision: at least one, further ones as long as all
        have at most `most_bytes`. One that is damaged is set aside."""
        here = exists().where((taken.c.message == messages.c.key) & (taken.c.mailbox == mailbox))
        order = (messages.c.taken_in_at, messages.c.source, messages.c.position, messages.c.key)
        query = select(messages.c.key, messages.c.length).where((messages.c.state == "waiting") & here)
        with self._store.reading() as connection:
            sizes = connection.execute(query.order_by(*order).limit(limit)).all()
            fits = [total <= most_bytes for total in accumulate(row.length for row in sizes)]
            keys = [row.key for at, row in enumerate(sizes) if at == 0 or fits[at]]
            rows = connection.execute(select(messages).where(messages.c.key.in_(keys)).order_by(*order)).all()
        for row in rows:
            if not is_whole(row):
                self._store.quarantine(row.key, "the stored bytes no longer match their hash")
        return [raw_of(row) for row in rows if is_whole(row)]

    def twins(self, raws: Sequence[RawMessage]) -> set[str]:
        """The keys of those whose Message-ID another message has that came before: anybody may use it again."""
        ids = {raw.message_id: raw.key for raw in raws if raw.message_id}
        query = select(messages.c.key, messages.c.message_id, messages.c.taken_in_at)
        with self._store.reading() as connection:
            rows = connection.execute(query.where(messages.c.message_id.in_(list(ids)))).all()
        first: dict[str, tuple[datetime, str]] = {}
        for row in rows:
            first[row.message_id] = min(
                first.get(row.message_id, (row.taken_in_at, row.key)), (row.taken_in_at, row.key)
            )
        return {raw.key for raw in raws if raw.message_id in first and first[raw.message_id][1] != raw.key}

    def unplaced(self, mark: Mark, after: int, limit: int) -> list[Laid]:
        """Mails of a folder with a UID above `after` that are decided and not yet put where they belong; none whose
        answer is on its way."""
        other = taken.alias()
        again = exists().where(
            (other.c.message == taken.c.message) & (other.c.mailbox == taken.c.mailbox) & other.c.placed_at.is_not(None)
        )
        on_its_way = exists().where(
            (outbox.c.message == taken.c.message)
            & (outbox.c.kind == "answer")
            & outbox.c.state.in_(("ready", "sending"))
        )
        here = (taken.c.mailbox == mark.mailbox) & (taken.c.folder == mark.folder) & taken.c.placed_at.is_(None)
        here &= (taken.c.uidvalidity == mark.uidvalidity) & (taken.c.uid > after) & ~on_its_way
        here &= messages.c.state == "done"
        query = select(taken, again.label("again")).join(messages, messages.c.key == taken.c.message).where(here)
        with self._store.reading() as connection:
            rows = connection.execute(query.order_by(taken.c.uid).limit(limit)).all()
        return [Laid(place=_place(row), message=row.message, again=bool(row.again)) for row in rows]

    def placed(self, places: Sequence[Place]) -> None:
        """These mails lie where they belong."""
        with self._store.writing() as connection:
            for one in places:
                here = (taken.c.mailbox == one.mailbox) & (taken.c.folder == one.folder)
                here &= (taken.c.uidvalidity == one.uidvalidity) & (taken.c.uid == one.uid)
                connection.execute(update(taken).where(here).values(placed_at=self._clock()))

    def looked(self, name: str) -> None:
        """A mailbox was looked into to the end: all is well with it."""
        row = {"name": name, "state": "watched", "looked_at": self._clock(), "fault": "", "failures": 0}
        self._keep_condition(row | {"again_at": None})

    def failed(self, name: str, fault: str, failures: int, again_at: datetime) -> None:
        """Something is wrong with a mailbox; it is tried again then."""
        row = {"name": name, "state": "failing", "failed_at": self._clock(), "fault": fault, "failures": failures}
        self._keep_condition(row | {"again_at": again_at})

    def stopped(self, name: str) -> None:
        """Nobody watches it any more; what was wrong last stays to be seen."""
        self._keep_condition({"name": name, "state": "stopped", "again_at": None})

    def conditions(self) -> list[Condition]:
        """How every mailbox is that was ever watched, by name."""
        waits = (messages.c.state == "waiting", taken.c.placed_at.is_(None) & (messages.c.state == "done"))
        distinct = func.count(taken.c.message.distinct())
        counted = select(
            taken.c.mailbox,
            distinct.label("taken"),
            distinct.filter(waits[0]).label("waiting"),
            distinct.filter(waits[1]).label("unplaced"),
            func.min(messages.c.taken_in_at).filter(waits[0]).label("oldest"),
        ).join(messages, messages.c.key == taken.c.message)
        with self._store.reading() as connection:
            counts = {row.mailbox: row for row in connection.execute(counted.group_by(taken.c.mailbox))}
            left = select(folders.c.mailbox, func.sum(folders.c.left)).group_by(folders.c.mailbox)
            lying = {row[0]: int(row[1]) for row in connection.execute(left)}
            rows = connection.execute(select(mailboxes).order_by(mailboxes.c.name)).all()
        return [_condition(row, counts.get(row.name), lying.get(row.name, 0)) for row in rows]

    def _keep_condition(self, row: dict[str, Any]) -> None:
        with self._store.writing() as connection:
            self._put(connection, mailboxes, row, ["name"])

    def _put(self, connection: Connection, table: Any, row: dict[str, Any], keys: list[str]) -> None:
        statement = self._store.insert(table).values(row)
        new = {name: statement.excluded[name] for name in row if name not in keys}
        connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=new))


def lease_of(mailbox: str) -> str:
    """The name of the lease on a mailbox."""
    return f"mailbox {mailbox}"


def _mark(row: Row[Any]) -> Mark:
    return Mark(
        mailbox=row.mailbox,
        folder=row.folder,
        uidvalidity=row.uidvalidity,
        settled=row.settled,
        sure=row.sure,
        since=row.since,
        left=row.left,
        changes=row.changes,
    )


def _place(row: Row[Any]) -> Place:
    return Place(mailbox=row.mailbox, folder=row.folder, uidvalidity=row.uidvalidity, uid=row.uid)


def _condition(row: Row[Any], counts: Row[Any] | None, left: int) -> Condition:
    return Condition(
        name=row.name,
        state=row.state,
        looked_at=row.looked_at,
        fault=row.fault,
        failures=row.failures,
        failed_at=row.failed_at,
        again_at=row.again_at,
        taken=counts.taken if counts else 0,
        waiting=counts.waiting if counts else 0,
        unplaced=counts.unplaced if counts else 0,
        left=left,
        oldest=counts.oldest if counts else None,
    )
