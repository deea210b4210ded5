"""Tells the service manager how it goes: ready, alive, stopping (sd_notify(3)). Where nobody asked it does nothing.

systemd names a datagram socket in NOTIFY_SOCKET, and in WATCHDOG_USEC after how many microseconds without a word it
takes a service for dead.
"""

import os
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import Event, Thread

from salver.serve import logs

_OFTEN = 3
"""A sign of life comes so many times as often as one is wanted."""


class Notifier:
    """What a service tells its manager."""

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        name = environ.get("NOTIFY_SOCKET", "")
        self._address = f"\0{name[1:]}" if name.startswith("@") else name
        self._every_s = _every_s(environ)
        self._last = time.monotonic()

    def ready(self, words: str) -> None:
        """It is started, and does what it is there for; `words` are shown by systemctl status."""
        self._say(f"READY=1\nSTATUS={' '.join(words.split())}")

    def alive(self) -> None:
        """A sign of life; may be given as often as one likes."""
        if self._every_s is not None and time.monotonic() - self._last >= self._every_s:
            self._last = time.monotonic()
            self._say("WATCHDOG=1")

    def stopping(self) -> None:
        """It finishes what was begun, and ends."""
        self._say("STOPPING=1")

    @contextmanager
    def serving(self, words: str, stopped: Callable[[], bool]) -> Iterator[None]:
        """Be ready, and give signs of life from a thread of its own until it is stopped: for what blocks this one."""
        over = Event()

        def beat() -> None:
            while not over.wait(0.5) and not stopped():
                self.alive()
            self.stopping()

        self.ready(words)
        heart = Thread(target=beat, name="service manager", daemon=True)
        heart.start()
        try:
            yield
        finally:
            over.set()
            heart.join()

    def _say(self, words: str) -> None:
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as out:
                out.sendto(words.encode(), self._address)
        except OSError as error:
            logs.note(f"The service manager cannot be told how it goes ({error.strerror or error}).")
            self._address = ""


def _every_s(environ: Mapping[str, str]) -> float | None:
    """Seconds between two signs of life, or None where none are wanted, or another process is to give them."""
    wanted, whose = environ.get("WATCHDOG_USEC", ""), environ.get("WATCHDOG_PID", "")
    if not wanted.isdecimal() or int(wanted) == 0 or (whose and whose != str(os.getpid())):
        return None
    return int(wanted) / 1e6 / _OFTEN
