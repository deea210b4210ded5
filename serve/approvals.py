"""The templates as persons judge them: which wait, what speaks for each, and a verdict that holds from that moment on.

Every door uses this: `salver templates`, HTTP, and the report.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from salver.data.answer import Template
from salver.data.approval import Approval, Approvals, Verdict
from salver.data.correction import Correction
from salver.data.errors import InputError
from salver.data.store import Store
from salver.pipeline.check import verdict
from salver.pipeline.claims import claim
from salver.pipeline.run import Pipeline
from salver.serve.recording import known_line

State = Literal["waiting", "approved", "rejected"]

_LIKE_A_SLOT = re.compile(r"\{\s*([\w.-]+)\s*\}")
_WITHHELD = ("audit", "not_approved", "bound_expired")
_SHORTEST = 8
"""So many digits of a sha256 are enough to say which text is meant."""


class NoTemplateError(InputError):
    """The bundle has no template of this id."""


class OtherTextError(InputError):
    """The verdict is on another text than the one that stands there now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A template with the text that stands for it now, and what was said of that; `said` is None where nothing was.

    `corrected` is how many messages agents answered otherwise, or found answered wrongly, after it was proposed.
    """

    template: Template
    said: Approval | None
    edited: bool
    corrected: int = 0

    @property
    def state(self) -> State:
        if self.said is None or self.said.verdict is Verdict.EDITED:
            return "waiting"
        return "approved" if self.said.verdict is Verdict.APPROVED else "rejected"

    def to_json(self) -> dict[str, Any]:
        """All that is known of it; the cases are the ids of those that it was found in."""
        one, said = self.template, self.said
        return {
            "id": one.id,
            "state": self.state,
            "intent": one.intent,
            "lang": one.lang,
            "text": one.text,
            "sha256": one.sha256,
            "slots": list(one.slots),
            "edited": self.edited,
            "claims": claim(one.text),
            "by": said.by if said else None,
            "at": said.at.isoformat() if said else None,
            "customers": one.customers,
            "agents": one.agents,
            "first": one.first.isoformat() if one.first else None,
            "last": one.last.isoformat() if one.last else None,
            "reopened": one.reopened,
            "thanked": one.thanked,
            "corrected": self.corrected,
            "cases": list(one.cases),
        }


class Listener:
    """Lets a pipeline know what persons say of templates, through whatever door, from the next message on."""

    def __init__(self, pipeline: Pipeline, store: Store) -> None:
        self._pipeline = pipeline
        self._store = store
        self._heard = -1
        self.listen()

    def listen(self) -> None:
        """Take in what is new; it costs a look at one number."""
        newest = self._store.newest_approval()
        if newest != self._heard:
            auto = self._pipeline.approvals.auto
            self._pipeline.approvals = Approvals.of_all(self._store.approvals(), auto=auto)
            self._heard = newest


def judged(templates: Iterable[Template], store: Store | None) -> list[Judged]:
    """All templates of a bundle, those that wait first, of these the one sent to most customers first."""
    approvals = Approvals.of_all(store.approvals() if store else ())
    corrected = _corrected(store) if store else Counter()
    found = [
        Judged(
            template=approvals.edited(one),
            said=(said := approvals.of(one)),
            edited=said is not None and said.text is not None,
            corrected=corrected[one.id],
        )
        for one in templates
    ]
    order = ("waiting", "approved", "rejected")
    return sorted(found, key=lambda one: (order.index(one.state), -one.template.customers, one.template.id))


def named(templates: Iterable[Template], store: Store | None, template: str) -> Judged:
    """One of them. Raises NoTemplateError."""
    for one in judged(templates, store):
        if one.template.id == template:
            return one
    raise NoTemplateError(
        f'There is no template "{template}" in this bundle', todo="See which there are: salver templates"
    )


def judge(one: Judged, original: Template, word: Verdict, by: str, at: datetime, sha256: str = "") -> Approval:
    """A verdict on the text that stands there now, to be kept. `original` is the template as the bundle has it.

    `sha256` says which text was read, by at least eight of its digits. Raises OtherTextError when it is another by now.
    """
    _same_text(one, sha256)
    text = one.template.text if one.edited else None
    return Approval(template=original.id, sha256=original.sha256, verdict=word, by=by, at=at, text=text)


def edit(one: Judged, original: Template, text: str, by: str, at: datetime, sha256: str = "") -> Approval:
    """Another text in place of the one that stands there, which waits to be approved.

    Raises OtherTextError as `judge` does, and InputError for a text that is empty or has a slot that the template has
    not.
    """
    _same_text(one, sha256)
    text = "\n".join(line.strip() for line in text.strip().splitlines())
    if not text:
        raise InputError("The text is empty", where=original.id, todo="To have it never sent: salver templates reject")
    if strange := sorted({name for name in _LIKE_A_SLOT.findall(text) if name not in original.slots}):
        has = ", ".join(f"{{{name}}}" for name in original.slots) or "none"
        what = f"{{{strange[0]}}} is no slot of this template, so nothing could be filled in; its slots are: {has}"
        raise InputError(what, where=original.id, todo="Write it without.")
    edited = None if text == original.text else text
    return Approval(template=original.id, sha256=original.sha256, verdict=Verdict.EDITED, by=by, at=at, text=edited)


def warning(template: Template) -> str:
    """What a person should know who lets a text out, or nothing."""
    words = claim(template.text)
    return f'{template.id} says that something is done ("{words}"): a person must do and send it.' if words else ""


def _same_text(one: Judged, sha256: str) -> None:
    given, has = sha256.strip().lower(), one.template.sha256
    if given and (len(given) < _SHORTEST or not has.startswith(given)):
        what = f"This was said of the text {given[:_SHORTEST]}…, but the text is {has[:_SHORTEST]}… by now"
        raise OtherTextError(what, where=one.template.id, todo="Read it again; nothing was kept.")


def _corrected(store: Store) -> Counter[str]:
    """By template, the messages whose answer by it agents found wrong."""
    said = {one.message: one for one in store.corrections()}
    records = store.decisions(list(said))
    found = (_wrong(said[key], known_line(record)) for key, record in records.items())
    return Counter(template for template in found if template)


def _wrong(correction: Correction, line: Mapping[str, Any]) -> str:
    """The template that a correction finds wrong for its message, or nothing."""
    suggestions: Sequence[Mapping[str, Any]] = line.get("suggestions", ())
    first = suggestions[0].get("template") if suggestions and line.get("reason") in _WITHHELD else None
    template: str = line.get("template") or first or ""
    text = next((one["text"] for one in suggestions if one.get("template") == template), "")
    return template if template and verdict(correction, line.get("intent") or "", text) is False else ""
