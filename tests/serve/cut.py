"""A line to a server that a test can cut: before a command, after it, or in the middle of what the server answers."""

import re
import socket
import threading
from contextlib import suppress
from typing import Literal

Where = Literal["before", "after", "within"]
_COMMAND = re.compile(rb"[A-Z0-9]+ [A-Za-z]")


class Cut:
    """Passes on what is said between its own port and another, and counts the commands over all connections.

    with Cut(143, at=3, where="after") as cut: ...   # the third command arrives, its answer does not
    """

    def __init__(self, port: int, *, at: int = 0, where: Where = "before", every: int = 0) -> None:
        self.commands = 0
        self.cuts = 0
        self.names: list[bytes] = []
        self._at, self._where, self._every = at, where, every
        self._to = port
        self._lock = threading.Lock()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self.port: int = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> "Cut":
        return self

    def __exit__(self, *_: object) -> None:
        self._listening.close()
        for one in self._open:
            _end(one)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
                server = socket.create_connection(("127.0.0.1", self._to))
            except OSError:
                return
            self._open += [client, server]
            _Line(self, client, server)

    def due(self, command: bytes) -> bool:
        """Whether the line is to be cut at this command."""
        with self._lock:
            self.commands += 1
            self.names.append(command.split()[1].upper())
            cut = self.commands == self._at or bool(self._every and self.commands % self._every == 0)
            self.cuts += cut
            return cut

    @property
    def where(self) -> Where:
        return self._where


class _Line:
    """One connection: what the client says line by line, what the server says as it comes."""

    def __init__(self, cut: Cut, client: socket.socket, server: socket.socket) -> None:
        self._cut = cut
        self._client, self._server = client, server
        self._tag: bytes | None = None
        for target in (self._forth, self._back):
            threading.Thread(target=target, daemon=True).start()

    def _forth(self) -> None:
        try:
            for line in self._client.makefile("rb"):
                if _COMMAND.match(line) and self._cut.due(line):
                    if self._cut.where == "before":
                        break
                    self._tag = line.split()[0]
                self._server.sendall(line)
        except (OSError, ValueError):
            pass
        if self._tag is None:
            self._hang_up()

    def _back(self) -> None:
        try:
            for line in self._server.makefile("rb"):
                if self._tag is not None:
                    if self._cut.where == "within" and not line.startswith(self._tag):
                        self._client.sendall(line[: len(line) // 2])
                        break
                    if line.startswith(self._tag):
                        break
                    if not line.startswith(b"+"):
                        continue
                self._client.sendall(line)
        except (OSError, ValueError):
            pass
        self._hang_up()

    def _hang_up(self) -> None:
        for one in (self._client, self._server):
            _end(one)


def _end(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()
