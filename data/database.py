"""A database, opened, brought to the newest schema, its errors in words: the only file that knows which one it is."""

import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, inspect, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from salver.data.errors import StoreError
from salver.data.schema import HEAD, VERSION_TABLE, metadata

BUSY_TIMEOUT_MS = 30_000
_MIGRATION_LOCK = 7_258_370
"""Any number that is ours: PostgreSQL's lock while the schema is brought up to date."""

_WORDS: tuple[tuple[str, str, str], ...] = (
    (
        r"database is locked|table is locked|lock timeout|deadlock detected",
        "Another program holds the store locked",
        "Wait until it is done, or stop it, and try again; nothing was written.",
    ),
    (r"disk is full|No space left|disk full", "The disk is full", "Make room and try again; nothing was half-written."),
    (r"foreign key", "This names a message that was never taken in", "Take it in first; nothing was written."),
    (r"disk I/O error", "The disk cannot be read or written", "Check the disk; nothing was half-written."),
    (r"not a database|file is encrypted", "This file is no database", "Give another file, or move it away."),
    (
        r"malformed",
        "The database is damaged",
        "Restore it from its last copy; sqlite3 FILE .recover may save the rest.",
    ),
    (
        r"readonly|read-only|permission denied for",
        "The store may only be read",
        "Give this user the right to write there.",
    ),
    (r"unable to open database file", "The file cannot be opened", "Check that this user may write to its folder."),
    (r"password authentication failed|no password supplied", "The password is not accepted", "Correct the store URL."),
    (r'database "[^"]*" does not exist', "There is no such database", "Create it: createdb NAME."),
    (r'role "[^"]*" does not exist', "There is no such user", "Correct the user in the store URL."),
    (
        r"failed to resolve|could not translate host|Name or service",
        "There is no such server",
        "Correct the store URL.",
    ),
    (
        r"Connection refused|connection failed|could not connect|No such file or directory|server closed|timeout",
        "The server does not answer",
        "Start it, or correct the store URL.",
    ),
)


class Database:
    """An open database. Every failure in `reading` and `writing` is a StoreError that says what to do."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @classmethod
    def open(cls, url: str) -> Self:
        """Open a store by URL or by the path of a SQLite file; create it and bring it to the newest schema."""
        parsed = parse_url(url)
        engine = connect(parsed)
        try:
            with in_words(parsed):
                migrate(engine)
        except StoreError:
            engine.dispose()
            raise
        return cls(engine)

    def close(self) -> None:
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @property
    def place(self) -> str:
        return place(self.engine.url)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that only reads."""
        with in_words(self.engine.url), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that writes: wholly or not at all."""
        with in_words(self.engine.url), writing(self.engine) as connection:
            yield connection

    def alone(self, connection: Connection, lock: int) -> None:
        """Let nobody else pass here with this lock until the transaction ends; SQLite's writers are alone anyway."""
        if self.engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": lock})

    def insert(self, table: Table) -> Any:
        """An insert that can say what to do when the row is there; both databases write it alike."""
        return (sqlite if self.engine.dialect.name == "sqlite" else postgresql).insert(table)


def parse_url(url: str) -> URL:
    """A store's URL; a plain path is a SQLite file. Raises StoreError for a kind that is not known."""
    if "://" not in url:
        url = f"sqlite:///{url}"
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StoreError(f'"{url}" is no store URL', todo="Write sqlite:///FILE or postgresql://…") from error
    kind = parsed.drivername.partition("+")[0]
    if kind == "sqlite":
        return parsed
    if kind in ("postgresql", "postgres"):
        return parsed.set(drivername="postgresql+psycopg")
    raise StoreError(f'Stores of the kind "{kind}" are not known', todo="Write sqlite:///FILE or postgresql://…")


def place(url: URL) -> str:
    """What to call a store when talking of it: its file, or its URL without the password."""
    if url.get_backend_name() == "sqlite":
        return url.database or "memory"
    return url.render_as_string(hide_password=True)


def connect(url: URL) -> Engine:
    """An engine whose connections keep what was acknowledged, even when the power fails."""
    if url.get_backend_name() == "sqlite":
        _prepare_file(url)
    try:
        engine = create_engine(url)
    except ModuleNotFoundError as error:
        todo = "Install it: pip install 'salver[postgres]'."
        raise StoreError("PostgreSQL needs psycopg, which is not installed", where=place(url), todo=todo) from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _careful)
        event.listen(engine, "begin", _begin)
    return engine


def migrate(engine: Engine) -> None:
    """Create the tables or bring them to the newest schema. Raises StoreError when they are newer or not ours."""
    with engine.begin() as connection:
        if _version(connection) == HEAD:
            return
    with writing(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})
        _upgrade(connection, place(engine.url))


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that writes; on SQLite it takes its turn at the start and not in the middle."""
    with engine.connect() as connection:
        connection = connection.execution_options(salver_writes=True)
        with connection.begin():
            yield connection


@contextmanager
def in_words(url: URL) -> Iterator[None]:
    """Turn whatever the database says into a StoreError that says what to do."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        said = str(getattr(error, "orig", None) or error)
        for pattern, what, todo in _WORDS:
            if re.search(pattern, said, re.IGNORECASE):
                raise StoreError(what, where=place(url), todo=todo) from error
        first = said.strip().partition("\n")[0]
        todo = "Nothing was half-written; look into the database's log."
        raise StoreError(f"The store refused ({first})", where=place(url), todo=todo) from error


def _prepare_file(url: URL) -> None:
    """Create a SQLite file that only its owner may read: it will hold customers' mail."""
    if not url.database or url.database == ":memory:":
        return
    path = Path(url.database)
    try:
        if path.is_dir():
            raise StoreError("This is a folder, not a file", where=str(path), todo=f"Write {path}/salver.db.")
        if not path.parent.is_dir():
            todo = f"Create it: mkdir -p {path.parent}"
            raise StoreError(f"There is no folder {path.parent}", where=str(path), todo=todo)
        if not path.exists():
            path.touch(mode=0o600)
    except OSError as error:
        todo = "Check that this user may write to its folder."
        raise StoreError(f"The file cannot be created ({error.strerror})", where=str(path), todo=todo) from error


def _careful(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # transactions begin where `_begin` says, not where the driver guesses
    for pragma in (
        f"busy_timeout = {BUSY_TIMEOUT_MS}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
    ):
        _set(connection, pragma)


def _set(connection: sqlite3.Connection, pragma: str) -> None:
    """Set a pragma. SQLite does not wait when two turn a new file's journal into a WAL at once: here it does."""
    until = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            connection.execute(f"PRAGMA {pragma}").close()
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.02)
        else:
            return


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("salver_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    version: str | None = connection.scalar(text(f"SELECT version_num FROM {VERSION_TABLE}"))  # noqa: S608 - ours
    return version


def _upgrade(connection: Connection, where: str) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    folder = Path(__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.attributes["connection"] = connection
    version = _version(connection)
    if version is None and set(inspect(connection).get_table_names()) & set(metadata.tables):
        todo = "Give this store a database of its own."
        raise StoreError("The database belongs to another program", where=where, todo=todo)
    if version and version not in {one.revision for one in ScriptDirectory.from_config(config).walk_revisions()}:
        todo = "Install the newer salver, or give another store."
        raise StoreError(f"A newer salver wrote this store (schema {version})", where=where, todo=todo)
    command.upgrade(config, "head")
