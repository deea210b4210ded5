"""A decision as the store keeps it."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, assert_never

from salver.data.decision import AutoAnswer, Decision, Leave, Route, Tray
from salver.data.reading import Urgency
from salver.data.record import DecisionRecord, Kind


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


def known_line(record: DecisionRecord | None) -> dict[str, Any]:
    """The JSON line of a decision, or an empty one where there is none or its text was erased."""
    return json.loads(record.line) if record and record.line else {}
