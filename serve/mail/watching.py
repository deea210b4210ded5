"""`salver watch`: the mailboxes of the settings side by side, until it is told to stop, or once."""

import os
import secrets
import signal
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from types import FrameType

from salver.data.errors import SettingsError, StoreError
from salver.data.leases import LEASE_S, Leases
from salver.data.ledger import Ledger, lease_of
from salver.data.mailbox import Mailbox
from salver.data.outgoing import Ceilings
from salver.data.record import Kind
from salver.data.store import Store
from salver.pipeline.run import Clock, now_utc
from salver.serve import logs, show
from salver.serve.batch import AUTO_APPROVED
from salver.serve.endings import FailedError
from salver.serve.health import look
from salver.serve.mail.deciding import Decider
from salver.serve.mail.steady import SteadyClock
from salver.serve.mail.watcher import Seen, Watcher
from salver.serve.notify import Notifier
from salver.serve.settings import Settings
from salver.serve.values import host_and_port
from salver.serve.wiring import open_store, settings_of

FINISH_S = 20.0
"""So long what was begun may take to be finished once it is told to stop."""


def watch(
    names: Sequence[str],
    *,
    once: bool,
    from_start: bool,
    bundle: Path | None,
    store: str | None,
    settings: Path | None,
    as_json: bool,
    auto_approve: bool = False,
    log_json: bool = False,
    metrics: str = "",
) -> None:
    """Watch the mailboxes of these names, or all of them. Raises SettingsError when there is none.

    `metrics` is the HOST:PORT where Prometheus may ask for figures.
    """
    known = settings_of(settings)
    mailboxes = _chosen(known, names)
    with logs.written("json" if log_json else known.logs), open_store(known, store) as kept:
        if auto_approve:
            logs.note(AUTO_APPROVED)
        clock = SteadyClock()
        decider = Decider(known, kept, clock, logs.note, bundle, auto_approve=auto_approve)
        office = Office(
            kept,
            mailboxes,
            decider,
            clock,
            logs.note,
            ceilings=Ceilings(per_hour=known.answers_per_hour),
            from_start=from_start,
            auto_approve=auto_approve,
        )
        with _until_told(office), _measured(metrics, known, kept, decider):
            seen = office.run(once=once)
    if once:
        _tell_what_was_seen(seen, as_json=as_json)


class Office:
    """All watchers of a process, each in a thread of its own, and what keeps their leases alive."""

    def __init__(
        self,
        store: Store,
        mailboxes: Sequence[Mailbox],
        decider: Decider,
        clock: Clock,
        told: Callable[[str], None],
        *,
        ceilings: Ceilings = Ceilings(),  # noqa: B008 - it is frozen
        from_start: bool = False,
        auto_approve: bool = False,
        lease_s: float = LEASE_S,
    ) -> None:
        holder = f"{socket.gethostname()} {os.getpid()} {secrets.token_hex(4)}"
        self._told = told
        self._lease_s = lease_s
        self._ledger = Ledger(store, clock)
        self._leases = Leases(store, holder, clock, lease_s)
        self._over = Event()
        self._decider = decider
        self._notifier = Notifier()
        self.watchers = [
            Watcher(
                one,
                store,
                self._leases,
                decider,
                clock,
                told,
                ceilings=ceilings,
                from_start=from_start,
                auto_approve=auto_approve,
            )
            for one in mailboxes
        ]

    def run(self, *, once: bool = False) -> list[Seen]:
        """Watch until `stop`, with `once` one round; what became of each mailbox."""
        names = ", ".join(one.name for one in self.watchers)
        self._told(f'"{self._decider.bundle}" decides what comes to {names}.')
        heart = Thread(target=self._beat, name="leases", daemon=True)
        threads = [Thread(target=self._watch, args=(one, once), name=one.name, daemon=True) for one in self.watchers]
        if not once:
            threads += [
                Thread(target=self._send, args=(one,), name=f"{one.name} out", daemon=True) for one in self.watchers
            ]
        for one in (heart, *threads):
            one.start()
        self._notifier.ready(f"watches {names}")
        for one in threads:
            while one.is_alive() and not self._stopped:
                one.join(0.2)
                if once or all(each.is_alive() for each in threads):
                    self._notifier.alive()  # a watcher that died by a fault of ours is silence: all are started anew
        self._notifier.stopping()
        until = time.monotonic() + FINISH_S  # for all together: a server that hangs does not hold up the end by itself
        for one in threads:
            one.join(max(until - time.monotonic(), 0))
        self._over.set()
        heart.join(FINISH_S)
        return [one.seen for one in self.watchers]

    def stop(self) -> None:
        """Let everybody finish what was begun, and end."""
        for one in self.watchers:
            one.stop.set()
            one.posted.set()

    @property
    def _stopped(self) -> bool:
        return all(one.stop.is_set() for one in self.watchers)

    def _watch(self, watcher: Watcher, once: bool) -> None:
        try:
            with logs.of_mailbox(watcher.name):
                watcher.run(once=once)
        finally:
            self._leave(watcher.name, failed=bool(watcher.seen.fault))

    def _send(self, watcher: Watcher) -> None:
        with logs.of_mailbox(watcher.name):
            watcher.sender.run(watcher.stop, watcher.posted, watcher.holds, watcher.woken)

    def _leave(self, name: str, *, failed: bool) -> None:
        try:
            self._leases.release(lease_of(name))
            if not failed:
                self._ledger.stopped(name)
        except StoreError as error:
            self._told(f"{name}: {error}")

    def _beat(self) -> None:
        """Renew the leases, also while somebody waits for a slow server."""
        while not self._over.wait(self._lease_s / 4):
            for one in self.watchers:
                try:
                    self._leases.renew(lease_of(one.name))
                except StoreError as error:
                    self._told(f"{one.name}: {error}")


@contextmanager
def _measured(address: str, settings: Settings, store: Store, decider: Decider) -> Iterator[None]:
    """Serve figures at this HOST:PORT, if there is one."""
    if not address:
        yield
        return
    from salver.serve.metrics import MailMetrics

    figures = MailMetrics(lambda: look(settings, store, now_utc()), store.loads, lambda: decider.deciding)
    with figures.served(*host_and_port(address)) as port, logs.heard_by(figures.heard):
        logs.note(f"Figures for Prometheus are at port {port}.")
        yield


def _chosen(settings: Settings, names: Sequence[str]) -> list[Mailbox]:
    there = {one.name: one for one in settings.mailboxes}
    where = str(settings.file or "")
    if not there:
        todo = "Add one under [[mailboxes]] with name, address, imap and a password."
        raise SettingsError("There is no mailbox to watch", where=where, todo=todo)
    for name in names:
        if name not in there:
            todo = f"There are {', '.join(there)}."
            raise SettingsError(f"There is no mailbox {name}", where=where, todo=todo)
    return [there[name] for name in dict.fromkeys(names)] if names else list(there.values())


@contextmanager
def _until_told(office: Office) -> Iterator[None]:
    """Let SIGTERM and Ctrl-C stop the office; a second time they end it at once."""

    def stop(number: int, _: FrameType | None) -> None:
        logs.note("Stopping: what was begun is finished.")
        office.stop()
        signal.signal(number, signal.SIG_DFL)

    before = {one: signal.signal(one, stop) for one in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def _tell_what_was_seen(seen: Sequence[Seen], *, as_json: bool) -> None:
    if as_json:
        for one in seen:
            show.machine(one.to_json())
    else:
        kinds: tuple[Kind, ...] = ("answer", "route", "leave")
        rows = [(one.mailbox, one.taken, *(one.decided[kind] for kind in kinds), one.fault or "well") for one in seen]
        show.table("Mailboxes", ("mailbox", "#taken in", "#to answer", "#for agents", "#left", "condition"), rows)
    if failing := [one.mailbox for one in seen if one.fault]:
        raise FailedError(f"Not everything could be done for {', '.join(failing)}; the next run goes on there.")
