"""Facts in a text that say how soon somebody must act: danger, health, cut-offs, deadlines, money, anger, leisure."""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_CUES = {
    "danger": (
        r"gas\w*(geruch|geruech|leck)|gasaustritt|riecht\b.{0,20}\bgas|nach gas|smell\w*.{0,20}\bgas"
        r"|gas (leak|smell)|funken|sparks?\b|verschmor\w+|brand\w*geruch|rauch\b|smok(e|ing)|feuer|fire\b"
        r"|explosion|hissing|zisch\w*|\bco[- ]?melder|stromschlag|electric shock|lebensgefahr"
        r"|kabel.{0,20}(lose|offen|herunter)|live wire|burning smell"
    ),
    "health": (
        r"beatmung\w*|sauerstoff\w*|dialyse|ventilator|oxygen|dialysis|insulin|pflegebett|pflegebed\w*"
        r"|herzkrank|säugling|saeugling|newborn|bettlägerig|bedridden|notruf\w*|emergency call|hausnotruf"
    ),
    "outage": (
        r"kein(en)? strom|strom.{0,12}(weg|aus)\b|stromausfall|alles dunkel"
        r"|no (power|electricity|internet|phone)|power (cut|outage)|blackout"
        r"|(internet|telefon|leitung).{0,25}(tot|ausgefallen|weg)\b|totalausfall|internet.{0,25}(down|dead)"
        r"|kein(e)? (internet|telefon|heizung|warmwasser)|no heating|outage"
    ),
    "cutoff": (
        r"sperr(ung|en|androhung|termin|kassierer)\w*|abgestellt|abklemm\w*|disconnect\w*"
        r"|cut(ting)? (me |us |it )?off|inkasso|gerichtsvollzieher|mahnbescheid|debt collect\w*|bailiff"
    ),
    "deadline": (
        r"\bheute noch\b|\bbis (heute|morgen|übermorgen)\b|\bmorgen (früh|schon)\b"
        r"|\bby (today|tomorrow|tonight)\b|spätestens (heute|morgen)|sofort\w*|umgehend\w*|dringend\w*"
        r"|\basap\b|urgent\w*|immediately|eilt\b|letzte frist|frist läuft"
    ),
    "money": (
        r"doppelt (abgebucht|bezahlt)|zweimal abgebucht|charged twice|double charge\w*|pfändung|overdrawn"
        r"|konto.{0,20}(leer|überzogen)|existenz\w*|tausend euro|thousand euros?"
    ),
    "anger": (
        r"unverschämt\w*|frechheit|skandal\w*|anwalt\w*|rechtsanwalt|lawyer|solicitor|verbraucherzentrale"
        r"|bundesnetzagentur|ombudsman|unacceptable|disgrac\w*|ridiculous"
        r"|zum (x|dritten|vierten|fünften)[- ]?(ten )?mal|(third|fourth|fifth) time|es reicht|fed up"
        r"|inakzeptabel"
    ),
    "leisure": (
        r"keine eile|eilt nicht|in ruhe|gelegentlich|bei gelegenheit|no (rush|hurry)|whenever you"
        r"|when you (get|have) (a chance|time)|nur (mal )?(interessehalber|aus neugier)|just curious"
        r"|out of curiosity|vielen dank für die (tolle|super|schnelle)"
    ),
}

CUES = tuple(_CUES)
_PATTERNS = tuple(re.compile(pattern) for pattern in _CUES.values())
_DENIAL = re.compile(r"(kein\w*|nicht|no|not|never|ohne|without)(\s+\w+)?\s*$")


def cues(text: str) -> dict[str, str]:
    """The cues of a text with the words that show them; one right after a denial ("kein Gasgeruch") does not count."""
    lowered = text.casefold()
    found = ((name, pattern.search(lowered)) for name, pattern in zip(CUES, _PATTERNS, strict=True))
    return {
        name: hit.group()
        for name, hit in found
        if hit
        and (name in ("outage", "leisure") or not _DENIAL.search(lowered[max(0, hit.start() - 25) : hit.start()]))
    }


def matrix(found: Sequence[dict[str, str]]) -> NDArray[np.float32]:
    """(n, cues): 1 where a cue was found. How often or how loudly does not count."""
    return np.array([[float(name in one) for name in CUES] for one in found], dtype=np.float32).reshape(-1, len(CUES))
