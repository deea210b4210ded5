"""What the models see of a message, in learning and in serving alike."""

import re

_PREFIXES = re.compile(
    r"\s*(?:(?:(?:re|aw|antw|antwort|wg|fwd?|tr|rv|sv|vs)\s?(?:\[\d{1,3}\]|\(\d{1,3}\))?\s?[:：]"
    r"|\[(?=[^\]]{0,60}\d)[^\]]{1,60}\]"
    r"|\[(?:ext|extern|external|ticket|spam)\b[^\]]{0,60}\])\s*)*",
    re.IGNORECASE,
)

MOST = 20_000
"""So many characters of a message are understood, some six pages; what comes after them is left to a person."""


def question(subject: str, text: str) -> str:
    """What the models see of a message: the subject without prefixes, and below it the cleaned text.

    The subject is not told twice when the text begins with it. Of a very long text it is the beginning.
    """
    text = text[:MOST]
    subject = " ".join(_PREFIXES.sub("", subject, count=1).split())
    text = text.strip()
    if " ".join(text.split()).casefold().startswith(subject.casefold()):
        return text
    return f"{subject}\n{text}".strip()
