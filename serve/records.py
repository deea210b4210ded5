"""Where the records of customers are looked up by mail address: a CSV file, or an HTTP address that answers JSON."""

import csv
import json
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any

from salver.data.errors import RecordsError, SettingsError
from salver.models.ports import Records

_ADDRESS = "{email}"
_SECONDS = 3.0
_REST = 30.0
_MOST_BYTES = 100_000
_KIND = re.compile(r"[^a-z0-9]+")


class CsvRecords:
    """A table with a column `email`; every other column is a kind of fact. It is read again when it has changed."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._read_at = (0, 0)
        self._rows: dict[str, dict[str, str]] = {}

    def find(self, email: str) -> Mapping[str, str]:
        """The facts of one customer. Raises RecordsError when the file cannot be read or is no such table."""
        try:
            seen = self._file.stat()
            if (seen.st_mtime_ns, seen.st_size) != self._read_at:
                with self._file.open(encoding="utf-8-sig", newline="") as opened:
                    self._rows = dict(self._read(csv.DictReader(opened)))
                self._read_at = (seen.st_mtime_ns, seen.st_size)
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise RecordsError("the table of records cannot be read", where=str(self._file), todo=str(error)) from error
        return self._rows.get(email.casefold(), {})

    def _read(self, rows: "csv.DictReader[str]") -> Iterable[tuple[str, dict[str, str]]]:
        columns = {name: _kind(name) for name in rows.fieldnames or ()}
        if "email" not in columns.values():
            todo = 'Give it a first line of names, with one column "email".'
            raise RecordsError("the table of records has no column email", where=str(self._file), todo=todo)
        twice = set[str]()
        found: dict[str, dict[str, str]] = {}
        for row in rows:
            facts = {kind: (row[name] or "").strip() for name, kind in columns.items()}
            email = facts.pop("email").casefold()
            if email in found:
                twice.add(email)
            found[email] = {kind: value for kind, value in facts.items() if value}
        return ((email, facts) for email, facts in found.items() if email and email not in twice)


class HttpRecords:
    """An address with `{email}` in it, which answers 200 with one JSON object of texts, or 404 for nobody."""

    def __init__(self, url: str, token: str = "") -> None:
        self._url = url
        self._token = token
        self._rests_until = 0.0

    def find(self, email: str) -> Mapping[str, str]:
        """The facts of one customer. Raises RecordsError when there is no such answer within three seconds.

        After that nobody is asked for half a minute, so that a backlog does not wait for each message.
        """
        if time.monotonic() < self._rests_until:
            raise self._down("it did not a moment ago, and is asked again soon")
        url = self._url.replace(_ADDRESS, urllib.parse.quote(email, safe=""))
        headers = {"Accept": "application/json"} | ({"Authorization": f"Bearer {self._token}"} if self._token else {})
        try:
            with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=_SECONDS) as reply:  # noqa: S310
                return self._facts(json.loads(reply.read(_MOST_BYTES)))
        except urllib.error.HTTPError as error:
            if error.code == HTTPStatus.NOT_FOUND:
                return {}
            raise self._down(f"it answers {error.code}") from error
        except (OSError, ValueError) as error:
            self._rests_until = time.monotonic() + _REST
            raise self._down(str(getattr(error, "reason", error)) or type(error).__name__) from error

    def _facts(self, answer: Any) -> Mapping[str, str]:
        if not isinstance(answer, dict):
            raise self._down("it does not answer with one JSON object")
        return {
            _kind(name): str(value).strip() for name, value in answer.items() if isinstance(value, str | int) and value
        }

    def _down(self, why: str) -> RecordsError:
        return RecordsError("the records do not answer", where=self._url, todo=f"{why[:1].upper()}{why[1:]}.")


def records_of(where: str, token: str = "") -> Records | None:
    """The records that a setting names: a file, an address, or none. Raises SettingsError for what is neither."""
    if not where:
        return None
    if not re.match(r"https?://", where):
        return CsvRecords(Path(where).expanduser())
    if _ADDRESS not in where:
        todo = f'Write it like "https://crm.example.org/customers?email={_ADDRESS}".'
        raise SettingsError(f"there is no {_ADDRESS} in the address of the records", where=where, todo=todo)
    return HttpRecords(where, token)


def _kind(name: str) -> str:
    """A name as slots are written."""
    return _KIND.sub("_", name.casefold()).strip("_")
