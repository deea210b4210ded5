"""The folder of sent mails, as the outbox sees it: does a mail lie there, and may a copy be laid there?"""

import time
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from salver.data.errors import MailboxError, MailboxRefusedError
from salver.data.mailbox import Mailbox
from salver.serve.mail.imap import Connection

_PAUSE_S = 60.0
"""So long nobody is asked again after the server could not be reached: too many attempts lock an account."""

Found = TypeVar("Found")


class SentFolder:
    """The folder of a mailbox, over a connection of its own that is made when it is needed."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox
        self._open: tuple[Connection, str] | None = None
        self._failed: tuple[float, MailboxError] | None = None

    def holds(self, message_id: str) -> bool:
        """Whether a mail with this Message-ID lies in it. Raises MailboxError."""
        return self._ask(lambda connection, folder: connection.find(folder, message_id))

    def keep(self, content: bytes, at: datetime) -> None:
        """Lay a copy into it, as one that has been read. Raises MailboxError."""
        self._ask(lambda connection, folder: connection.append(folder, content, (r"\Seen",), at))

    def close(self) -> None:
        """Give the connection back; the next question opens another."""
        if self._open:
            self._open[0].close()
            self._open = None

    def _ask(self, question: Callable[[Connection, str], Found]) -> Found:
        if self._failed and time.monotonic() < self._failed[0]:
            raise self._failed[1]
        try:
            if self._open is None:
                connection = Connection.open(self._mailbox.imap, f"mailbox {self._mailbox.name}")
                self._open = (connection, "")
                self._open = (connection, connection.folder_named(self._mailbox.sent, "\\Sent"))
            return question(*self._open)
        except MailboxRefusedError as refused:
            if self._open and not self._open[1]:
                self._pause(refused)
            raise
        except MailboxError as error:
            self._pause(error)
            raise

    def _pause(self, error: MailboxError) -> None:
        self.close()
        self._failed = (time.monotonic() + _PAUSE_S, error)
