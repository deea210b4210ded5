"""The words of an automatic answer: greeting, the filled template, closing, and that a machine wrote it.

Nothing here is evaluated: the body is put in as it is, whatever braces or line breaks a customer wrote.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from salver.data.answer import Candidate, Match
from salver.data.company import Company
from salver.data.message import Address
from salver.data.reading import Reading


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
    "en": _Words(
        greeting="Hello",
        closing="Kind regards",
        machine="This answer was written by a machine and sent without a person having checked it.",
        reach="To reach a person, simply reply to this message.",
    ),
}
LANGUAGES = tuple(_WORDS)
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


def compose(found: Match, reading: Reading | None, company: Company, sender: Address | None = None) -> str:
    """The answer to send, to all that is asked. Raises ValueError when a candidate is missing, or there are no words
    for the message's language."""
    if (
        reading is None
        or reading.lang not in _WORDS
        or len(found_in := in_order(found, reading)) < len(reading.requests)
    ):
        raise ValueError("nothing to compose: decide lets only candidates in one of compose.LANGUAGES pass")
    words = _WORDS[reading.lang]
    name = person(sender.name) if sender else ""
    greeting = f"{words.greeting} {name}," if name else f"{words.greeting},"
    closing = "\n".join(filter(None, [words.closing, one_line(company.name)]))
    return "\n\n".join(
        [greeting, joined(one.text for one in found_in), closing, _disclosure(words, reading.lang, company)]
    )


def house(lang: str, company: Company) -> tuple[str, ...]:
    """Everything that an answer in a language may say around its body, but for the customer's name."""
    words = _WORDS[lang]
    return words.greeting, words.closing, one_line(company.name), _disclosure(words, lang, company)


def _disclosure(words: _Words, lang: str, company: Company) -> str:
    """That a machine wrote it, and how a person is reached (EU AI Act, article 50)."""
    return f"{words.machine}\n{one_line(dict(company.contact).get(lang, '')) or words.reach}"


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
