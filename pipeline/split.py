"""The candidate parts of a text: its sentences, cut again where a customer turns to something else."""

import re
from collections.abc import Iterator, Sequence

from salver.models.ports import Sentences

_PARAGRAPH = re.compile(r"\n[ \t]*\n\s*")
_ITEM = re.compile(r"\n(?=[ \t]*(?:\d{1,2}[.)]\s|\(?[a-h]\)\s|[-*•–]\s|p\.?\s?s\b))", re.IGNORECASE)
_SHORT_LINE = 60
"""A line shorter than this was ended by its writer, not by the width of a window."""

_CUE = re.compile(
    r"(?:[,;.!?]\s{0,9}|(?<!\s)\s{1,9}(?:[-–—]\s{1,9})?)"
    r"(?=(?:außerdem|ausserdem|zweitens|drittens|des weiteren|weiterhin bitte|ferner bitte"
    r"|und dann noch|und noch (?:was|etwas|eine|ein)\b|noch eine (?:frage|sache|bitte)|noch (?:was|etwas):|und"
    r" außerdem"
    r"|und ausserdem|und übrigens|übrigens|zusätzlich (?:bräuchte|möchte|brauche)"
    r"|another (?:thing|question)|secondly|thirdly|by the way|btw\b|one (?:more|other) (?:thing|question)"
    r"|and also\b|furthermore|additionally|on top of that|while (?:i'm|you're) at it)(?!\w))",
    re.IGNORECASE,
)
_TURN = re.compile(
    r"(?:gleichzeitig|zugleich|im gleichen zug|dazu (?:die|eine|noch|habe|hätte)|nebenbei|apropos|ach ja|ach und"
    r"|bei (?:der|dieser) gelegenheit|im übrigen|zudem|darüber hinaus|ebenso (?:bitte|möchte|brauche)|zum anderen"
    r"|noch (?:etwas|was|eine?)|und bitte|und (?:können|könnten|könntet|könnt|kann|wie|wann|wo|wer|was|warum|ist|gibt"
    r"|gilt|muss|darf|schicken|senden)"
    r"|in addition|besides|moreover|at the same time|on (?:another|a separate) note|separately|lastly|finally|plus"
    r"|oh and|speaking of|last thing|and please|and (?:can|could|how|when|where|who|what|why|is|are|do|does|will"
    r"|would))(?!\w)",
    re.IGNORECASE,
)
"""How people begin a sentence with which they turn to something else; within a sentence it would say nothing."""

_STARTED = re.compile(r"\n(?=also,)|(?<=[.!?]\s)(?=also,)", re.IGNORECASE)
_CUE_WORDS = (
    "erdem", "itens", "weiter", "ferner", "dann noch", "noch", "brigens", "zusätzlich", "another", "econdly", "hirdly",
    "by the way", "btw", "one more", "one other", "nd also", "dditionally", "urthermore", "on top of", "at it",
)  # fmt: skip

_GREETING = re.compile(
    r"(?:sehr (?:geehrte|verehrte)[rs]?\b|guten (?:tag|morgen|abend)\b|hallo\b|huhu\b|moin(?: moin)?\b|servus\b"
    r"|grüß gott\b"
    r"|liebe[rs]?\b(?= [A-ZÄÖÜ])|hi\b|hey\b|hello\b|dear\b|good (?:morning|afternoon|evening|day)\b)"
    r"[^,!.:?\n]{0,50}[,!.:]+\s*",
    re.IGNORECASE,
)
_PLEASANTRY = re.compile(
    r"(?:(?:vielen|besten|herzlichen|schönen) dank\b.{0,40}|danke(?:schön)?\b.{0,30}|thank(?:s| you)\b.{0,40}|many"
    r" thanks\b.{0,30}"
    r"|(?:ich )?hoffe?,? (?:es geht|alles).{0,40}|i hope (?:you|this|all).{0,50}|hope (?:you|this|all).{0,50}"
    r"|(?:mit )?(?:freundlichen|viele|liebe|beste|herzliche|schöne)n? gr(?:ü|ue)(?:ß|ss)en?\b.{0,60}|(?:mfg|lg"
    r"|vg)\b.{0,40}"
    r"|(?:best|kind|warm)? ?regards\b.{0,60}|cheers\b.{0,30}|(?:have a|einen) .{0,12}(?:day|tag|week|abend|weekend)\W*"
    r"|bitte um (?:kurze )?(?:antwort|rückmeldung|bestätigung)\W*|please (?:advise|help)\W*|hallo\b.{0,40}"
    r"|hi\b.{0,30}|dear\b.{0,40}"
    r"|sehr geehrte.{0,60}|guten (?:tag|morgen|abend)\b.{0,30}|moin\b.{0,20}|hello\b.{0,30})",
    re.IGNORECASE,
)
_ASKING = re.compile(r"\d|\?|\b(?:aber|but|dass|that|wenn|if|für die|for the|weil|because)\b", re.IGNORECASE)
_LEAST_WORDS = 3


def turns_to(part: str) -> bool:
    """Whether a part begins as people begin who turn to something else: a number, a dash, "außerdem", "and also"."""
    return bool(
        _CUE.match(f". {part}") or _TURN.match(part) or _STARTED.search(f". {part}") or _ITEM.match(f"\n{part}")
    )


def split(texts: Sequence[str], sentences: Sentences) -> list[tuple[str, ...]]:
    """The parts of each text in order, each word for word from it; a greeting or a thank-you alone is none.

    A text with a word in it has at least one part.
    """
    stretches = [list(_stretches(text)) for text in texts]
    found = iter(sentences.split([one for row in stretches for one in row]))
    return [_parts(text, row, [next(found) for _ in row]) for text, row in zip(texts, stretches, strict=True)]


def _stretches(text: str) -> Iterator[str]:
    """Paragraphs, and within them lists and lines that were ended by hand."""
    for paragraph in _PARAGRAPH.split(text.strip()):
        for item in _ITEM.split(paragraph):
            yield from _by_hand(item) if "\n" in item else (item,)


def _by_hand(item: str) -> Iterator[str]:
    held = ""
    for line in item.split("\n"):
        held = f"{held}\n{line}" if held else line
        if len(line) < _SHORT_LINE:
            yield held
            held = ""
    if held:
        yield held


def _parts(text: str, stretches: Sequence[str], sentences: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """Sentences of one text; one of a word or two joins the sentence before it in the same stretch."""
    parts = list[str]()
    for stretch, found in zip(stretches, sentences, strict=True):
        parts += _joined(stretch, [piece for sentence in found for piece in _by_cue(sentence)])
    asked = [part for one in parts if (part := _asking(one))]
    whole = text.strip()
    return tuple(asked) or ((whole,) if whole else ())


def _by_cue(sentence: str) -> list[str]:
    lowered = sentence.casefold()
    if not any(word in lowered for word in _CUE_WORDS):
        return [sentence]
    return [piece for one in _CUE.split(sentence) for piece in _STARTED.split(one) if piece.strip()]


def _joined(stretch: str, pieces: Sequence[str]) -> list[str]:
    """Pieces of fewer than three words belong to the one before; the text between them is kept as it was."""
    joined, at = list[tuple[int, int]](), 0
    for piece in pieces:
        start = stretch.index(piece, at)
        at = start + len(piece)
        if joined and len(piece.split()) < _LEAST_WORDS:
            joined[-1] = joined[-1][0], at
        else:
            joined.append((start, at))
    return [stretch[start:end].strip() for start, end in joined]


def _asking(part: str) -> str:
    """The part without a greeting before it; empty when nothing but courtesy is left."""
    greeting = _GREETING.match(part)
    rest = part[greeting.end() :] if greeting else part
    courtesy = _PLEASANTRY.match(rest)
    polite = courtesy is not None and len(rest) - courtesy.end() < 15 and not _ASKING.search(rest)
    return "" if polite or not any(map(str.isalnum, rest)) else rest
