"""Where everything is kept: the repository of messages, decisions, corrections and what was learned from them."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Table, case, delete, func, insert, select, update

from salver.data import approved, posting, schema, trail, watched
from salver.data.approval import Approval
from salver.data.case import PastCase
from salver.data.correction import Check, Correction
from salver.data.database import Database
from salver.data.errors import StoreError
from salver.data.mapping import (
    case_of,
    correction_of,
    entry_of,
    is_whole,
    raw_of,
    record_of,
    row_of_case,
    row_of_check,
    row_of_correction,
    row_of_entry,
    row_of_message,
    stored_of,
)
from salver.data.message import RawMessage
from salver.data.outgoing import Outgoing
from salver.data.profile import Seen
from salver.data.reading import Urgency
from salver.data.record import Counts, DecisionRecord, QueueEntry, StoredMessage

_DAMAGED = "the stored bytes no longer match their hash"
_KEYS = 500
"""How many keys stand in one statement."""


class Store(Database):
    """The repository. Every method is one transaction; every failure is a StoreError that says what to do.

    store = Store.open("sqlite:///salver.db")
    new = store.take_in(raws)
    """

    def take_in(self, raws: Sequence[RawMessage]) -> list[str]:
        """Store messages byte for byte; the keys of those that are new, in order. Once it returns, they are safe.

        One that is there already only raises the count of its copies.
        """
        with self.writing() as connection:
            return self.keep(connection, raws)

    def keep(self, connection: Connection, raws: Sequence[RawMessage]) -> list[str]:
        """What `take_in` does, within a transaction that keeps something else, too."""
        first = {raw.key: raw for raw in reversed(raws)}
        times = Counter(raw.key for raw in raws)
        now = datetime.now(UTC)
        rows = [row_of_message(first[key], times[key], now) for key in sorted(first)]  # one order: no deadlocks
        if not rows:
            return []
        table = schema.messages
        new = self.insert(table)
        counted = {"copies": table.c.copies + new.excluded.copies}
        statement = new.on_conflict_do_update(index_elements=[table.c.key], set_=counted)
        kept = connection.execute(statement.returning(table.c.key, table.c.copies), rows)
        found = {row.key: row.copies for row in kept}
        return [key for key in times if found[key] == times[key]]

    def waiting(self, limit: int) -> list[RawMessage]:
        """Messages without a decision, in the order in which they came. One whose bytes are damaged is set aside."""
        table = schema.messages
        order = (table.c.taken_in_at, table.c.source, table.c.position, table.c.key)
        query = select(table).where(table.c.state == "waiting").order_by(*order).limit(limit)
        while True:
            with self.reading() as connection:
                rows = connection.execute(query).all()
            damaged = [row.key for row in rows if not is_whole(row)]
            for key in damaged:
                self.quarantine(key, _DAMAGED)
            if not damaged:
                return [raw_of(row) for row in rows]

    def quarantine(self, key: str, because: str) -> None:
        """Set a message aside, visibly: it waits for a person, and the rest goes on."""
        table = schema.messages
        with self.writing() as connection:
            connection.execute(update(table).where(table.c.key == key).values(state="quarantined", fault=because))

    def quarantined(self) -> list[StoredMessage]:
        """The messages that were set aside, with what is wrong with them."""
        table = schema.messages
        query = select(table).where(table.c.state == "quarantined").order_by(table.c.taken_in_at, table.c.key)
        with self.reading() as connection:
            return [stored_of(row) for row in connection.execute(query)]

    def message(self, key: str) -> StoredMessage | None:
        """A message with its bytes, or None. Raises StoreError when the bytes do not match their hash."""
        with self.reading() as connection:
            row = connection.execute(select(schema.messages).where(schema.messages.c.key == key)).one_or_none()
        if row is None:
            return None
        if not is_whole(row):
            todo = "Restore it from the last copy of the store."
            raise StoreError(f"Message {key}: {_DAMAGED}", where=self.place, todo=todo)
        return stored_of(row)

    def counts(self) -> Counts:
        """How many messages there are in each state; together they are all that were ever received."""
        table = schema.messages
        query = select(table.c.state, func.count(), func.sum(table.c.copies)).group_by(table.c.state)
        with self.reading() as connection:
            rows = connection.execute(query).all()
        again = sum(int(copies) - count for _, count, copies in rows)
        return Counts(**{"waiting": 0, "done": 0, "quarantined": 0} | {row[0]: row[1] for row in rows}, copies=again)

    def decided(self, records: Sequence[DecisionRecord], outgoing: Sequence[Outgoing] = ()) -> None:
        """Add decisions to the trail; their messages are done, and routed ones wait for a person. All or nothing.

        `outgoing` are the mails that belong to these decisions: they come into the outbox with them or not at all. A
        message has at most one answer and one draft there, however often it is decided.
        """
        with self.writing() as connection:
            self._decide(connection, records, outgoing)

    def first_decided(self, records: Sequence[DecisionRecord], outgoing: Sequence[Outgoing]) -> set[str]:
        """The same for those messages alone that nobody has decided meanwhile; their keys."""
        table = schema.messages
        with self.writing() as connection:
            keys = sorted(record.message for record in records)
            query = select(table.c.key).where(table.c.key.in_(keys) & (table.c.state != "done"))
            mine = set(connection.scalars(query.order_by(table.c.key).with_for_update()))
            now = [record for record in records if record.message in mine]
            self._decide(connection, now, [mail for mail in outgoing if mail.message in mine])
        return mine

    def _decide(self, connection: Connection, records: Sequence[DecisionRecord], outgoing: Sequence[Outgoing]) -> None:
        if not records:
            return
        newest = {record.message: record for record in records}
        routed = [row_of_entry(record) for record in newest.values() if record.kind == "route"]
        messages, queue = schema.messages, schema.queue
        trail.append(connection, records)
        for some in _chunks(sorted(newest)):
            connection.execute(update(messages).where(messages.c.key.in_(some)).values(state="done", fault=""))
            connection.execute(delete(queue).where(queue.c.message.in_(some)))
        if routed:
            connection.execute(insert(queue), routed)
        posting.add(connection, self.insert(schema.outbox), outgoing)

    def decision(self, key: str) -> DecisionRecord | None:
        """The newest decision on a message, the one that counts."""
        return self.decisions([key]).get(key)

    def decisions(self, keys: Sequence[str]) -> dict[str, DecisionRecord]:
        """The newest decision on each of these messages that has one."""
        table = schema.decisions
        found: dict[str, DecisionRecord] = {}
        with self.reading() as connection:
            for some in _chunks(keys):
                newest = select(func.max(table.c.id)).where(table.c.message.in_(some)).group_by(table.c.message)
                rows = connection.execute(select(table).where(table.c.id.in_(newest)))
                found.update((row.message, record_of(row)) for row in rows)
        return found

    def trail(self) -> Iterator[DecisionRecord]:
        """All decisions ever taken, oldest first. Raises StoreError at the first that was changed or removed."""
        with self.reading() as connection:
            yield from trail.verified(connection, self.place)

    def queue(self, agent: str | None = None, limit: int = 100) -> list[QueueEntry]:
        """Routed messages that nobody has answered, those due first on top, of one agent or of all."""
        table = schema.queue
        no_due = case((table.c.due.is_(None), 1), else_=0)
        query = select(table).order_by(no_due, table.c.due, table.c.urgency.desc(), table.c.message).limit(limit)
        if agent is not None:
            query = query.where(table.c.agent == agent)
        with self.reading() as connection:
            return [entry_of(row) for row in connection.execute(query)]

    def loads(self) -> dict[str, int]:
        """How many open messages each agent has."""
        table = schema.queue
        query = select(table.c.agent, func.count()).where(table.c.agent != "").group_by(table.c.agent)
        with self.reading() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}

    def correct(self, correction: Correction, check: Check | None = None) -> None:
        """Keep what an agent changed. With an answer the message waits no longer; otherwise its place may change.

        `check` is what it says of an answer that was set aside; of each answer only what was said last counts.
        """
        queue = schema.queue
        here = queue.c.message == correction.message
        moved: dict[str, Any] = {}
        if correction.assignee is not None:
            moved["agent"] = correction.assignee
        if correction.urgency is not None:
            moved["urgency"] = int(Urgency.of(correction.urgency))
        with self.writing() as connection:
            self._demand(connection, correction.message)
            connection.execute(insert(schema.corrections), row_of_correction(correction))
            if check is not None:
                self._put(connection, schema.checks, [row_of_check(check)], ["bundle", "message"])
            if correction.answer is not None:
                connection.execute(delete(queue).where(here))
            elif moved:
                connection.execute(update(queue).where(here).values(moved))

    def corrections(self) -> list[Correction]:
        """All corrections, oldest first."""
        with self.reading() as connection:
            rows = connection.execute(select(schema.corrections).order_by(schema.corrections.c.id))
            return [correction_of(row) for row in rows]

    def checks(self, bundle: str) -> list[bool]:
        """Whether each checked answer of a bundle was right, in the order in which they were first checked."""
        with self.reading() as connection:
            return watched.right_ones(connection, bundle)

    def unchecked(self, bundle: str) -> list[str]:
        """The messages whose answer by this bundle was set aside and is not checked yet, oldest first."""
        with self.reading() as connection:
            return watched.unchecked(connection, bundle)

    def newest_seen(self, bundle: str, most: int) -> list[Seen]:
        """How the newest of the messages looked that a bundle decided and could read."""
        with self.reading() as connection:
            return watched.newest_seen(connection, bundle, most)

    def approve(self, said: Sequence[Approval]) -> None:
        """Keep what was said of templates; of each what was said last counts."""
        with self.writing() as connection:
            approved.add(connection, said)

    def approvals(self) -> list[Approval]:
        """All that was ever said of templates, oldest first."""
        with self.reading() as connection:
            return approved.all_of(connection)

    def newest_approval(self) -> int:
        """A number that grows with each approval; 0 while there is none."""
        with self.reading() as connection:
            return approved.newest(connection)

    def remember(self, cases: Sequence[PastCase], encoder: str, vectors: Sequence[bytes]) -> None:
        """Keep cases learned from corrections with their vectors (little-endian float32) by this encoder."""
        pairs = list(zip(cases, vectors, strict=True))
        if not pairs:
            return
        rows = [{"case_id": one.id, "encoder": encoder, "dim": len(v) // 4, "vector": v} for one, v in pairs]
        with self.writing() as connection:
            self._put(connection, schema.cases, [row_of_case(one) for one in cases], ["id"])
            self._put(connection, schema.vectors, rows, ["case_id", "encoder"])

    def cases(self) -> list[PastCase]:
        """The cases learned from corrections."""
        with self.reading() as connection:
            return [case_of(row) for row in connection.execute(select(schema.cases).order_by(schema.cases.c.id))]

    def vectors(self, encoder: str) -> dict[str, bytes]:
        """The vectors of an encoder by case."""
        table = schema.vectors
        with self.reading() as connection:
            query = select(table.c.case_id, table.c.vector).where(table.c.encoder == encoder)
            return {case_id: bytes(vector) for case_id, vector in connection.execute(query)}

    def forget(self, ids: Sequence[str]) -> None:
        """Erase cases and their vectors; unknown ids are ignored."""
        with self.writing() as connection:
            for some in _chunks(ids):
                connection.execute(delete(schema.cases).where(schema.cases.c.id.in_(some)))

    def _put(self, connection: Connection, table: Table, rows: list[dict[str, Any]], keys: list[str]) -> None:
        """Insert rows; one with the same keys as another takes its place."""
        statement = self.insert(table)
        new = {one.name: one for one in statement.excluded if not one.primary_key and one.name not in keys}
        connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=new), rows)

    def _demand(self, connection: Connection, key: str) -> None:
        table = schema.messages
        if connection.execute(select(table.c.key).where(table.c.key == key)).one_or_none() is None:
            todo = "Correct a message that was taken in here."
            raise StoreError(f"There is no message {key}", where=self.place, todo=todo)


def _chunks(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    return (keys[start : start + _KEYS] for start in range(0, len(keys), _KEYS))
