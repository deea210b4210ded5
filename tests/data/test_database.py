import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import event, insert, text, update

from salver.data import database, schema
from salver.data.errors import StoreError
from salver.data.mapping import row_of_entry, row_of_message
from salver.data.message import RawMessage
from salver.data.profile import Seen
from salver.data.record import NO_HASH, DecisionRecord
from salver.data.store import Store


def mail(n: int, size: int = 10) -> RawMessage:
    return RawMessage(content=b"Subject: %d\n\n%s\n" % (n, b"x" * size), source="a.mbox", position=n)


def refused(url) -> str:
    with pytest.raises(StoreError) as error:
        Store.open(str(url))
    return str(error.value)


def test_the_migrations_make_the_tables_that_the_schema_says(store):
    with store.reading() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "version_table": schema.VERSION_TABLE,
                "compare_type": False,
                "include_name": lambda name, kind, _: kind != "table" or name in schema.metadata.tables,
            },
        )
        assert compare_metadata(context, schema.metadata) == []
        assert connection.scalar(text("SELECT version_num FROM salver_version")) == schema.HEAD


def test_the_newest_migration_is_the_one_that_is_expected():
    folder = Path(database.__file__).parent / "migrations"
    assert ScriptDirectory(str(folder)).get_heads() == [schema.HEAD]


def test_a_store_of_the_first_schema_is_brought_up_to_date_and_nothing_is_lost(url):
    raws, at = [mail(n) for n in range(3)], datetime(2026, 3, 4, 11, tzinfo=UTC)
    before = [
        DecisionRecord(message=one.key, bundle="b", at=at, kind="route", reason="urgent", line="{}") for one in raws
    ]
    _store_of_the_first_schema(url, raws, before)
    with Store.open(url) as store:
        assert list(store.trail()) == before
        assert [store.message(raw.key).raw for raw in raws] == raws
        (said,) = store.corrections()
        assert (said.message, said.intent, said.right) == (raws[0].key, "refund", None)
        assert [entry.message for entry in store.queue()] == sorted(raw.key for raw in raws)
        assert (store.newest_seen("b", 9), store.checks("b"), store.unchecked("b")) == ([], [], [])
        newer = replace(before[0], reason="audit", seen=Seen(intent="refund", probability=0.9, cosine=0.5))
        store.decided([newer])
        assert list(store.trail()) == [*before, newer]
        assert store.unchecked("b") == [raws[0].key]


def _store_of_the_first_schema(url, raws, records):
    """As the first version left it: its tables, and rows with its columns."""
    engine = database.connect(database.parse_url(url))
    config = Config()
    config.set_main_option("script_location", str(Path(database.__file__).parent / "migrations"))
    number, previous = 0, NO_HASH
    with database.writing(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        rows = [row_of_message(raw, 1, records[0].at) for raw in raws]
        for row in rows:
            row.pop("message_id")
        connection.execute(insert(schema.messages), rows)
        old = [one.name for one in schema.decisions.columns if one.name not in ("intent", "probability", "cosine")]
        for number, one in enumerate(records, start=1):
            row = {"id": number, "previous": previous, "hash": one.hash_after(previous), "urgency": 1}
            known = {name: getattr(one, name) for name in old if name not in row}
            connection.execute(insert(schema.decisions), known | row)
            previous = row["hash"]
        connection.execute(update(schema.chain).values(last_id=number, last_hash=previous))
        connection.execute(insert(schema.queue), [row_of_entry(one) for one in records])
        said = {"message": raws[0].key, "agent": "mara", "at": records[0].at, "intent": "refund", "reason": ""}
        connection.execute(insert(schema.corrections), said)
    engine.dispose()


def test_sqlite_keeps_what_was_acknowledged(tmp_path):
    with Store.open(f"{tmp_path}/s.db") as store, store.reading() as connection:
        asked = {name: connection.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "synchronous")}
        asked["foreign_keys"] = connection.scalar(text("PRAGMA foreign_keys"))
    assert asked == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_only_its_owner_may_read_the_file(tmp_path):
    Store.open(f"{tmp_path}/s.db").close()
    assert (tmp_path / "s.db").stat().st_mode & 0o777 == 0o600


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "s.db"
    path.write_bytes(b"From ann@example.org\n" * 100)
    assert refused(path) == f"{path}: This file is no database. Give another file, or move it away."
    assert path.read_bytes() == b"From ann@example.org\n" * 100


def test_a_folder_that_is_not_there_is_told(tmp_path):
    path = tmp_path / "no" / "s.db"
    assert refused(path) == f"{path}: There is no folder {path.parent}. Create it: mkdir -p {path.parent}"


def test_a_folder_instead_of_a_file_is_told(tmp_path):
    assert refused(tmp_path) == f"{tmp_path}: This is a folder, not a file. Write {tmp_path}/salver.db."


def test_a_database_of_another_program_is_left_alone(tmp_path):
    path = tmp_path / "s.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE messages (id INTEGER)")
    says = "The database belongs to another program. Give this store a database of its own."
    assert refused(path) == f"{path}: {says}"
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("messages",)]


def test_a_store_of_a_newer_version_is_not_touched(url):
    with Store.open(url) as store, store.writing() as connection:
        connection.execute(text("UPDATE salver_version SET version_num = '0999'"))
    assert refused(url).endswith(
        "A newer salver wrote this store (schema 0999). Install the newer salver, or give another store."
    )


def test_a_damaged_database_is_told(tmp_path):
    path = tmp_path / "s.db"
    with Store.open(str(path)) as store:
        store.take_in([mail(n, 5_000) for n in range(200)])
    data = bytearray(path.read_bytes())
    data[8192:] = b"\xff" * len(data[8192:])
    path.write_bytes(data)
    with pytest.raises(StoreError, match=r"s.db: The database is damaged. Restore it from its last copy"):
        Store.open(str(path)).take_in([mail(1)])


def test_a_locked_store_is_told_and_nothing_is_lost(tmp_path, monkeypatch):
    monkeypatch.setattr(database, "BUSY_TIMEOUT_MS", 100)
    path = tmp_path / "s.db"
    with Store.open(str(path)) as store:
        store.take_in([mail(1)])
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError) as error:
            store.take_in([mail(2)])
        says = "Another program holds the store locked. Wait until it is done, or stop it, and try again; nothing was"
        assert str(error.value) == f"{path}: {says} written."
        assert store.counts().received == 1
        other.execute("COMMIT")
        assert store.take_in([mail(2)]) == [mail(2).key]


def test_a_full_disk_is_told_and_nothing_is_half_written(tmp_path):
    path = tmp_path / "s.db"
    with Store.open(str(path)) as store:
        store.take_in([mail(n) for n in range(10)])

        @event.listens_for(store.engine, "begin")
        def limit(connection):
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 5}")

        with pytest.raises(StoreError) as error:
            store.take_in([mail(n, 10_000) for n in range(10, 20)])
        assert str(error.value) == f"{path}: The disk is full. Make room and try again; nothing was half-written."
        assert store.counts().received == 10
        event.remove(store.engine, "begin", limit)
    with Store.open(str(path)) as store:
        with store.reading() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count = 1073741823")
        assert len(store.take_in([mail(n, 10_000) for n in range(10, 20)])) == 10


@pytest.mark.skipif(os.geteuid() != 0, reason="needs a file system of its own")
def test_a_truly_full_file_system_is_told_too(tmp_path):
    place = tmp_path / "small"
    place.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", place], check=False).returncode:
        pytest.skip("may not mount")
    try:
        with Store.open(f"{place}/s.db") as store:
            store.take_in([mail(1)])
            with pytest.raises(StoreError, match=r"The disk is full. Make room and try again"):
                store.take_in([mail(n, 100_000) for n in range(2, 12)])
            assert store.counts().received == 1
    finally:
        subprocess.run(["umount", place], check=True)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("mysql://h/d", 'Stores of the kind "mysql" are not known. Write sqlite:///FILE or postgresql://…'),
        ("://", '"://" is no store URL. Write sqlite:///FILE or postgresql://…'),
    ],
)
def test_other_kinds_of_stores_are_refused(url, says):
    assert refused(url) == says


def test_a_server_that_does_not_answer_is_told_without_the_password():
    pytest.importorskip("psycopg")
    assert refused("postgresql://ann:geheim@127.0.0.1:1/d") == (
        "postgresql+psycopg://ann:***@127.0.0.1:1/d: The server does not answer. Start it, or correct the store URL."
    )


def test_a_database_that_is_not_there_is_told(server):
    assert refused(server.replace("/postgres?", "/nobody?")).endswith(
        "There is no such database. Create it: createdb NAME."
    )


def test_a_store_without_psycopg_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    says = "PostgreSQL needs psycopg, which is not installed. Install it: pip install 'salver[postgres]'."
    assert refused("postgresql://h/d").endswith(says)


FEEDER = """
import sys
from salver.data.message import RawMessage
from salver.data.store import Store
store, start = Store.open(sys.argv[1]), int(sys.argv[2])
while True:
    mails = [b"Subject: %d\\n\\n" % n + b"x" * 3000 for n in range(start, start + 50)]
    print(*store.take_in([RawMessage(content=one, source="s") for one in mails]), flush=True)
    start += 50
"""


@pytest.mark.parametrize("kills", [3, pytest.param(60, marks=pytest.mark.long)])
def test_killed_while_taking_in_nothing_is_lost_and_nothing_is_half(tmp_path, kills):
    path = tmp_path / "s.db"
    acknowledged: set[str] = set()
    for kill in range(kills):
        feeder = subprocess.Popen(
            [sys.executable, "-c", FEEDER, path, str(kill * 1_000_000)], stdout=subprocess.PIPE, text=True
        )
        first = feeder.stdout.readline()
        time.sleep(random.Random(kill).random() * 0.1)
        feeder.send_signal(signal.SIGKILL)
        lines = [first, *feeder.stdout.read().splitlines(keepends=True)]
        feeder.wait()
        feeder.stdout.close()
        acknowledged.update(key for line in lines if line.endswith("\n") for key in line.split())
        with Store.open(str(path)) as store:
            with store.reading() as connection:
                assert connection.scalar(text("PRAGMA integrity_check")) == "ok"
            waiting = store.waiting(1_000_000)
            assert acknowledged <= {raw.key for raw in waiting}
            assert len(waiting) % 50 == 0
            assert store.counts().quarantined == 0
    assert len(acknowledged) >= 50 * kills
