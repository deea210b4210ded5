"""The eight people who answered the sample company's archive: what each is good at, and how each writes."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random

from salver.data.sample.archive_source import Draft
from salver.data.sample.customers import Row

# How likely the first answer of an agent solves it, by group of intents.
STRENGTHS: Mapping[str, Mapping[str, float]] = {
    "mara.lind": {"billing": 0.97, "contracts": 0.84, "energy": 0.62, "internet": 0.52, "front": 0.80},
    "juergen.ebel": {"billing": 0.92, "contracts": 0.90, "energy": 0.58, "internet": 0.45, "front": 0.60},
    "selin.oezkan": {"billing": 0.72, "contracts": 0.97, "energy": 0.60, "internet": 0.66, "front": 0.93},
    "hinnerk.voss": {"billing": 0.55, "contracts": 0.50, "energy": 0.97, "internet": 0.62, "front": 0.45},
    "nora.kessler": {"billing": 0.70, "contracts": 0.66, "energy": 0.94, "internet": 0.80, "front": 0.74},
    "felix.ranft": {"billing": 0.48, "contracts": 0.70, "energy": 0.66, "internet": 0.97, "front": 0.66},
    "dana.whitlock": {"billing": 0.84, "contracts": 0.88, "energy": 0.64, "internet": 0.74, "front": 0.94},
    "tomasz.wilk": {"billing": 0.66, "contracts": 0.64, "energy": 0.58, "internet": 0.70, "front": 0.70},
}
_SALUTATIONS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "mara.lind": {
        "de": ("Guten Tag {who},", "Sehr geehrte{r} {who},", "Hallo {who},"),
        "en": ("Dear {who},", "Hello {who},", "Good day {who},"),
    },
    "juergen.ebel": {"de": ("Sehr geehrte{r} {who},", "Sehr geehrte{r} {who},", "Guten Tag {who},")},
    "selin.oezkan": {
        "de": ("Hallo {who},", "Guten Tag {who},", "Liebe{r} {who},"),
        "en": ("Dear {who},", "Hello {who},", "Hi {who},"),
    },
    "hinnerk.voss": {"de": ("Moin {who},", "Guten Tag {who},", "Hallo {who},")},
    "nora.kessler": {
        "de": ("Guten Tag {who},", "Hallo {who},", "Guten Abend {who},"),
        "en": ("Dear {who},", "Hello {who},", "Good evening {who},"),
    },
    "felix.ranft": {
        "de": ("Hallo {who},", "Guten Tag {who},", "Hi {who},"),
        "en": ("Hi {who},", "Hello {who},", "Dear {who},"),
    },
    "dana.whitlock": {"en": ("Dear {who},", "Good morning {who},", "Hello {who},", "Good day {who},")},
    "tomasz.wilk": {
        "de": ("Sehr geehrte{r} {who},", "Guten Tag {who},", "Guten Tag, {who},"),
        "en": ("Dear {who},", "Good day {who},", "Dear {who}:"),
    },
}
_CLOSINGS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "mara.lind": {
        "de": (
            "Freundliche Grüße\nMara Lind",
            "Mit freundlichen Grüßen\nMara Lind",
            "Herzliche Grüße aus Elmtal\nMara Lind",
        ),
        "en": ("Kind regards\nMara Lind", "Best regards\nMara Lind", "With kind regards from Elmtal\nMara Lind"),
    },
    "juergen.ebel": {
        "de": (
            "Mit freundlichen Grüßen\nJürgen Ebel",
            "Mit freundlichem Gruß\nJ. Ebel",
            "Hochachtungsvoll\nJürgen Ebel",
        ),
    },
    "selin.oezkan": {
        "de": (
            "Viele Grüße\nSelin Özkan",
            "Liebe Grüße aus dem Kundenzentrum\nSelin Özkan",
            "Beste Grüße\nSelin Özkan",
        ),
        "en": ("Best wishes\nSelin Özkan", "Many greetings\nSelin Özkan", "All the best\nSelin Özkan"),
    },
    "hinnerk.voss": {
        "de": ("Gruß\nHinnerk Voss", "Mit Gruß aus der Netzleitstelle\nH. Voss", "Gruß aus Elmtal\nHinnerk Voss"),
    },
    "nora.kessler": {
        "de": (
            "Freundliche Grüße\nNora Kessler",
            "Viele Grüße\nNora Kessler",
            "Kommen Sie gut durch den Abend\nNora Kessler",
        ),
        "en": ("Kind regards\nNora Kessler", "Regards\nNora Kessler", "Take care\nNora Kessler"),
    },
    "felix.ranft": {
        "de": ("Viele Grüße\nFelix Ranft", "Beste Grüße\nFelix Ranft", "Schöne Grüße\nFelix (Ranft)"),
        "en": ("Cheers\nFelix Ranft", "Best regards\nFelix Ranft", "Best\nFelix Ranft"),
    },
    "dana.whitlock": {
        "en": (
            "Kind regards\nDana Whitlock",
            "Yours sincerely\nDana Whitlock",
            "Warm regards\nDana",
            "Best wishes\nDana Whitlock",
        ),
    },
    "tomasz.wilk": {
        "de": ("Mit freundlichen Grüßen\nTomasz Wilk", "Freundliche Grüße\nTomasz Wilk", "Mit besten Grüßen\nT. Wilk"),
        "en": ("Kind regards\nTomasz Wilk", "Yours sincerely\nTomasz Wilk", "Best regards\nT. Wilk"),
    },
}
_FOOTERS = {
    "de": (
        "Elmtalwerke GmbH | Kundenservice\nAm Wehr 12, 38901 Elmtal\nTelefon 05399 700 0 | https://portal.elmtalwerke.example",
        "--\nElmtalwerke GmbH · Am Wehr 12 · 38901 Elmtal\nTel. 05399 700 0 · service@elmtalwerke.example",
        "Ihre Elmtalwerke",
    ),
    "en": (
        "Elmtalwerke GmbH | Customer Service\nAm Wehr 12, 38901 Elmtal\nPhone 05399 700 0 | https://portal.elmtalwerke.example",
        "--\nElmtalwerke GmbH · Am Wehr 12 · 38901 Elmtal\nPhone 05399 700 0 · service@elmtalwerke.example",
        "Your Elmtalwerke team",
    ),
}
_SMALL = frozenset(
    [
        "Auf",
        "Bis",
        "Bitte",
        "Damit",
        "Danke",
        "Das",
        "Dass",
        "Den",
        "Der",
        "Die",
        "Ein",
        "Eine",
        "Für",
        "In",
        "Innerhalb",
        "Ja",
        "Solange",
        "Unser",
        "Von",
        "Wir",
        "Zu",
    ]
)
_READING = timedelta(minutes=30)  # an urgent message goes to nobody who leaves within it
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True, kw_only=True)
class Clerk:
    """An agent of the sample company. `shifts` has start and end by weekday, 0 is Monday."""

    id: str
    languages: tuple[str, ...]
    shifts: Mapping[int, tuple[time, time]]

    def works(self, moment: datetime, holidays: frozenset[date]) -> bool:
        start, end = self.shifts.get(moment.weekday(), (time.min, time.min))
        return start <= moment.time() < end and moment.date() not in holidays

    def letter(self, row: Row, body: str, chance: Random) -> str:
        """An answer as this agent writes it: salutation, body, closing and often a footer."""
        ending = "r" if row.title == "Herr" else ""
        salutation = chance.choice(_SALUTATIONS[self.id][row.lang]).format(who=row.addressed, r=ending)
        closing = chance.choice(_CLOSINGS[self.id][row.lang])
        body = _after_comma(body) if row.lang == "de" else body[:1].upper() + body[1:]
        footer = chance.choice(("", *_FOOTERS[row.lang]))
        return f"{salutation}\n\n{body}\n\n{closing}\n{footer}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """All agents, the days nobody works, and which group an intent belongs to."""

    clerks: tuple[Clerk, ...]
    holidays: frozenset[date]
    groups: Mapping[str, str]

    @classmethod
    def of(cls, path: Path) -> "Staff":
        """Read agents.toml."""
        found = tomllib.loads(path.read_text(encoding="utf-8"))
        return cls(
            clerks=tuple(
                Clerk(id=one["id"], languages=tuple(one["languages"]), shifts=_shifts(one["hours"]))
                for one in found["agent"]
            ),
            holidays=frozenset(found["holidays"]),
            groups={intent: queue for queue, intents in found["queues"].items() for intent in intents},
        )

    def strength(self, clerk: Clerk, intent: str) -> float:
        return STRENGTHS[clerk.id][self.groups[intent]]

    def present(self, lang: str, moment: datetime) -> bool:
        """Whether anybody who writes a language works at a moment and stays a little."""
        return any(lang in clerk.languages and clerk.works(moment + _READING, self.holidays) for clerk in self.clerks)

    def choose(self, draft: Draft, received: datetime, chance: Random) -> Clerk:
        """Who answers: mostly somebody who is good at it; when it is urgent, somebody who is there."""
        able = [clerk for clerk in self.clerks if draft.customer.lang in clerk.languages]
        if draft.urgency in ("high", "critical"):
            able = [clerk for clerk in able if clerk.works(received + _READING, self.holidays)] or able
        weights = [self._weight(clerk, draft) for clerk in able]
        return chance.choices(able, weights)[0]

    def _weight(self, clerk: Clerk, draft: Draft) -> float:
        strength = self.strength(clerk, draft.intents[0])
        part_time = 0.5 if clerk.id == "tomasz.wilk" else 1.0
        return part_time * strength**5 * ((1.05 - strength) * 4 if draft.reopened else 1)


def _after_comma(body: str) -> str:
    """German goes on in small letters after the salutation's comma, unless the first word is a noun or a `Sie`."""
    first = re.match(r"\w+", body)
    return body[0].lower() + body[1:] if first and first[0] in _SMALL else body


def _shifts(hours: Mapping[str, str]) -> dict[int, tuple[time, time]]:
    pairs = {_DAYS.index(day): hours_.split("-") for day, hours_ in hours.items()}
    return {day: (time.fromisoformat(start), time.fromisoformat(end)) for day, (start, end) in pairs.items()}
