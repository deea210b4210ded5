"""Whether a text says that something was done, is being done, or is attached.

A machine that answers has entered no reading and attached no bill. A text that claims so may be laid before an agent,
who does it and sends it; it is never sent without one. German and English; what is unclear counts as a claim.
"""

import re

_DONE = (
    r"\w*ge\w{3,}(?:t|en)|\w*(?:nommen|geben|sprochen|standen|worfen)|bestätigt|erledigt|storniert|verbucht|vermerkt"
    r"|beauftragt|veranlasst|registriert|verlängert|überwiesen|erhalten|versandt"
)
_DEED = (
    r"senden|schicken|überweisen|erstatten|stellen|beauftragen|veranlassen|sperren|buchen|tragen|bestätigen|stunden"
    r"|beliefern|nehmen|ändern|löschen|verlegen|melden|rufen"
)
_CLAIM = re.compile(
    rf"\bhaben wir\b(?! (?:geöffnet|keine?n?\b))|\bwir haben\b(?! (?:geöffnet|keine?n?\b))|\bhabe ich\b|\bich habe\b"
    rf"|\b(?:ist|sind|wurden?|hat)\b(?:(?! nicht\b| zu\b| nötig\b)[^.;]){{0,90}}?\b(?:{_DONE})\b(?! (?:werden|sein)\b)"
    rf"|\b(?:anbei|beigefügt|beiliegend|im anhang|hängt|angehängt|hiermit)\b"
    rf"|\bwir (?:\w+ ){{0,3}}?(?:{_DEED})\b|\b(?:{_DEED}) wir\b"
    rf"|\bwe(?: have|'ve|’ve) (?!no\b|not\b)|\bi(?: have|'ve|’ve)\b|\b(?:has|have) been\b"
    rf"|\b(?:attached|enclosed|hereby)\b"
    rf"|\bwe(?: are|'re|’re) (?:now )?(?:sending|transferring|paying|refunding|arranging|changing|moving)\b"
    rf"|\bwe(?: will|'ll|’ll) (?:\w+ )?(?:send|transfer|pay|refund|arrange|book|post|charge|collect|deduct|supply)\b"
    r"|\bwe (?:moved|changed|entered|sent|transferred|paid|refunded|booked|cancelled|recorded|updated|noted)\b"
    r"|\bhappy to defer\b",
    re.IGNORECASE,
)


def claim(text: str) -> str:
    """The words in which a text claims a deed, or nothing."""
    found = _CLAIM.search(text)
    return " ".join(found.group().split()) if found else ""
