"""A real SMTP server on loopback (aiosmtpd) that does what a test tells it: refuse, wait, or cut the line anywhere.

What it has accepted it counts, and tells to `took`, before it replies: a cut line or a killed sender changes nothing.
"""

import asyncio
import ssl
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes
from types import TracebackType
from typing import Any, Literal, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from salver.data.mailbox import Server

Moment = Literal["before", "after"]
DOT = "."
VERBS = ("EHLO", "MAIL", "RCPT", "DATA", DOT)


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """A mail that the server has taken."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes

    @property
    def id(self) -> str:
        return str(message_from_bytes(self.content)["Message-ID"])


@dataclass(kw_only=True)
class Plan:
    """What the server does next. `replies` are by verb, the first is used first, and each once; `.` is the final dot.

    With `cut` the line is cut so many `times` at a verb: before its reply, when it has already done what it was asked,
    or just after. `delay_s` is how long it waits before it replies to the final dot.
    """

    replies: dict[str, list[str]] = field(default_factory=dict)
    cut: tuple[str, Moment] | None = None
    times: int = 1
    delay_s: float = 0.0


class Post:
    """A running server.

    with Post() as post:
        post.plan.replies["RCPT"] = ["451 4.7.1 Greylisted, come back later"]
    """

    def __init__(
        self,
        *,
        login: tuple[str, str] | None = None,
        token: str = "",
        utf8: bool = True,
        context: ssl.SSLContext | None = None,
        implicit: bool = False,
        size: int = 33_554_432,
    ) -> None:
        self.plan = Plan()
        self.accepted: list[Accepted] = []
        self.said: list[str] = []
        self.took: Callable[[Accepted], None] = lambda _: None
        self._login = login
        self._token = token
        self._asked = {"utf8": utf8, "context": context, "size": size}
        self._controller = _Controller(self, hostname="127.0.0.1", port=0, ssl_context=context if implicit else None)

    @property
    def server(self) -> Server:
        user = self._login[0] if self._login else ""
        password = self._login[1] if self._login else ""
        return Server(
            host="127.0.0.1", port=self._controller.port, tls="none", user=user, password=password, timeout_s=5
        )

    @property
    def ids(self) -> Counter[str]:
        """How often each mail was accepted, by its Message-ID."""
        return Counter(one.id for one in self.accepted)

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._controller.stop()

    async def handle_DATA(self, server: SMTP, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        server.verb = DOT
        refused = self._planned(DOT)
        if refused and not refused.startswith("2"):
            return refused
        content = bytes(envelope.original_content or envelope.content)
        one = Accepted(sender=envelope.mail_from or "", recipients=tuple(envelope.rcpt_tos), content=content)
        self.accepted.append(one)
        self.took(one)
        if self.plan.delay_s:
            await asyncio.sleep(self.plan.delay_s)
        return refused or "250 2.0.0 It is taken"

    def authenticate(self, _server: SMTP, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        given = (data.login.decode(), data.password.decode()) if isinstance(data, LoginPassword) else None
        return AuthResult(success=given == self._login, handled=False)

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:  # noqa: N802 - aiosmtpd's name
        from base64 import b64decode

        if f"auth=Bearer {self._token}\1" in b64decode(args[1]).decode():
            return AuthResult(success=True)
        await server.challenge_auth("eyJzdGF0dXMiOiI0MDEifQ==", encode_to_b64=False)
        return AuthResult(success=False, handled=False)

    def _planned(self, verb: str) -> str:
        replies = self.plan.replies.get(verb)
        return replies.pop(0) if replies else ""

    def _cuts(self, verb: str, when: Moment) -> bool:
        if self.plan.cut != (verb, when) or self.plan.times < 1:
            return False
        self.plan.times -= 1
        return True


class _Server(SMTP):
    """aiosmtpd's server, which asks the plan at every verb."""

    def __init__(self, post: Post, **known: Any) -> None:
        self._post = post
        self.verb = "connect"
        super().__init__(post, **known)

    async def push(self, status: Any) -> None:
        verb, self.verb = self.verb, ""
        if verb and self._post._cuts(verb, "before"):
            self.transport.abort()
            raise ConnectionResetError
        await super().push(status)
        if verb and self._post._cuts(verb, "after"):
            await asyncio.sleep(0.01)
            self.transport.abort()
            raise ConnectionResetError


def _asked(verb: str) -> Any:
    """A verb that does what is planned, else what it always does."""
    usual = getattr(SMTP, f"smtp_{verb}")

    async def does(self: _Server, arg: Any) -> None:
        self.verb = verb
        self._post.said.append(verb)
        if planned := self._post._planned(verb):
            await self.push(planned)
        else:
            await usual(self, arg)

    return does


for _verb in ("EHLO", "HELO", "MAIL", "RCPT", "DATA", "RSET", "QUIT", "AUTH", "STARTTLS"):
    setattr(_Server, f"smtp_{_verb}", _asked(_verb))


class _Controller(Controller):
    def __init__(self, post: Post, **known: Any) -> None:
        self._post = post
        super().__init__(post, ready_timeout=10, **known)

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        super()._trigger_server()

    def factory(self) -> SMTP:
        post = self._post
        return _Server(
            post,
            hostname="post.example",
            enable_SMTPUTF8=post._asked["utf8"],
            tls_context=None if self.ssl_context else post._asked["context"],
            data_size_limit=post._asked["size"],
            authenticator=post.authenticate if post._login else None,
            auth_required=bool(post._login or post._token),
            auth_require_tls=False,
            timeout=30,
        )


def wait_until(true: Any, most_s: float = 10) -> None:
    """Wait until something holds; an AssertionError when it does not within that time."""
    until = time.monotonic() + most_s
    while not true():
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.005)
