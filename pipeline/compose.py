"""The words of an automatic answer: greeting, the filled template, closing, and that a machine wrote it.

Nothing here is evaluated: the body is put in as it is, whatever braces, marks or line breaks a customer wrote.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from salver.data.answer import Candidate, Letter, Match
from salver.data.company import Company
from salver.data.message import Address
from salver.data.reading import Reading
from salver.pipeline.tone import address_of, answered_with


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    """What an answer says around its body. `reach` says how a person is reached when the company says nothing."""

    greeting: str
    closing: str
    machine: str
    reach: str


_WORDS = {
    "de": _Words(
        greeting="Guten Tag",
        closing="Mit freundlichen Grüßen",
        machine="Diese Antwort wurde von einem Programm geschrieben und ohne Prüfung durch einen Menschen verschickt.",
        reach="Einen Menschen erreichen Sie, indem Sie auf diese Nachricht antworten.",
    ),
    "de-du": _Words(
        greeting="Hallo",
        closing="Viele Grüße",
        machine="Diese Antwort wurde von einem Programm geschrieben und ohne Prüfung durch einen Menschen verschickt.",
        reach="Einen Menschen erreichst du, indem du auf diese Nachricht antwortest.",
    ),
    "en": _Words(
        greeting="Hello",
        closing="Kind regards",
        machine="This answer was written by a machine and sent without a person having checked it.",
        reach="To reach a person, simply reply to this message.",
    ),
}
LANGUAGES = tuple(one for one in _WORDS if "-" not in one)
"""The languages in which an automatic answer can be written."""

_LONGEST_NAME = 60
_NAME_PART = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*\.?")
_TITLE = re.compile(r"(?:dr|prof|ing|dipl|med|jur|phil|rer|nat|mr|mrs|ms|st|[^\W\d_])\.", re.IGNORECASE)
_NO_PERSON = re.compile(
    r"abteilung|admin|ag|buchhaltung|büro|club|co|corp|customer|department|familie|family|firma|gbr|gmbh|group|gruppe"
    r"|haus|hausverwaltung|hotel|inc|info|kanzlei|kg|kontakt|kundenservice|limited|ltd|mail|media|newsletter|noreply"
    r"|office|ohg|praxis|sales|schule|service|shop|stiftung|support|team|ug|university|verein|verwaltung|webmaster",
    re.IGNORECASE,
)


def in_order(found: Match, reading: Reading) -> list[Candidate]:
    """The candidates, in the order in which their requests are asked."""
    asked = zip(reading.requests, [found.candidate, *found.others], strict=False)
    placed = [(request.place, one) for request, one in asked if one]
    return [one for _, one in sorted(placed, key=lambda pair: pair[0])]


def joined(texts: Iterable[str]) -> str:
    """Texts one below the other; a line that an earlier one has already said is not said twice."""
    said, kept = set[str](), list[str]()
    for text in texts:
        lines = [line for line in text.split("\n") if not line.strip() or _alike(line) not in said]
        said.update(map(_alike, lines))
        kept += filter(None, ["\n".join(lines).strip()])
    return "\n\n".join(kept)


def _alike(line: str) -> str:
    return " ".join(line.split()).casefold()


def compose(found: Match, reading: Reading | None, company: Company, sender: Address | None = None) -> Letter:
    """The answer to send, to all that is asked. Raises ValueError when a candidate is missing, or there are no words
    for the message's language."""
    texts = [one.text for one in in_order(found, reading)] if reading else []
    if reading is None or reading.lang not in LANGUAGES or len(texts) < len(reading.requests):
        raise ValueError("nothing to compose: decide lets only candidates in one of compose.LANGUAGES pass")
    return letter(texts, way_of_speaking(texts, reading), company, person(sender.name) if sender else "")


def way_of_speaking(bodies: Sequence[str], reading: Reading) -> str:
    """The words that fit around these texts: those of a language, or `de-du` where they say du.

    Where they speak to nobody, it is the customer's way that counts.
    """
    lang = reading.lang
    said = address_of("\n".join(bodies), lang) or answered_with("\n".join(one.text for one in reading.requests), lang)
    return f"{lang}-du" if said == "du" and f"{lang}-du" in _WORDS else lang


def letter(bodies: Sequence[str], way: str, company: Company, name: str, *, by_machine: bool = True) -> Letter:
    """One letter of these texts, one below the other, to a person of this name, or to nobody in particular.

    Only one that leaves without a person says that a machine wrote it.
    """
    words = _WORDS[way]
    called = first_name(name) if way.endswith("-du") else name
    greeting = f"{words.greeting} {called}," if called else f"{words.greeting},"
    _, closing, signature, below = house(way, company)
    parts = [greeting, joined(bodies), f"{closing}\n{signature}".strip(), *([below] if by_machine else [])]
    return Letter(text="\n\n".join(parts), html=as_html(parts, way[:2]))


def ways(lang: str) -> tuple[str, ...]:
    """The ways in which a letter in a language may speak."""
    return tuple(one for one in _WORDS if one.partition("-")[0] == lang)


def house(way: str, company: Company) -> tuple[str, str, str, str]:
    """Everything that an answer may say around its body, but for the customer's name: greeting, closing, signature, and
    what stands below."""
    words, signed = _WORDS[way], dict(company.signature)
    signature = signed.get(way) or signed.get(way[:2]) or company.name
    lines = "\n".join(filter(None, map(one_line, signature.splitlines())))
    return words.greeting, words.closing, lines, _disclosure(words, way, company)


def as_html(parts: Sequence[str], lang: str) -> str:
    """Paragraphs of plain text as a piece of HTML that shows the same: nothing in them is a mark."""
    paragraphs = [one for part in parts for one in re.split(r"\n{2,}", part)]
    shown = ["<p>" + "<br>\n".join(map(escape, one.split("\n"))) + "</p>" for one in paragraphs]
    return f'<div lang="{escape(lang)}">\n' + "\n".join(shown) + "\n</div>\n"


def _disclosure(words: _Words, way: str, company: Company) -> str:
    """That a machine wrote it, and how a person is reached (EU AI Act, article 50).

    Who is spoken to with du is not told so in a line that says Sie.
    """
    known = dict(company.contact)
    reach = known.get(way, known.get(way[:2], ""))
    if way.endswith("-du") and address_of(reach, way[:2]) == "Sie":
        reach = ""
    return f"{words.machine}\n{one_line(reach) or words.reach}"


def first_name(name: str) -> str:
    """What a person is called who is on first-name terms; the whole name where that is only an initial, or nothing."""
    parts = [one for one in name.split() if not one.endswith(".")]
    return parts[0] if len(parts) > 1 else name


def person(name: str) -> str:
    """A display name on one line when it is plainly that of a person, else nothing."""
    name = one_line(name)
    parts = name.split()
    if not 2 <= len(parts) <= 5 or len(name) > _LONGEST_NAME:
        return ""
    if any(_NO_PERSON.fullmatch(part) or not _is_name_part(part) for part in parts):
        return ""
    return name if parts[0][0].isupper() and parts[-1][0].isupper() and not parts[-1].endswith(".") else ""


def _is_name_part(part: str) -> bool:
    return bool(_NAME_PART.fullmatch(part)) and (not part.endswith(".") or bool(_TITLE.fullmatch(part)))


def one_line(text: str) -> str:
    """Without control characters, invisible characters and line breaks; runs of white space are one blank."""
    seen = (" " if char.isspace() else char for char in unicodedata.normalize("NFC", text))
    return " ".join("".join(char for char in seen if unicodedata.category(char)[0] != "C").split())
