"""Makes the archive of the sample company from its source: day, hour, agent, answer as it was sent, ending."""

from collections import Counter
from datetime import datetime, timedelta
from random import Random
from typing import Any

from salver.data.sample.archive_source import Draft
from salver.data.sample.markup import marked_up
from salver.data.sample.moments import ZONE, answered, received
from salver.data.sample.staff import Clerk, Staff

SEED = "elmtal"
Row = dict[str, Any]

_OTHER_CHANNELS = ("web_form", "web_form", "chat", "sms", "social")
_SHORT = range(12, 70)  # words of a text that may have come by another channel than mail


def rows(cases: list[Draft], staff: Staff) -> list[Row]:
    """The lines of archive.jsonl, in the order in which the cases came in."""
    made = sorted(_received(cases, staff), key=lambda pair: (pair[1], pair[0].key))
    done = [_row(draft, came, staff) for draft, came in made]
    for number, row in enumerate(done, start=1):
        row["id"] = f"c{number:04}"
    _thread(done)
    return done


def chance_for(key: str, what: str) -> Random:
    """Chance of its own for each case and purpose: a new case does not reshuffle the others."""
    return Random(f"{SEED}/{what}/{key}")  # noqa: S311  a seeded draw, nothing secret


def _received(cases: list[Draft], staff: Staff) -> list[tuple[Draft, datetime]]:
    """Each case with the moment it came in; cases of one customer in one intent and month keep their order.

    Who is in danger while nobody reads mail, calls: critical ones came in while somebody was there.
    """
    last: dict[tuple[str, str, str], datetime] = {}
    found = []
    for draft in cases:
        same = (draft.customer.key, draft.intents[0], draft.day[:7])
        chance = chance_for(draft.key, "received")
        came = received(draft, staff.holidays, chance, last.get(same))
        while draft.urgency == "critical" and "T" not in draft.day and not staff.present(draft.customer.lang, came):
            came = received(draft, staff.holidays, chance, last.get(same))
        last[same] = came
        found.append((draft, came))
    return found


def _row(draft: Draft, came: datetime, staff: Staff) -> Row:
    chance = chance_for(draft.key, "answer")
    clerk = staff.choose(draft, came, chance)
    strength = staff.strength(clerk, draft.intents[0])
    at = answered(draft, came, strength, clerk, staff.holidays, chance)
    channel = _channel(draft)
    body = "html" if draft.html else "text"
    return {
        "id": "",
        "thread": "",
        "channel": channel,
        "subject": "" if channel in ("chat", "sms", "social") else draft.subject,
        "from": f"{draft.customer.name} <{draft.customer.email}>",
        "customer_no": draft.customer.customer_no,
        "customer": _customer(draft),
        "date": _written(came),
        "lang": draft.customer.lang,
        body: marked_up(draft.text, draft.customer.lang, chance_for(draft.key, "html")) if draft.html else draft.text,
        "intents": list(draft.intents),
        "urgency": draft.urgency,
        "answer": clerk.letter(draft.customer, draft.answer, chance),
        "agent": clerk.id,
        "answered_at": _written(at),
        "ending": _ending(draft, clerk, strength),
    }


def _customer(draft: Draft) -> dict[str, str]:
    names = ("name", "email", "phone", "street", "town", "customer_no", "meter_no")
    return {name: draft.customer.values()[name] for name in names}


def _channel(draft: Draft) -> str:
    chance = chance_for(draft.key, "channel")
    plain = not draft.html and not any(line.startswith((">", "-- ")) for line in draft.text.splitlines())
    if plain and len(draft.text.split()) in _SHORT and chance.random() < 0.19:
        return chance.choice(_OTHER_CHANNELS)
    return "email"


def _ending(draft: Draft, clerk: Clerk, strength: float) -> str:
    chance = chance_for(f"{draft.key}/{clerk.id}", "ending").random()
    if draft.reopened or chance < (1 - strength) * 0.5:
        return "reopened"
    return "thanked" if chance > 0.82 else "resolved"


def _written(moment: datetime) -> str:
    return moment.replace(tzinfo=ZONE, microsecond=0).isoformat()


def _thread(done: list[Row]) -> None:
    """A case about the same within 30 days of a customer's last one belongs to the same thread."""
    last: dict[tuple[str, str], Row] = {}
    numbers: Counter[str] = Counter()
    for row in done:
        same = (row["customer_no"], row["intents"][0])
        before = last.get(same)
        if before is not None and _apart(before, row) <= timedelta(days=30):
            row["thread"] = before["thread"]
        else:
            numbers["thread"] += 1
            row["thread"] = f"t{numbers['thread']:04}"
        last[same] = row


def _apart(before: Row, row: Row) -> timedelta:
    return datetime.fromisoformat(row["date"]) - datetime.fromisoformat(before["date"])
