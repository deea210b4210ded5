"""What the owner set: one TOML file and the environment, read here and nowhere else.

The file is the one that is named, else that of SALVER_SETTINGS, else `salver.toml` in the working directory, else
none. A variable `SALVER_PORT` wins over `port` in the file, `SALVER_COMPANY_NAME` over `name` in `[company]`.
Thresholds are no settings: they are calibrated for a bundle and travel in it.
"""

import os
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from salver.data.company import Company
from salver.data.errors import SettingsError
from salver.data.mailbox import Mailbox
from salver.data.status import Patience
from salver.pipeline.withhold import AUDIT_SHARE
from salver.serve import values
from salver.serve.mail.mailboxes import VARIABLE, read_mailboxes
from salver.serve.values import unknown, wrong

FILE = "salver.toml"
PREFIX = "SALVER_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings. `file` is where they were read, or None.

    Paths in the file are relative to its folder. `body_limit` is in bytes; `workers` is how many processes decide a
    backlog, 0 for one a core. Without `tokens` nobody is asked for one. `store_url` is empty when it was not set.
    `descriptions` say in a sentence what an intent means; cases whose intent is in `out_of_scope` teach what is none.
    `records` is a CSV file or an HTTP address with `{email}` where the company's records of a sender are looked up, if
    one of the `mail_servers` has shown who that is.
    `not_the_same` are pairs of customers, by number, address or name, that look like one and are two.
    `audit_share`, 0 to 1, of the answers that could be sent are laid before a person to check, and so are all of them
    when the training is more than `bound_days` ago. When more than `answers_per_hour` leave, the fuse opens. Whoever
    shares a store on several machines sets `message_secret`, from which Message-IDs are derived. `mailboxes` are those
    that `salver watch` watches. `logs` is "json" or "words"; when it is empty, words where a person looks on. `health`
    says when something is wrong.
    """

    file: Path | None = None
    home: Path = Path(".salver")
    store_url: str = field(default="", repr=False)
    bundle: Path | None = None
    bundles: Path | None = None
    team: Path | None = None
    company: Company = field(default_factory=Company)
    host: str = "127.0.0.1"
    port: int = 8080
    tokens: tuple[str, ...] = field(default=(), repr=False)
    records: str = ""
    records_token: str = field(default="", repr=False)
    mail_servers: tuple[str, ...] = ()
    body_limit: int = 10_000_000
    workers: int = 0
    max_error: float | None = None
    max_error_of: Mapping[str, float] = field(default_factory=dict)
    never_answer: tuple[str, ...] | None = None
    descriptions: Mapping[str, str] = field(default_factory=dict)
    out_of_scope: tuple[str, ...] = ()
    not_the_same: tuple[tuple[str, str], ...] = ()
    audit_share: float = AUDIT_SHARE
    bound_days: int = 180
    answers_per_hour: int = 100
    message_secret: str = field(default="", repr=False)
    logs: str = ""
    health: Patience = field(default_factory=Patience)
    mailboxes: tuple[Mailbox, ...] = ()

    @property
    def store(self) -> str:
        """The URL of the store: the one that was set, or a file in `home`."""
        return self.store_url or f"sqlite:///{self.home / 'store.db'}"

    @property
    def shelf(self) -> Path:
        """The folder that holds the bundles."""
        return self.bundles or self.home / "bundles"

    def stricter(self, max_error: float) -> Mapping[str, float]:
        """The bounds of single intents beside a general one. Raises SettingsError for one that is laxer than that."""
        for intent, bound in self.max_error_of.items():
            if bound > max_error:
                raise SettingsError(
                    f"max_error_of.{intent} is {bound:g}, which is laxer than the bound of all answers, {max_error:g}",
                    where=str(self.file or FILE),
                    todo="Bounds of single intents can only be stricter: lower it, or raise max_error.",
                )
        return self.max_error_of


_READERS: dict[str, Callable[[Any], Any]] = {
    "home": values.path,
    "store_url": values.text,
    "bundle": values.path,
    "bundles": values.path,
    "team": values.path,
    "host": values.text,
    "port": values.whole(0, 65_535),
    "tokens": values.secrets,
    "records": values.text,
    "records_token": values.text,
    "mail_servers": values.texts,
    "body_limit": values.whole(1, 1 << 40),
    "workers": values.whole(0, 1_024),
    "max_error": values.share,
    "max_error_of": values.shares,
    "never_answer": values.texts,
    "descriptions": values.sentences,
    "out_of_scope": values.texts,
    "not_the_same": values.pairs,
    "audit_share": values.part,
    "bound_days": values.whole(1, 36_500),
    "answers_per_hour": values.whole(1, 1_000_000),
    "message_secret": values.text,
    "logs": values.one_of("json", "words"),
    "health.mailbox_minutes": values.whole(1, 10_080),
    "health.undecided_minutes": values.whole(1, 10_080),
    "health.unsent_minutes": values.whole(1, 10_080),
    "health.uncertain_minutes": values.whole(1, 10_080),
    "health.free_mb": values.whole(0, 1_000_000),
    "company.name": values.text,
    "company.own": values.owned,
    "company.languages": values.languages,
    "company.contact": values.contact,
    "company.signature": values.contact,
    "patterns": values.patterns,
}
_TABLES = ("company", "health")
_MAILBOXES = "mailboxes"
_VARIABLES = {PREFIX + key.upper().replace(".", "_"): key for key in _READERS}
_WHICH = PREFIX + "SETTINGS"


def load_settings(file: Path | None = None, environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings. Raises SettingsError for a missing file, an unknown key and a wrong value."""
    file = _which(file, environ)
    tree = read_toml(file) if file else {}
    passwords = {name: value for name, value in environ.items() if VARIABLE.fullmatch(name)}
    mailboxes = read_mailboxes(tree.pop(_MAILBOXES, []), passwords, file or Path(FILE))
    found = dict(_from_file(file, tree)) if file else {}
    found |= dict(_from_environment(environ))
    company = {key.removeprefix("company."): found.pop(key) for key in list(found) if key.startswith("company.")}
    if "patterns" in found:
        company["patterns"] = found.pop("patterns")
    health = {key.removeprefix("health."): found.pop(key) for key in list(found) if key.startswith("health.")}
    return Settings(file=file, company=Company(**company), health=Patience(**health), mailboxes=mailboxes, **found)


def read_toml(file: Path) -> dict[str, Any]:
    """A TOML file. Raises SettingsError when it is missing or is no TOML."""
    try:
        with file.open("rb") as opened:
            return tomllib.load(opened)
    except FileNotFoundError as error:
        raise SettingsError("There is no such file", where=str(file), todo="Check the path.") from error
    except OSError as error:
        what = f"The file cannot be read ({error.strerror})"
        raise SettingsError(what, where=str(file), todo="Check its rights.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"This is no TOML: {error}", where=str(file), todo="Correct that line.") from error


def _which(file: Path | None, environ: Mapping[str, str]) -> Path | None:
    if file is not None:
        return file
    if environ.get(_WHICH):
        return Path(environ[_WHICH])
    return Path(FILE) if Path(FILE).is_file() else None


def _from_file(file: Path, tree: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in _flat(tree):
        if key not in _READERS:
            raise unknown(key, [*_READERS, _MAILBOXES], str(file))
        read = _read(key, value, str(file))
        yield key, file.parent / read if isinstance(read, Path) else read


def _from_environment(environ: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    for name, value in environ.items():
        if not name.startswith(PREFIX) or name == _WHICH or VARIABLE.fullmatch(name):
            continue
        if name not in _VARIABLES:
            raise unknown(name, _VARIABLES, "environment")
        key = _VARIABLES[name]
        yield key, _read(key, values.Written(value), f"environment, {name}")


def _read(key: str, value: Any, where: str) -> Any:
    try:
        return _READERS[key](value)
    except ValueError as error:
        raise wrong(key, error, where) from error


def _flat(tree: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in tree.items():
        if key in _TABLES and isinstance(value, dict):
            yield from ((f"{key}.{inner}", one) for inner, one in value.items())
        else:
            yield key, value
