"""A folder of a mail server, taken in as it lies there: nothing in it is changed, and nobody is answered."""

import getpass
import re
import sys
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

from salver.data.errors import InputError
from salver.data.mailbox import Server, Tls
from salver.data.message import RawMessage
from salver.serve.added import AddedMails
from salver.serve.mail.imap import Connection
from salver.serve.settings import Settings

_PORTS = {"imaps": 993, "imap": 143}
_AT_ONCE = 50
_ODD = re.compile(r"[^\w.-]+")


def is_live(source: str) -> bool:
    """Whether a source is a folder of a mail server: `imaps://user@host/Folder`."""
    return source.partition("://")[0].casefold() in _PORTS and "://" in source


def fetch_folder(source: str, settings: Settings, into: Path) -> Path | None:
    """The mails of a folder as an mbox in a folder of ours, named for it; None when it holds none.

    The secret is that of the settings' mailbox with this user and host; else it is asked for. Raises InputError for an
    address that names no user, or when nobody can be asked, and MailboxError when the server refuses.
    """
    server, folder = _server(source, settings)
    place = into / f"{_ODD.sub('_', folder)}.mbox"
    with Connection.open(server, f"import of {folder}") as connection, AddedMails(place) as file:
        connection.select(folder)
        uids = connection.uids(1)
        for start in range(0, len(uids), _AT_ONCE):
            arrived = {one.uid: one.arrived for one in connection.listed(uids[start : start + _AT_ONCE])}
            for uid, content in connection.fetch(uids[start : start + _AT_ONCE]).items():
                file.add(RawMessage(content=content, source=folder, received_at=arrived.get(uid)))
    return place if place.stat().st_size else None


def _server(source: str, settings: Settings) -> tuple[Server, str]:
    parts = urlsplit(source)
    where = f"{parts.scheme}://{parts.hostname or ''}{parts.path}"
    if not parts.hostname or not parts.username:
        todo = "Write it as imaps://user@mail.example.org/Folder"
        raise InputError("This address names no user or no host", where=where, todo=todo)
    if parts.password:
        todo = "Leave it out: it is asked for, or taken from the settings' mailbox."
        raise InputError("A password does not belong on a command line", where=where, todo=todo)
    user, folder = unquote(parts.username), unquote(parts.path.strip("/")) or "INBOX"
    for mailbox in settings.mailboxes:
        if (mailbox.imap.user, mailbox.imap.host) == (user, parts.hostname):
            return replace(mailbox.imap, port=parts.port or mailbox.imap.port), folder
    if not sys.stdin.isatty():
        todo = "Put the mailbox into the settings, with its password_command."
        raise InputError("The password is not known, and nobody can be asked", where=where, todo=todo)
    tls: Tls = "tls" if parts.scheme.casefold() == "imaps" else "starttls"
    port = parts.port or _PORTS[parts.scheme.casefold()]
    password = getpass.getpass(f"Password of {user} at {parts.hostname}: ")
    return Server(host=parts.hostname, port=port, tls=tls, user=user, password=password), folder
