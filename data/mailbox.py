"""A mailbox that is watched, and what is known of each mail that was taken from it."""

import ipaddress
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

Tls = Literal["tls", "starttls", "none"]
"""TLS from the first byte, TLS asked for in the open, or none at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """One IMAP or SMTP server and how one signs in there. Without a `user` nobody signs in.

    The secret is `password`, or the first line that `password_command` prints; a `token_command` prints a token for
    XOAUTH2 (RFC 7628) instead. `ca_file` names the authority of a certificate that the system does not know.
    `timeout_s` is how many seconds a command may take.
    """

    host: str
    port: int
    tls: Tls = "tls"
    user: str = ""
    password: str = field(default="", repr=False)
    password_command: str = ""
    token_command: str = ""
    ca_file: str = ""
    timeout_s: float = 60

    @property
    def is_here(self) -> bool:
        """Whether it is this machine, so that nobody on the way can read what is said."""
        try:
            return self.host == "localhost" or ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """A watched mailbox. Mails come in by `imap` from `folders`; answers go out by `smtp`, from `address`.

    Nothing is sent but answers to the intents in `send`; `*` stands for all. The others become drafts in the folder
    `drafts`. `sent` is where copies of what was sent are looked for, and kept if `keep_sent`. `moves` are pairs of a
    queue and the folder to which its mails are moved; `labels` says whether mails are marked with queue and urgency as
    IMAP keywords. An answer has an empty envelope sender (RFC 3834, 3.3) unless `envelope_sender` names one.

    What lay in a folder when it was first looked into is left alone, unless `from_start`; with `since` only what came
    before that day. `every_s` is how many seconds lie between two looks where the server does not tell of new mail
    (RFC 2177).
    """

    name: str
    address: str
    imap: Server
    smtp: Server | None = None
    folders: tuple[str, ...] = ("INBOX",)
    drafts: str = "Drafts"
    sent: str = "Sent"
    keep_sent: bool = True
    moves: tuple[tuple[str, str], ...] = ()
    labels: bool = True
    send: tuple[str, ...] = ()
    envelope_sender: str = ""
    from_start: bool = False
    since: date | None = None
    every_s: float = 60

    def sends(self, intents: tuple[str, ...]) -> bool:
        """Whether an answer to all of these intents may be sent without a person."""
        return "*" in self.send or (bool(intents) and set(intents) <= set(self.send))


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a mail lies in a mailbox: a UID means something only together with its folder and UIDVALIDITY (RFC 9051,
    2.3.1.1)."""

    mailbox: str
    folder: str
    uidvalidity: int
    uid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """How far a folder is read. Mails with a UID below `settled` are settled: taken, or left alone, or gone.

    Those from `sure` on came after the first look, or after the look that found a new UIDVALIDITY. Of those between the
    two only what arrived at `since` or later is taken, all of it where that is None; `left` counts the others.
    """

    mailbox: str
    folder: str
    uidvalidity: int
    settled: int
    sure: int
    since: datetime | None = None
    left: int = 0
    changes: int = 0


MailboxState = Literal["watched", "failing", "stopped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """How a watched mailbox is. `looked_at` is when it was last looked into to the end, `fault` what went wrong last,
    `failures` how often in a row, `again_at` when it is tried again.

    `waiting` counts the mails that are stored and not decided, `unplaced` those that are decided and not yet put where
    they belong, `left` those that lay there before the first look and were left alone; `oldest` is since when the
    oldest of the waiting waits.
    """

    name: str
    state: MailboxState
    looked_at: datetime | None = None
    fault: str = ""
    failures: int = 0
    failed_at: datetime | None = None
    again_at: datetime | None = None
    taken: int = 0
    waiting: int = 0
    unplaced: int = 0
    left: int = 0
    oldest: datetime | None = None
