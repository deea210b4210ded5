"""The log: one JSON line an event, or lines for a person; the only file that writes it.

{"at": "2026-11-26T06:00:00.1Z", "level": "info", "event": "decided", "mailbox": "service", "message": "5f…", …}

No line holds what a customer wrote, a subject or an address. Nobody hands such a thing over; and should a server repeat
an address in its reply, it is masked here. Of an error that nobody expected only its kind and its place are said, for
its words may hold anything.
"""

import logging
import re
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

import structlog

from salver.data.event import Event, Name

Listener = Callable[[Event], None]
_Said = MutableMapping[str, Any]
_Trouble = tuple[type[BaseException] | None, BaseException | None, TracebackType | None]

_ADDRESS = re.compile(r"[^\s<>()\[\]\"',;:|]+@[^\s<>()\[\]\"',;:|]+")
_MASK = "(an address)"
_WORSE = {"uncertain": "warning", "failed": "warning", "failing": "warning"}
_OURS = logging.getLogger("salver")
_EVENTS = logging.getLogger("salver.event")
_EVENTS.addHandler(logging.NullHandler())  # before `written`, nobody is told of events
_listeners: list[Listener] = []


def tell(
    name: Name,
    *,
    mailbox: str = "",
    message: str = "",
    decision: str = "",
    reason: str = "",
    seconds: float | None = None,
    attempt: int | None = None,
    bundle: str = "",
    count: int | None = None,
    words: str = "",
) -> None:
    """Say what happened, to the log and to whoever listens. May be called from any thread.

    What each of these is stands in `Event`; `mailbox` is known within `of_mailbox`.
    """
    event = Event(
        name=name,
        mailbox=mailbox or str(structlog.contextvars.get_contextvars().get("mailbox", "")),
        message=message,
        decision=decision,
        reason=reason,
        seconds=seconds,
        attempt=attempt,
        bundle=bundle,
        count=count,
        words=words,
    )
    for one in tuple(_listeners):
        one(event)
    getattr(_bound, _WORSE.get(event.name, "info"))(event.name, **event.known())


def note(words: str) -> None:
    """Say in words what a person should know."""
    tell("note", words=words)


@contextmanager
def of_mailbox(name: str) -> Iterator[None]:
    """Whatever this thread says in here is said of a mailbox."""
    with structlog.contextvars.bound_contextvars(mailbox=name):
        yield


@contextmanager
def heard_by(listener: Listener) -> Iterator[None]:
    """Let somebody hear of every event, in the thread in which it happens."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)


@contextmanager
def written(kind: str = "", out: TextIO | None = None) -> Iterator[None]:
    """Write the log, of this process and all its libraries, to `out`, by default stderr.

    `kind` is "json", "words", or empty: then words where a person looks on, and JSON where not.
    """
    out = out or sys.stderr
    as_json = kind == "json" or (not kind and not out.isatty())
    handler = logging.StreamHandler(out)
    handler.setFormatter(_formatter(as_json=as_json))
    if not as_json:
        handler.addFilter(_is_for_persons)
    root = logging.getLogger()
    before = root.handlers[:], _OURS.level, threading.excepthook
    root.handlers[:] = [handler]
    _OURS.setLevel(logging.INFO)
    threading.excepthook = _fell
    try:
        yield
    finally:
        root.handlers[:] = before[0]
        _OURS.setLevel(before[1])
        threading.excepthook = before[2]


def masked(words: str) -> str:
    """Words without an address."""
    return _ADDRESS.sub(_MASK, words)


def _formatter(*, as_json: bool) -> logging.Formatter:
    render: Any = structlog.processors.JSONRenderer(ensure_ascii=False) if as_json else _in_words
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[_foreign],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.contextvars.merge_contextvars,
            _trouble,
            _mask,
            _in_order,
            render,
        ],
        keep_exc_info=False,
        keep_stack_info=False,
    )


def _foreign(_logger: Any, _level: str, said: _Said) -> _Said:
    """A line of a library, or of one of our loggers: its words are a note."""
    record: logging.LogRecord = said["_record"]
    return {**said, "event": "note", "level": record.levelname.lower(), "of": record.name, "words": said["event"]}


def _trouble(_logger: Any, _level: str, said: _Said) -> _Said:
    trouble = said.pop("exc_info", None)
    if isinstance(trouble, tuple) and trouble[1] is not None:
        said["error"] = place_of(trouble[1])
    return said


def place_of(error: BaseException) -> str:
    """The kind of an error and where it happened; not its words."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" in {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return type(error).__name__ + where


def _mask(_logger: Any, _level: str, said: _Said) -> _Said:
    return {key: masked(value) if isinstance(value, str) else value for key, value in said.items()}


def _in_order(_logger: Any, _level: str, said: _Said) -> _Said:
    moment = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    head = {"at": moment, "level": said.pop("level", "info"), "event": said.pop("event", "note")}
    if isinstance(said.get("seconds"), float):
        said["seconds"] = round(said["seconds"], 4)
    return head | dict(said)


def _in_words(_logger: Any, _level: str, said: Mapping[str, Any]) -> str:
    moment = f"{datetime.now().astimezone():%Y-%m-%d %H:%M:%S}"
    words = " ".join(str(said.get("words") or said["event"]).split())
    of, trouble = said.get("mailbox", ""), said.get("error", "")
    of = "" if not of or words.startswith((f"{of}:", f"mailbox {of}")) or f" {of}" in words else f"{of}: "
    return f"{moment} {of}{words}{f' ({trouble})' if trouble else ''}"


def _is_for_persons(record: logging.LogRecord) -> bool:
    """Whether a line is one for a person: events without words are told in sums."""
    said = record.msg
    return not isinstance(said, dict) or bool(said.get("words"))


def _fell(args: Any) -> None:
    """A thread ended by an error that nobody expected."""
    name = args.thread.name if args.thread else "A thread"
    tell("note", words=f"{name} ended by {place_of(args.exc_value)}. Please report this.")


_bound: Any = structlog.wrap_logger(
    _EVENTS,
    wrapper_class=structlog.stdlib.BoundLogger,
    processors=[
        structlog.stdlib.filter_by_level,
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
)
