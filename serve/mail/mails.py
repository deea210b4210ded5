"""`salver outbox`: the mails on their way out as a person sees them, and that person's word on them."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any, get_args

from salver.data.errors import InputError
from salver.data.outbox import Outbox, Settled
from salver.data.outgoing import Fuse, Outgoing, OutState
from salver.data.posting import UNDECIDED
from salver.data.store import Store
from salver.pipeline.explain import counted
from salver.pipeline.run import now_utc
from salver.serve import show
from salver.serve.mail.handover import settle
from salver.serve.wiring import existing_store, settings_of, user

_OPEN: tuple[OutState, ...] = ("ready", "sending", "uncertain", "failed", "held")
_SHORT = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody wants of the fuse."""

    close: bool = False
    open: bool = False
    release: bool = False
    by: str = ""
    because: str = ""


def list_all(names: Sequence[str], url: str | None, settings: Path | None, *, as_json: bool) -> None:
    """Print the answers in these states, by default those that are not sent; and how many there are of all. Raises
    InputError for a state that there is none of."""
    states = [one for one in get_args(OutState) if one in names]
    if strange := sorted({*names}.difference(states)):
        raise InputError(f'There is no state "{strange[0]}"', todo=f"They are {', '.join(get_args(OutState))}.")
    with _store(url, settings) as store:
        outbox = Outbox.of(store)
        found = outbox.listed(states or _OPEN, kind="answer")
        counts, state = outbox.counts(), outbox.fuse()
    if as_json:
        for one in found:
            show.machine(as_line(one))
        return
    rows = [
        (one.state, _digits(one.id), one.mailbox, one.attempts, _moment(one.due), _short(one.fault)) for one in found
    ]
    show.table("Outbox", ("state", "id", "mailbox", "#tried", "next", "what happened"), rows)
    show.words(_counted(counts))
    if state.is_open:
        show.words(_fuse_words(state))
    if any(one.state == "uncertain" for one in found):
        show.words("Say of each uncertain one whether it arrived: salver outbox settle ID sent, or again, or drop")


def show_one(name: str, url: str | None, settings: Path | None, *, as_json: bool) -> None:
    """Print one mail whole. Raises InputError where there is none."""
    with _store(url, settings) as store:
        one = named(Outbox.of(store), name)
    if as_json:
        show.machine(as_line(one) | {"content": one.content.decode("utf-8", "replace")})
        return
    mail = message_from_bytes(one.content, policy=default)
    left = f", tried {counted(one.attempts, 'time')}" if one.attempts else ""
    show.words(f"{one.id} is {one.state}{left}. {one.fault}".rstrip())
    for field in ("From", "To", "Subject", "Date", "In-Reply-To"):
        show.words(f"{field}: {mail[field] or ''}")
    show.words()
    body = mail.get_body(("plain",))
    show.words(body.get_content() if body else "")


def settle_one(name: str, how: Settled, by: str, url: str | None, settings: Path | None, *, as_json: bool) -> None:
    """Keep a person's word on a mail. Raises InputError where it waits for none."""
    with _store(url, settings) as store:
        one = settle(store, named(Outbox.of(store), name).id, how, by or user(), now_utc())
    _tell(one, as_json=as_json)


def hold_one(name: str, by: str, because: str, url: str | None, settings: Path | None, *, as_json: bool) -> None:
    """Keep a mail back. Raises InputError where it has left."""
    with _store(url, settings) as store:
        outbox = Outbox.of(store)
        one = outbox.hold(named(outbox, name).id, by or user(), because)
    _tell(one, as_json=as_json)


def fuse(asked: Asked, url: str | None, settings: Path | None, *, as_json: bool) -> None:
    """Print how the fuse stands; open or close it first, if that is asked. Raises InputError."""
    if asked.close and asked.open:
        raise InputError("The fuse cannot be opened and closed at once", todo="Give one of them.")
    if (asked.close or asked.open) and not asked.because.strip():
        raise InputError("It is not said why", todo="Add --because and a few words: they are kept.")
    if asked.release and not asked.close:
        raise InputError("Nothing is released while the fuse stays as it is", todo="Add --close.")
    with _store(url, settings) as store:
        outbox, by = Outbox.of(store), asked.by or user()
        if asked.close or asked.open:
            outbox.switch_fuse(is_open=asked.open, by=by, because=asked.because, now=now_utc())
        released = released_by(store, by, now_utc()) if asked.release else 0
        state = outbox.fuse()
        kept = sum(one.reason == "fuse_open" for one in outbox.listed(["held"]))
    if as_json:
        at = state.at.isoformat() if state.at else None
        known = {"open": state.is_open, "at": at, "who": state.who, "because": state.because}
        show.machine(known | {"held": kept, "released": released})
        return
    show.words(_fuse_words(state))
    if asked.release:
        show.words(f"{counted(released, 'answer')} may leave now.")
    if kept:
        show.words(f"It kept {counted(kept, 'answer')} back; a person has their messages.")


def released_by(store: Store, by: str, now: datetime) -> int:
    """Let what the fuse kept back leave after all, unless somebody has answered meanwhile; how many."""
    waiting = {one.message for one in store.queue(limit=1_000_000)}
    outbox, released = Outbox.of(store), 0
    for one in outbox.listed(["held"], kind="answer"):
        newest = store.decision(one.message)
        fresh = one.message in waiting or (newest is not None and newest.kind == "answer")
        if one.reason == "fuse_open" and fresh:
            settle(store, one.id, "again", by, now)
            released += 1
    return released


def named(outbox: Outbox, name: str) -> Outgoing:
    """The mail of this Message-ID, or the only one whose digits begin so. Raises InputError."""
    if name.startswith("<"):
        return outbox.found(name)
    found = outbox.beginning(f"<salver.{name}")
    if len(found) != 1:
        what = f'There {"is no mail" if not found else "are several mails"} "{name}" in the outbox'
        raise InputError(what, todo="See what is there: salver outbox")
    return outbox.found(found[0])


def as_line(one: Outgoing) -> dict[str, Any]:
    """All that is known of a mail, but its content."""
    return {
        "id": one.id,
        "state": one.state,
        "kind": one.kind,
        "message": one.message,
        "mailbox": one.mailbox,
        "recipient": one.recipient,
        "attempts": one.attempts,
        "made_at": one.made_at.isoformat(),
        "due": one.due.isoformat() if one.due else None,
        "sent_at": one.sent_at.isoformat() if one.sent_at else None,
        "kept_at": one.kept_at.isoformat() if one.kept_at else None,
        "reason": one.reason,
        "fault": one.fault,
    }


@contextmanager
def _store(url: str | None, settings: Path | None) -> Iterator[Store]:
    known = settings_of(settings)
    with existing_store(known, url) as store:
        if store is None:
            raise InputError("There is no store yet", where=known.store, todo="Name one with --store.")
        yield store


def _tell(one: Outgoing, *, as_json: bool) -> None:
    if as_json:
        show.machine(as_line(one))
    else:
        after = " Its message goes to a person." if one.state == "held" else ""
        show.words(f"{one.id} is {one.state} now.{after}")


def _counted(counts: Counter[Any]) -> str:
    answers = {state: count for (kind, state), count in counts.items() if kind == "answer"}
    drafts = sum(count for (kind, _), count in counts.items() if kind == "draft")
    said = ", ".join(f"{answers[state]:,} {state}" for state in ("sent", *_OPEN) if answers.get(state))
    waits = sum(answers.get(state, 0) for state in UNDECIDED)
    word = f" {counted(waits, 'answer')} {'waits' if waits == 1 else 'wait'} for a word." if waits else ""
    return f"Answers: {said or 'none'}. Drafts: {drafts:,}.{word}"


def _fuse_words(state: Fuse) -> str:
    if state.at is None:
        return "The fuse is closed: it never opened."
    how = "open, and no answer leaves" if state.is_open else "closed"
    return f"The fuse is {how}: {state.who}, {state.at:%Y-%m-%d %H:%M}. {state.because}"


def _digits(identifier: str) -> str:
    return identifier.removeprefix("<salver.").partition("@")[0]


def _moment(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if at else ""


def _short(text: str) -> str:
    return text if len(text) <= _SHORT else text[: _SHORT - 1] + "…"
