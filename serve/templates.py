"""`salver templates`: which texts may be sent, what speaks for each, and a person's word on it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from salver.data.answer import Template
from salver.data.approval import Verdict
from salver.data.errors import InputError
from salver.data.store import Store
from salver.models.bundle import Bundle
from salver.pipeline.explain import counted, language
from salver.pipeline.run import now_utc
from salver.serve import show
from salver.serve.approvals import Judged, edit, judge, judged, named, warning
from salver.serve.wiring import existing_store, open_bundle, open_store, settings_of, user

_SHORT = 44
_DONE = {Verdict.APPROVED: "approved", Verdict.REJECTED: "rejected"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Which bundle and which store are meant; None stands for the usual ones."""

    bundle: Path | None = None
    store: str | None = None
    settings: Path | None = None


def list_all(place: Place, *, waiting: bool, as_json: bool) -> None:
    """Print all templates, or only those that wait for a word."""
    with _reading(place) as (bundle, store):
        found = [one for one in judged(bundle.templates, store) if not waiting or one.state == "waiting"]
    if as_json:
        for one in found:
            show.machine(one.to_json())
        return
    columns = ("state", "template", "intent", "in", "#customers", "#agents", "last sent", "received", "text")
    show.table(f"Templates of {bundle.name}", columns, [_row(one) for one in found])
    if count := sum(one.state == "waiting" for one in found):
        wait = f"{counted(count, 'text')} {'waits' if count == 1 else 'wait'} for a word"
        show.words(f"{wait}. Read one: salver templates show ID. Let it out: salver templates approve ID")


def show_one(template: str, place: Place, *, as_json: bool) -> None:
    """Print one template whole. Raises NoTemplateError."""
    with _reading(place) as (bundle, store):
        one = named(bundle.templates, store, template)
    if as_json:
        show.machine(one.to_json())
        return
    show.words(f"{one.template.id}: {one.template.intent} in {language(one.template.lang)}, {_said(one)}")
    show.words()
    for line in one.template.text.splitlines():
        show.words(f"    {line}")
    show.words()
    for line in _evidence(one):
        show.words(line)


def approve(ids: Sequence[str], all_of: Sequence[str], place: Place, *, by: str, sha256: str, as_json: bool) -> None:
    """Let texts out: those that are named, and all that wait of an intent. Raises InputError; then none is let out."""
    with _writing(place) as (bundle, store):
        _demand_one(ids, all_of, sha256)
        chosen = [named(bundle.templates, store, one) for one in dict.fromkeys(ids)]
        chosen += [one for one in _waiting_of(all_of, bundle, store) if one.template.id not in ids]
        for one in chosen:
            if words := warning(one.template):
                show.told(words)
        _keep(chosen, bundle, store, Verdict.APPROVED, by, sha256)
    _tell(chosen, Verdict.APPROVED, as_json=as_json)


def reject(ids: Sequence[str], place: Place, *, by: str, sha256: str, as_json: bool) -> None:
    """Let texts never be sent without a person. Raises InputError; then nothing is kept."""
    with _writing(place) as (bundle, store):
        _demand_one(ids, (), sha256)
        chosen = [named(bundle.templates, store, one) for one in dict.fromkeys(ids)]
        _keep(chosen, bundle, store, Verdict.REJECTED, by, sha256)
    _tell(chosen, Verdict.REJECTED, as_json=as_json)


def edit_one(template: str, text: str, place: Place, *, by: str, sha256: str, as_json: bool) -> None:
    """Put another text in a template's place; it waits to be approved. Raises InputError for one that cannot stand."""
    with _writing(place) as (bundle, store):
        one = named(bundle.templates, store, template)
        store.approve([edit(one, _original(bundle, template), text, by or user(), now_utc(), sha256)])
        now = named(bundle.templates, store, template)
    if words := warning(now.template):
        show.told(words)
    if as_json:
        show.machine(now.to_json())
        return
    show.words(f"{template} has another text now, which waits: salver templates approve {template}")


def text_of(text: str | None, file: Path | None) -> str:
    """The text that was given one way or the other. Raises InputError when it was given in no way, or in both."""
    if (text is None) == (file is None):
        raise InputError("Give the new text once", todo="Use --text TEXT or --file FILE.")
    if file is None:
        return text or ""
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("This file cannot be read as text", where=str(file), todo="Save it as UTF-8.") from error


@contextmanager
def _reading(place: Place) -> Iterator[tuple[Bundle, Store | None]]:
    known = settings_of(place.settings)
    bundle = open_bundle(known, place.bundle)
    with existing_store(known, place.store) as store:
        yield bundle, store


@contextmanager
def _writing(place: Place) -> Iterator[tuple[Bundle, Store]]:
    known = settings_of(place.settings)
    bundle = open_bundle(known, place.bundle)
    with open_store(known, place.store) as store:
        yield bundle, store


def _demand_one(ids: Sequence[str], all_of: Sequence[str], sha256: str) -> None:
    if not ids and not all_of:
        raise InputError("No template is named", todo="Name its ID: salver templates lists them.")
    if sha256 and (len(ids) != 1 or all_of):
        raise InputError("A sha256 is that of one text", todo="Name one template with it.")


def _waiting_of(intents: Sequence[str], bundle: Bundle, store: Store) -> list[Judged]:
    known = {one.intent for one in bundle.templates}
    for intent in intents:
        if intent not in known:
            todo = f"There are templates of {', '.join(sorted(known)) or 'no intent'}."
            raise InputError(f'There is no template of the intent "{intent}"', todo=todo)
    found = judged(bundle.templates, store)
    return [one for one in found if one.state == "waiting" and one.template.intent in intents]


def _keep(chosen: Sequence[Judged], bundle: Bundle, store: Store, word: Verdict, by: str, sha256: str) -> None:
    who, now = by or user(), now_utc()
    store.approve([judge(one, _original(bundle, one.template.id), word, who, now, sha256) for one in chosen])


def _original(bundle: Bundle, template: str) -> Template:
    return next(one for one in bundle.templates if one.id == template)


def _tell(chosen: Sequence[Judged], word: Verdict, *, as_json: bool) -> None:
    if as_json:
        show.machine({_DONE[word]: [one.template.id for one in chosen]})
        return
    show.words(
        f"{counted(len(chosen), 'text')} {_DONE[word]}: {', '.join(one.template.id for one in chosen) or 'none'}"
    )


def _row(one: Judged) -> tuple[object, ...]:
    template = one.template
    last = f"{template.last:%Y-%m-%d}" if template.last else ""
    text = " ".join(template.text.split())
    short = text if len(text) <= _SHORT else text[: _SHORT - 1] + "…"
    state = f"{one.state}, edited" if one.edited else one.state
    return (
        state,
        template.id,
        template.intent,
        template.lang,
        template.customers,
        template.agents,
        last,
        _received(one),
        short,
    )


def _received(one: Judged) -> str:
    counts = {"thanked": one.template.thanked, "reopened": one.template.reopened, "corrected": one.corrected}
    return ", ".join(f"{count} {what}" for what, count in counts.items() if count)


def _said(one: Judged) -> str:
    edited = "edited, " if one.edited else ""
    return f"{edited}{one.state}" + (f" (by {one.said.by} on {one.said.at:%Y-%m-%d})" if one.said else "")


def _evidence(one: Judged) -> Iterator[str]:
    """What speaks for a text, and against it, a line each."""
    template = one.template
    slots = ", ".join(f"{{{slot}}}" for slot in template.slots)
    yield f"slots     {slots or 'none: it is sent as it stands'}"
    yield f"sent      to {counted(template.customers, 'customer')} by {counted(template.agents, 'agent')}"
    if template.first and template.last:
        yield f"          from {template.first:%Y-%m-%d} to {template.last:%Y-%m-%d}"
    yield f"cases     {len(template.cases)}: {', '.join(template.cases[:5])}{' …' if len(template.cases) > 5 else ''}"
    yield f"received  {_received(one) or 'nothing is known'}"
    if words := warning(template):
        yield f"beware    {words}"
    yield f"sha256    {template.sha256}"
