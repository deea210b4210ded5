"""When the sample company's customers write, and when they are answered. All is drawn, nothing asks the clock."""

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from salver.data.sample.archive_source import Draft
from salver.data.sample.staff import Clerk

ZONE = ZoneInfo("Europe/Berlin")
_WEEK = (1.6, 1.15, 1.05, 1.0, 0.9, 0.38, 0.34)  # Monday first
_DAY = (
    *(0.15, 0.08, 0.05, 0.05, 0.08, 0.25, 0.7, 1.6),  # 0 to 7 o'clock
    *(3.0, 4.4, 4.6, 3.9, 2.8, 2.7, 2.9, 2.9),  # 8 to 15
    *(2.8, 2.8, 3.0, 3.7, 3.9, 3.1, 1.7, 0.6),  # 16 to 23
)
_GREETINGS = (
    (re.compile(r"\b(guten morgen|good morning|morning,)", re.IGNORECASE), range(6, 11)),
    (re.compile(r"\b(guten abend|good evening|n'?abend|tonight)\b", re.IGNORECASE), range(18, 23)),
    (re.compile(r"\bgood afternoon\b", re.IGNORECASE), range(13, 18)),
)
_QUOTED = re.compile(r"^(?:>\s*)?(?:Am|On|Gesendet:|Sent:|Datum:|Date:)\b.*$", re.MULTILINE)
_DATES = (
    re.compile(r"\b(\d{1,2})\.\s?(\d{1,2})\.\s?(20\d\d|)"),
    re.compile(r"\b(\d{1,2})[. ]+([A-Z]\w{2})\w*\.? ?(20\d\d|)"),
)
_MONTHS = {"jan": 1, "feb": 2, "mär": 3, "mrz": 3, "mar": 3, "apr": 4, "mai": 5, "may": 5, "jun": 6, "jul": 7} | {
    "aug": 8,
    "sep": 9,
    "okt": 10,
    "oct": 10,
    "nov": 11,
    "dez": 12,
    "dec": 12,
}
_MINUTES: Mapping[str, float] = {"critical": 8, "high": 70, "normal": 330, "low": 900}  # median, of working time


def received(draft: Draft, holidays: frozenset[date], chance: Random, after: datetime | None = None) -> datetime:
    """The moment a case came in, in local time. `after`: not before this one of the same customer."""
    if "T" in draft.day:
        return datetime.fromisoformat(draft.day) + timedelta(seconds=chance.randrange(60))
    days = _days(draft, after)
    day = chance.choices(days, [0.3 if one in holidays else _WEEK[one.weekday()] for one in days])[0]
    hours = next((hours for pattern, hours in _GREETINGS if pattern.search(draft.text[:60])), range(24))
    hour = chance.choices(hours, [_DAY[hour] for hour in hours])[0]
    moment = datetime.combine(day, time(hour, chance.randrange(60), chance.randrange(60)))
    return moment if after is None or moment > after else after + timedelta(minutes=chance.randrange(20, 200))


def answered(
    draft: Draft, came: datetime, strength: float, clerk: Clerk, holidays: frozenset[date], chance: Random
) -> datetime:
    """The moment of the answer: inside the agent's hours, sooner when urgent, later when the agent is weak at it.

    When the answer names a day to come, as for a visit, it goes out before that day if the agent works until then.
    """
    minutes = _MINUTES[draft.urgency] * chance.lognormvariate(0, 0.55) * (2.1 - 1.2 * strength)
    ahead = [day for day in _dates(draft.answer, came.year) if came.date() < day < came.date() + timedelta(days=60)]
    limit = datetime.combine(min(ahead, default=date.max), time.min)
    while (moment := later(came, max(3.0, minutes), clerk, holidays)) >= limit and minutes > 3.0:
        minutes /= 2
    return moment


def later(moment: datetime, minutes: float, clerk: Clerk, holidays: frozenset[date]) -> datetime:
    """So many minutes of an agent's working time after a moment."""
    left = timedelta(minutes=minutes)
    day = moment.date()
    while True:
        start, end = clerk.shifts.get(day.weekday(), (time.min, time.min))
        begin = max(moment, datetime.combine(day, start))
        free = max(timedelta(0), datetime.combine(day, end) - begin)
        if day not in holidays and free > left:
            return (begin + left).replace(microsecond=0)
        left -= timedelta(0) if day in holidays else free
        day += timedelta(days=1)


def _days(draft: Draft, after: datetime | None) -> list[date]:
    if len(draft.day) == 10:
        return [date.fromisoformat(draft.day)]
    first = date.fromisoformat(f"{draft.day}-01")
    month = [first + timedelta(days=i) for i in range(31)]
    known = [*_quoted_dates(draft.text), *([after.date()] if after else [])]
    since = max((day for day in known if day.replace(day=1) == first), default=first)
    return [day for day in month if day.month == first.month and day >= since]


def _quoted_dates(text: str) -> list[date]:
    """Dates of the messages that a text quotes: it was written after them."""
    return [day for line in _QUOTED.findall(text) for day in _dates(line, None)]


def _dates(text: str, year: int | None) -> list[date]:
    """The days that a text names. Those without a year are left out, unless a year is given for them."""
    found = [groups for pattern in _DATES for groups in pattern.findall(text)]
    return [one for day, month, written in found for one in _date(day, month, written, year)]


def _date(day: str, month: str, written: str, year: int | None) -> list[date]:
    number = int(month) if month.isdigit() else _MONTHS.get(month[:3].lower(), 0)
    year = int(written) if written else year
    try:
        return [date(year, number, int(day))] if year else []
    except ValueError:  # a version number, an hour: no day
        return []
