"""One JSON object a message, as the command line, HTTP and files write it. Keys are only ever added, at the end."""

from datetime import datetime
from itertools import zip_longest
from typing import Any, assert_never

from salver.data.answer import Suggestion
from salver.data.case import Case
from salver.data.decision import AutoAnswer, Decision, Drafted, Leave, Route, Tray
from salver.data.message import Message
from salver.data.reading import Cleaned, Reading, Request, Scored, Screening

_DIGITS = 4


def tray_line(tray: Tray, bundle_name: str) -> dict[str, Any]:
    """What was decided of a message, and why. What does not apply is None or empty."""
    message, reading, decision = tray.message, tray.reading, tray.decision
    assignment = decision.assignment if isinstance(decision, Route) else None
    return {
        "id": message.key,
        "requests": _requests(reading, decision) if reading else [],
        "intent": reading.main.intent if reading else None,
        "probability": _rounded(reading.main.probability) if reading else None,
        "urgency": reading.urgency.label if reading else None,
        "decision": _what(decision),
        "reason": decision.reason.value,
        "because": decision.because,
        "answer": decision.answer if isinstance(decision, AutoAnswer) else None,
        "suggestions": [_suggestion(one) for one in tray.suggestions],
        "queue": assignment.queue if assignment else None,
        "agent": assignment.agent if assignment else None,
        "due": assignment.due.isoformat() if assignment else None,
        "bundle": bundle_name,
        **_further(tray),
    }


def reading_line(message: Message, cleaned: Cleaned, screening: Screening, lang: str) -> dict[str, Any]:
    """What was read of a message, before anything is understood of it."""
    return {
        "id": message.key,
        "message_id": message.message_id,
        "subject": message.subject,
        "from": str(message.sender) if message.sender else "",
        "to": [str(address) for address in message.to],
        "date": _iso(message.date),
        "lang": lang,
        "text": cleaned.text,
        "removed": [{"kind": cut.kind, "text": cut.text} for cut in cleaned.removed],
        "attachments": [{"name": one.name, "type": one.type, "size": one.size} for one in message.attachments],
        "screen": _screen(screening),
        "problems": [{"code": one.code, "words": one.words} for one in message.problems],
    }


def case_line(case: Case) -> dict[str, Any]:
    """A case as a row of an archive, which `salver train` takes."""
    return {
        "id": case.id,
        "thread": case.thread,
        "channel": case.channel,
        "subject": case.subject,
        "customer": {"name": case.customer.name, "email": case.customer.email, **dict(case.customer.fields)},
        "date": _iso(case.received_at),
        "lang": case.lang,
        "text": case.text,
        "intents": list(case.intents),
        "urgency": case.urgency,
        "answer": case.answer,
        "agent": case.agent,
        "answered_at": _iso(case.answered_at),
        "ending": case.ending,
    }


def _further(tray: Tray) -> dict[str, Any]:
    """What was not asked for, but helps."""
    message, decision = tray.message, tray.decision
    assignment = decision.assignment if isinstance(decision, Route) else None
    return {
        "message_id": message.message_id,
        "subject": message.subject,
        "lang": tray.reading.lang if tray.reading else None,
        "screen": _screen(tray.screening),
        "confidence": _rounded(decision.evidence.confidence),
        "threshold": _rounded(decision.evidence.threshold),
        "cases": list(decision.evidence.cases),
        "template": decision.template if isinstance(decision, AutoAnswer) else None,
        "urgency_because": tray.reading.urgency_because if tray.reading else None,
        "agent_because": assignment.because if assignment else None,
        "cosine": _rounded(tray.reading.cosine) if tray.reading else None,
        "answer_html": decision.answer_html if isinstance(decision, AutoAnswer) else None,
        "perhaps": [_scored(one) for one in tray.reading.perhaps] if tray.reading else [],
    }


def _what(decision: Decision) -> str:
    match decision:
        case AutoAnswer():
            return "auto_answer"
        case Route():
            return "route"
        case Leave():
            return "leave"
        case _:
            assert_never(decision)


def _requests(reading: Reading, decision: Decision) -> list[dict[str, Any]]:
    """Each request, whether an answer to it would go out by itself (`covered`), the text, and why it is `open`."""
    drafts = () if isinstance(decision, Leave) else decision.drafts
    pairs = zip_longest(reading.requests, drafts[: len(reading.requests)], fillvalue=None)
    return [_request(one, draft) for one, draft in pairs if one]


def _request(one: Request, draft: Drafted | None) -> dict[str, Any]:
    return {
        "text": one.text,
        "intent": one.intent,
        "probability": _rounded(one.probability),
        "covered": draft.covered if draft else None,
        "draft": draft.text if draft else None,
        "template": draft.template if draft else None,
        "open": draft.open if draft else None,
    }


def _scored(one: Scored) -> dict[str, Any]:
    return {"intent": one.label, "probability": _rounded(one.probability)}


def _suggestion(one: Suggestion) -> dict[str, Any]:
    return {
        "text": one.text,
        "score": _rounded(one.score),
        "cases": list(one.cases),
        "kind": one.kind,
        "because": one.because,
        "holes": list(one.holes),
        "template": one.template,
        "intent": one.intent,
        "lang": one.lang,
        "request": one.request,
    }


def _screen(screening: Screening) -> dict[str, str]:
    return {"verdict": screening.verdict, "reason": screening.reason, "about": screening.about}


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, _DIGITS)


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
