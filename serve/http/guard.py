"""Who may come in, how often, with how much, and how many at once. Stands before everything else of the HTTP door.

A request under `/v1` passes, in this order: the host it names, its token, its token's rate, the size of its body, which
is counted while it streams in, and a place among those that are worked on at once. The rest (health, readiness,
metrics, documentation) holds nothing of anybody and needs no token.
"""

import asyncio
import logging
import time
import traceback
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from math import ceil

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from salver.serve.http.problems import Refused, busy, problem
from salver.serve.http.tokens import LOOPBACK, digest, is_known

_log = logging.getLogger("salver.http")

_MOST_KNOWN = 10_000
_SMALL = 65_536
_ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What is let in. `tokens` are sha256 digests in hex; without any, only this machine is answered.

    `body_bytes` is the most one request may hold, `per_minute` the most requests of one token (or, without tokens, of
    one address), `at_once` how many are worked on or wait for it, `body_s` how long a body may take to arrive.
    """

    tokens: tuple[str, ...] = ()
    body_bytes: int = 1_000_000
    per_minute: int = 6000
    at_once: int = 64
    body_s: float = 30.0


class Guard:
    """ASGI middleware that holds the limits. `answered` is told the status of every response."""

    def __init__(
        self,
        app: ASGIApp,
        limits: Limits,
        answered: Callable[[int], None] = lambda _: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._app = app
        self._limits = limits
        self._answered = answered
        self._rates = Rates(limits.per_minute, clock)
        self._inside = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        guarded = _is_guarded(scope["path"])
        reply = _Reply(send, self._answered, private=guarded)
        try:
            if guarded:
                await self._in_its_place(scope, receive, reply)
            else:
                await self._app(scope, await self._whole_body(scope, receive, _SMALL), reply)
        except HTTPException as error:
            await problem(error)(scope, receive, reply)
        except Exception as error:
            if reply.started:
                raise
            _log.error("%s %s failed: %s", scope["method"], scope["path"], _place(error))
            await problem(HTTPException(500, "Something is wrong with this server; its log says where."))(
                scope, receive, reply
            )

    async def _in_its_place(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._admit(scope)
        if self._inside >= self._limits.at_once:
            raise busy(f"{self._inside} requests are being worked on already. Try again in some seconds.")
        self._inside += 1
        try:
            receive = await self._whole_body(scope, receive, self._limits.body_bytes)
            await self._app(scope, receive, send)
        finally:
            self._inside -= 1

    def _admit(self, scope: Scope) -> None:
        """Raise Refused for a request that has no right to be here, or comes too often."""
        headers = Headers(scope=scope)
        if self._limits.tokens:
            who = _token(headers)
            if not is_known(who, self._limits.tokens):
                raise _unknown(bool(who))
        else:
            _demand_loopback(headers.get("host", ""))
            who = (scope.get("client") or ("",))[0]
        wait_s = self._rates.wait_s(digest(who))
        if wait_s > 0:
            detail = f"More than {self._limits.per_minute} requests a minute. Try again later, or in larger steps."
            raise Refused(HTTPStatus.TOO_MANY_REQUESTS, detail, headers={"Retry-After": str(ceil(wait_s))})

    async def _whole_body(self, scope: Scope, receive: Receive, most: int) -> Receive:
        """Take the body in, counted while it streams, and give it out again in one piece."""
        length = Headers(scope=scope).get("content-length", "")
        if length.isdecimal() and int(length[:20]) > most:
            raise _too_large(most)
        try:
            async with asyncio.timeout(self._limits.body_s):
                return _replay(await _read(receive, most), receive)
        except TimeoutError:
            detail = f"The body did not arrive within {self._limits.body_s:g} seconds. Send it again."
            raise Refused(HTTPStatus.REQUEST_TIMEOUT, detail, headers={"Connection": "close"}) from None


class _Reply:
    """Sends a response with the headers that every one has."""

    def __init__(self, send: Send, answered: Callable[[int], None], *, private: bool) -> None:
        self._send = send
        self._answered = answered
        self._more = [*_ALWAYS, (b"cache-control", b"no-store")] if private else list(_ALWAYS)
        self.started = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            self._answered(message["status"])
            message["headers"] = [*message.get("headers", []), *self._more]
        await self._send(message)


class Rates:
    """Token buckets: each name may come `per_minute` times in a burst, and as often again every minute."""

    def __init__(self, per_minute: int, clock: Callable[[], float]) -> None:
        self._most = float(per_minute)
        self._clock = clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait_s(self, name: str) -> float:
        """0, and one less is left; or how many seconds until the next."""
        now = self._clock()
        left, since = self._left.pop(name, (self._most, now))
        left = min(self._most, left + (now - since) * self._most / 60)
        wait_s = 0.0 if left >= 1 else (1 - left) * 60 / self._most
        self._left[name] = (left - 1 if left >= 1 else left, now)
        if len(self._left) > _MOST_KNOWN:
            self._left.popitem(last=False)
        return wait_s


def _is_guarded(path: str) -> bool:
    return path == "/v1" or path.startswith("/v1/")


def _token(headers: Headers) -> str:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _unknown(given: bool) -> Refused:
    detail = "This token is not known." if given else "A token is needed: send the header Authorization: Bearer TOKEN."
    return Refused(HTTPStatus.UNAUTHORIZED, detail, headers={"WWW-Authenticate": 'Bearer realm="salver"'})


def _demand_loopback(host: str) -> None:
    """Refuse a request that a foreign page made through a name of its own (DNS rebinding)."""
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdecimal() else host
    if name.strip("[]").lower() not in LOOPBACK:
        raise Refused(
            HTTPStatus.MISDIRECTED_REQUEST, "Without a token only http://127.0.0.1 and http://localhost are answered."
        )


async def _read(receive: Receive, most: int) -> bytes | None:
    """The body of at most that many bytes, or None when whoever sent it went away."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        if len(body) > most:
            raise _too_large(most)
        if not message.get("more_body", False):
            return bytes(body)


def _too_large(most: int) -> Refused:
    detail = f"The body holds more than {most:,} bytes, which is the most that is taken."
    return Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail, headers={"Connection": "close"})


def _place(error: Exception) -> str:
    """What went wrong and where; not the words of the error, in which a message may be quoted."""
    frames = traceback.extract_tb(error.__traceback__)
    last = frames[-1] if frames else None
    return f"{type(error).__name__} in {last.name}, {last.filename}:{last.lineno}" if last else type(error).__name__


def _replay(body: bytes | None, receive: Receive) -> Receive:
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.disconnect"} if body is None else {"type": "http.request", "body": body}

    return again
