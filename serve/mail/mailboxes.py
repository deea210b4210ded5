"""The watched mailboxes out of the settings file, each a table of its own.

[[mailboxes]]
name = "service"
address = "service@example.org"
imap = "imaps://service@mail.example.org"    # or a table: host, port, tls, user, ca_file, timeout_s
smtp = "smtps://service@mail.example.org"
password_command = "pass show mail/service"  # or password, token_command, or SALVER_MAILBOX_SERVICE_PASSWORD
send = ["opening_hours"]                     # nothing is sent but answers to these intents

[mailboxes.moves]
billing = "Billing"                          # mails of the queue billing are moved to this folder
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from salver.data.errors import SettingsError
from salver.data.mailbox import Mailbox, Server, Tls
from salver.serve import values
from salver.serve.values import unknown

VARIABLE = re.compile(r"SALVER_MAILBOX_(\w+)_PASSWORD")
"""A password that stands in the environment; in the middle is the name of the mailbox."""

_SECRETS = ("password", "password_command", "token_command")
_IMAP: Mapping[str, tuple[Tls, int]] = {"imaps": ("tls", 993), "imap": ("starttls", 143)}
_SMTP: Mapping[str, tuple[Tls, int]] = {"smtps": ("tls", 465), "smtp": ("starttls", 587)}
_PLAIN = "plain_text"


def read_mailboxes(rows: Any, passwords: Mapping[str, str], file: Path) -> tuple[Mailbox, ...]:
    """The mailboxes of a settings file. `passwords` are those of the environment, by variable.

    Raises SettingsError that says which key of which mailbox cannot be as it is.
    """
    where = str(file)
    if not isinstance(rows, list) or not all(isinstance(one, dict) for one in rows):
        raise SettingsError("mailboxes must be tables", where=where, todo="Write each under [[mailboxes]].")
    found: dict[str, Mailbox] = {}
    for number, row in enumerate(rows, start=1):
        one = _Row(row, file, row.get("name", number)).mailbox(passwords)
        if other := found.get(_variable(one.name)):
            what = f"There are two mailboxes {other.name}" + ("" if other.name == one.name else f" and {one.name}")
            raise SettingsError(what, where=where, todo="Give each a name of its own.")
        found[_variable(one.name)] = one
    for variable in passwords:
        if variable not in found:
            todo = f"The mailboxes are {', '.join(one.name for one in found.values()) or 'none'}."
            raise SettingsError(f"{variable} is the password of no mailbox", where="environment", todo=todo)
    return tuple(found.values())


class _Row:
    """One table, and what it says."""

    def __init__(self, row: Mapping[str, Any], file: Path, name: Any) -> None:
        self._row = row
        self._folder = file.parent
        self._where = f"{file}, mailbox {name}"

    def mailbox(self, passwords: Mapping[str, str]) -> Mailbox:
        self._known(self._row, KEYS)
        for key in ("name", "address", "imap"):
            if key not in self._row:
                raise SettingsError(f"It has no {key}", where=self._where, todo="Add it.")
        known = {key: self._read(key, read, self._row[key]) for key, read in _READERS.items() if key in self._row}
        secret = self._secret(self._row)
        if given := passwords.get(_variable(known["name"])):
            secret = {"password": given}
        imap = self._server("imap", _IMAP, secret)
        if not imap.user:
            imap = replace(imap, user=known["address"])
        if not (imap.password or imap.password_command or imap.token_command):
            todo = f"Add password, password_command or token_command, or set {_variable(known['name'])}."
            raise SettingsError("It has no password", where=self._where, todo=todo)
        smtp = self._server("smtp", _SMTP, secret) if "smtp" in self._row else None
        found = Mailbox(imap=imap, smtp=smtp, **known)
        self._fits(found)
        return found

    def _fits(self, one: Mailbox) -> None:
        if one.send and one.smtp is None:
            todo = "Add one, or leave send out: then every answer becomes a draft."
            raise SettingsError("It sends, but has no smtp", where=self._where, todo=todo)
        if one.from_start and one.since:
            todo = "Keep one of them: since is the later start."
            raise SettingsError("It has both from_start and since", where=self._where, todo=todo)
        own = set(one.folders) & {one.drafts, one.sent}
        if own:
            todo = "Watch folders that customers' mail comes into."
            raise SettingsError(f"{min(own)} is watched, and salver lays its own there", where=self._where, todo=todo)

    def _server(self, key: str, schemes: Mapping[str, tuple[Tls, int]], secret: dict[str, Any]) -> Server:
        given = self._row[key]
        if isinstance(given, dict):
            return self._of_table(key, given, schemes, secret)
        server: Server = self._read(key, lambda value: _of_url(value, schemes), given)
        return replace(server, **secret)

    def _of_table(
        self, key: str, row: Mapping[str, Any], schemes: Mapping[str, tuple[Tls, int]], secret: dict[str, Any]
    ) -> Server:
        self._known(row, [*_SERVER, *_SECRETS, _PLAIN], key)
        if "host" not in row:
            raise SettingsError(f"{key} has no host", where=self._where, todo="Add it.")
        known = {one: self._read(f"{key}.{one}", read, row[one]) for one, read in _SERVER.items() if one in row}
        tls = known.setdefault("tls", "tls")
        known.setdefault("port", next((port for kind, port in schemes.values() if kind == tls), None))
        if known["port"] is None:
            raise SettingsError(f"{key} has no port", where=self._where, todo="Add it: there is none that is usual.")
        if "ca_file" in known:
            known["ca_file"] = str(self._folder / known["ca_file"])
        secret = self._secret(row) or secret
        server = Server(**known | secret)
        plain = _PLAIN in row and self._read(f"{key}.{_PLAIN}", values.yes_or_no, row[_PLAIN])
        if server.tls == "none" and not server.is_here and not plain:
            what = f"{key} would send the password and customers' mail to {server.host} in plain text"
            todo = f'Set tls to "tls" or "starttls"; if you really mean it, add {_PLAIN} = true.'
            raise SettingsError(what, where=self._where, todo=todo)
        return server

    def _secret(self, row: Mapping[str, Any]) -> dict[str, Any]:
        found = {key: self._read(key, values.text, row[key], shown=False) for key in _SECRETS if key in row}
        if len(found) > 1:
            todo = "Keep one of them."
            raise SettingsError(f"It has {' and '.join(found)}", where=self._where, todo=todo)
        return found

    def _read(self, key: str, read: Callable[[Any], Any], value: Any, *, shown: bool = True) -> Any:
        try:
            return read(value)
        except ValueError as error:
            what = f"{key} {error}" if shown else f"{key} must be a text"
            raise SettingsError(what, where=self._where, todo="Correct it.") from (error if shown else None)

    def _known(self, row: Mapping[str, Any], keys: Iterable[str], of: str = "") -> None:
        for key in row:
            if key not in keys:
                raise unknown(f"{of}.{key}" if of else key, keys, self._where)


def _of_url(value: Any, schemes: Mapping[str, tuple[Tls, int]]) -> Server:
    written = values.text(value)
    usual = next(iter(schemes))
    url = urlsplit(written)
    if url.scheme not in schemes or not url.hostname or url.path.strip("/") or url.query:
        raise ValueError(f"must be written {usual}://user@host, or {list(schemes)[1]}:// for STARTTLS, with no more")
    if url.password is not None:
        raise ValueError("holds a password: write it as password, or better as password_command")
    tls, port = schemes[url.scheme]
    user = unquote(url.username or "")
    return Server(host=url.hostname, port=_port(url) or port, tls=tls, user=user)


def _port(url: SplitResult) -> int | None:
    try:
        return url.port
    except ValueError:
        raise ValueError("has a port that is no number from 0 to 65535") from None


def _variable(name: str) -> str:
    return f"SALVER_MAILBOX_{re.sub(r'[^A-Z0-9]', '_', name.upper())}_PASSWORD"


def _name(value: Any) -> str:
    found = values.text(value)
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,39}", found):
        raise ValueError(f'must be up to 40 of a-z, 0-9, "-" and "_", not {found[:60]!r}')
    return found


def _tls(value: Any) -> Tls:
    match value:
        case "tls" | "starttls" | "none":
            return value  # type: ignore[no-any-return]
    raise ValueError(f'must be "tls", "starttls" or "none", not {value!r}')


def _folders(value: Any) -> tuple[str, ...]:
    found = values.texts([value] if isinstance(value, str) else value)
    if not found:
        raise ValueError('must name a folder such as "INBOX"')
    return tuple(dict.fromkeys(map(_folder, found)))


def _folder(value: Any) -> str:
    found = values.text(value)
    if any(ord(one) < 32 or ord(one) == 127 for one in found):
        raise ValueError("holds a control character, which no folder has")
    return "INBOX" if found.upper() == "INBOX" else found


def _moves(value: Any) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, dict):
        raise ValueError('must be a table of queues and folders, like { billing = "Billing" }')  # noqa: TRY004 - one kind
    return tuple((queue, _folder(folder)) for queue, folder in value.items())


_READERS: dict[str, Callable[[Any], Any]] = {
    "name": _name,
    "address": values.address,
    "folders": _folders,
    "drafts": _folder,
    "sent": _folder,
    "keep_sent": values.yes_or_no,
    "moves": _moves,
    "labels": values.yes_or_no,
    "send": values.texts,
    "envelope_sender": values.address,
    "from_start": values.yes_or_no,
    "since": values.day,
    "every_s": values.seconds(1, 3600),
}
KEYS = (*_READERS, *_SECRETS, "imap", "smtp")
"""All that a table may hold."""
_SERVER: dict[str, Callable[[Any], Any]] = {
    "host": values.text,
    "port": values.whole(1, 65_535),
    "tls": _tls,
    "user": values.text,
    "ca_file": values.path,
    "timeout_s": values.seconds(1, 600),
}
