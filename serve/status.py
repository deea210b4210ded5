"""`salver status`: how the installation is on one screen, or in one JSON object, and what needs a person."""

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

from salver.data.errors import BundleError, SalverError, StoreError
from salver.data.mailbox import Condition
from salver.data.outgoing import Outgoing, OutKind, OutState
from salver.data.standing import Standing
from salver.data.status import Concern, Status
from salver.data.store import Store
from salver.models.bundle import Bundle
from salver.pipeline.explain import counted
from salver.pipeline.run import now_utc
from salver.serve import show
from salver.serve.endings import FailedError
from salver.serve.health import ago, look, unreadable, with_standing, without_bundle
from salver.serve.logs import masked
from salver.serve.settings import Settings
from salver.serve.watch import in_words, standing_of
from salver.serve.wiring import existing_store, open_bundle, settings_of

_MB = 1_000_000
_NO_STORE = StoreError("there is no store yet", todo="It is made by salver watch, serve or batch.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """The bundle that decides, and how its bound stands."""

    name: str
    created: datetime
    standing: Standing


def status(*, bundle: Path | None, store: str | None, settings: Path | None, health: bool, as_json: bool) -> None:
    """Print how everything is. Raises FailedError when something needs a person, with `health` only when it is red."""
    known = settings_of(settings)
    found, serving = _health(known, store) if health else _whole(known, store, bundle)
    if as_json:
        show.machine(facts(found, serving))
    elif not health:
        show_status(found, serving, known)
    wrong = [one for one in found.concerns if one.red or not health]
    if not as_json:
        _show_concerns(wrong)
    if wrong:
        needs = "customers' mail waits" if found.red else "something needs a person"
        raise FailedError(f"Not all is well: {needs} ({', '.join(dict.fromkeys(one.code for one in wrong))}).")
    if not as_json:
        show.words(
            "All is well." if not health or not found.concerns else "Healthy; salver status says what needs you."
        )


def facts(found: Status, serving: Serving | None) -> dict[str, Any]:
    """All of a status as JSON takes it."""
    return {
        "well": not found.concerns,
        "red": found.red,
        "at": _moment(found.at),
        "concerns": [asdict(one) for one in found.concerns],
        "mailboxes": [_mailbox(one, found.at) for one in found.mailboxes],
        "waiting": {key: _moment(one) if key.endswith("_since") else one for key, one in asdict(found.waiting).items()},
        "outbox": {kind: _states(found.outbox, kind) for kind in get_args(OutKind)},
        "stuck": [_mail(one) for one in found.stuck],
        "fuse": asdict(found.fuse) | {"at": _moment(found.fuse.at), "because": masked(found.fuse.because)},
        "bundle": serving and {"name": serving.name, "created": _moment(serving.created)},
        "bound": serving and _bound(serving.standing),
        "store": {"place": found.store, "received": found.received, "free_bytes": found.free_bytes},
    }


def show_status(found: Status, serving: Serving | None, settings: Settings) -> None:
    """Print the same for a person; what needs one comes after it."""
    if found.mailboxes:
        rows = [_row(one, found.at, settings) for one in found.mailboxes]
        columns = ("mailbox", "state", "last look", "#taken in", "#undecided", "#not placed", "last fault")
        show.table("Mailboxes", columns, rows)
    waits = found.waiting
    since = f", the oldest {ago(waits.undecided_since, found.at)}" if waits.undecided_since else ""
    due = f", the first {ago(waits.overdue_since, found.at)}" if waits.overdue_since else ""
    rows = [
        ("messages", f"{counted(found.received, 'message')} received"),
        ("undecided", f"{waits.undecided}{since}"),
        ("for persons", f"{counted(waits.for_persons, 'message')}, {waits.overdue} overdue{due}"),
        ("outbox", _outbox(found.outbox)),
        ("fuse", "open: no answer leaves" if found.fuse.is_open else "closed"),
        ("bundle", f"{serving.name}, trained {serving.created:%Y-%m-%d}" if serving else "none"),
        ("bound", in_words(serving.standing) if serving else "none"),
        ("store", found.store + (f", {found.free_bytes / _MB:,.0f} MB free" if found.free_bytes is not None else "")),
    ]
    show.table(f"{found.at.astimezone():%Y-%m-%d %H:%M:%S}", ("", "how it is"), rows)


def _whole(settings: Settings, store: str | None, bundle: Path | None) -> tuple[Status, Serving | None]:
    """The status with the bundle."""
    now = now_utc()
    try:
        with existing_store(settings, store) as kept:
            found = look(settings, kept, now) if kept else unreadable(_NO_STORE, now, _place(settings, store))
            try:
                serving = _serving(settings, kept, bundle, now)
            except BundleError as error:
                return without_bundle(found, error), None
            return with_standing(found, serving.standing), serving
    except StoreError as error:
        return unreadable(error, now, _place(settings, store)), None


def _serving(settings: Settings, store: Store | None, folder: Path | None, now: datetime) -> Serving:
    opened: Bundle = open_bundle(settings, folder)
    standing = standing_of(opened, store, settings.bound_days, now)
    return Serving(name=opened.name, created=opened.created, standing=standing)


def _health(settings: Settings, store: str | None) -> tuple[Status, None]:
    """The status without the bundle, which takes long to open."""
    now = now_utc()
    try:
        with existing_store(settings, store) as kept:
            return (look(settings, kept, now) if kept else unreadable(_NO_STORE, now, _place(settings, store))), None
    except SalverError as error:
        return unreadable(error, now, _place(settings, store)), None


def _place(settings: Settings, store: str | None) -> str:
    from salver.data.database import parse_url, place

    return place(parse_url(store or settings.store))


def _row(one: Condition, now: datetime, settings: Settings) -> tuple[object, ...]:
    strange = one.name not in {mailbox.name for mailbox in settings.mailboxes}
    state = "not in the settings" if strange else one.state
    last = ago(one.looked_at, now) if one.looked_at else "never"
    fault = f"{ago(one.failed_at, now)}: {masked(one.fault)}" if one.fault and one.failed_at else ""
    times = f" ({counted(one.failures, 'time')} in a row)" if one.failures > 1 else ""
    return one.name, state, last, one.taken, one.waiting, one.unplaced, fault + times


def _outbox(counts: Counter[tuple[OutKind, OutState]]) -> str:
    parts = []
    for kind in get_args(OutKind):
        states = ", ".join(f"{number} {state}" for state, number in _states(counts, kind).items() if number)
        if states:
            parts.append(f"{kind}s: {states}")
    return "; ".join(parts) or "empty"


def _show_concerns(concerns: list[Concern]) -> None:
    for one in concerns:
        show.words(f"{'! ' if one.red else '- '}{one.words} {one.todo}")


def _mailbox(one: Condition, now: datetime) -> dict[str, Any]:
    moments = ("looked_at", "failed_at", "again_at", "oldest")
    known = asdict(one) | {name: _moment(getattr(one, name)) for name in moments}
    seconds = (now - one.looked_at).total_seconds() if one.looked_at else None
    return known | {"fault": masked(one.fault), "seconds_since_look": seconds}


def _mail(one: Outgoing) -> dict[str, Any]:
    known = {key: getattr(one, key) for key in ("id", "message", "mailbox", "state", "attempts")}
    return known | {"left_at": _moment(one.left_at), "fault": masked(one.fault)}


def _states(counts: Counter[tuple[OutKind, OutState]], kind: OutKind) -> dict[str, int]:
    return {state: counts[kind, state] for state in get_args(OutState)}


def _bound(standing: Standing) -> dict[str, Any]:
    expires = _moment(standing.expires)
    return {"state": standing.state.value, "held": standing.held, "because": standing.because, "expires": expires}


def _moment(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat(timespec="seconds") if moment else None
