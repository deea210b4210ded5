"""Cut away what the customer did not write this time: quoted history, signatures, legal footers."""

import re
from collections.abc import Sequence

from salver.data.message import Message
from salver.data.reading import Cleaned, Cut
from salver.pipeline.forward import FORWARD_PREFIX
from salver.pipeline.quotes import Forward, unquoted
from salver.pipeline.signature import is_closing, unsigned, without_salutation

_GAP = re.compile(r"\n{3,}")
_LAYERS = 20
"""A mail is peeled until nothing changes; one with more layers than this was made to keep us busy and stays whole."""


def clean(messages: Sequence[Message]) -> list[Cleaned]:
    """What each customer wrote this time, and what was cut."""
    return [clean_text(message.body, forward=_forward(message)) for message in messages]


def clean_text(body: str, *, forward: Forward = "marked") -> Cleaned:
    """Cut one body. Cleaning twice is cleaning once; a text is never cut to nothing."""
    whole = _plain(body)
    text, removed = whole, list[Cut]()
    for _ in range(_LAYERS):
        lines, cuts = _peeled(text.split("\n"), forward)
        if not cuts:
            return Cleaned(text=text, removed=tuple(removed))
        text = _GAP.sub("\n\n", "\n".join(lines)).strip()
        removed += cuts
    return Cleaned(text=whole)


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
    return "by_customer" if FORWARD_PREFIX.match(message.subject) else "marked"
