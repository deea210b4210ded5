"""What would have been answered by itself, and is laid before a person after all: for an audit, for want of a bound or
of a person who has approved its text, or because the mailbox that it came by does not send such answers.

A share of the automatic answers is set aside by lot, so that what is found of them holds for all. The lot is a keyed
hash of the message: the same by whatever door it comes, and none that a sender could draw again, who does not know the
bundle's name.
"""

import hmac
from dataclasses import replace
from typing import assert_never

from salver.data.answer import Suggestion
from salver.data.approval import Approvals, Verdict
from salver.data.decision import AutoAnswer, Leave, Reason, Route, Tray
from salver.data.mailbox import Mailbox
from salver.data.standing import Standing
from salver.pipeline.envelope import no_address
from salver.pipeline.explain import listed, percent

AUDIT_SHARE = 0.05
"""The share of automatic answers that is set aside, where nobody says otherwise."""

_MOST_SUGGESTIONS = 5
_BYTES = 8


def withhold(
    tray: Tray, standing: Standing, approvals: Approvals, audit_share: float, mailbox: Mailbox | None = None
) -> Tray:
    """The tray, in which an automatic answer perhaps has become the first suggestion. `audit_share` is 0 to 1.

    `mailbox` is the one that would send the answer; without one, who asked for the decision sees to that.
    """
    match tray.decision:
        case AutoAnswer() as decision:
            if not standing.held:
                because = f"It would have been answered by itself, but not any more: {standing.because}"
                return _withheld(tray, decision, Reason.BOUND_EXPIRED, because)
            if because := not_approved(decision, approvals):
                return _withheld(tray, decision, Reason.NOT_APPROVED, because)
            if lot(tray.message.key, decision.evidence.bundle) < audit_share:
                share = f"{percent(audit_share, 2)} of such answers are laid before a person to check"
                because = f"It would have been answered by itself, but {share}. {decision.because}"
                return _withheld(tray, decision, Reason.AUDIT, because)
            if mailbox and (found := unsendable(tray, mailbox)):
                return _withheld(tray, decision, *found)
            return tray
        case Route() | Leave():
            return tray
        case _:
            assert_never(tray.decision)


def kept_back(tray: Tray, reason: Reason, because: str) -> Tray:
    """The tray for a person, whatever was decided of it before: something came between, after the decision."""
    match tray.decision:
        case AutoAnswer() as decision:
            return _withheld(tray, decision, reason, because)
        case Route() as decision:
            return replace(tray, decision=replace(decision, reason=reason, because=because))
        case Leave() as decision:
            return replace(tray, decision=Route(reason=reason, because=because, evidence=decision.evidence))
        case _:
            assert_never(tray.decision)


def unsendable(tray: Tray, mailbox: Mailbox) -> tuple[Reason, str] | None:
    """Why a mailbox does not send the automatic answer to a message; None where it does."""
    if why := no_address(tray.message.sender):
        return Reason.NO_ADDRESS, f"It would have been answered by itself, but {why}."
    if not mailbox.sends(intents_of(tray)):
        intents = listed(sorted(set(intents_of(tray)))) or "this"
        because = f"It would have been answered by itself, but {mailbox.name} does not send answers to {intents}."
        return Reason.SENDING_OFF, because
    return None


def intents_of(tray: Tray) -> tuple[str, ...]:
    """What a message asks for, its main intent first; empty where it was not understood."""
    return tuple(request.intent for request in tray.reading.requests) if tray.reading else ()


def not_approved(decision: AutoAnswer, approvals: Approvals) -> str:
    """Why an answer rests on a text that nobody lets out, or nothing. One that rests on none is let out by nobody."""
    for template, sha256 in decision.rests_on or ((decision.template, ""),):
        if approvals.allows(template, sha256):
            continue
        said = approvals.verdict_on(template, sha256)
        if said and said.verdict is Verdict.REJECTED:
            return f"It would have been answered by itself, but {said.by} rejected this text on {said.at:%Y-%m-%d}."
        return f"Nobody has approved this text yet: salver templates approve {template}"
    return ""


def lot(message: str, bundle: str) -> float:
    """A number from 0 to under 1 for a message's key, as good as drawn at random; always the same with one bundle."""
    drawn = hmac.digest(bundle.encode(), message.encode(), "sha256")[:_BYTES]
    return int.from_bytes(drawn, "big") / (1 << 8 * _BYTES)


def _withheld(tray: Tray, decision: AutoAnswer, reason: Reason, because: str) -> Tray:
    """The text that would have been sent comes first among the suggestions, and only once."""
    first = Suggestion(
        kind="template",
        text=decision.body,
        score=decision.evidence.confidence or 0.0,
        because="it would have been sent without a person",
        cases=decision.evidence.cases,
        intent=tray.reading.main.intent if tray.reading else "",
        lang=tray.reading.lang if tray.reading else "",
        template=decision.template,
    )
    others = [one for one in tray.suggestions if one.template != first.template and one.text != first.text]
    return replace(
        tray,
        decision=Route(reason=reason, because=because, evidence=decision.evidence, drafts=decision.drafts),
        suggestions=(first, *others)[:_MOST_SUGGESTIONS],
    )
