"""The trail: every decision ever taken, each chained to the one before by a hash, so that no change goes unseen."""

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, insert, select, update

from salver.data.errors import StoreError
from salver.data.mapping import record_of
from salver.data.record import NO_HASH, DecisionRecord, chained
from salver.data.schema import chain, decisions


def append(connection: Connection, records: Sequence[DecisionRecord]) -> None:
    """Add records at the end. The one row of `chain` is locked, so that two writers cannot both be the end."""
    end = connection.execute(select(chain).with_for_update()).one()
    number, previous, rows = end.last_id, end.last_hash, []
    for record in records:
        number += 1
        after = record.hash_after(previous)
        rows.append(_row(record) | {"id": number, "previous": previous, "hash": after})
        previous = after
    connection.execute(insert(decisions), rows)
    connection.execute(update(chain).values(last_id=number, last_hash=previous))


def verified(connection: Connection, where: str) -> Iterator[DecisionRecord]:
    """All records, oldest first. Raises StoreError at the first that was changed, removed or slipped in."""
    end = connection.execute(select(chain)).one()
    number, previous = 0, NO_HASH
    for row in connection.execution_options(yield_per=1000).execute(select(decisions).order_by(decisions.c.id)):
        record = record_of(row)
        after = chained(previous, record.message, record.bundle, record.at, record.kind, record.reason, row.line_sha256)
        erased = not record.line
        if (row.id, row.previous, row.hash) != (number + 1, previous, after) or not (
            erased or record.line_sha256 == row.line_sha256
        ):
            raise _broken(number + 1, where)
        number, previous = row.id, row.hash
        yield record
    if (end.last_id, end.last_hash) != (number, previous):
        raise _broken(number + 1, where)


def _broken(number: int, where: str) -> StoreError:
    todo = "Somebody changed the store by hand; compare it with its last copy."
    return StoreError(f"The trail is broken at decision {number}", where=where, todo=todo)


def _row(record: DecisionRecord) -> dict[str, object]:
    return {
        "message": record.message,
        "bundle": record.bundle,
        "at": record.at,
        "kind": record.kind,
        "reason": record.reason,
        "agent": record.agent,
        "queue": record.queue,
        "due": record.due,
        "urgency": int(record.urgency),
        "line": record.line,
        "line_sha256": record.line_sha256,
        "intent": record.seen.intent if record.seen else None,
        "probability": record.seen.probability if record.seen else None,
        "cosine": record.seen.cosine if record.seen else None,
    }
