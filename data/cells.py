"""What stands in one cell of a table, as the noun it means."""

import json
import math
import re
from datetime import UTC, date, datetime, time, tzinfo
from email.utils import parsedate_to_datetime
from typing import Any

from salver.data.case import Ending
from salver.data.message import Channel
from salver.data.reading import Urgency

_GERMAN_DATE = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?:,?\s+(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\s*Uhr)?)?")
_UNIX_TIME = re.compile(r"(\d{10})(\d{3})?(?:\.\d+)?")
_HTML = re.compile(r"\s*<(?:!doctype html|html|head|body|div|p|table|br)\b", re.IGNORECASE)
_SEPARATORS = ("|", ";", ",")
_URGENCIES = {
    "niedrig": "low",
    "gering": "low",
    "minor": "low",
    "medium": "normal",
    "mittel": "normal",
    "standard": "normal",
    "hoch": "high",
    "major": "high",
    "dringend": "high",
    "urgent": "critical",
    "kritisch": "critical",
    "blocker": "critical",
}
_ENDINGS: dict[str, Ending] = {
    **dict.fromkeys(("resolved", "solved", "closed", "done", "fixed", "erledigt", "gelöst", "geschlossen"), "resolved"),
    **dict.fromkeys(("reopened", "re-opened", "wiedereröffnet"), "reopened"),
    **dict.fromkeys(("thanked", "thanks", "bedankt"), "thanked"),
}
_CHANNELS: dict[str, Channel] = {
    **dict.fromkeys(("email", "e-mail", "mail"), "email"),
    **dict.fromkeys(("web_form", "web form", "web", "form", "webform", "formular", "kontaktformular"), "web_form"),
    **dict.fromkeys(("chat", "whatsapp", "messenger", "livechat"), "chat"),
    "sms": "sms",
    **dict.fromkeys(("social", "twitter", "x", "facebook", "instagram"), "social"),
    **dict.fromkeys(("letter", "brief", "fax", "post"), "letter"),
}
_YES_OR_NO = {
    **dict.fromkeys(("yes", "y", "true", "1", "1.0", "right", "ja", "j", "richtig"), True),
    **dict.fromkeys(("no", "n", "false", "0", "0.0", "wrong", "nein", "falsch"), False),
}
_LANGUAGES = {"german": "de", "deutsch": "de", "english": "en", "englisch": "en", "french": "fr", "französisch": "fr"}


def text_of(value: Any) -> str:
    """A cell as text; nothing, and what tables write for nothing, is the empty text."""
    match value:
        case None:
            return ""
        case str():
            return value
        case float() if math.isnan(value):
            return ""
        case bytes():
            return value.decode("utf-8", "replace")
        case datetime() | date():
            return value.isoformat()
        case list() | dict():
            return json.dumps(value, ensure_ascii=False, default=str)
        case _:
            return str(value)


def moment_of(value: Any, zone: tzinfo) -> datetime | None:
    """A moment with its time zone: ISO 8601, RFC 5322, `31.3.2024 14:05`, or Unix time. An empty cell is None.

    What names no zone is taken to be in `zone`. Raises ValueError for anything else, and so for dates such as 3/4/2024.
    """
    if isinstance(value, datetime):
        found = value
    elif isinstance(value, date):
        found = datetime.combine(value, time(), zone)
    else:
        text = text_of(value).strip()
        if not text:
            return None
        found = _written(text)
    return found if found.tzinfo else found.replace(tzinfo=zone)


def urgency_of(value: Any) -> str | None:
    """The name of an urgency, or None for an empty cell. Raises ValueError for any other word."""
    word = text_of(value).strip().casefold()
    return Urgency.of(_URGENCIES.get(word, word)).label if word else None


def yes_or_no_of(value: Any) -> bool | None:
    """Yes or no, or None for an empty cell. Raises ValueError for any other word."""
    word = text_of(value).strip().casefold()
    if not word:
        return None
    if word not in _YES_OR_NO:
        raise ValueError(f'"{word}" is neither yes nor no')
    return _YES_OR_NO[word]


def intents_of(value: Any) -> tuple[str, ...]:
    """Labels out of a list or a text divided by `|`, `;` or `,`, each once, in order."""
    if isinstance(value, str):
        value = _divided(value)
    elif not isinstance(value, list | tuple):
        value = [value]
    return tuple(dict.fromkeys(one for one in (text_of(label).strip() for label in value) if one))


def ending_of(value: Any) -> Ending:
    """How a case ended; `unknown` for any word that does not say."""
    return _ENDINGS.get(text_of(value).strip().casefold(), "unknown")


def channel_of(value: Any) -> Channel:
    """The channel of this name; email for any other word."""
    return _CHANNELS.get(text_of(value).strip().casefold(), "email")


def lang_of(value: Any) -> str:
    """An ISO 639-1 code out of `de`, `de-AT`, `German`; empty for any other word."""
    word = text_of(value).strip().casefold()
    return _LANGUAGES.get(word) or (word[:2] if re.fullmatch(r"[a-z]{2}(?:[-_]\w+)?", word) else "")


def is_html(text: str) -> bool:
    """Whether a text begins as HTML does."""
    return bool(_HTML.match(text))


def _written(text: str) -> datetime:
    if found := _UNIX_TIME.fullmatch(text):
        return datetime.fromtimestamp(int(found[1]), UTC)
    if found := _GERMAN_DATE.fullmatch(text):
        day, month, year, hour, minute, second = (int(part or 0) for part in found.groups())
        return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - the caller gives it its zone
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return parsedate_to_datetime(text)


def _divided(text: str) -> list[Any]:
    if text.lstrip().startswith("["):
        try:
            return list(json.loads(text))
        except ValueError:
            text = text.strip("[] ")
    mark = next((one for one in _SEPARATORS if one in text), "|")
    return text.split(mark)
