"""What the service manager hears, over a real datagram socket, and how salver ends when it is told to."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from salver.data.store import Store
from salver.serve.notify import Notifier
from tests.serve import dovecot
from tests.serve.office import bundle_folder
from tests.serve.watched import mail

MAIN = [sys.executable, "-c", "from salver.serve.cli import main; main()"]


@pytest.fixture
def manager(tmp_path: Path):
    """What stands in for systemd: it hears, and says nothing."""
    path = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(path)
        heard.settimeout(60)
        yield heard, path


def test_it_says_that_it_is_ready_alive_and_stopping(manager):
    heard, path = manager
    notifier = Notifier({"NOTIFY_SOCKET": path, "WATCHDOG_USEC": "30000"})
    notifier.ready("watches\nservice")
    assert heard.recv(999) == b"READY=1\nSTATUS=watches service"
    notifier.alive()
    time.sleep(0.02)
    notifier.alive()
    notifier.alive()
    notifier.stopping()
    assert heard.recv(999) == b"WATCHDOG=1"
    assert heard.recv(999) == b"STOPPING=1"


def test_an_abstract_socket_is_reached_and_a_dead_one_costs_nothing(tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(f"\0salver-test-{os.getpid()}")
        heard.settimeout(10)
        Notifier({"NOTIFY_SOCKET": f"@salver-test-{os.getpid()}"}).stopping()
        assert heard.recv(99) == b"STOPPING=1"
    Notifier({"NOTIFY_SOCKET": str(tmp_path / "gone")}).stopping()
    Notifier({}).ready("and nobody asked")


@pytest.mark.parametrize(
    "environ", [{}, {"WATCHDOG_USEC": "0"}, {"WATCHDOG_USEC": "x"}, {"WATCHDOG_USEC": "1", "WATCHDOG_PID": "1"}]
)
def test_no_sign_of_life_is_given_that_is_not_wanted(environ, manager):
    heard, path = manager
    notifier = Notifier({"NOTIFY_SOCKET": path} | environ)
    time.sleep(0.01)
    notifier.alive()
    notifier.stopping()
    assert heard.recv(99) == b"STOPPING=1"


def started(*arguments: str, cwd: Path, path: str) -> "subprocess.Popen[str]":
    environ = os.environ | {"NOTIFY_SOCKET": path, "WATCHDOG_USEC": "1500000"}
    return subprocess.Popen([*MAIN, *arguments], stderr=subprocess.PIPE, text=True, cwd=cwd, env=environ)


def heard_until(heard: socket.socket, wanted: str) -> list[str]:
    found: list[str] = []
    while not found or not found[-1].startswith(wanted):
        found.append(heard.recv(999).decode())
    return found


@pytest.mark.long
@pytest.mark.skipif(bool(dovecot.missing()), reason=dovecot.missing() or "it is there")
def test_under_a_service_manager_it_watches_lives_and_ends_in_seconds_with_nothing_lost(tmp_path, manager):
    heard, path = manager
    server = dovecot.start()
    server.empty()
    server.deliver(*[mail(number) for number in range(40)])
    (tmp_path / "salver.toml").write_text(
        f'home = "."\nbundle = "{bundle_folder()}"\n'
        '[[mailboxes]]\nname = "service"\naddress = "service@elmtalwerke.example"\nfrom_start = true\n'
        f'password = "{dovecot.PASSWORD}"\n'
        f'imap = {{ host = "localhost", port = {server.imaps}, user = "service", ca_file = "{server.ca_file}" }}\n'
    )
    process = started("watch", "--metrics", "127.0.0.1:0", cwd=tmp_path, path=path)
    try:
        assert heard_until(heard, "READY=1")[-1] == "READY=1\nSTATUS=watches service"
        heard_until(heard, "WATCHDOG=1")
        process.send_signal(signal.SIGTERM)
        told_at = time.monotonic()
        heard_until(heard, "STOPPING=1")
        assert process.wait(30) == 0
        assert time.monotonic() - told_at < 10
        log = process.stderr.read()
    finally:
        process.kill()
    assert '"words": "Stopping: what was begun is finished."' in log
    with Store.open(str(tmp_path / "store.db")) as store:
        counts = store.counts()
        assert counts.received == counts.done + counts.waiting
        assert list(store.trail())
    again = subprocess.run([*MAIN, "watch", "--once"], cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert again.returncode == 0, again.stderr
    with Store.open(str(tmp_path / "store.db")) as store:
        assert (store.counts().done, store.counts().copies) == (40, 0)


@pytest.mark.long
def test_the_http_door_tells_it_too_and_ends_with_0(tmp_path, manager):
    heard, path = manager
    (tmp_path / "salver.toml").write_text(f'home = "."\nbundle = "{bundle_folder()}"\nport = 0\n')
    process = started("serve", cwd=tmp_path, path=path)
    try:
        ready = heard_until(heard, "READY=1")[-1]
        url = ready.partition("listens at ")[2]
        assert httpx.get(f"{url}/health", timeout=30).status_code == 200
        heard_until(heard, "WATCHDOG=1")
        process.send_signal(signal.SIGTERM)
        heard_until(heard, "STOPPING=1")
        assert process.wait(30) == 0
    finally:
        process.kill()
