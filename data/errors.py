"""Everything that can go wrong and that a person can do something about.

    SalverError                  what, where, what to do
    ├── InputError               a file that was given cannot be taken as it is
    ├── BundleError              a bundle is missing, damaged or of another version
    ├── SettingsError            a setting is unknown or has a wrong value
    ├── StoreError               the store cannot be opened or written
    ├── MailboxError             a mailbox cannot be reached, or what it says makes no sense
    │   └── MailboxRefusedError  it was reached, and refuses one thing; the connection holds
    └── TrainingError            the archive does not hold enough to learn from

A fault in one row or one message is no exception: it is a `Fault`, collected and shown with all the others.
"""

from dataclasses import dataclass


class SalverError(Exception):
    """Says what is wrong, where, and what to do about it, in one line."""

    def __init__(self, what: str, *, where: str = "", todo: str = "") -> None:
        super().__init__(what, where, todo)
        self.what = what
        self.where = where
        self.todo = todo

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        stop = "" if self.what.endswith((".", "!", "?")) else "."
        return f"{place}{self.what}{stop} {self.todo}".rstrip()


class InputError(SalverError):
    """A file that was given cannot be taken as it is."""


class BundleError(SalverError):
    """A bundle is missing, damaged or of another version."""


class SettingsError(SalverError):
    """A setting is unknown or has a wrong value."""


class StoreError(SalverError):
    """The store cannot be opened or written."""


class MailboxError(SalverError):
    """A mailbox cannot be reached, or what it says makes no sense: the connection is of no use any more."""


class MailboxRefusedError(MailboxError):
    """A mailbox was reached and refuses one thing; the connection holds, and others may be asked of it."""


class RecordsError(SalverError):
    """The company's own records of its customers cannot be asked."""


class TrainingError(SalverError):
    """The archive does not hold enough to learn from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing wrong with one row or one mail of a source; the others went on."""

    source: str
    line: int
    what: str
    todo: str = ""

    def __str__(self) -> str:
        return f"{self.source}:{self.line}: {self.what} {self.todo}".rstrip()
