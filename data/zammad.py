"""A ticket of Zammad: as its API writes it with `expand=true`, its `articles` inside or beside it.

An article's `sender` says who wrote it. A note is public only if it says that it is not internal.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC
from email.utils import getaddresses, parseaddr
from typing import Any

from salver.data.cells import channel_of, text_of
from salver.data.message import Channel
from salver.data.tickets import NOBODY, Author, Person, Place, Post, State, Ticket, listed, said

Raw = Mapping[str, Any]

_STATES: dict[str, State] = {"closed": "solved", "4": "solved", "merged": "gone", "5": "gone", "removed": "gone"}
_URGENCIES = {"1": "low", "2": "normal", "3": "high"}
_SENDERS: dict[str, Author] = {"agent": "agent", "customer": "customer", "system": "system"}
_SENDER_IDS: dict[str, Author] = {"1": "agent", "2": "customer", "3": "system"}
"""As Zammad sets them up."""
_CHANNELS: dict[str, Channel] = {
    **dict.fromkeys(("web", "note"), "web_form"),
    **dict.fromkeys(("chat", "telegram personal-message", "whatsapp message"), "chat"),
    **dict.fromkeys(("twitter status", "twitter direct-message", "facebook feed post"), "social"),
    **dict.fromkeys(("facebook feed comment",), "social"),
    "sms": "sms",
}


def is_ticket(raw: Raw) -> bool:
    """Whether an object is one of Zammad's tickets."""
    named = "title" in raw and ("number" in raw or "ticket_number" in raw)
    return named and any(one in raw for one in ("articles", "article_ids", "state", "state_id", "customer_id"))


def is_post(raw: Raw) -> bool:
    """Whether an object is an article that says of which ticket it is."""
    return "ticket_id" in raw and "body" in raw and ("sender" in raw or "sender_id" in raw)


def ticket_of(raw: Raw, posts: Sequence[Raw], people: Mapping[str, Person], place: Place) -> Ticket:
    """The ticket; what in it cannot be used is told."""
    number = text_of(raw.get("id") or raw.get("ticket_id"))
    inside = [one for one in raw.get("articles") or () if isinstance(one, Mapping)]
    articles = {text_of(one.get("id")) or str(at): one for at, one in enumerate((*inside, *posts))}
    customer = _customer(raw, people, list(articles.values()))
    written = (_post(one, people, customer, place, number) for one in articles.values())
    found = sorted((one for one in written if one), key=lambda one: one.at)
    first = next(iter(articles.values()), {})
    state = text_of(raw.get("state") or raw.get("state_id")).casefold()
    way = text_of(first.get("type")).casefold()
    return Ticket(
        system="zammad",
        id=number,
        subject=text_of(raw.get("title")) or text_of(first.get("subject")),
        customer=customer,
        posts=tuple(found),
        state=_STATES.get(state, "open"),
        channel=_CHANNELS.get(way) or channel_of(way),
        urgency=_URGENCIES.get(text_of(raw.get("priority") or raw.get("priority_id"))[:1]),
        fields=tuple(_fields(raw)),
    )


def _customer(raw: Raw, people: Mapping[str, Person], articles: Sequence[Raw]) -> Person:
    """Whom the ticket names; else who wrote first."""
    named = raw.get("customer")
    if isinstance(named, Mapping):
        name = " ".join(filter(None, (text_of(named.get("firstname")), text_of(named.get("lastname")))))
        return Person(name=name, email=text_of(named.get("email")).casefold(), agent=False)
    known = people.get(text_of(raw.get("customer_id"))) or people.get(text_of(named).casefold())
    if known and (known.email or known.name):
        return known
    name, email = parseaddr(text_of(named)) if "@" in text_of(named) else (text_of(named), "")
    wrote = next((_from(one) for one in articles if _by(one) == "customer"), NOBODY)
    if email:
        return Person(name=name or (wrote.name if wrote.email == email.casefold() else ""), email=email.casefold())
    return wrote if wrote.email else Person(name=name or wrote.name)


def _from(raw: Raw) -> Person:
    name, email = parseaddr(text_of(raw.get("from")))
    return Person(
        name=name if email and "@" in email else text_of(raw.get("from")), email=email.casefold() * ("@" in email)
    )


def _post(raw: Raw, people: Mapping[str, Person], customer: Person, place: Place, ticket: str) -> Post | None:
    number = text_of(raw.get("id"))
    text = text_of(raw.get("body"))
    if not text.strip():
        return None
    at = place.moment(raw.get("created_at"), UTC, f"article {number} of ticket {ticket}")
    if at is None:
        return None
    by = _by(raw)
    wrote = _from(raw)
    login = text_of(raw.get("created_by")).casefold()
    known = people.get(text_of(raw.get("origin_by_id") or raw.get("created_by_id"))) or people.get(login)
    if by == "agent":
        author = known or Person(name=wrote.name, email=login if "@" in login else wrote.email, agent=True)
    else:
        author = wrote if wrote.email else customer
    way = text_of(raw.get("type")).casefold()
    internal = said(raw.get("internal"))
    to = tuple(
        one.casefold() for _, one in getaddresses([text_of(raw.get("to")), text_of(raw.get("cc"))]) if "@" in one
    )
    return Post(
        id=number or at.isoformat(),
        by=by,
        author=author,
        text=text,
        at=at,
        html="html" in text_of(raw.get("content_type")).casefold(),
        private=internal is True or (internal is None and way == "note"),
        to=to if way == "email" else (),
    )


def _by(raw: Raw) -> Author:
    done = raw.get("preferences")
    if isinstance(done, Mapping) and done.get("perform_origin") in ("trigger", "job", "automation"):
        return "system"
    sender = text_of(raw.get("sender")).casefold()
    return _SENDERS.get(sender) or _SENDER_IDS.get(text_of(raw.get("sender_id")), "system")


def _fields(raw: Raw) -> Iterator[tuple[str, tuple[str, ...]]]:
    for name, value in raw.items():
        if isinstance(value, str | list) and name not in ("articles", "title", "note"):
            yield name, listed(value)
