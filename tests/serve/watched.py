"""Mailboxes that are really watched: a store, the small bundle, and all that `salver watch` is made of."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from salver.data import schema
from salver.data.ledger import Ledger
from salver.data.mailbox import Condition, Mailbox
from salver.data.store import Store
from salver.pipeline.run import now_utc
from salver.serve.mail.deciding import Decider
from salver.serve.mail.watcher import Seen
from salver.serve.mail.watching import Office
from salver.serve.settings import Settings
from tests.serve.office import approved_store, bundle_folder

QUESTIONS = (
    "Bei uns ist der Strom weg, die ganze Straße ist dunkel",
    "wie kann ich Ihnen meinen Zählerstand melden? Wo trage ich den Stand ein?",
    "Mein Internet ist seit Tagen sehr langsam, Seiten laden ewig",
    "Das ist eine Frechheit, ich möchte mich offiziell beschweren",
)


class Watched:
    """A store in a folder, and the mailboxes that are watched with it."""

    def __init__(self, folder: Path, *mailboxes: Mailbox, clock=now_utc, lease_s: float = 60, told=None) -> None:
        settings = Settings(home=folder, bundle=bundle_folder(), audit_share=0.0, mailboxes=mailboxes)
        self.told: list[str] = [] if told is None else told
        self.store = Store.open(approved_store(f"{folder}/store.db"))
        self.mailboxes: Sequence[Mailbox] = mailboxes
        self.decider = Decider(settings, self.store, clock, self.told.append)
        self.ledger = Ledger(self.store, clock)
        self._clock = clock
        self._lease_s = lease_s

    def office(self, *mailboxes: Mailbox, **more) -> Office:
        which, told = mailboxes or self.mailboxes, more.pop("told", self.told.append)
        return Office(self.store, which, self.decider, self._clock, told, lease_s=self._lease_s, **more)

    def once(self, *mailboxes: Mailbox, **more) -> list[Seen]:
        """One look at each mailbox."""
        return self.office(*mailboxes, **more).run(once=True)

    def condition(self, name: str = "service") -> Condition:
        return next(one for one in self.ledger.conditions() if one.name == name)

    def decided(self) -> Counter[str]:
        """How often each message was decided."""
        with self.store.reading() as connection:
            return Counter(connection.scalars(select(schema.decisions.c.message)))

    def mails_out(self) -> list[tuple[str, str, str]]:
        """Kind, state and message of each mail in the outbox."""
        table = schema.outbox
        with self.store.reading() as connection:
            query = select(table.c.kind, table.c.state, table.c.message).order_by(table.c.made_at)
            return [tuple(row) for row in connection.execute(query)]

    def close(self) -> None:
        self.store.close()


def mail(number: int, text: str = "", *, at: datetime | None = None, extra: str = "") -> bytes:
    """A customer's mail, with CRLF line ends as IMAP has them."""
    text = text or QUESTIONS[number % len(QUESTIONS)]
    date = f"{at or datetime(2026, 3, 4, 11, number % 60, tzinfo=UTC):%d %b %Y %H:%M:%S} +0100"
    lines = [
        f"From: Kunde {number} <kunde{number}@posthorn.example>",
        "To: service@elmtalwerke.example",
        f"Date: {date}",
        f"Message-ID: <{number}@posthorn.example>",
        f"Subject: Anfrage {number}",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
        *([extra] if extra else []),
        "",
        f"{text} ({number})",
        "",
    ]
    return "\r\n".join(lines).encode()
