"""Listens: on one address, until it is told to stop. What is being worked on then is finished."""

import logging
import socket
import warnings
from collections.abc import Callable

import uvicorn

from salver.data.errors import SettingsError
from salver.data.store import Store
from salver.pipeline.run import Pipeline
from salver.serve.http.app import create_app
from salver.serve.http.tokens import demand_token
from salver.serve.notify import Notifier
from salver.serve.settings import Settings

_FINISH_S = 30
_BACKLOG = 2048
"""Connections that may wait to be accepted."""

__all__ = ["address", "demand_token", "listening", "run"]
_log = logging.getLogger("salver.http")


def run(pipeline: Pipeline, store: Store, settings: Settings, told: Callable[[str], None] = _log.info) -> None:
    """Serve until SIGTERM or Ctrl-C, then finish what was begun. `told` hears where it listens.

    Raises SettingsError when the address is open to others and there is no token, or cannot be listened on.
    """
    demand_token(settings)
    with listening(settings.host, settings.port) as opened:
        config = uvicorn.Config(
            create_app(pipeline, store, settings),
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_FINISH_S,
            lifespan="on",
            log_config=None,  # serve/logs.py writes what is to be said
        )
        notifier = Notifier()
        told(f'"{pipeline.bundle.name}" decides at {address(opened)}, documented at {address(opened)}/docs.')
        warnings.filterwarnings("ignore", "coroutine 'Server.serve' was never awaited")  # Ctrl-C before it begins
        server = uvicorn.Server(config)
        with notifier.serving(f"listens at {address(opened)}", lambda: server.should_exit):
            server.run(sockets=[opened])


def listening(host: str, port: int) -> socket.socket:
    """An open socket. Raises SettingsError when the address is in use, not ours, or not allowed."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_STREAM)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind((host, port))
        opened.listen(_BACKLOG)
    except OSError as error:
        opened.close()
        todo = "Stop what listens there, or choose another with --port."
        raise SettingsError(f"{host}:{port} cannot be listened on ({error.strerror})", todo=todo) from error
    return opened


def address(opened: socket.socket) -> str:
    """The address that a browser takes."""
    host, port = opened.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
