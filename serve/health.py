"""Looks how an installation is, and finds what needs a person: for `salver status`, `/health` and the figures."""

import os
import secrets
import shutil
import socket
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from salver.data.errors import SalverError, StoreError
from salver.data.leases import Leases
from salver.data.ledger import Ledger
from salver.data.mailbox import Condition
from salver.data.outbox import Outbox
from salver.data.outgoing import Outgoing
from salver.data.standing import Standing, State
from salver.data.status import Concern, Patience, Status
from salver.data.store import Store
from salver.data.waiting import waiting_in
from salver.pipeline.explain import counted
from salver.serve.logs import masked
from salver.serve.settings import Settings
from salver.serve.watch import in_words

_MOST = 100
_MB = 1_000_000
_FAILING = (State.BROKEN, State.EXPIRED, State.DRIFTED)


def look(settings: Settings, store: Store, now: datetime) -> Status:
    """How the installation is. What the store does not allow is a concern, too; nothing is raised for it."""
    try:
        found = _read(settings, store, now)
    except StoreError as error:
        return unreadable(error, now, store.place)
    return replace(found, concerns=_sorted(concerns_of(found, settings)))


def unreadable(error: SalverError, now: datetime, place: str = "") -> Status:
    """How an installation is whose store cannot be opened, read or written."""
    words = masked(f"{error.where or place}: {error.what}.")
    return Status(at=now, store=place, concerns=(Concern(code="store", words=words, todo=error.todo, red=True),))


def with_standing(status: Status, standing: Standing) -> Status:
    """The same, and how the error bound of the bundle stands that decides. One that never was shown is as it was."""
    if standing.state not in _FAILING:
        return status
    todo = "See salver bound; learn again with salver retrain."
    concern = Concern(code="bound", words=in_words(standing), todo=todo)
    return replace(status, concerns=_sorted([*status.concerns, concern]))


def without_bundle(status: Status, error: SalverError) -> Status:
    """The same, when there is no bundle that can be opened: nothing can be decided."""
    words = f"{error.where}: {error.what}." if error.where else f"{error.what[:1].upper()}{error.what[1:]}."
    concern = Concern(code="bundle", words=words, todo=error.todo, red=True)
    return replace(status, concerns=_sorted([*status.concerns, concern]))


def concerns_of(status: Status, settings: Settings) -> list[Concern]:
    """Everything in a status that needs a person."""
    patience = {one.name: max(settings.health.mailbox_minutes * 60, 2 * one.every_s) for one in settings.mailboxes}
    return [
        *_disk(status, settings.health),
        *(
            one
            for box in status.mailboxes
            if box.name in patience
            for one in _mailbox(box, status.at, patience[box.name])
        ),
        *_waiting(status, settings.health),
        *(_stuck(mail, status.at, settings.health) for mail in status.stuck),
        *_fuse(status),
    ]


def _read(settings: Settings, store: Store, now: datetime) -> Status:
    _demand_writable(store, now)
    outbox = Outbox.of(store)
    known = {one.name: one for one in Ledger(store, lambda: now).conditions()}
    never = {one.name: Condition(name=one.name, state="stopped") for one in settings.mailboxes}
    return Status(
        at=now,
        store=store.place,
        free_bytes=_free_bytes(store),
        received=store.counts().received,
        mailboxes=tuple((never | known).values()),
        waiting=waiting_in(store, now),
        outbox=outbox.counts(),
        stuck=tuple(outbox.listed(("uncertain", "failed"), kind="answer", most=_MOST)),
        fuse=outbox.fuse(),
    )


def _demand_writable(store: Store, now: datetime) -> None:
    """Write something, and take it away again. Raises StoreError."""
    holder = f"{socket.gethostname()} {os.getpid()} {secrets.token_hex(4)}"
    leases = Leases(store, holder, lambda: now, 1)
    leases.take(f"health {holder}")
    leases.release(f"health {holder}")


def _free_bytes(store: Store) -> int | None:
    url = store.engine.url
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        return None
    return shutil.disk_usage(Path(url.database).resolve().parent).free


def _disk(status: Status, patience: Patience) -> Iterator[Concern]:
    if status.free_bytes is not None and status.free_bytes < patience.free_mb * _MB:
        words = f"{status.free_bytes / _MB:,.0f} MB are free where the store lies; {patience.free_mb} should be."
        yield Concern(code="disk", words=words, todo="Make room, or move the store: nothing is taken in without any.")


def _mailbox(box: Condition, now: datetime, patience_s: float) -> Iterator[Concern]:
    if box.looked_at is not None and now - box.looked_at <= timedelta(seconds=patience_s):
        return
    words = f"Mailbox {box.name} was never looked into to the end."
    if box.looked_at is not None:
        words = f"Mailbox {box.name} was last looked into to the end {ago(box.looked_at, now)}."
    if box.state == "failing":
        yield Concern(code="mailbox", words=words, todo=masked(box.fault), red=True, of=box.name)
    elif box.state == "stopped":
        todo = "Nobody watches it: start salver watch."
        yield Concern(code="mailbox", words=words, todo=todo, red=True, of=box.name)
    else:
        todo = "Whoever watched it is stuck or dead: see its log, and start salver watch anew."
        yield Concern(code="mailbox", words=words, todo=todo, red=True, of=box.name)


def _waiting(status: Status, patience: Patience) -> Iterator[Concern]:
    waits, now = status.waiting, status.at
    if _longer(waits.undecided_since, now, patience.undecided_minutes):
        words = (
            f"{counted(waits.undecided, 'message')} without a decision, the oldest {ago(waits.undecided_since, now)}."
        )
        todo = "See whether salver watch runs and what its log says; salver batch or HTTP decide theirs when they run."
        yield Concern(code="undecided", words=words, todo=todo, red=True)
    if waits.set_aside:
        words = f"{counted(waits.set_aside, 'message')} set aside, for the stored bytes are damaged."
        yield Concern(code="set_aside", words=words, todo="Check the disk, and restore the store from a copy.")
    if _longer(waits.unsent_since, now, patience.unsent_minutes):
        unsent = counted(waits.unsent, "answer")
        words = f"{unsent} waiting for a first attempt to leave, the oldest made {ago(waits.unsent_since, now)}."
        todo = "See why with salver outbox: the server for sending cannot be reached, or nobody watches the mailbox."
        yield Concern(code="unsent", words=words, todo=todo, red=True)


def _stuck(mail: Outgoing, now: datetime, patience: Patience) -> Concern:
    of = f"The answer {mail.id} to message {mail.message} ({mail.mailbox})"
    if mail.state == "failed":
        words = f"{of} was refused for good: {masked(mail.fault)}"
        todo = f"Answer in another way, then say so: salver outbox settle {mail.id} drop"
        return Concern(code="failed", words=words, todo=todo, of=mail.id)
    words = f"{of} may have arrived or not: {masked(mail.fault)}"
    todo = (
        f"Look into the folder of sent mails or the server's log, then: salver outbox settle {mail.id} sent|again|drop"
    )
    red = _longer(mail.left_at or mail.made_at, now, patience.uncertain_minutes)
    return Concern(code="uncertain", words=words, todo=todo, red=red, of=mail.id)


def _fuse(status: Status) -> Iterator[Concern]:
    if status.fuse.is_open:
        since = f" since {status.fuse.at:%Y-%m-%d %H:%M} UTC" if status.fuse.at else ""
        words = f"The fuse is open{since}, and no answer leaves: {masked(status.fuse.because)}"
        todo = "See what left (salver outbox --state sent), then: salver outbox fuse --close --because WHY"
        yield Concern(code="fuse", words=words, todo=todo)


def _longer(since: datetime | None, now: datetime, minutes: int) -> bool:
    return since is not None and now - since > timedelta(minutes=minutes)


def ago(moment: datetime | None, now: datetime) -> str:
    """How long ago a moment was, as a person says it."""
    seconds = max((now - moment).total_seconds(), 0) if moment else 0.0
    for size, name in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= 2 * size or (size == 60 and seconds >= size):
            return f"{counted(int(seconds // size), name)} ago"
    return f"{counted(int(seconds), 'second')} ago"


def _sorted(concerns: Sequence[Concern]) -> tuple[Concern, ...]:
    return tuple(sorted(concerns, key=lambda one: not one.red))
