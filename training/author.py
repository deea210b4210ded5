"""Which agent wrote a reply: by the name or address it came from, or by the name under it."""

import re
import unicodedata
from itertools import pairwise

from salver.data.company import Company
from salver.data.message import Address
from salver.data.reading import Cleaned

_GENERIC_WORDS = """
service services kundenservice customerservice customer customers care support help helpdesk hilfe info
information kontakt contact office mail mailbox team desk kundenbetreuung kundendienst betreuung beratung
vertrieb sales billing rechnung rechnungen buchhaltung abrechnung zentrale postmaster admin noreply no reply
donotreply antwort post hello hallo servicecenter center centre zentrum abteilung department ticket tickets
system gmbh ag kg se ltd inc llc co ihr ihre your the dein deine energie internet strom
"""
_GENERIC = frozenset(_GENERIC_WORDS.split())
_CLOSING = re.compile(
    r"^\W*(?:(?:mit|viele|beste|liebe|herzliche|freundliche)\b.{0,30}gr(?:ü|ue|u)(?:ß|ss)\w*|gruß|grüße|mfg|vg|lg"
    r"|(?:with )?(?:best|kind|kindest|warm|many)\b.{0,20}(?:regards?|wishes|thanks|greetings)|regards|best|cheers"
    r"|(?:yours )?(?:sincerely|faithfully|truly)|herzlichst|ihre?|your)\W*$",
    re.IGNORECASE,
)
_INLINE = re.compile(
    r"(?:gr(?:ü|ue)(?:ß|ss)en?|gruß|regards|wishes|ihre?|sincerely|cheers)[\s,]+(?P<name>.+)$", re.IGNORECASE
)
_ON_BEHALF = re.compile(r"(?:i\. ?[AV]\.|ppa\.?|Dr\.|Prof\.|Mr\.?|Mrs\.?|Ms\.?|Herr|Frau)\s+", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['’.-])*$")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_LOOK_LINES = 12


def agent_of(sender: Address | None, cleaned: Cleaned, company: Company) -> str:
    """One identifier for one agent, such as `mara.lind`, or "" when nothing says who it was.

    Names and addresses of a whole team (`Customer service`, `info@`) do not count.
    """
    company_words = frozenset(re.findall(r"\w+", company.name.casefold()))
    candidates = [sender.name, _of_address(sender.email)] if sender else []
    for name in [*candidates, *_signed(cleaned)]:
        person = _person(name, company_words)
        if person:
            return person
    return ""


def _signed(cleaned: Cleaned) -> list[str]:
    """What stands after a closing in the last lines, and in the line of the closing itself."""
    signatures = (cut.text for cut in cleaned.removed if cut.kind == "signature")
    lines = [one.strip() for text in (cleaned.text, *signatures) for one in text.splitlines() if one.strip()]
    lines = lines[-_LOOK_LINES:]
    after = [below for line, below in pairwise(lines) if _CLOSING.match(line)]
    inline = [found["name"] for line in lines if (found := _INLINE.search(line))]
    return after + inline


def _of_address(email: str) -> str:
    parts = [one for one in re.split(r"[._+-]", email.partition("@")[0]) if one]
    return " ".join(one.capitalize() for one in parts)


def _person(name: str, company_words: frozenset[str]) -> str:
    """`Lind, Mara (Elmtalwerke)` as `mara.lind`; "" for what is no person's name."""
    name = re.split(r"\s*(?:[|(/]|\s[-–—]\s|\bvia\b|\bvon\b(?= [A-Z]\w+werke)|\bfrom\b)", name.strip("\"' "))[0]
    last, comma, first = _ON_BEHALF.sub("", name).partition(",")
    words = (f"{first} {last}" if comma and len(first.split()) == 1 else last).split()
    said = {word.casefold().strip(".") for word in words}
    if not 1 <= len(words) <= 4 or said & (_GENERIC | company_words):
        return ""
    if not all(_WORD.match(word) and (word[0].isupper() or word in ("von", "van", "de", "zu")) for word in words):
        return ""
    return _plain(".".join(words))


def _plain(name: str) -> str:
    latin = unicodedata.normalize("NFKD", name.casefold().translate(_UMLAUTS))
    return re.sub(r"\.+", ".", "".join(one for one in latin if not unicodedata.combining(one))).strip(".")
