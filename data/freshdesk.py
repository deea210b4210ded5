"""A ticket of Freshdesk: as its account export writes it, or its API with `conversations`.

The description is the customer's first text. What was forwarded to somebody else, a survey and an automatic reply are
the system's; a private conversation is a note among agents.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC
from email.utils import parseaddr
from typing import Any

from salver.data.cells import channel_of, text_of
from salver.data.message import Channel
from salver.data.tickets import NOBODY, Author, Person, Place, Post, State, Ticket, listed, said

Raw = Mapping[str, Any]

_STATES: dict[str, State] = {"4": "solved", "5": "solved", "resolved": "solved", "closed": "solved"}
_URGENCIES = {"1": "low", "2": "normal", "3": "high", "4": "critical"} | {
    "low": "low", "medium": "normal", "high": "high", "urgent": "critical",
}  # fmt: skip
_CHANNELS: dict[str, Channel] = {
    **dict.fromkeys(("1", "email"), "email"),
    **dict.fromkeys(("2", "9", "portal", "feedback widget"), "web_form"),
    **dict.fromkeys(("5", "6"), "social"),
    "7": "chat",
}
_OUTBOUND = ("10", "outbound email")
_NOT_WRITTEN_TO_THE_CUSTOMER = ("6", "8")
"""What the source of a conversation says: a survey's answer, a forward to somebody else."""


def is_ticket(raw: Raw) -> bool:
    """Whether an object is one of Freshdesk's tickets."""
    names = ("responder_id", "conversations", "helpdesk_notes", "notes", "description_text", "display_id")
    asked = any(name in raw for name in ("requester_id", "requester", "requester_name"))
    return asked and any(name in raw for name in names)


def is_post(raw: Raw) -> bool:
    """Whether an object is a conversation that says of which ticket it is."""
    return "ticket_id" in raw and "incoming" in raw and any(one in raw for one in ("body", "body_text"))


def ticket_of(raw: Raw, posts: Sequence[Raw], people: Mapping[str, Person], place: Place) -> Ticket:
    """The ticket; what in it cannot be used is told."""
    number = text_of(raw.get("display_id") or raw.get("id") or raw.get("ticket_id"))
    customer = _customer(raw, people)
    inside = [one for name in ("conversations", "helpdesk_notes", "notes") for one in _list(raw.get(name))]
    written = [_description(raw, number, customer, place)]
    written += [_post(one, people, customer, place, number) for one in (*inside, *posts)]
    found = {one.id: one for one in written if one}
    gone = said(raw.get("spam")) or said(raw.get("deleted"))
    state = _STATES.get(text_of(raw.get("status_name") or raw.get("status")).casefold(), "open")
    source = text_of(raw.get("source")).casefold()
    return Ticket(
        system="freshdesk",
        id=number,
        subject=text_of(raw.get("subject")),
        customer=customer,
        posts=tuple(sorted(found.values(), key=lambda one: one.at)),
        state="gone" if gone else state,
        channel=_CHANNELS.get(source) or channel_of(raw.get("source_name") or source),
        urgency=_URGENCIES.get(text_of(raw.get("priority_name") or raw.get("priority")).casefold()),
        fields=tuple(_fields(raw)),
    )


def _list(value: Any) -> Iterator[Raw]:
    for one in value if isinstance(value, list) else ():
        if isinstance(one, Mapping):
            inner = one.get("helpdesk_note")
            yield inner if isinstance(inner, Mapping) else one


def _customer(raw: Raw, people: Mapping[str, Person]) -> Person:
    inner = raw.get("requester")
    known = people.get(text_of(raw.get("requester_id")), NOBODY)
    about = inner if isinstance(inner, Mapping) else {}
    name = text_of(about.get("name") or raw.get("requester_name") or raw.get("full_name")) or known.name
    email = text_of(about.get("email") or raw.get("email") or raw.get("requester_email")) or known.email
    return Person(name=name, email=parseaddr(email)[1].casefold() or email.casefold(), agent=False)


def _description(raw: Raw, number: str, customer: Person, place: Place) -> Post | None:
    text, html = _text(raw, "description_text", "description", "description_html")
    if not text:
        return None
    at = place.moment(raw.get("created_at"), UTC, f"ticket {number}")
    ours = text_of(raw.get("source_name") or raw.get("source")).casefold() in _OUTBOUND
    by: Author = "agent" if ours else "customer"
    author = NOBODY if ours else customer
    return Post(id="description", by=by, author=author, text=text, html=html, at=at) if at else None


def _post(raw: Raw, people: Mapping[str, Person], customer: Person, place: Place, ticket: str) -> Post | None:
    number = text_of(raw.get("id"))
    text, html = _text(raw, "body_text", "body", "body_html")
    if not text or said(raw.get("deleted")):
        return None
    at = place.moment(raw.get("created_at"), UTC, f"conversation {number} of ticket {ticket}")
    if at is None:
        return None
    by = _by(raw)
    author = people.get(text_of(raw.get("user_id")), NOBODY)
    name, email = parseaddr(text_of(raw.get("from_email")))
    if by == "customer" and not author.email:
        author = Person(name=name, email=email.casefold(), agent=False) if email else customer
    to = tuple(one for value in listed(raw.get("to_emails")) if (one := parseaddr(value)[1].casefold()))
    private = said(raw.get("private")) is True
    return Post(id=number or at.isoformat(), by=by, author=author, text=text, html=html, at=at, private=private, to=to)


def _by(raw: Raw) -> Author:
    automatic = said(raw.get("auto_response")) or raw.get("automation_id")
    if automatic or text_of(raw.get("source")) in _NOT_WRITTEN_TO_THE_CUSTOMER:
        return "system"
    return "customer" if said(raw.get("incoming")) else "agent"


def _text(raw: Raw, plain: str, either: str, html: str) -> tuple[str, bool]:
    """A text, and whether it is HTML: what is called `either` is when it has tags."""
    if text_of(raw.get(plain)).strip():
        return text_of(raw[plain]), False
    text = text_of(raw.get(either) or raw.get(html))
    return (text, "</" in text or "<br" in text) if text.strip() else ("", False)


def _fields(raw: Raw) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield "tags", listed(raw.get("tags"))
    yield "group", listed(raw.get("group_name") or raw.get("group") or raw.get("group_id"))
    yield "type", listed(raw.get("ticket_type") or raw.get("type"))
    for held in (raw.get("custom_fields"), raw.get("custom_field")):
        if isinstance(held, Mapping):
            yield from ((str(name), listed(value)) for name, value in held.items())
