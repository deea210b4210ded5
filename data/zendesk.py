"""A ticket of Zendesk: as its export writes it, with `comments`, or with the `audits` that hold them.

Whoever is the requester, or an end user, is a customer; what a trigger, an automation or a merge wrote is the system's.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC
from typing import Any

from salver.data.cells import channel_of, text_of
from salver.data.tickets import NOBODY, Author, Person, Place, Post, State, Ticket, listed, said

Raw = Mapping[str, Any]

_STATES: dict[str, State] = {"solved": "solved", "closed": "solved", "deleted": "gone"}
_URGENCIES = {"low": "low", "normal": "normal", "high": "high", "urgent": "critical"}
_MACHINES = {"rule", "system", "trigger", "automation", "merge", "import_merge"}


def is_ticket(raw: Raw) -> bool:
    """Whether an object is one of Zendesk's tickets."""
    asked = "requester_id" in raw or "requester" in raw
    return asked and any(name in raw for name in ("submitter_id", "submitter", "comments", "audits", "assignee_id"))


def is_post(raw: Raw) -> bool:
    """Whether an object is a comment or an audit that says of which ticket it is."""
    return "ticket_id" in raw and "author_id" in raw and any(one in raw for one in ("events", "body", "plain_body"))


def ticket_of(raw: Raw, posts: Sequence[Raw], people: Mapping[str, Person], place: Place) -> Ticket:
    """The ticket; what in it cannot be used is told."""
    number = text_of(raw.get("id"))
    asked = text_of(raw.get("requester_id") or _inner(raw.get("requester"), "id"))
    customer = _person(raw.get("requester"), asked, people)
    known = {**people, **dict(_inside(raw))}
    written = [_post(one, asked, known, place, number) for one in _comments(raw, posts)]
    found = sorted((one for one in written if one), key=lambda one: one.at)
    if not written and text_of(raw.get("description")).strip():
        at = place.moment(raw.get("created_at"), UTC, f"ticket {number}")
        text = text_of(raw.get("description"))
        found = [Post(id="description", by="customer", author=customer, text=text, at=at)] if at else []
    return Ticket(
        system="zendesk",
        id=number,
        subject=text_of(raw.get("raw_subject") or raw.get("subject")),
        customer=customer,
        posts=tuple(found),
        state=_STATES.get(text_of(raw.get("status")).casefold(), "open"),
        channel=channel_of(_inner(raw.get("via"), "channel")),
        urgency=_URGENCIES.get(text_of(raw.get("priority")).casefold()),
        fields=tuple(_fields(raw)),
    )


def _inner(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, Mapping) else None


def _person(inner: Any, number: str, people: Mapping[str, Person]) -> Person:
    if isinstance(inner, Mapping) and (inner.get("email") or inner.get("name")):
        return Person(name=text_of(inner.get("name")), email=text_of(inner.get("email")).casefold(), agent=False)
    return people.get(number, NOBODY)


def _inside(raw: Raw) -> Iterator[tuple[str, Person]]:
    """The agents whom a ticket of the full export names itself."""
    for name in ("assignee", "submitter"):
        one = raw.get(name)
        if isinstance(one, Mapping) and one.get("id") and one.get("role") != "end-user":
            agent = None if name == "submitter" and not one.get("role") else True
            yield (
                text_of(one["id"]),
                Person(name=text_of(one.get("name")), email=text_of(one.get("email")), agent=agent),
            )


def _comments(raw: Raw, posts: Sequence[Raw]) -> Iterator[Raw]:
    """All comments of a ticket, whichever way the export holds them; each once."""
    seen: set[str] = set()
    for one in [*_list(raw.get("comments")), *_of_audits(_list(raw.get("audits"))), *_of_audits(posts)]:
        number = text_of(one.get("id"))
        if not number or number not in seen:
            seen.add(number)
            yield one


def _list(value: Any) -> list[Raw]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _of_audits(some: Iterable[Raw]) -> Iterator[Raw]:
    """Comments as they are; those inside an audit with its time and way."""
    for one in some:
        if "events" not in one:
            yield one
            continue
        about = {name: one.get(name) for name in ("author_id", "created_at", "via")}
        for event in _list(one.get("events")):
            if event.get("type") in ("Comment", "VoiceComment"):
                yield about | {name: value for name, value in event.items() if value is not None}


def _post(raw: Raw, asked: str, people: Mapping[str, Person], place: Place, ticket: str) -> Post | None:
    number = text_of(raw.get("id"))
    text, html = text_of(raw.get("body") or raw.get("plain_body")), False
    if not text.strip():
        text, html = text_of(raw.get("html_body")), True
    if not text.strip():
        return None
    at = place.moment(raw.get("created_at"), UTC, f"comment {number} of ticket {ticket}")
    if at is None:
        return None
    writer = text_of(raw.get("author_id"))
    author = people.get(writer, NOBODY)
    return Post(
        id=number or at.isoformat(),
        by=_by(raw, writer, asked, author),
        author=author,
        text=text,
        at=at,
        html=html,
        private=said(raw.get("public")) is False,
    )


def _by(raw: Raw, writer: str, asked: str, author: Person) -> Author:
    via = raw.get("via")
    rel = _inner(_inner(via, "source"), "rel")
    if {text_of(_inner(via, "channel")), text_of(rel)} & _MACHINES or writer.startswith("-") or not writer:
        return "system"
    if writer == asked or author.agent is False:
        return "customer"
    return "agent"


def _fields(raw: Raw) -> Iterator[tuple[str, tuple[str, ...]]]:
    tags = raw.get("tags")
    yield "tags", listed(tags.replace(",", " ").split() if isinstance(tags, str) else tags)
    yield "group", listed(_inner(raw.get("group"), "name") or raw.get("group_id"))
    yield "type", listed(raw.get("type"))
    for one in [*_list(raw.get("custom_fields")), *_list(raw.get("fields"))]:
        for name in {text_of(one.get("id")), text_of(one.get("title"))} - {""}:
            yield name, listed(one.get("value"))
