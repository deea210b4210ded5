"""A made-up archive with canaries in it: customers of a mail-order company, and agents who paste, add lines and notes.

Of the replies about half are pasted as they are; others have a personal line more, a private note about the customer,
or are written freely. Every canary stands in one case, on the customer's side and in the agent's reply; every second
one of a shape that a record can have stands in the customer's record too.
"""

import json
import mailbox
import random
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape
from pathlib import Path
from typing import Any

from bench.canaries import BY_MAIL, Canary, drawn, planted
from bench.letters import ADDED, AGENTS, AROUND, FREE, NOTE, PERSONAL, TOPICS, Topic
from salver.data.company import Company
from salver.models.entities import names
from salver.pipeline.markup import text_of_html

Row = dict[str, Any]
COMPANY = Company(
    name="Beispielversand",
    own=("service@beispielversand.example", "@beispielversand.example"),
    patterns=(("customer_no", r"\b7\d{6}\b"), ("order_no", r"\bBX-\d{9}\b")),
    contact=(("de", "Einen Menschen erreichen Sie unter 0800 555 0100."), ("en", "Call 0800 555 0100 for a person.")),
)
_START = datetime(2025, 6, 2, 8, tzinfo=UTC)
_IN_RECORD = {"rare_name": "name", "common_name": "name", "phone": "phone", "street": "street", "email": "email",
              "iban": "iban", "birth_date": "birth_date", "order_no": "order_no"}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeUp:
    """Rows of an archive, oldest first, and the canary that was planted in some, by the row's id.

    `topics` are what new messages are about; where there are none, other rows of the archive are asked again.
    """

    company: Company
    rows: Sequence[Row]
    topics: Sequence[Topic] = ()
    canaries: Mapping[str, Canary] = field(default_factory=dict)


def customer(number: int, chance: random.Random) -> dict[str, str]:
    """The record of a made-up customer."""
    first, last = chance.choice(names("first")), chance.choice(names("surnames"))
    return {
        "name": f"{first} {last}",
        "email": f"{first}.{last}{number}@mailbox.example".lower(),
        "phone": f"0152 {number:04} {chance.randint(1000, 9999)}",
        "street": f"{chance.choice(names('places'))}weg {chance.randint(1, 200)}",
        "customer_no": f"7{number:06}",
    }


def letter(topic: Topic, who: Mapping[str, str], chance: random.Random, order_no: str = "") -> str:
    """What a customer writes."""
    hello, bye = AROUND[topic.lang]
    asked = chance.choice(topic.asks).replace("{order_no}", order_no)
    closing = chance.choice([bye, "Danke", "Gruß"] if topic.lang == "de" else [bye, "Thanks", "Best"])
    return f"{hello},\n\n{asked}\n{chance.choice(topic.details)}\n\n{closing}\n{who['name']}"


def order_number(chance: random.Random) -> str:
    """A number of an order."""
    return f"BX-{chance.randint(10**8, 10**9 - 1)}"


def archive(customers: int = 3000, replies: int = 3775, canaries: int = 1000, seed: int = 0) -> MadeUp:
    """An archive with so many customers and replies, and canaries planted in different cases."""
    chance = random.Random(seed)  # noqa: S311
    people = [customer(number, chance) for number in range(customers)]
    rows = [
        _row(number, people[number] if number < customers else chance.choice(people), chance)
        for number in range(replies)
    ]
    return plant(MadeUp(company=COMPANY, rows=rows, topics=TOPICS), canaries, seed)


def plant(made: MadeUp, count: int, seed: int) -> MadeUp:
    """The archive with canaries in so many of its rows, at most in all."""
    chance = random.Random(f"canaries {seed}")  # noqa: S311
    rows = [dict(row) for row in made.rows]
    places = chance.sample(range(len(rows)), min(count, len(rows)))
    found: dict[str, Canary] = {}
    for number, (at, canary) in enumerate(zip(places, drawn(len(places), chance), strict=True)):
        lang = str(rows[at].get("lang") or "en")
        sentence = chance.choice([*ADDED[lang], NOTE[lang]])
        if number % 2 and canary.shape in _IN_RECORD:
            rows[at]["customer"] = {**rows[at].get("customer", {}), _IN_RECORD[canary.shape]: canary.text}
        rows[at] = planted(rows[at], canary, sentence)
        found[str(rows[at]["id"])] = canary
    return replace(made, rows=rows, canaries=found)


def write(made: MadeUp, folder: Path) -> tuple[Path, ...]:
    """The archive as files: a table, and a mailbox with both sides of the cases that only a mail can hold."""
    table, box = folder / "archive.jsonl", folder / "both.mbox"
    by_mail = [row for row in made.rows if any(kind in row for kind in BY_MAIL)]
    rows = [row for row in made.rows if not any(kind in row for kind in BY_MAIL)]
    table.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    if not by_mail:
        return (table,)
    with closing(mailbox.mbox(box)) as mails:
        for row in by_mail:
            for one in as_mails(row, made.company):
                mails.add(one.as_bytes())
    return table, box


def as_mails(row: Row, company: Company) -> tuple[EmailMessage, EmailMessage]:
    """What the customer of a row wrote and what was replied, as mails."""
    who = row["customer"]
    asked, reply = EmailMessage(), EmailMessage()
    asked["From"], asked["To"] = f"{who['name']} <{who['email']}>", company.own[0]
    reply["From"], reply["To"] = f"{row['agent']} <{company.own[0]}>", asked["From"]
    asked["Date"], reply["Date"] = (format_datetime(datetime.fromisoformat(row[at])) for at in ("date", "answered_at"))
    for mail, text, side in ((asked, row["text"], "q"), (reply, row["answer"], "a")):
        mail["Subject"] = row["subject"]
        mail["Message-ID"] = f"<{row['id']}.{side}@mailbox.example>"
        mail["Keywords"] = row["intents"][0]
        _fill(mail, text, row.get("alt"))
    reply["In-Reply-To"] = asked["Message-ID"]
    return asked, reply


def _fill(mail: EmailMessage, text: str, alt: str | None) -> None:
    """A body in base64, or in HTML with an image that stands for words."""
    if alt is None:
        mail.set_content(text, cte="base64")
        return
    lines = "<br>".join(map(escape, text.split("\n")))
    mail.set_content(f'<p>{lines}</p><img src="cid:1" alt="{escape(alt)}">', subtype="html")


def _row(number: int, who: dict[str, str], chance: random.Random) -> Row:
    topic = chance.choice(TOPICS)
    at = _START + timedelta(hours=2 * number)
    order_no = order_number(chance)
    agent = chance.choice(AGENTS)
    return {
        "id": f"m{number:05}",
        "thread": f"m{number:05}",
        "channel": "email",
        "from": f"{who['name']} <{who['email']}>",
        "customer_no": who["customer_no"],
        "customer": who,
        "date": at.isoformat(),
        "lang": topic.lang,
        "subject": chance.choice(topic.asks).replace("{order_no}", order_no)[:60],
        "text": letter(topic, who, chance, order_no),
        "intents": [topic.intent],
        "answer": _answer(topic, who, agent, order_no, chance),
        "agent": agent,
        "answered_at": (at + timedelta(hours=chance.randint(1, 30))).isoformat(),
    }


def _answer(topic: Topic, who: Mapping[str, str], agent: str, order_no: str, chance: random.Random) -> str:
    """A pasted text, with something of one's own in some, or one that nobody has pasted."""
    hello, bye = AROUND[topic.lang]
    body, drawn_at = [topic.answer.replace("{order_no}", order_no)], chance.random()
    if drawn_at < 0.2:
        body = [chance.choice(FREE[topic.lang]).replace("{word}", chance.choice(names("places")))]
    elif drawn_at < 0.35:
        body.append(chance.choice(PERSONAL[topic.lang]))
    elif drawn_at < 0.45:
        body.append(NOTE[topic.lang].replace("{canary}", f"{who['name']}, {who['phone']}"))
    return f"{hello} {who['name']},\n\n{chr(10).join(body)}\n\n{bye}\n{agent}"


def of_rows(lines: Iterable[str], company: Company) -> MadeUp:
    """An archive out of the lines of a table; HTML of customers is read as text."""
    rows = [json.loads(line) for line in lines if line.strip()]
    return MadeUp(company=company, rows=[{"text": text_of_html(row.pop("html", ""))[0], **row} for row in rows])
