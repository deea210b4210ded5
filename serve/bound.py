"""`salver bound`: whether the error bound of the bundle that serves is still held, and by what that is known."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from salver.data.standing import Standing
from salver.data.store import Store
from salver.models.bundle import Bundle
from salver.pipeline.drift import FEWEST
from salver.pipeline.explain import counted, percent
from salver.pipeline.run import now_utc
from salver.pipeline.wager import ENOUGH
from salver.serve import show
from salver.serve.recording import known_line
from salver.serve.watch import in_words, standing_of
from salver.serve.wiring import existing_store, open_bundle, settings_of

_SHORT = 60


def bound(*, bundle: Path | None, store: str | None, settings: Path | None, waiting: bool, as_json: bool) -> None:
    """Print how the bound stands, or the answers that wait for a check."""
    known = settings_of(settings)
    opened = open_bundle(known, bundle)
    with existing_store(known, store) as kept:
        if waiting:
            show_waiting(opened.name, kept, as_json=as_json)
            return
        standing = standing_of(opened, kept, known.bound_days, now_utc())
        unchecked = len(kept.unchecked(opened.name)) if kept else 0
    if as_json:
        show.machine(facts(opened, standing, unchecked, known.audit_share))
    else:
        show_standing(opened, standing, unchecked, known.audit_share)


def facts(bundle: Bundle, standing: Standing, unchecked: int, audit_share: float) -> dict[str, Any]:
    """All that is known of a bound, as JSON takes it."""
    policy, shifts = bundle.policy, [asdict(one) | {"large": one.large} for one in standing.shifts]
    return {
        "bundle": bundle.name,
        "state": standing.state.value,
        "held": standing.held,
        "because": standing.because,
        "max_error": policy.max_error,
        "threshold": policy.answer_at,
        "calibrated": bundle.created.isoformat(),
        "calibrated_on": policy.because,
        "expires": standing.expires.isoformat() if standing.expires else None,
        "audit_share": audit_share,
        "checked": standing.right + standing.wrong,
        "wrong": standing.wrong,
        "unchecked": unchecked,
        "at_most": standing.at_most,
        "wealth": standing.wealth,
        "wealth_breaks": ENOUGH,
        "messages": standing.messages,
        "drift": shifts,
    }


def show_standing(bundle: Bundle, standing: Standing, unchecked: int, audit_share: float) -> None:
    """Print the same for a person."""
    policy = bundle.policy
    threshold = "none" if policy.answer_at is None else f"{policy.answer_at:.3f}"
    rows = [
        ("bound", f"at most {percent(policy.max_error, 2)} of automatic answers wrong, with 95 % confidence"),
        ("threshold", threshold),
        ("calibrated", f"{bundle.created:%Y-%m-%d %H:%M}. {policy.because}"),
        ("expires", f"{standing.expires:%Y-%m-%d}" if standing.expires else "never"),
        ("audited", f"{percent(audit_share, 2)} of automatic answers, {counted(unchecked, 'answer')} not checked yet"),
        ("checked", f"{standing.right + standing.wrong}, of these wrong {standing.wrong}"),
        ("at most wrong", percent(standing.at_most)),
        ("wager against it", f"worth {standing.wealth:,.2f} times its stake; {ENOUGH:.0f} break the bound"),
    ]
    show.table(bundle.name, ("", "error bound"), [*rows, *_drift(standing)])
    show.words(in_words(standing))


def show_waiting(bundle: str, store: Store | None, *, as_json: bool) -> None:
    """Print the answers that were set aside and are not checked yet, oldest first."""
    keys = store.unchecked(bundle) if store else []
    records = store.decisions(keys) if store else {}
    lines = [known_line(records.get(key)) | {"id": key} for key in keys]
    if as_json:
        for line in lines:
            show.machine(line)
        return
    rows = [(one["id"], one.get("subject"), one.get("intent"), one.get("agent"), _answer(one)) for one in lines]
    show.table("Answers to be checked", ("message", "subject", "intent", "agent", "answer"), rows)
    show.words('Say of each whether it is right: salver correct FILE, with the columns "message", "agent", "right".')


def _drift(standing: Standing) -> list[tuple[str, str]]:
    if not standing.shifts:
        return [("drift", f"{counted(standing.messages, 'message')} so far; {FEWEST} are needed to tell")]
    return [
        (f"drift of {one.figure}", f"{one.index:.2f} ({one.limit:.2f} is allowed){': large' if one.large else ''}")
        for one in standing.shifts
    ]


def _answer(line: dict[str, Any]) -> str:
    text = " ".join(next((one["text"] for one in line.get("suggestions", ())), "").split())
    return text if len(text) <= _SHORT else text[: _SHORT - 1] + "…"
