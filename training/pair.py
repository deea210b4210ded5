"""Cases out of a mailbox with both sides: what customers wrote, paired with what the company replied.

A mail belongs to the thread of the mail that it names (`In-Reply-To`, `References`: RFC 5322, 3.6.4), else to the one
with the same subject and the same customer in the last 30 days. Within a thread everything that a customer wrote before
a reply is one case, and everything that the company wrote before the customer's next mail is its answer.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from salver.data.case import Case, Customer, Ending
from salver.data.company import Company
from salver.data.errors import Fault
from salver.data.message import Address, Message
from salver.data.reading import Cleaned
from salver.pipeline.clean import clean
from salver.pipeline.question import question
from salver.pipeline.screen import screen
from salver.training.author import agent_of, whole_names
from salver.training.labels import labels_of, unique
from salver.training.split import moment

SAME_SUBJECT = timedelta(days=30)
COMES_BACK = timedelta(days=14)

_THANKS = re.compile(r"\b(?:danke\w*|dank|thanks?|thx|merci|cheers|perfekt|perfect|super|great)\b", re.IGNORECASE)
_STILL = re.compile(
    r"[?]|\b(?:aber|leider|jedoch|trotzdem|allerdings|immer noch|noch|nicht|kein\w*|bitte|wann|warum|but|however|still"
    r"|not|unfortunately|please|when|why|again|could|can you|don't|doesn't|didn't|isn't|hasn't)\b",
    re.IGNORECASE,
)
_THANKS_WORDS = 30
_BY_MACHINE = {"auto-submitted": ("no",), "precedence": ("first-class", "special-delivery"), "x-autoreply": ("no",)}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mail:
    message: Message
    at: datetime
    ours: bool
    customer: Address
    subject: str
    cleaned: Cleaned


@dataclass(slots=True, kw_only=True)
class _Exchange:
    """What was asked, what was answered, and how it ended as far as the mailbox shows."""

    asked: list[_Mail]
    replies: list[_Mail]
    ending: Ending = "unknown"
    thread: str = field(default="")


def pair(
    messages: Iterable[Message],
    company: Company,
    *,
    folders: Mapping[str, str] | None = None,
    source: str = "mailbox",
) -> tuple[list[Case], list[Fault]]:
    """The cases in order of their first mail, and what could not be used, counted.

    `folders` are intents that the place of a mail says, by the message's key; labels in the mail itself come first.
    """
    unlike = list({message.key: message for message in messages}.values())
    mails, faults = _mails(unlike, company, source)
    until = max((mail.at for mail in mails), default=None)
    exchanges: list[_Exchange] = []
    unanswered = 0
    for thread in _threads(mails):
        some, waiting = _exchanges(thread)
        exchanges += some
        unanswered += len(waiting)
    faults += _told(unanswered, source, "customers' mails without a reply: {}; nothing is learned from them.")
    cases = [_case(one, company, until, folders or {}) for one in sorted(exchanges, key=lambda one: one.asked[0].at)]
    whole = whole_names(case.agent for case in cases)
    return [replace(case, agent=whole.get(case.agent, case.agent)) for case in cases], faults


def waiting(messages: Iterable[Message], company: Company) -> frozenset[str]:
    """The keys of the customers' mails that no reply has followed, and of those whose date does not say whether."""
    unlike = list({message.key: message for message in messages}.values())
    mails, _ = _mails(unlike, company, "")
    unanswered = {mail.message.key for thread in _threads(mails) for mail in _exchanges(thread)[1]}
    undated = [one for one in unlike if moment(one.date or one.received_at) is None]
    written = [one for one, found in zip(undated, screen(undated, company), strict=True) if found.verdict == "human"]
    return frozenset(unanswered | {one.key for one in written if one.sender and not company.owns(one.sender.email)})


def _mails(messages: Sequence[Message], company: Company, source: str) -> tuple[list[_Mail], list[Fault]]:
    """Mails between a customer and the company in order of time, and how many were none."""
    dropped: dict[str, int] = defaultdict(int)
    mails = []
    for message, cleaned, screening in zip(messages, clean(messages), screen(messages, company), strict=True):
        ours = message.sender is not None and company.owns(message.sender.email)
        customer = _customer(message, company, ours)
        at = moment(message.date or message.received_at)
        if _is_automatic(message) if ours else screening.verdict == "machine":
            dropped["mails written by machines: {}; they were left out."] += 1
        elif customer is None:
            dropped["mails without a customer as sender or recipient: {}; they were left out."] += 1
        elif at is None:
            dropped["mails without a date: {}; they were left out."] += 1
        else:
            subject = question(message.subject, "").casefold()
            mail = _Mail(message=message, at=at, ours=ours, customer=customer, subject=subject, cleaned=cleaned)
            mails.append(mail)
    faults = [fault for what, count in dropped.items() for fault in _told(count, source, what)]
    return sorted(mails, key=lambda mail: mail.at), faults


def _customer(message: Message, company: Company, ours: bool) -> Address | None:
    if not ours:
        return message.sender
    return next((one for one in (*message.to, *message.cc) if one.email and not company.owns(one.email)), None)


def _is_automatic(message: Message) -> bool:
    """Whether the company's system wrote it, as a note of receipt (RFC 3834)."""
    said = {key: message.header(key) for key in _BY_MACHINE}
    return any(value is not None and value.strip().casefold() not in _BY_MACHINE[key] for key, value in said.items())


def _threads(mails: Sequence[_Mail]) -> list[list[_Mail]]:
    threads: list[list[_Mail]] = []
    by_id: dict[str, list[_Mail]] = {}
    by_subject: dict[tuple[str, str], list[_Mail]] = {}
    for mail in mails:
        named = (by_id[one] for one in reversed(mail.message.references) if one in by_id)
        alike = (mail.subject, mail.customer.email)
        thread = next(named, None) or _recent(by_subject.get(alike), mail.at)
        if thread is None:
            threads.append(thread := [])
        thread.append(mail)
        by_subject[alike] = thread
        if mail.message.message_id:
            by_id[mail.message.message_id] = thread
    return threads


def _recent(thread: list[_Mail] | None, at: datetime) -> list[_Mail] | None:
    return thread if thread and at - thread[-1].at <= SAME_SUBJECT else None


def _exchanges(thread: Sequence[_Mail]) -> tuple[list[_Exchange], list[_Mail]]:
    """The exchanges of a thread, and the mails of the customer that still wait."""
    found: list[_Exchange] = []
    waiting: list[_Mail] = []
    for mail in thread:
        last = found[-1] if found else None
        if mail.ours and waiting:
            found.append(_Exchange(asked=waiting, replies=[mail], thread=thread[0].message.key))
            waiting = []
        elif mail.ours and last:
            last.replies.append(mail)
        elif last and not mail.ours and not waiting and is_only_thanks(mail.cleaned.text):
            last.ending = "thanked"
        elif not mail.ours:
            if last and not waiting and _is_about(last, mail):
                last.ending = "reopened"
            waiting.append(mail)
    return found, waiting


def _is_about(last: _Exchange, mail: _Mail) -> bool:
    """Whether a customer comes back with the same matter: soon, and not under another subject."""
    same = not mail.subject or mail.subject == last.asked[-1].subject or mail.subject == last.replies[-1].subject
    return same and mail.at - last.replies[-1].at <= COMES_BACK


def is_only_thanks(text: str) -> bool:
    """Whether a customer's text thanks and asks for nothing more."""
    return len(text.split()) <= _THANKS_WORDS and bool(_THANKS.search(text)) and not _STILL.search(text)


def _case(one: _Exchange, company: Company, until: datetime | None, folders: Mapping[str, str]) -> Case:
    first, reply = one.asked[0], one.replies[0]
    every = [mail.message for mail in (*one.asked, *one.replies)]
    ending = one.ending
    if ending == "unknown" and until and until - one.replies[-1].at >= COMES_BACK:
        ending = "resolved"
    labels = unique([*(label for message in every for label in labels_of(message)), *_places(every, folders)])
    return Case(
        id=first.message.key,
        thread=one.thread,
        customer=Customer(name=first.customer.name, email=first.customer.email),
        subject=first.message.subject,
        text=_joined(one.asked),
        answer=_joined(one.replies),
        channel=first.message.channel,
        intents=labels,
        agent=agent_of(reply.message.sender, reply.cleaned, company),
        received_at=first.at,
        answered_at=reply.at,
        ending=ending,
    )


def _places(messages: Sequence[Message], folders: Mapping[str, str]) -> list[str]:
    return [folders.get(message.key, "") for message in messages]


def _joined(mails: Sequence[_Mail]) -> str:
    return "\n\n".join(mail.cleaned.text for mail in mails if mail.cleaned.text)


def _told(count: int, source: str, what: str) -> list[Fault]:
    return [Fault(source=source, line=0, what=what.format(count))] if count else []
