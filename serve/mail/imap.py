"""One connection to an IMAP server, and the few things that are asked of it. The only file that speaks IMAP.

Mails are named by their UID and fetched with BODY.PEEK, so that looking at them changes nothing (RFC 9051, 6.4.5).
Nothing is ever expunged but by UID: imap-tools' own `flag` and `delete` expunge whatever anybody marked, so they are
not used.
"""

import imaplib
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.errors import UnexpectedCommandStatusError
from imap_tools.utils import encode_folder

from salver.data.errors import MailboxError, MailboxRefusedError, SettingsError
from salver.data.mailbox import Server
from salver.serve.mail import fetched
from salver.serve.mail.fetched import Lying
from salver.serve.mail.secret import password_of, token_of
from salver.serve.mail.unreachable import in_words, refusal

MOST_BYTES = 64 << 20
"""Of a mail that is larger only so much is fetched; the whole stays where it lies."""
_AT_ONCE = 500
"""So many UIDs stand in one command."""
_IDLE_S = 300.0
"""IDLE is renewed after this, well before the 29 minutes of RFC 2177."""
_SLICE_S = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A folder that was opened. A mail that comes has a UID of at least `uidnext`; `keywords` says whether new ones may
    be set (RFC 9051, 2.3.1.1 and 2.3.2)."""

    name: str
    uidvalidity: int
    uidnext: int
    keywords: bool


class Connection:
    """A mailbox, signed in. Whatever goes wrong is a MailboxError in words; after one that is no MailboxRefusedError
    the connection is of no use.

    with Connection.open(mailbox.imap, "mailbox service") as connection:
        folder = connection.select("INBOX")
        mails = connection.fetch(connection.uids(folder.uidnext - 10))
    """

    def __init__(self, box: BaseMailBox, where: str) -> None:
        self._box = box
        self._client: imaplib.IMAP4 = box.client
        self._where = where
        self._can: frozenset[str] = frozenset()

    @classmethod
    def open(cls, server: Server, where: str) -> Self:
        """Connect with TLS and a verified certificate, and sign in."""
        where = f"{where} ({server.host})"
        try:
            with in_words(where):
                box = _connected(server)
        except SettingsError as error:
            raise MailboxError(error.what, where=where, todo=error.todo) from error
        connection = cls(box, where)
        try:
            with in_words(where):
                connection._sign_in(server)
                connection._learn()
        except BaseException:
            connection.close()
            raise
        return connection

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Say good-bye if the server still listens."""
        with suppress(Exception):
            self._client.sock.settimeout(2)
            self._client.logout()
        with suppress(Exception):
            self._client.shutdown()

    def offers(self, capability: str) -> bool:
        """Whether the server can do something, such as IDLE or MOVE."""
        return capability in self._can

    def folder_named(self, name: str, use: str = "") -> str:
        """This folder, or, if there is none of that name, the one that the server keeps for `use`, such as \\Drafts
        (RFC 6154). Raises MailboxRefusedError when there is neither."""
        with self._talking():
            listed = self._box.folder.list()
        names = {one.name.replace(r"\\", "\\") for one in listed} | {"INBOX"}  # imap-tools leaves backslashes doubled
        if name in names:
            return name
        for one in listed:
            if use and use.casefold() in (flag.casefold() for flag in one.flags):
                return one.name
        there = ", ".join(sorted(names)[:12])
        todo = f"Create it, or correct its name; there are: {there}."
        raise MailboxRefusedError(f'There is no folder "{name}"', where=self._where, todo=todo)

    def select(self, name: str) -> Folder:
        """Open a folder. Raises MailboxRefusedError when there is none of this name."""
        self._select(name, readonly=False)
        validity, after = self._number("UIDVALIDITY"), self._number("UIDNEXT")
        if validity is None:
            todo = "Ask who runs it: without UIDVALIDITY no mail can be told from another (RFC 9051, 2.3.1.1)."
            raise MailboxError(f'The folder "{name}" has no UIDVALIDITY', where=self._where, todo=todo)
        if after is None:
            after = max(self.uids(1), default=0) + 1
        kept = b" ".join(one for one in self._said("PERMANENTFLAGS") if isinstance(one, bytes))
        return Folder(name=name, uidvalidity=validity, uidnext=after, keywords=rb"\*" in kept)

    def uids(self, first: int) -> list[int]:
        """The UIDs in the open folder from `first` on, ascending."""
        with self._talking():
            self._ask(self._client.noop())
            self._client.response("EXISTS")  # what it tells now is in the search that follows
            found = self._ask(self._client.uid("SEARCH", f"UID {first}:*"))
        numbers = {int(one) for line in found if line for one in line.split() if one.isdigit()}
        return sorted(one for one in numbers if one >= first)  # `n:*` always names the last one (RFC 9051, 9)

    def listed(self, uids: Sequence[int]) -> list[Lying]:
        """Size and arrival of these mails; those that are gone are left out."""
        found: list[Lying] = []
        for some in _chunks(uids):
            with self._talking():
                found += fetched.lying(self._ask(self._client.uid("FETCH", some, "(UID RFC822.SIZE INTERNALDATE)")))
        wanted = set(uids)
        return sorted((one for one in found if one.uid in wanted), key=lambda one: one.uid)

    def fetch(self, uids: Sequence[int]) -> dict[int, bytes]:
        """The bytes of these mails, of each at most `MOST_BYTES`; those that are gone are left out."""
        found: dict[int, bytes] = {}
        for some in _chunks(uids):
            with self._talking():
                said = self._ask(self._client.uid("FETCH", some, f"(UID BODY.PEEK[]<0.{MOST_BYTES}>)"))
                found |= fetched.contents(said)
        return {uid: found[uid] for uid in uids if uid in found}

    def label(self, uids: Sequence[int], flags: Sequence[str]) -> None:
        """Add keywords or flags to mails of the open folder; those that are gone are left out."""
        for some in _chunks(uids) if flags else ():
            with self._talking():
                self._ask(self._client.uid("STORE", some, "+FLAGS.SILENT", f"({' '.join(flags)})"))

    def move(self, uids: Sequence[int], folder: str) -> None:
        """Move mails of the open folder to another; those that are gone are left out (RFC 6851).

        Where the server cannot move, they are copied, marked as deleted, and expunged by UID; where it cannot do that
        either (RFC 4315), they stay marked: a plain EXPUNGE would take what others marked, too.
        """
        for some in _chunks(uids):
            with self._talking():
                if self.offers("MOVE"):
                    self._ask(self._client.uid("MOVE", some, _quoted(folder)))
                    continue
                self._ask(self._client.uid("COPY", some, _quoted(folder)))
                self._ask(self._client.uid("STORE", some, "+FLAGS.SILENT", r"(\Deleted)"))
                if self.offers("UIDPLUS"):
                    self._ask(self._client.uid("EXPUNGE", some))

    def find(self, folder: str, message_id: str) -> bool:
        """Whether a mail with this Message-ID lies in a folder."""
        self._select(folder, readonly=True)
        if not message_id.isascii():
            return False  # no server was ever given such a one by us
        quoted = message_id.replace("\\", "\\\\").replace('"', '\\"')
        with self._talking():
            found = self._ask(self._client.uid("SEARCH", f'HEADER Message-ID "{quoted}"'))
        return any(line and line.split() for line in found)

    def append(self, folder: str, content: bytes, flags: Sequence[str], at: datetime | None = None) -> None:
        """Lay a mail into a folder."""
        when = at or datetime.now(UTC)
        with self._talking():
            self._ask(self._client.append(_quoted(folder), f"({' '.join(flags)})", when, content))

    def wait(self, most_s: float, stopped: Callable[[], bool]) -> bool:
        """Wait until something changes in the open folder, `most_s` pass, or `stopped`; whether something changed.

        Only where the server offers IDLE (RFC 2177) it is told at once.
        """
        if self._said("EXISTS"):
            return True
        until = time.monotonic() + min(most_s, _IDLE_S)
        if not self.offers("IDLE"):
            while time.monotonic() < until and not stopped():
                time.sleep(min(_SLICE_S, max(until - time.monotonic(), 0)))
            return False
        with self._talking():
            self._box.idle.start()  # type: ignore[no-untyped-call]
            told: list[bytes] = []
            while not told and time.monotonic() < until and not stopped():
                told = [one for one in self._box.idle.poll(_SLICE_S) if b"EXISTS" in one or b"BYE" in one]
            self._box.idle.stop()  # type: ignore[no-untyped-call]
        return bool(told) or bool(self._said("EXISTS"))

    def _sign_in(self, server: Server) -> None:
        try:
            if server.token_command:
                self._box.xoauth2(server.user, token_of(server), None)
            elif (server.user + (password := password_of(server))).isascii():
                self._box.login(server.user, password, None)
            else:
                self._box.login_utf8(server.user, password, None)
        except SettingsError as error:
            raise MailboxError(error.what, where=self._where, todo=error.todo) from error
        except (UnexpectedCommandStatusError, imaplib.IMAP4.error) as error:
            if isinstance(error, imaplib.IMAP4.abort):
                raise
            todo = "Correct the user and the password, or let the account sign in by IMAP."
            raise MailboxError("The user or the password is not accepted", where=self._where, todo=todo) from error

    def _learn(self) -> None:
        """What the server can do: after signing in it says more."""
        self._can = frozenset(
            b" ".join(self._ask(self._client.capability())).decode("ascii", "replace").upper().split()
        )

    def _select(self, name: str, *, readonly: bool) -> None:
        with self._talking(f'The folder "{name}" cannot be opened', "Create it, or correct its name."):
            try:
                self._box.folder.set(name, readonly)
            except imaplib.IMAP4.readonly:
                self._box.folder.set(name, readonly=True)

    def _number(self, name: str) -> int | None:
        found = [one for one in self._said(name) if isinstance(one, bytes) and one.isdigit()]
        return int(found[-1]) if found else None

    def _said(self, name: str) -> list[Any]:
        """What the server told of something on its own, which is then forgotten."""
        return [one for one in self._client.response(name)[1] or [] if one is not None]

    def _ask(self, answer: tuple[str, Any]) -> list[Any]:
        kind, said = answer
        if kind != "OK":
            raise refusal(said, self._where)
        return list(said)

    @contextmanager
    def _talking(self, what: str = "", todo: str = "") -> Iterator[None]:
        with in_words(self._where):
            try:
                yield
            except UnexpectedCommandStatusError as error:
                raise refusal(error.command_result[1], self._where, what, todo) from error


def _connected(server: Server) -> BaseMailBox:
    if server.tls == "none":
        return MailBoxUnencrypted(server.host, server.port, timeout=server.timeout_s)
    try:
        trusted = ssl.create_default_context(cafile=server.ca_file or None)
    except (OSError, ssl.SSLError) as error:
        raise SettingsError(f"ca_file cannot be read ({error.strerror or error})", todo="Correct its path.") from error
    if server.tls == "starttls":
        return MailBoxStartTls(server.host, server.port, timeout=server.timeout_s, ssl_context=trusted)
    return MailBox(server.host, server.port, timeout=server.timeout_s, ssl_context=trusted)


def _quoted(folder: str) -> str:
    """A folder's name as IMAP writes it, in modified UTF-7 (RFC 3501, 5.1.3)."""
    return encode_folder(folder).decode("ascii")


def _chunks(uids: Sequence[int]) -> Iterator[str]:
    """UIDs as sets of RFC 9051, such as 3:7,12."""
    ordered = sorted(set(uids))
    for start in range(0, len(ordered), _AT_ONCE):
        yield fetched.uid_set(ordered[start : start + _AT_ONCE])
