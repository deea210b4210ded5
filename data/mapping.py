"""From the store's rows to nouns and back."""

import json
from datetime import datetime
from hashlib import sha256
from typing import Any

from salver.data.case import PastCase
from salver.data.correction import Check, Correction
from salver.data.message import RawMessage
from salver.data.profile import Seen
from salver.data.reading import Urgency
from salver.data.record import DecisionRecord, QueueEntry, StoredMessage


def row_of_message(raw: RawMessage, copies: int, now: datetime) -> dict[str, Any]:
    """The row of a message that is taken in now."""
    return {
        "key": raw.key,
        "sha256": raw.sha256,
        "length": len(raw.content),
        "raw": raw.content,
        "source": raw.source,
        "position": raw.position,
        "media": raw.media,
        "channel": raw.channel,
        "received_at": raw.received_at,
        "taken_in_at": now,
        "copies": copies,
        "state": "waiting",
        "message_id": raw.message_id or None,
    }


def is_whole(row: Any) -> bool:
    """Whether the bytes of a stored message are those that were taken in."""
    return bool(len(row.raw) == row.length and sha256(row.raw).hexdigest() == row.sha256)


def raw_of(row: Any) -> RawMessage:
    """The message of a row, as it came in."""
    return RawMessage(
        content=bytes(row.raw),
        source=row.source,
        position=row.position,
        media=row.media,
        channel=row.channel,
        received_at=row.received_at,
    )


def stored_of(row: Any) -> StoredMessage:
    """The message of a row, with what became of it."""
    return StoredMessage(
        key=row.key, raw=raw_of(row), state=row.state, copies=row.copies, taken_in_at=row.taken_in_at, fault=row.fault
    )


def record_of(row: Any) -> DecisionRecord:
    """The decision of a row."""
    seen = None
    if row.intent is not None:
        seen = Seen(intent=row.intent, probability=row.probability, cosine=row.cosine)
    return DecisionRecord(
        message=row.message,
        bundle=row.bundle,
        at=row.at,
        kind=row.kind,
        reason=row.reason,
        line=row.line,
        agent=row.agent,
        queue=row.queue,
        due=row.due,
        urgency=Urgency(row.urgency),
        seen=seen,
    )


def row_of_entry(record: DecisionRecord) -> dict[str, Any]:
    """What of a decision stands in the queue."""
    return {
        "message": record.message,
        "agent": record.agent,
        "queue": record.queue,
        "urgency": int(record.urgency),
        "due": record.due,
    }


def entry_of(row: Any) -> QueueEntry:
    """The entry of the queue that a row holds."""
    return QueueEntry(message=row.message, agent=row.agent, queue=row.queue, urgency=Urgency(row.urgency), due=row.due)


def row_of_correction(correction: Correction) -> dict[str, Any]:
    """The row of a correction."""
    return {
        "message": correction.message,
        "agent": correction.agent,
        "at": correction.at,
        "intent": correction.intent,
        "urgency": correction.urgency,
        "answer": correction.answer,
        "assignee": correction.assignee,
        "reason": correction.reason,
        "is_right": correction.right,
    }


def correction_of(row: Any) -> Correction:
    """The correction of a row."""
    return Correction(
        message=row.message,
        agent=row.agent,
        at=row.at,
        intent=row.intent,
        urgency=row.urgency,
        answer=row.answer,
        assignee=row.assignee,
        reason=row.reason,
        right=row.is_right,
    )


def row_of_check(check: Check) -> dict[str, Any]:
    """The row of a check."""
    return {"message": check.message, "bundle": check.bundle, "is_right": check.right}


def row_of_case(case: PastCase) -> dict[str, Any]:
    """The row of a case that was learned from a correction."""
    return {
        "id": case.id,
        "intent": case.intent,
        "lang": case.lang,
        "question": case.question,
        "answer": case.answer,
        "agent": case.agent,
        "ending": case.ending,
        "answered_at": case.answered_at,
        "templates": json.dumps(case.templates),
    }


def case_of(row: Any) -> PastCase:
    """The case of a row."""
    return PastCase(
        id=row.id,
        intent=row.intent,
        lang=row.lang,
        question=row.question,
        answer=row.answer,
        agent=row.agent,
        ending=row.ending,
        answered_at=row.answered_at,
        templates=tuple(json.loads(row.templates)),
    )
