"""A disk without room and a store that somebody else holds: nothing is lost, and it goes on by itself."""

import os
import resource
import shutil
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest

from salver.data.errors import StoreError
from salver.data.mailbox import Mailbox, Server
from salver.data.message import RawMessage
from salver.data.outbox import Outbox
from salver.data.outgoing import Ceilings
from salver.data.store import Store
from salver.pipeline.run import now_utc
from salver.serve.mail.outbox import Sending
from salver.serve.mail.outgoing import outgoing
from salver.serve.recording import record_of
from tests.crash.worker import mail, pipeline
from tests.serve.post import Post

MAILS = 6
POINTS = 200


class Life:
    """A salver in this process, which tries again whatever the store does not take."""

    def __init__(self, url: str, post: Post) -> None:
        self.store = Store.open(url)
        self.outbox = Outbox.of(self.store)
        self.box = Mailbox(
            name="service",
            address="service@elmtalwerke.example",
            imap=Server(host="none", port=993),
            smtp=post.server,
            keep_sent=False,
            send=("*",),
        )
        clock = now_utc
        self.sending = Sending(
            self.store,
            self.box,
            clock,
            lambda _: None,
            ceilings=Ceilings(per_hour=1_000_000, at_once_s=0),
            auto_approve=True,
            lease=timedelta(seconds=60),
        )
        self.raws = [RawMessage(content=mail(n), source="mail", position=n) for n in range(MAILS)]
        self.new = list(self.raws)

    def step(self) -> None:
        """Take in what is new, decide what waits, send what is due. Raises StoreError."""
        self.store.take_in(self.new)
        self.new = []
        waiting = self.store.waiting(100)
        trays, now = pipeline().assign(pipeline().prepare(waiting), self.box), now_utc()
        mails = outgoing(trays, self.box, pipeline().bundle.company, b"s", now)
        self.store.decided([record_of(tray, {}, now) for tray in trays], mails)
        self.sending._not_before = None
        self.sending.round()

    def is_done(self) -> bool:
        return self.outbox.counts()["answer", "sent"] == MAILS

    def hurry(self) -> None:
        """Nobody waits a minute in a test."""
        with self.store.writing() as connection:
            connection.exec_driver_sql("UPDATE outbox SET due = NULL")


def as_it_should_be(life: Life, post: Post) -> None:
    assert life.store.counts().done == MAILS
    assert life.outbox.counts() == {("answer", "sent"): MAILS}
    assert set(post.ids.values()) == {1}
    assert len(post.ids) == MAILS
    assert len(list(life.store.trail())) == MAILS


@contextmanager
def small_disk(folder: Path) -> Iterator[Path | None]:
    """A disk of 16 MB of its own, or None where this user may not have one."""
    folder.mkdir()
    mounted = (
        os.geteuid() == 0
        and not subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(folder)], check=False, capture_output=True
        ).returncode
    )
    try:
        yield folder if mounted else None
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(folder)], check=True)


class Room:
    """Leaves so many bytes on a disk, or of a file, until it is made."""

    def __init__(self, disk: Path | None, place: Path) -> None:
        self._disk, self._place = disk, place
        self._limits = resource.getrlimit(resource.RLIMIT_FSIZE)

    def leave(self, room: int) -> None:
        if self._disk is None:
            log = self._place.with_name(self._place.name + "-wal")
            size = log.stat().st_size if log.exists() else 0
            resource.setrlimit(resource.RLIMIT_FSIZE, (size + room, self._limits[1]))
            return
        free = shutil.disk_usage(self._disk).free
        (self._disk / "ballast").write_bytes(bytes(max(free - room, 0)))

    def make(self) -> None:
        if self._disk is None:
            resource.setrlimit(resource.RLIMIT_FSIZE, self._limits)
        else:
            (self._disk / "ballast").unlink(missing_ok=True)


@pytest.mark.long
def test_a_disk_that_is_full_at_any_point_loses_nothing_and_when_there_is_room_it_goes_on(tmp_path):
    full = 0
    with small_disk(tmp_path / "disk") as disk, Post() as post:
        needed = _needed((disk or tmp_path) / "measured.db", post)
        for point in range(POINTS):
            place = (disk or tmp_path) / f"{point}.db"
            post.accepted.clear()
            life, room = Life(str(place), post), Room(disk, place)
            room.leave(needed * point // POINTS)
            try:
                for _ in range(5):
                    life.step()
            except (StoreError, OSError):
                full += 1
            finally:
                room.make()
            _go_on(life)
            as_it_should_be(life, post)
            life.store.close()
            for file in place.parent.glob(f"{point}.db*"):
                file.unlink()
    assert full > POINTS // 2, "hardly ever was the disk full"


def _needed(place: Path, post: Post) -> int:
    """How many bytes an undisturbed life writes."""
    life = Life(str(place), post)
    before = sum(one.stat().st_size for one in place.parent.glob("measured.db*"))
    life.step()
    after = sum(one.stat().st_size for one in place.parent.glob("measured.db*"))
    life.store.close()
    return after - before


def _go_on(life: Life, most_s: float = 60) -> None:
    until = time.monotonic() + most_s
    while not life.is_done():
        with suppress(StoreError):
            life.step()
            life.hurry()
        assert time.monotonic() < until, life.outbox.counts()


@pytest.mark.parametrize("longer", [0.4, pytest.param(4.0, marks=pytest.mark.long)])
def test_a_store_that_somebody_else_holds_longer_than_we_wait_loses_nothing(tmp_path, longer):
    """Here we wait a tenth of a second and else half a minute; the other holds it four times as long or more."""
    pipeline()
    place = tmp_path / "s.db"
    with Post() as post:
        life = Life(str(place), post)
        with life.store.reading() as connection:
            connection.exec_driver_sql("PRAGMA busy_timeout = 100")
        refused, over = [], threading.Event()
        other = threading.Thread(target=_holds, args=(place, longer, over))
        other.start()
        while other.is_alive():
            try:
                life.step()
            except StoreError as error:
                refused.append(str(error))
        other.join()
        _go_on(life)
        as_it_should_be(life, post)
        assert refused
        assert all("Another program holds the store locked" in one for one in refused)


def _holds(place: Path, longer: float, over: threading.Event) -> None:
    """Hold the store again and again, with a breath between."""
    connection = sqlite3.connect(place, isolation_level=None, timeout=10)
    for _ in range(6):
        with suppress(sqlite3.OperationalError):
            connection.execute("BEGIN IMMEDIATE")
            over.wait(longer)
            connection.execute("ROLLBACK")
        over.wait(0.03)
    connection.close()
