"""A decision as the store keeps it, and what a correction says of it."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, assert_never

from salver.data.correction import Check, Correction
from salver.data.decision import AutoAnswer, Decision, Leave, Reason, Route, Tray
from salver.data.profile import Seen
from salver.data.reading import Reading, Urgency
from salver.data.record import DecisionRecord, Kind
from salver.pipeline.check import verdict


def record_of(tray: Tray, line: Mapping[str, Any], at: datetime) -> DecisionRecord:
    """What the store keeps of a tray; `line` is its JSON line as everybody is shown it."""
    decision = tray.decision
    to = decision.assignment if isinstance(decision, Route) else None
    return DecisionRecord(
        message=tray.message.key,
        bundle=decision.evidence.bundle,
        at=at,
        kind=_kind(decision),
        reason=decision.reason.value,
        line=json.dumps(line, ensure_ascii=False),
        agent=to.agent if to else "",
        queue=to.queue if to else "",
        due=to.due if to else None,
        urgency=tray.reading.urgency if tray.reading else Urgency.NORMAL,
        seen=_seen(tray.reading) if tray.reading else None,
    )


def _kind(decision: Decision) -> Kind:
    match decision:
        case AutoAnswer():
            return "answer"
        case Route():
            return "route"
        case Leave():
            return "leave"
        case _:
            assert_never(decision)


def _seen(reading: Reading) -> Seen:
    return Seen(intent=reading.main.intent, probability=reading.main.probability, cosine=reading.cosine)


def check_of(correction: Correction, record: DecisionRecord | None) -> Check | None:
    """What a correction says of an answer that was set aside, or None where none was or nothing is said of it."""
    if record is None or record.reason != Reason.AUDIT:
        return None
    line = known_line(record)
    answer = next((one["text"] for one in line.get("suggestions", ())), "")
    right = verdict(correction, line.get("intent") or "", answer)
    return None if right is None else Check(message=record.message, bundle=record.bundle, right=right)


def known_line(record: DecisionRecord | None) -> dict[str, Any]:
    """The JSON line of a decision, or an empty one where there is none or its text was erased."""
    return json.loads(record.line) if record and record.line else {}
