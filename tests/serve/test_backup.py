"""A store that is copied while it is in use, and comes back whole, with nothing that leaves twice."""

import os
import stat
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from salver.data.errors import InputError, StoreError
from salver.data.mailbox import Mailbox, Server
from salver.data.outbox import Outbox
from salver.data.store import Store
from salver.serve.backup import backup, restore
from tests.data.mails import approve, laid_out, raw

BOX = Mailbox(name="service", address="service@elmtal.example", imap=Server(host="h", port=993), send=("*",))


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "salver.toml").write_text('home = "home"\n')
    (tmp_path / "home").mkdir()
    (tmp_path / "home/message.secret").write_text("ab" * 32)
    return tmp_path


def opened(place: Path) -> Store:
    return Store.open(str(place / "home/store.db"))


def asked(command, place: Path, **more) -> None:
    command(place / "copy", **{"store": None, "settings": place / "salver.toml", "as_json": False} | more)


def lost(place: Path) -> None:
    """The disk that held the store is gone."""
    for left in (place / "home").iterdir():
        left.unlink()


def test_a_copy_comes_back_whole_and_no_answer_leaves_before_a_person_has_looked(place, capsys):
    now = datetime.now(UTC)
    with opened(place) as store:
        approve(store)
        mails = laid_out(store, *range(20))
        stop = threading.Event()

        def work() -> None:
            for number in range(100, 100_000):
                if stop.is_set():
                    return
                store.take_in([raw(number)])

        writes = threading.Thread(target=work)
        writes.start()
        try:
            asked(backup, place)
        finally:
            stop.set()
            writes.join()
        assert not Outbox.of(store).fuse().is_open, "only the copy's fuse is open"
        assert Outbox.of(store).claim(BOX, now, timedelta(minutes=1)) is not None
    assert sorted(one.name for one in (place / "copy").iterdir()) == ["message.secret", "store.db"]
    assert stat.S_IMODE((place / "copy/store.db").stat().st_mode) == 0o600
    lost(place)
    asked(restore, place)
    assert "The fuse is open: no answer leaves until you have looked" in capsys.readouterr().out
    assert (place / "home/message.secret").read_text() == "ab" * 32
    with opened(place) as store:
        assert len(list(store.trail())) == 20
        assert store.counts().done == 20
        assert store.message(raw(3).key).raw.content == raw(3).content
        outbox = Outbox.of(store)
        assert outbox.fuse().because.startswith("This store is a copy of 2")
        assert outbox.claim(BOX, now, timedelta(minutes=1)) is None
        assert {one.state for one in outbox.listed()} == {"held"}
        assert len(outbox.listed(["held"])) == len(mails)


def test_nothing_is_written_over(place):
    opened(place).close()
    asked(backup, place)
    with pytest.raises(InputError, match=r"It is there already. Name a folder that is not there yet."):
        asked(backup, place)
    with pytest.raises(InputError, match=r"store.db: A store lies there. Stop salver, and move it away"):
        asked(restore, place)
    (place / "home/store.db").rename(place / "away.db")
    (place / "home/store.db-wal").touch()
    with pytest.raises(InputError, match=r"store.db-wal: A store lies there"):
        asked(restore, place)


def test_a_damaged_copy_is_not_restored(place):
    with opened(place) as store:
        approve(store)
        laid_out(store, *range(200))
    asked(backup, place)
    lost(place)
    content = bytearray((place / "copy/store.db").read_bytes())
    middle = len(content) // 2
    content[middle : middle + 8_192] = os.urandom(8_192)
    (place / "copy/store.db").write_bytes(content)
    with pytest.raises(StoreError):
        asked(restore, place)
    assert not list((place / "home").iterdir())


def test_without_a_store_or_a_copy_it_says_so(place):
    with pytest.raises(StoreError, match=r"There is no store to copy. Name it with --store, or in the settings."):
        asked(backup, place)
    with pytest.raises(InputError, match=r"copy: There is no store.db. Name a folder that salver backup wrote."):
        asked(restore, place)
    with pytest.raises(InputError, match="Only SQLite stores are restored so"):
        asked(restore, place, store="postgresql://here/salver")
    assert not (place / "copy").exists()
