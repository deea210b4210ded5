"""A text without its shouting, so that nobody comes first by being loud.

Shouting is what anybody can write without a reason: exclamation marks, symbols, stretched and spaced letters, the same
line again and again, and words that call for haste or threaten, in German and English. What such words are worth was
never the writer's to say; facts (see `cues`) and all other words stay.
"""

import re

_SYMBOLS = re.compile(r"[^\w\s?.,:;(){}/\-'’+%€$&@]+")
_SPACED = re.compile(r"(?<!\w)(?:[^\W\d_] ){3,}[^\W\d_](?!\w)")
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")
_WORDS = re.compile(
    r"\b(?:dringe?nd\w*|drängt|eil(?:t|ig\w*|sache\w*|meldung)|beeil\w*|sofort\w*|umgehend\w*|unverzüglich\w*"
    r"|schleunigst\w*|schnellst\w*|augenblicklich|notfall\w*|wichtig\w*|priorität\w*|alarm\w*|warnung\w*|ultimatum"
    r"|letzte warnung|jede minute zählt|hilfe"
    r"|urgen\w+|hurry|immediate\w*|asap|a\.s\.a\.p|right (?:now|away)|instantly|emergenc\w+|importan\w+"
    r"|(?:top|high|highest) priority|priority|time[- ]critical|every minute counts|alert|(?:last|final) warning|warning"
    r"|(?:rechts)?anw[aä]lt\w*|verbraucherzentrale|bundesnetzagentur|schlichtung\w*|polizei|presse"
    r"|verklag\w*|klagen?|lawyer\w*|solicitor\w*|attorney\w*|legal action|sue|suing|police|the press|ombudsman"
    r"|skandal\w*|frech\w*|unverschämt\w*|inakzeptab\w*|unfassbar\w*|unglaublich\w*|unmöglich\w*|unfähig\w*|empör\w*"
    r"|wütend|stinksauer|nase voll|es reicht|scandal\w*|disgrac\w*|outrag\w*|unacceptabl\w*|ridiculous\w*|furious"
    r"|unbelievabl\w*|incompeten\w*|fed up|livid|appalling|shocking)\b",
    re.IGNORECASE,
)


def calm(text: str) -> str:
    """The text as if it had been said once and quietly; words that only call for haste are still in it."""
    text = _STRETCHED.sub(r"\1", _SPACED.sub(lambda found: found[0].replace(" ", ""), _SYMBOLS.sub(".", text)))
    return "\n".join(dict.fromkeys(text.splitlines()))


def without_haste(text: str) -> str:
    """A calm text without the words that call for haste or threaten."""
    return _WORDS.sub(".", text)
