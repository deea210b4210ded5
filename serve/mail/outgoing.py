"""What leaves for the messages of a mailbox: an answer where it may be sent, else a draft for the agent."""

from collections.abc import Sequence
from datetime import datetime

from salver.data.answer import Letter
from salver.data.company import Company
from salver.data.decision import AutoAnswer, Tray
from salver.data.mailbox import Mailbox
from salver.data.message import Address
from salver.data.outgoing import Outgoing, OutKind
from salver.data.record import in_utc
from salver.pipeline.draft import draft
from salver.pipeline.envelope import (
    Envelope,
    message_id,
    no_address,
    recipient_of,
    references_of,
    sealed,
    thread_of,
)
from salver.pipeline.withhold import intents_of, unsendable

VERSION = "1"
"""Of a message's answer. It enters the Message-ID, so that another answer would have another one."""


def outgoing(trays: Sequence[Tray], mailbox: Mailbox, company: Company, secret: bytes, now: datetime) -> list[Outgoing]:
    """At most one mail for each tray that was assigned: an `answer` for an AutoAnswer that this mailbox sends, a
    `draft` for whatever else a person might send, none for what is left alone or has no suggestion.

    `secret` is what the Message-IDs are derived with. Hand them to `Store.decided` together with the decisions.
    """
    return [one for one in (_outgoing(tray, mailbox, company, secret, now) for tray in trays) if one]


def _outgoing(tray: Tray, mailbox: Mailbox, company: Company, secret: bytes, now: datetime) -> Outgoing | None:
    decision = tray.decision
    if isinstance(decision, AutoAnswer) and not unsendable(tray, mailbox):
        lang = tray.reading.lang if tray.reading else ""
        letter = Letter(text=decision.answer, html=decision.answer_html)
        return _mail("answer", letter, lang, tray, mailbox, company, secret, now)
    if found := draft(tray, company):
        return _mail("draft", *found, tray, mailbox, company, secret, now)
    return None


def _mail(
    kind: OutKind,
    letter: Letter,
    lang: str,
    tray: Tray,
    mailbox: Mailbox,
    company: Company,
    secret: bytes,
    now: datetime,
) -> Outgoing:
    message = tray.message
    reachable = message.sender and not no_address(message.sender)
    envelope = Envelope(
        id=message_id(message.key, f"{kind} {VERSION}", secret, mailbox.address),
        kind=kind,
        sender=recipient_of(Address(name="", email=mailbox.address)),
        name=company.name,
        recipient=recipient_of(message.sender) if message.sender and reachable else "",
        lang=lang,
        at=now,
    )
    return Outgoing(
        id=envelope.id,
        kind=kind,
        message=message.key,
        mailbox=mailbox.name,
        thread=thread_of(message),
        recipient=envelope.recipient,
        content=sealed(letter, envelope, message),
        made_at=in_utc(now),
        intents=intents_of(tray),
        rests_on=tray.decision.rests_on if isinstance(tray.decision, AutoAnswer) else (),
        references=references_of(message),
    )
