"""Runs the HTTP door on an open socket until it is told to stop; what is being worked on then is finished."""

import socket

import uvicorn
from fastapi import FastAPI

_FINISH_S = 30
"""How long after SIGTERM or Ctrl-C requests may still take."""


def run(app: FastAPI, door: socket.socket) -> None:
    """Answer what comes in at `door` until SIGTERM or Ctrl-C: then accept no more, and finish what was begun."""
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_FINISH_S,
        lifespan="on",
    )
    uvicorn.Server(config).run(sockets=[door])
