"""Cut away what the customer did not write this time: quoted history, signatures, legal footers."""

import re
from collections.abc import Sequence

from salver.data.message import Message
from salver.data.reading import Cleaned, Cut
from salver.pipeline.forward import FORWARD_PREFIX
from salver.pipeline.quotes import Forward, unquoted
from salver.pipeline.signature import is_closing, unsigned, without_salutation

_GAP = re.compile(r"\n{3,}")
_LAYERS, _FEWEST_LAYERS = 20, 3
"""A mail is peeled until nothing changes; one with more layers than this was made to keep us busy and stays whole."""
_MOST_LINES = 10_000
"""Nobody writes more lines at once; what is beyond them is kept beside."""


def clean(messages: Sequence[Message]) -> list[Cleaned]:
    """What each customer wrote this time, and what was cut."""
    return [clean_text(message.body, forward=_forward(message)) for message in messages]


def clean_text(body: str, *, forward: Forward = "marked") -> Cleaned:
    """Cut one body. Cleaning twice is cleaning once; a text is never cut to nothing."""
    whole, *rest = _in_reach(_plain(body))
    beyond = [Cut(kind="quote", text=one) for one in rest if one.strip()]
    text, removed = whole, list[Cut]()
    for _ in range(max(_FEWEST_LAYERS, min(_LAYERS, _MOST_LINES * 2 // (whole.count("\n") + 1)))):
        lines, cuts = _peeled(text.split("\n"), forward)
        if not cuts:
            return Cleaned(text=text, removed=tuple(removed + beyond))
        text = _GAP.sub("\n\n", "\n".join(lines)).strip()
        removed += cuts
    return Cleaned(text=whole, removed=tuple(beyond))


def _in_reach(text: str) -> list[str]:
    """The lines that a person may have written this time, and what is beyond them, if anything."""
    if text.count("\n") < _MOST_LINES:
        return [text]
    *lines, rest = text.split("\n", _MOST_LINES)
    return ["\n".join(lines).strip(), rest]


def answer_body(text: str) -> str:
    """An agent's reply without salutation, closing, name, signature and quoted history; a mere closing is no body."""
    lines = _plain(text).split("\n")
    body = clean_text("\n".join(without_salutation(lines))).text or _plain(text)
    return "" if is_closing(body.split("\n")) else body


def _peeled(lines: list[str], forward: Forward) -> tuple[list[str], list[Cut]]:
    lines, quotes = unquoted(lines, forward)
    lines, signatures = unsigned(lines)
    return lines, quotes + signatures


def _plain(body: str) -> str:
    if "\r" in body:
        body = body.replace("\r\n", "\n").replace("\r", "\n")
    return body.replace("\N{NO-BREAK SPACE}", " ").strip()


def _forward(message: Message) -> Forward:
    if message.forwarded_by is not None:
        return "by_colleague"
    return "by_customer" if FORWARD_PREFIX.match(message.subject[:400]) else "marked"
