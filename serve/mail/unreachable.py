"""What goes wrong with a mail server, in words: what, where, and what to do. No word of a mail is ever in them."""

import imaplib
import re
import socket
import ssl
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from imap_tools.errors import ImapToolsError

from salver.data.errors import MailboxError, MailboxRefusedError, SalverError

_REFUSED: tuple[tuple[str, str, str], ...] = (
    (r"\[OVERQUOTA\]|quota", "The mailbox is over its quota", "Make room in it, or raise the quota."),
    (
        r"\[(TRYCREATE|NONEXISTENT)\]|doesn't exist|does not exist|unknown mailbox",
        "There is no such folder",
        "Create it, or correct its name.",
    ),
    (r"\[(NOPERM|ACL)\]|permission denied|read-only", "It is not allowed", "Give the user of salver that right."),
    (r"\[(INUSE|LIMIT|UNAVAILABLE|SERVERBUG)\]", "The server cannot do it now", "It is tried again."),
)
"""Response codes of RFC 5530 and RFC 9208, and what servers say that do not know them."""

_CUT = ("The server closed the connection", "It is tried again.")
_NONSENSE = ("The server answers what is no IMAP", "Check host and port; if they are right, ask who runs the server.")
_WORDS: tuple[tuple[tuple[type[Exception], ...], tuple[str, str]], ...] = (
    ((ssl.SSLEOFError, ConnectionResetError, ConnectionAbortedError, BrokenPipeError), _CUT),
    ((ssl.SSLError,), ("No TLS can be spoken with the server", "Check port and tls: 993 is TLS, 143 STARTTLS.")),
    ((socket.gaierror,), ("There is no such host", "Correct its name.")),
    ((ConnectionRefusedError,), ("Nothing listens there", "Start the server, or correct host and port.")),
    ((TimeoutError,), ("The server does not answer in time", "It is tried again.")),
    ((OSError,), ("The server cannot be reached", "Check the network, host and port.")),
    ((imaplib.IMAP4.error, ImapToolsError), _NONSENSE),
    ((ValueError, LookupError, TypeError, AttributeError, ArithmeticError, AssertionError, MemoryError), _NONSENSE),
)
"""What an error means; the first that fits counts."""
_ALL = tuple(kind for kinds, _ in _WORDS for kind in kinds)


def refusal(said: Sequence[Any], where: str, what: str = "", todo: str = "") -> MailboxRefusedError:
    """What a server's NO or BAD means; `what` and `todo` are said where it does not say more."""
    words = _clean(b" ".join(one for one in said if isinstance(one, bytes)))
    for pattern, known, then in _REFUSED:
        if re.search(pattern, words, re.IGNORECASE):
            return MailboxRefusedError(f"{what}: {_lower(known)}" if what else known, where=where, todo=then)
    said_so = f'The server says "{words}".' if words else "The server does not say why."
    return MailboxRefusedError(what or "The server refused", where=where, todo=f"{said_so} {todo}".rstrip())


@contextmanager
def in_words(where: str) -> Iterator[None]:
    """Turn whatever happens on a connection into a MailboxError."""
    try:
        yield
    except MailboxError:
        raise
    except imaplib.IMAP4.abort as error:
        raise _said(_CUT if _ended(str(error)) else _NONSENSE, where) from error
    except ssl.SSLCertVerificationError as error:
        what = f"The certificate is not accepted ({error.verify_message or 'it cannot be verified'})"
        todo = "Renew the certificate, correct the host, or name its authority as ca_file."
        raise MailboxError(what, where=where, todo=todo) from error
    except _ALL as error:
        for kinds, words in _WORDS:
            if isinstance(error, kinds):
                raise _said(words, where) from error
        raise


def _ended(words: str) -> bool:
    return bool(re.search(r"EOF|BYE|socket error|connection|timed? ?out|shut|logout", words, re.IGNORECASE))


def _said(words: tuple[str, str], where: str) -> MailboxError:
    return MailboxError(words[0], where=where, todo=words[1])


def _clean(said: bytes) -> str:
    words = said.decode("utf-8", "replace")
    words = re.sub(r"\S+@\S+", "…", "".join(one if one.isprintable() else " " for one in words))
    return " ".join(words.split())[:160]


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]


def unforeseen(error: Exception) -> SalverError:
    """A fault of salver's own, by where it is; its words may hold a customer's."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "nowhere"
    todo = "Please report it; it is tried again."
    return SalverError(f"Something unforeseen happened ({type(error).__name__} at {place})", todo=todo)
