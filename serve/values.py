"""What a setting may be. Each reader takes a TOML value, or `Written` text from the environment, and checks it.

All raise ValueError with the end of a sentence that begins with the key: `must be a whole number from 0 to 65535`.
"""

import difflib
import re
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

from salver.data.errors import SettingsError


class Written(str):
    """Text that stands for a value of any type, as the environment holds it."""

    __slots__ = ()


def text(value: Any) -> str:
    """A text that is not blank."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"must be a text, not {_shown(value)}")
    return str(value)


def path(value: Any) -> Path:
    """A path, with `~` for the home folder."""
    return Path(text(value)).expanduser()


def whole(least: int, most: int) -> Callable[[Any], int]:
    """A reader of whole numbers from `least` to `most`."""

    def read(value: Any) -> int:
        if isinstance(value, Written) and value.strip().isdecimal():
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise ValueError(f"must be a whole number from {least} to {most}, not {_shown(value)}")
        return value

    return read


def seconds(least: float, most: float) -> Callable[[Any], float]:
    """A reader of numbers of seconds from `least` to `most`."""

    def read(value: Any) -> float:
        number = _number(value)
        if number is None or not least <= number <= most:
            raise ValueError(f"must be a number of seconds from {least:g} to {most:g}, not {_shown(value)}")
        return number

    return read


def one_of(*choices: str) -> Callable[[Any], str]:
    """A reader of one of a few words."""

    def read(value: Any) -> str:
        if value not in choices:
            raise ValueError(f"must be {' or '.join(map(repr, choices))}, not {_shown(value)}".replace("'", '"'))
        return str(value)

    return read


def address(value: Any) -> str:
    """One mail address."""
    found = text(value).strip()
    name, at, domain = found.rpartition("@")
    if not (name and at and domain) or any(one.isspace() or one in "<>,;" for one in found):
        raise ValueError(f"must be a mail address such as service@example.org, not {_shown(value)}")
    try:
        domain.encode("idna")
    except UnicodeError:
        raise ValueError(f"has a domain that cannot be: {_shown(domain)}") from None
    return found.casefold()


def share(value: Any) -> float:
    """A number above 0 and below 1."""
    number = _number(value)
    if number is None or not 0 < number < 1:
        raise ValueError(f"must be a number between 0 and 1, not {_shown(value)}")
    return number


def part(value: Any) -> float:
    """A number from 0, which is none, to 1, which is all."""
    number = _number(value)
    if number is None or not 0 <= number <= 1:
        raise ValueError(f"must be a number from 0 to 1, not {_shown(value)}")
    return number


def pairs(value: Any) -> tuple[tuple[str, str], ...]:
    """A list of lists of two texts."""
    if not isinstance(value, list) or not all(isinstance(one, list) and len(one) == 2 for one in value):
        raise ValueError(f'must be a list of pairs, like [["a@example.org", "b@example.org"]], not {_shown(value)}')
    return tuple((text(one), text(other)) for one, other in value)


def shares(value: Any) -> dict[str, float]:
    """A number above 0 and below 1 for each key."""
    found = _table(value)
    for key, one in found.items():
        try:
            share(one)
        except ValueError as error:
            raise ValueError(f"of {key} {error}") from None
    return {key: float(one) for key, one in found.items()}


def sentences(value: Any) -> dict[str, str]:
    """A text that is not empty for each key."""
    found = _table(value)
    for key, one in found.items():
        if not isinstance(one, str) or not one.strip():
            raise ValueError(f"of {key} must be a sentence, not {_shown(one)}")
    return {key: " ".join(one.split()) for key, one in found.items()}


def yes_or_no(value: Any) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise ValueError(f"must be true or false, not {_shown(value)}")  # noqa: TRY004 - one kind
    return value


def texts(value: Any) -> tuple[str, ...]:
    """A list of texts; in the environment they are divided by commas."""
    if isinstance(value, Written):
        value = [one.strip() for one in value.split(",") if one.strip()]
    if not isinstance(value, list) or not all(isinstance(one, str) and one.strip() for one in value):
        raise ValueError(f'must be a list of texts such as ["a", "b"], not {_shown(value)}')
    return tuple(value)


def secrets(value: Any) -> tuple[str, ...]:
    """Texts that must not be shown."""
    try:
        return texts([str(value)] if isinstance(value, str) and not isinstance(value, Written) else value)
    except ValueError:
        raise ValueError('must be a list of texts such as ["a", "b"]') from None


def owned(value: Any) -> tuple[str, ...]:
    """Addresses (`info@example.org`) and domains (`@example.org`)."""
    found = tuple(one.casefold() for one in texts(value))
    for one in found:
        if "@" not in one:
            raise ValueError(f'holds "{one}": write an address, or @{one} for all addresses of a domain')
    return found


def languages(value: Any) -> tuple[str, ...]:
    """ISO 639-1 codes, at least one."""
    found = texts(value)
    if not found or not all(re.fullmatch("[a-z]{2}", one) for one in found):
        raise ValueError(f'must be a list of language codes such as ["de", "en"], not {_shown(value)}')
    return found


def contact(value: Any) -> tuple[tuple[str, str], ...]:
    """How a person is reached, or who signs, in each language; `de-du` is German that says du."""
    known = _table(value)
    languages([key.removesuffix("-du") for key in known])
    return tuple(zip(known, map(text, known.values()), strict=True))


def patterns(value: Any) -> tuple[tuple[str, str], ...]:
    """Regular expressions by the kind of number that they find."""
    for kind, pattern in _table(value).items():
        try:
            matches_nothing = re.compile(text(pattern)).fullmatch("")
        except re.error as error:
            raise ValueError(f"holds no regular expression for {kind}: {error}") from error
        if matches_nothing:
            raise ValueError(f"holds an expression for {kind} that finds the empty text everywhere")
    return tuple(_table(value).items())


def day(value: Any) -> date:
    """A date, written as TOML does or as text."""
    if type(value) is date:
        return value
    try:
        return date.fromisoformat(text(value))
    except ValueError:
        raise ValueError(f"must hold dates such as 2026-12-25, not {_shown(value)}") from None


def host_and_port(address: str) -> tuple[str, int]:
    """The two halves of HOST:PORT. Raises SettingsError for what is none."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65_535:
        todo = "Write it as 127.0.0.1:9109, or [::1]:9109."
        raise SettingsError(f'"{address}" is no HOST:PORT', todo=todo)
    return host.strip("[]"), int(port)


def unknown(key: str, known: Iterable[str], where: str) -> SettingsError:
    """What to tell of a key that nobody knows, with the nearest that somebody does."""
    known = list(known)
    last = {one.rpartition(".")[2]: one for one in known}
    close = difflib.get_close_matches(key, known, n=1) or difflib.get_close_matches(key.rpartition(".")[2], last, n=1)
    todo = f"Did you mean {last.get(close[0], close[0])}?" if close else f"The keys are {', '.join(known)}."
    return SettingsError(f"There is no setting {key}", where=where, todo=todo)


def wrong(key: str, error: ValueError, where: str) -> SettingsError:
    """What to tell of a value that cannot be."""
    return SettingsError(f"{key} {error}", where=where, todo="Correct it.")


def _number(value: Any) -> float | None:
    try:
        return float(value) if isinstance(value, int | float | Written) and not isinstance(value, bool) else None
    except ValueError:
        return None


def _table(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"must be a table in the settings file, not {_shown(value)}")  # noqa: TRY004 - one kind
    return value


def _shown(value: Any) -> str:
    shown = repr(str(value)) if isinstance(value, str) else str(value)
    return shown if len(shown) <= 60 else shown[:57] + "..."
