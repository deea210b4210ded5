"""Which agent wrote a reply: by the name or address it came from, or by the name under it."""

import re
import unicodedata
from collections.abc import Iterable
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
    r"^\W*(?:(?:[^\W\d_]+,? ){0,5}gr(?:ü|ue|u)(?:ß|ss)\w*(?: (?:aus|von|an) .{1,40})?|mfg|vg|lg|herzlichst"
    r"|hochachtungsvoll|(?:[^\W\d_]+,? ){0,4}(?:regards?|wishes|greetings)(?: from .{1,40})?|(?:many )?thanks"
    r"|(?:all the )?best|take care|cheers|your|ihre?|(?:yours )?(?:sincerely|faithfully|truly))\W*$",
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


def whole_names(agents: Iterable[str]) -> dict[str, str]:
    """What short names stand for: `j.ebel` and `juergen` are `juergen.ebel` when nobody else can be meant."""
    names = set(agents)
    whole = [name for name in names if _is_whole(name)]
    meant = {short: [name for name in whole if _may_be(short, name)] for short in names if short and short not in whole}
    return {short: found[0] for short, found in meant.items() if len(found) == 1}


def _is_whole(name: str) -> bool:
    first, _, last = name.partition(".")
    return len(first) > 1 and bool(last)


def _may_be(short: str, name: str) -> bool:
    first, _, last = short.partition(".")
    return name.startswith(f"{first}.") if not last else name[0] == first and name.endswith(f".{last}")


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
