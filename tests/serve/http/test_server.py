"""The server listens where it may, and stops when it is told to, after what was begun."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from salver.data.errors import SettingsError
from salver.data.store import Store
from salver.serve.http.server import address, listening
from salver.serve.http.tokens import demand_token
from salver.serve.settings import Settings

ROOT = Path(__file__).parents[3]
PROGRAM = """
    import sys, time
    from pathlib import Path
    from salver.data.store import Store
    from salver.serve.http.server import run
    from salver.serve.settings import Settings
    from tests.serve.door import pipeline

    slow = pipeline()
    decide = slow.decide

    def slowly(raws):
        print("begun", flush=True)
        while not Path(sys.argv[2]).exists():
            time.sleep(0.01)
        return decide(raws)

    slow.decide = slowly
    run(slow, Store.open(sys.argv[1]), Settings(port=0), lambda words: print(words, flush=True))
"""


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "salver.example"])  # noqa: S104 what is to be refused
def test_another_address_without_a_token_is_refused(host: str) -> None:
    with pytest.raises(SettingsError, match=f"Listening on {host} lets others in, and no token is set. Set tokens = "):
        demand_token(Settings(host=host))
    demand_token(Settings(host=host, tokens=("x",)))


def test_this_machine_needs_no_token() -> None:
    for host in ("127.0.0.1", "localhost", "::1"):
        demand_token(Settings(host=host))


def test_a_port_in_use_is_a_sentence() -> None:
    with listening("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        assert address(first) == f"http://127.0.0.1:{port}"
        with pytest.raises(SettingsError) as told:
            listening("127.0.0.1", port)
    assert str(told.value) == (
        f"127.0.0.1:{port} cannot be listened on (Address already in use). "
        "Stop what listens there, or choose another with --port."
    )


def test_an_address_that_is_not_ours_is_a_sentence() -> None:
    for host in ("192.0.2.7", "no such host"):
        with pytest.raises(SettingsError, match="cannot be listened on"):
            listening(host, 8080)


@contextlib.contextmanager
def a_server(folder: Path) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    program = [sys.executable, "-c", textwrap.dedent(PROGRAM), str(folder / "store.db"), str(folder / "go")]
    pipe = subprocess.PIPE
    with subprocess.Popen(program, cwd=ROOT, env=os.environ, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            assert process.stdout is not None
            told = process.stdout.readline()
            assert told.startswith('"small" decides at http://127.0.0.1:'), process.stderr and process.stderr.read()
            yield process, told.split(" at ")[1].partition(",")[0]
        finally:
            process.kill()


def refuses(url: str) -> bool:
    try:
        httpx.get(f"{url}/healthz")
    except httpx.TransportError:
        return True
    return False


def test_sigterm_finishes_what_was_begun_and_takes_no_more(tmp_path: Path) -> None:
    with a_server(tmp_path) as (process, url):
        found: list[httpx.Response] = []
        sent = {"text": "Der Strom ist ausgefallen"}
        ask = threading.Thread(target=lambda: found.append(httpx.post(f"{url}/v1/messages", json=sent, timeout=60)))
        ask.start()
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        assert httpx.get(f"{url}/healthz", timeout=60).status_code == 200, "health waits for nobody"
        process.send_signal(signal.SIGTERM)
        until = time.monotonic() + 20
        while not refuses(url) and time.monotonic() < until:
            time.sleep(0.05)
        assert refuses(url)
        (tmp_path / "go").touch()
        ask.join()
        process.wait(30)
        assert process.stderr is not None
        assert process.stderr.read() == ""
    assert [one.status_code for one in found] == [201]
    with Store.open(str(tmp_path / "store.db")) as store:
        assert store.counts().done == 1


def test_bytes_that_are_no_http_do_not_stop_it(tmp_path: Path) -> None:
    with a_server(tmp_path) as (_, url):
        port = int(url.rpartition(":")[2])
        for junk in (
            b"\x16\x03\x01\x00\xff",
            b"GET / HTTP/9.9\r\n\r\n",
            b"POST /v1/messages HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
        ):
            with socket.create_connection(("127.0.0.1", port)) as raw:
                raw.sendall(junk)
                raw.shutdown(socket.SHUT_WR)
                raw.recv(4096)
        assert httpx.get(f"{url}/healthz").status_code == 200
