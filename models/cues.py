"""Facts in a text that say how soon somebody must act: danger, health, outages, cut-offs, deadlines, money, leisure.

A fact can be checked: gas in the air, no power, a day by which something must be done. That a message is urgent, a
scandal or a matter for a lawyer is none: that is shouting, and `calm` takes it out.
"""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_CUES = {
    "danger": (
        r"gas\w*(geruch|geruech|leck)|gasaustritt|(riech|roch|stink)\w*\b.{0,25}\bgas(?![ts])|nach gas"
        r"|(smell|odou?r|whiff|stink|reek)\w*\b.{0,20}\bgas\b|\bgas\w* (leak|smell|odou?r)"
        r"|gasleitung.{0,25}(getroffen|angebohrt|beschädigt|undicht)|faule\w* eier\w*|rotten eggs?"
        r"|\bfunken\b|\bsparks?\b|sparking|verschmor\w+|brand\w*geruch|brandgefahr|\brauch\b|qualm\w*"
        r"|\bsmok(e|ing)|\bfeuer\b|\bfire\b(?! (away|over|off))|explosion|hissing|zisch\w*|\bco[- ]?melder"
        r"|kohlenmonoxid\w*|carbon monoxide|stromschlag|electric shock|lebensgefahr"
        r"|kabel.{0,20}(lose|offen|herunter)|live wire|burning smell"
    ),
    "health": (
        r"beatmung\w*|sauerstoff\w*|dialyse|ventilator|oxygen|dialysis|insulin|pflegebett|pflegebed\w*"
        r"|herzkrank|säugling|saeugling|newborn|bettlägerig|bedridden|notruf\w*|emergency call|hausnotruf"
    ),
    "outage": (
        r"\bkeine?n? (strom|internet|telefon|netz|licht|heizung|warmwasser)\b"
        r"|\bohne (strom|internet|telefon|licht|heizung)\b|\bstrom\b.{0,12}\b(weg|aus|ausgefallen)\b"
        r"|stromausfall|internetausfall|totalausfall|alles dunkel"
        r"|\b(internet|telefon|leitung|anschluss)\b.{0,25}\b(tot|ausgefallen|weg)\b"
        r"|\b(no|without) (power|electricity|internet|phone|heating|light)\b|power (cut|outage)|blackout|outage"
        r"|\b(internet|broadband|line|phone|wifi)\b.{0,25}\b(is|are|went|gone|completely|both) (down|dead|gone|off)\b"
    ),
    "cutoff": (
        r"sperrung\w*|(strom|gas|liefer)sperr\w*|sperr(androhung|ankündigung|termin|kassierer)\w*"
        r"|\b(strom|gas)\b.{0,25}\b(abgestellt|abstellen|abklemm\w*)|disconnection\w*"
        r"|cut(ting)? off (my|our|the) (power|electricity|gas)|inkasso|gerichtsvollzieher|mahnbescheid"
        r"|debt collect\w*|bailiff"
    ),
    "deadline": (
        r"\b(bis|spätestens) (zu )?(morgen|übermorgen|mittwoch"
        r"|(mon|diens|donners|frei|sams|sonn)tag)\b|\bmorgen (früh|schon)\b|letzte frist|frist (läuft|endet)"
        r"|\bby (tomorrow|(mon|tues|wednes|thurs|fri|satur|sun)day)\b|\b(is|due) tomorrow\b"
    ),
    "money": (
        r"doppelt (abgebucht|bezahlt)|zweimal abgebucht|charged twice|double charge\w*|pfändung|overdrawn"
        r"|konto.{0,20}(leer|überzogen)|existenz\w*|tausend euro|thousand euros?"
    ),
    "over": (
        r"behoben|\brepariert\b|gefunden wurde nichts|fand\w* nichts|found (nothing|no leak)|\b(fixed|resolved)\b"
        r"|\b(letzte|vorige)[nrsm]? (jahr|monat|woche|herbst|winter|sommer)|\bneulich\b|last (year|month|week)"
        r"|wieder (da|frei\w*|in ordnung)\b|einsatz (bezahl|berechne)\w*|call-?out"
    ),
    "leisure": (
        r"keine eile|eilt nicht|in ruhe|gelegentlich\b|bei gelegenheit|no (rush|hurry)|whenever you"
        r"|when you (get|have) (a chance|time)|nur (mal )?(interessehalber|aus neugier)|just curious"
        r"|out of curiosity|vielen dank für die (tolle|super|schnelle)"
    ),
}

CUES = tuple(_CUES)
_PATTERNS = tuple(re.compile(pattern) for pattern in _CUES.values())
_DENIAL = re.compile(r"(kein\w*|nicht|no|not|never|ohne|without)(\s+\w+)?\s*$")
_UNDENIABLE = ("outage", "leisure")
"""Cues that are denials themselves."""


def cues(text: str) -> dict[str, str]:
    """The cues of a text with the words that show them; one right after a denial ("kein Gasgeruch") does not count."""
    lowered = text.casefold()
    found = ((name, _shown(name, pattern, lowered)) for name, pattern in zip(CUES, _PATTERNS, strict=True))
    return {name: words for name, words in found if words}


def _shown(name: str, pattern: re.Pattern[str], text: str) -> str:
    for hit in pattern.finditer(text):
        if name in _UNDENIABLE or not _DENIAL.search(text[max(0, hit.start() - 25) : hit.start()]):
            return hit.group()
    return ""


def matrix(found: Sequence[dict[str, str]]) -> NDArray[np.float32]:
    """(n, cues): 1 where a cue was found. How often or how loudly does not count."""
    return np.array([[float(name in one) for name in CUES] for one in found], dtype=np.float32).reshape(-1, len(CUES))
