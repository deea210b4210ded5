"""Cases out of the tickets of a helpdesk, by the rule of `pair`.

All that a customer wrote before an answer is one case, and all that agents answered before the customer's next text is
its answer.

Notes among agents, and what the system wrote, are neither texts nor answers.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from salver.data.case import Case, Customer, Ending
from salver.data.company import Company
from salver.data.message import Address
from salver.data.reading import Cleaned
from salver.data.tickets import Post, Ticket
from salver.pipeline.clean import clean_text
from salver.pipeline.markup import text_of_html
from salver.training.author import agent_of
from salver.training.pair import COMES_BACK, is_only_thanks


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What a customer wrote in a ticket and nobody has answered yet."""

    id: str
    ticket: Ticket
    first: Post
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchanged:
    """What one ticket holds: cases, and perhaps a text that waits."""

    cases: tuple[Case, ...] = ()
    waiting: Waiting | None = None


@dataclass(slots=True)
class _Exchange:
    asked: list[Post]
    replies: list[Post] = field(default_factory=list)
    ending: Ending = "unknown"


def exchanged(ticket: Ticket, company: Company, intent_from: str = "") -> Exchanged:
    """The cases of a ticket, and what waits in it. `intent_from` names the field that says what the customer wanted.

    The id of a case is that of its first text, so that the same ticket gives the same case in a later export. A ticket
    that is gone holds nothing, and in one that is solved nothing waits.
    """
    if ticket.state == "gone":
        return Exchanged()
    found, waiting = _exchanges(_between_both(ticket))
    if found and not waiting and found[-1].ending == "unknown" and ticket.state == "solved":
        found[-1].ending = "resolved"
    cases = tuple(_case(ticket, one, company, intent_from) for one in found)
    if not waiting or ticket.state == "solved":
        return Exchanged(cases=cases)
    first = waiting[0]
    return Exchanged(
        cases=cases,
        waiting=Waiting(id=_key(ticket, first), ticket=ticket, first=first, text=_joined(waiting)),
    )


def _between_both(ticket: Ticket) -> Iterator[Post]:
    """What customer and company wrote to each other; an answer that went to others alone is none."""
    for post in ticket.posts:
        elsewhere = post.by == "agent" and post.to and ticket.customer.email not in ("", *post.to)
        if post.by != "system" and not post.private and not elsewhere and _text(post):
            yield post


def _exchanges(posts: Iterable[Post]) -> tuple[list[_Exchange], list[Post]]:
    """The exchanges of a ticket, and what the customer wrote since."""
    found: list[_Exchange] = []
    waiting: list[Post] = []
    for post in posts:
        last = found[-1] if found else None
        if post.by == "agent":
            if waiting:
                found.append(_Exchange(asked=waiting, replies=[post]))
                waiting = []
            elif last:
                last.replies.append(post)
        elif last and not waiting and is_only_thanks(_text(post)):
            last.ending = "thanked"
        else:
            if last and not waiting and post.at - last.replies[-1].at <= COMES_BACK:
                last.ending = "reopened"
            waiting.append(post)
    return found, waiting


def _case(ticket: Ticket, one: _Exchange, company: Company, intent_from: str) -> Case:
    first, reply = one.asked[0], one.replies[0]
    wrote = first.author if first.author.email or first.author.name else ticket.customer
    return Case(
        id=_key(ticket, first),
        thread=f"{ticket.system}-{ticket.id}",
        customer=Customer(name=wrote.name, email=wrote.email),
        subject=ticket.subject,
        text=_joined(one.asked),
        answer=_joined(one.replies),
        channel=ticket.channel,
        intents=intents_of(ticket, intent_from),
        urgency=ticket.urgency,
        agent=_agent(reply, company),
        received_at=first.at,
        answered_at=reply.at,
        ending=one.ending,
        source=ticket.source,
    )


def intents_of(ticket: Ticket, field_name: str) -> tuple[str, ...]:
    """What a field of a ticket holds; of a field that it has not, nothing."""
    return next((values for name, values in ticket.fields if name == field_name and values), ()) if field_name else ()


def _agent(reply: Post, company: Company) -> str:
    """One identifier for one agent, as from a mail: `mara.lind`; else whatever names the account."""
    author = reply.author
    sender = Address(name=author.name, email=author.email)
    return agent_of(sender, Cleaned(text=_text(reply)), company) or author.email or author.name.casefold()


def _key(ticket: Ticket, first: Post) -> str:
    return f"{ticket.system}-{ticket.id}-{first.id}"


def _joined(posts: Sequence[Post]) -> str:
    return "\n\n".join(_text(post) for post in posts)


def _text(post: Post) -> str:
    """What was written this time, as plain text."""
    return clean_text(text_of_html(post.text)[0] if post.html else post.text).text
