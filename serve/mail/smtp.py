"""One connection to the server that takes our mail, and what it says of each, by the standard library's smtplib.

What counts is where a line is cut. Before the final dot of a mail has left, the server has nothing; after it, only its
reply tells whether it has taken the mail (RFC 5321, 4.2.5 and 4.5.3.2.6), and everything but a clear one makes the mail
uncertain. A mail leaves in one piece, the dot at its end: where sending it fails, the dot has not left. Who sends is
asked once more when the server says that it is ready (354), just before that.
"""

import re
import select
import smtplib
import ssl
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from types import TracebackType
from typing import Literal, Self

from salver.data.errors import MailboxError
from salver.data.mailbox import Server
from salver.data.outgoing import Outgoing
from salver.serve.mail.secret import password_of, token_of
from salver.serve.mail.unsent import cleaned, not_open, too_slow

Fate = Literal["sent", "again", "failed", "uncertain", "stopped"]
"""What became of a mail. `stopped` is one that was not to be sent any more when the server was ready for it."""

_FINAL = 10
"""Times the usual patience, which with 60 s are the ten minutes that a server may take to reply to the final dot."""
_COMMANDS = 8
_LONGEST_LEASE = timedelta(minutes=110)
_TOO_LARGE = 552


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a mail. `usable` says whether the connection takes another one, `ours` that the server refused us
    and not this mail."""

    fate: Fate
    words: str = ""
    usable: bool = True
    ours: bool = False


class Line:
    """An open connection, signed in. Opening raises MailboxError, and MailboxRefusedError where the login is refused.

    with Line(server, "example.org") as line:
        outcome = line.send(mail, "", lambda: outbox.begin(mail))
    """

    def __init__(self, server: Server, name: str) -> None:
        """`name` is how we greet the server: a domain of ours."""
        self._server = server
        self._where = f"{server.host}:{server.port}"
        try:
            self._smtp = self._connected(name.encode("idna").decode("ascii"))
        except (OSError, smtplib.SMTPException, ValueError) as error:
            raise not_open(error, self._where) from error
        try:
            self._sign_in()
        except (OSError, smtplib.SMTPException, ValueError) as error:
            self._smtp.close()
            raise not_open(error, self._where) from error
        except MailboxError:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Say goodbye, if somebody is there."""
        try:
            self._smtp.quit()
        except (OSError, smtplib.SMTPException):
            self._smtp.close()

    def send(self, mail: Outgoing, sender: str, begin: Callable[[], bool]) -> Outcome:
        """Hand over one mail, from this envelope sender, which may be empty. Whatever happens is the outcome.

        `begin` is called before its first byte leaves; where it says no, nothing is sent. What it raises goes on.
        """
        options, lacking = self._options(mail)
        if lacking:
            return Outcome(fate="failed", words=lacking)
        steps: tuple[tuple[Callable[[], tuple[int, bytes]], int], ...] = (
            (lambda: self._smtp.mail(sender, options), 2),
            (lambda: self._smtp.rcpt(mail.recipient), 2),
            (lambda: self._smtp.docmd("DATA"), 3),
        )
        for number, (step, expected) in enumerate(steps):
            try:
                code, said = step()
            except (OSError, smtplib.SMTPException, ValueError) as error:
                return _cut(error)
            if code // 100 != expected:
                return self._refused(code, said, ours=number == 0 and code // 100 == 5 and code != _TOO_LARGE)
        if not self._begun(begin):
            return Outcome(fate="stopped", words="It was not to be sent any more.", usable=False)
        try:
            if self._has_spoken():
                return self._refused(*self._smtp.getreply(), ours=False)
            self._smtp.send(_quoted(mail.content) + b".\r\n")
        except (OSError, smtplib.SMTPException, ValueError) as error:
            return _cut(error)
        return self._finished()

    def _begun(self, begin: Callable[[], bool]) -> bool:
        """What `begin` says. Without a yes the only way back is to hang up: the server waits for the mail."""
        begun = False
        try:
            begun = begin()
        finally:
            if not begun:
                self._smtp.close()
        return begun

    def _has_spoken(self) -> bool:
        """Whether the server has hung up or said something while it was to wait for the mail."""
        if self._smtp.sock is None:
            return True
        poll = select.poll()
        poll.register(self._smtp.sock, select.POLLIN | select.POLLHUP)
        return bool(poll.poll(0))

    def _finished(self) -> Outcome:
        """Hear what is said to the final dot."""
        unclear = Outcome(fate="uncertain", words="The line was cut before the server replied.", usable=False)
        try:
            if self._smtp.sock:
                self._smtp.sock.settimeout(self._server.timeout_s * _FINAL)
            code, said = self._smtp.getreply()
            if self._smtp.sock:
                self._smtp.sock.settimeout(self._server.timeout_s)
        except (OSError, smtplib.SMTPException, ValueError):
            return unclear
        if code // 100 == 2:
            return Outcome(fate="sent")
        if code // 100 in (4, 5):
            return self._refused(code, said, ours=False)
        return unclear

    def _refused(self, code: int, said: bytes, *, ours: bool) -> Outcome:
        """The server said no, for now (4xx) or for good (5xx), or what nobody understands."""
        words = cleaned(code, said)
        if code // 100 not in (4, 5):
            self._smtp.close()
            return Outcome(fate="again", words=f"The server answers what is no SMTP. {words}".strip(), usable=False)
        usable = code != 421 and self._reset()
        fate: Fate = "failed" if code // 100 == 5 and not ours else "again"
        return Outcome(fate=fate, words=words, usable=usable and not ours, ours=ours)

    def _reset(self) -> bool:
        try:
            return self._smtp.rset()[0] == 250
        except (OSError, smtplib.SMTPException, ValueError):
            return False

    def _options(self, mail: Outgoing) -> tuple[list[str], str]:
        """What to add to MAIL, and what the server lacks to take this mail, in words."""
        size = self._smtp.esmtp_features.get("size", "")
        if size.isdecimal() and 0 < int(size) < len(mail.content):
            return [], f"The server takes mails up to {int(size):,} bytes, and this one has {len(mail.content):,}."
        if mail.recipient.isascii():
            return [], ""
        if not self._smtp.has_extn("smtputf8"):
            return [], "The address is not ASCII, and the server takes no such address (it offers no SMTPUTF8)."
        return ["SMTPUTF8", "BODY=8BITMIME"], ""

    def _connected(self, name: str) -> smtplib.SMTP:
        server = self._server
        context = ssl.create_default_context(cafile=server.ca_file or None)
        place = (server.host, server.port)
        if server.tls == "tls":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(*place, name, timeout=server.timeout_s, context=context)
        else:
            smtp = smtplib.SMTP(*place, name, timeout=server.timeout_s)
        try:
            if server.tls == "starttls":
                smtp.ehlo_or_helo_if_needed()
                smtp.starttls(context=context)
            smtp.ehlo_or_helo_if_needed()
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _sign_in(self) -> None:
        """Sign in, if there is a user. A password may hold any character; smtplib alone takes only ASCII."""
        server, smtp = self._server, self._smtp
        if not server.user:
            return
        offered = smtp.esmtp_features.get("auth", "").upper().split()
        if server.token_command:
            said = f"user={server.user}\1auth=Bearer {token_of(server)}\1\1"
            reply = self._auth("XOAUTH2", said)
        elif "PLAIN" in offered:
            reply = self._auth("PLAIN", f"\0{server.user}\0{password_of(server)}")
        else:
            reply = smtp.login(server.user, password_of(server))
        if reply[0] not in (235, 503):
            raise smtplib.SMTPAuthenticationError(*reply)

    def _auth(self, mechanism: str, said: str) -> tuple[int, bytes]:
        reply = self._smtp.docmd("AUTH", f"{mechanism} {b64encode(said.encode()).decode('ascii')}")
        return self._smtp.docmd("") if reply[0] == 334 else reply  # it tells why in a challenge, and waits for a word


def lease_of(server: Server) -> timedelta:
    """How long one mail may take at most."""
    return min(timedelta(seconds=(_FINAL + _COMMANDS) * server.timeout_s), _LONGEST_LEASE)


def _quoted(content: bytes) -> bytes:
    """The bytes as they go over the line, up to the final dot: a dot before every leading dot (RFC 5321, 4.5.2)."""
    whole = content if content.endswith(b"\r\n") else content + b"\r\n"
    return re.sub(rb"(?m)^\.", b"..", whole)


def _cut(error: Exception) -> Outcome:
    what = "The server does not answer in time" if too_slow(error) else "The line was cut"
    return Outcome(fate="again", words=f"{what} before the mail had left.", usable=False)
