"""Where earlier mails begin inside a body: `>` lines, "… schrieb:", header blocks, forwards."""

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

from salver.data.reading import Cut, CutKind
from salver.pipeline.labels import FIRST_LABEL, LABEL, SUBJECT_LABEL

Forward = Literal["marked", "by_customer", "by_colleague"]
"""Whether a mail was forwarded: only where a line says so; its subject says so; or a colleague passed it on to us.

What a customer forwards with a note too short to stand alone belongs to the message; what a colleague wrote above a
customer's mail does not.
"""

_WROTE = (
    r"(?:wrote|writes|schrieb|schrieben|geschrieben|a écrit|écrit|escribió|escribi[óo]|escreveu|ha scritto|scrive"
    r"|napisał\(a\)|napisał|napisała|pisze|skrev|schreef|geschreven|kirjoitti|írta|napsal\(a\)|napsal|napísal|a scris"
    r"|yazdı|έγραψε|написал|написала|написав|пише|пишет|写道|書きました)"
)
_INTRO_START = re.compile(
    r"\s*+(?:(?:am|on|at|le|el|il|em|op|den|dnia|w dniu|in data|på)\b|在|\*?\"?[^\W\d_][^<>:]{0,60}\"?\s*<"
    r"|\d{1,4}[-./: 年]"
    r"|\w+\.?,? \d)",
    re.IGNORECASE,
)
_INTRO = re.compile(rf".{{0,400}}\b{_WROTE}(?!\w).{{0,160}}[:：]\s*\*?$", re.IGNORECASE | re.DOTALL)
_INTRO_SHORT = re.compile(rf"[^:]{{1,80}}<\S+@\S+>,? {_WROTE}:$", re.IGNORECASE)
_INTRO_BARE = re.compile(
    rf"(?:On|Am|Le|El|Il) .{{0,120}}\d{{1,2}}[:.]\d\d.{{0,120}}<[^\s<>]+@[^\s<>]+> {_WROTE}\s*$", re.IGNORECASE
)
_INTRO_ISO = re.compile(
    r"\d{4}[-/]\d{1,2}[-/]\d{1,2} (?:\d{1,2}:\d\d )?(?:GMT|UTC|[^\n]{2,60}<\S+@)[^\n]*", re.IGNORECASE
)
_INTRO_DATED = re.compile(
    r"(?=[^\n]{0,60}\b(?:19|20)\d\d)(?=[^\n]{0,60}\b\d{1,2}[:.]\d\d).{8,160}<\s*[^\s<>]+@[^\s<>]+>\s*[:：]\s*$",
    re.DOTALL,
)
"""A date, a time and an address, and nothing that says so: as Yandex, Apple and Japanese programs write."""
_HALF = re.compile(r"[<@]|\d")
_SENTENCE_END = re.compile(r"(?:[^\W\d_]{4,}\.|[!?])\s*$")
_RULED = re.compile(rf"\s*-{{2,}} .*\b{_WROTE}\b\s*-{{2,}}$", re.IGNORECASE)
_SEPARATOR = re.compile(
    r"\s*+\*?-{2,}+\s*+(?:ursprüngliche (?:nachricht|e-?mail)|original[- ]?nachricht|original (?:message|e-?mail)"
    r"|mensaje original|message d'origine|message original|messaggio originale|oorspronkelijk bericht"
    r"|mensagem original"
    r"|oprindelig (?:besked|meddelelse|mail)|opprinnelig melding|ursprungligt meddelande|originalmeddelande"
    r"|alkuperäinen viesti|wiadomość oryginalna|oryginalna wiadomość|původní zpráva|eredeti üzenet|исходное сообщение"
    r"|原始邮件|元のメッセージ)\s*-{2,}\*?\s*$|\s*original message processed by .{1,40}$",
    re.IGNORECASE,
)
_FORWARDED = re.compile(
    r"\s*+(?:-{2,}+\s*+(?:weitergeleitete (?:nachricht|e-?mail)|forwarded (?:message|by .*)|message transféré"
    r"|mensaje reenviado|messaggio inoltrato|doorgestuurd bericht|videresendt (?:besked|melding)"
    r"|vidarebefordrat meddelande|mensagem (?:re)?encaminhada|przekazana wiadomość"
    r"|пересылаемое сообщение)[^-]{0,60}-{2,}"
    r"|(?:begin forwarded message|anfang der weitergeleiteten (?:nachricht|e-?mail)|début du message (?:transféré"
    r"|réexpédié)"
    r"|inicio del mensaje reenviado|inizio (?:del )?messaggio inoltrato|begin doorgestuurd bericht) ?:)\s*$",
    re.IGNORECASE,
)
_FIELD = re.compile(rf"\s*+\*{{0,2}}(?:{LABEL})\s?[:：](?!//)", re.IGNORECASE)
_FIRST_FIELD = re.compile(rf"\s*+\*{{0,2}}(?:{FIRST_LABEL})\s?[:：](?!//)", re.IGNORECASE)
_SUBJECT_FIELD = re.compile(rf"\s*+\*{{0,2}}(?:{SUBJECT_LABEL})\s?[:：]", re.IGNORECASE)
_RULE = re.compile(r"\s*[-_*=]{5,}\s*$")
_QUOTED = re.compile(r" {0,3}>")

_NOTE_WORDS = 6

_CUES = (">", "--", "__", "==", "**", ":", "：", "GMT", "UTC", "wrote", "riginal ", "RIGINAL ")
"""A text without any of these holds no earlier mail."""
_LONGEST = 1000
"""Characters from which a line is no mark of an earlier mail."""
_MOST_FIELDS = 24


class _Opener(NamedTuple):
    """Lines that open an earlier mail: how many, and whether they are of a forward or a header block."""

    lines: int
    forwarded: bool = False
    block: bool = False


def unquoted(lines: list[str], forward: Forward = "marked") -> tuple[list[str], list[Cut]]:
    """The lines without earlier mails, and these. All stay when nothing else would be left."""
    text = "\n".join(lines)
    if not any(cue in text for cue in _CUES):
        return lines, []
    if forward != "marked":
        lines = _lifted(lines)
    kept, cuts = _Reader(lines, forward).read()
    return (kept, cuts) if any(line.strip() for line in kept) else (lines, [])


class _Reader:
    """Goes down the lines once and sorts them into kept and cut."""

    def __init__(self, lines: list[str], forward: Forward) -> None:
        self.lines = lines
        self.forward = forward
        self.kept: list[str] = []
        self.cuts: list[Cut] = []

    def read(self) -> tuple[list[str], list[Cut]]:
        at = 0
        while at < len(self.lines):
            at = self._step(at)
        return self.kept, self.cuts

    def _step(self, at: int) -> int:
        if _QUOTED.match(self.lines[at]):
            return self._cut("quote", at, self._quote_end(at))
        opener = _opener(self.lines, at)
        if opener is None:
            self.kept.append(self.lines[at])
            return at + 1
        return self._open(at, at + opener.lines, opener)

    def _open(self, start: int, body: int, opener: _Opener) -> int:
        following = _filled(self.lines, body)
        if following < len(self.lines) and _QUOTED.match(self.lines[following]):
            return self._cut("quote", start, self._quote_end(following))
        if self._belongs(opener):
            return self._unwrap(start, body)
        if not any(line.strip() for line in self.kept):
            return self._cut("forward_header" if opener.block else "quote", start, body)
        return self._cut("quote", start, len(self.lines))

    def _belongs(self, opener: _Opener) -> bool:
        """Whether what is forwarded is the message itself: a note of a few words above it does not stand alone."""
        if self.forward == "by_colleague":
            return opener.block
        forwarded = opener.forwarded or (opener.block and self.forward == "by_customer")
        return forwarded and len(" ".join(self.kept).split()) < _NOTE_WORDS

    def _unwrap(self, start: int, body: int) -> int:
        """Cut only the header of a forward, and what a colleague wrote above it."""
        if self.forward == "by_colleague":
            start, self.kept = 0, []
        self.forward = "marked"
        return self._cut("forward_header", start, body)

    def _cut(self, kind: CutKind, start: int, end: int) -> int:
        self.cuts.append(Cut(kind=kind, text="\n".join(self.lines[start:end]).strip("\n")))
        return end

    def _quote_end(self, at: int) -> int:
        """The line after a run of `>` lines; empty lines inside belong to it."""
        end = at
        while at < len(self.lines):
            if _QUOTED.match(self.lines[at]):
                end = at + 1
            elif self.lines[at].strip():
                break
            at += 1
        return end


def _lifted(lines: list[str]) -> list[str]:
    """Apple Mail writes `>` before what it forwards: without these, it is read like any other forward."""
    marked = (i for i, line in enumerate(lines) if _QUOTED.match(line) and _FORWARDED.match(line.strip("> ")))
    start = next(marked, len(lines))
    return lines[:start] + [_QUOTED.sub("", line, count=1).removeprefix(" ") for line in lines[start:]]


def _filled(lines: Sequence[str], at: int) -> int:
    """The first line from `at` that is not empty."""
    while at < len(lines) and not lines[at].strip():
        at += 1
    return at


def _opener(lines: Sequence[str], at: int) -> _Opener | None:
    line = lines[at]
    if len(line) > _LONGEST or not line or line.isspace():
        return None
    if _FORWARDED.match(line):
        return _Opener(1 + _fields(lines, at + 1), forwarded=True, block=True)
    if _SEPARATOR.match(line) or _RULED.match(line):
        return _Opener(1 + _fields(lines, at + 1), block=True)
    if _RULE.match(line) or _FIRST_FIELD.match(line):
        rule = 1 if _RULE.match(line) else 0
        fields = _fields(lines, at + rule, at_least=3)
        return _Opener(rule + fields, block=True) if fields else None
    return _intro(lines, at)


def _fields(lines: Sequence[str], at: int, at_least: int = 1) -> int:
    """How many lines a block of header fields takes from `at`, with empty lines before and one folded line each."""
    start, at = at, _filled(lines, at)
    if at < len(lines) and not _FIRST_FIELD.match(lines[at]) and at_least > 1:
        return 0
    found, end, most = 0, at, min(len(lines), at + _MOST_FIELDS)
    while at < min(most, end + 2) and lines[at].strip():
        if _FIELD.match(lines[at]):
            found, end = found + 1, at + 1
        at += 1
    if at_least > 1 and not any("@" in line or _SUBJECT_FIELD.match(line) for line in lines[start:end]):
        return 0  # "Von: … An: … Datum: …" may as well be how somebody moves house
    return end - start if found >= at_least else 0


def _intro(lines: Sequence[str], at: int) -> _Opener | None:
    """ "On … wrote:" over at most four lines, empty ones not counted."""
    line = lines[at]
    if _INTRO_ISO.match(line):
        return _Opener(2 if at + 1 < len(lines) and "<" in line and ">" not in line else 1)
    if _INTRO_BARE.match(line):
        return _Opener(1)
    if not _HALF.search(line[:200]) or not (_INTRO_START.match(line) or _INTRO_SHORT.match(line)):
        return None
    joined, filled = "", 0
    for i in range(at, min(len(lines), at + 8)):
        if i > at and not lines[i - 1].strip() and _HALF.search(lines[i][:200]) and _INTRO_START.match(lines[i]):
            return None  # the intro begins here
        joined += lines[i] + "\n"
        filled += bool(lines[i].strip())
        if _ends_intro(joined):
            return _Opener(i - at + 1)
        if filled == 4 or len(joined) > 400 or _SENTENCE_END.search(joined):
            return None
    return None


def _ends_intro(text: str) -> bool:
    text = text.rstrip()
    if not text.endswith((":", "：", ":*")) or not re.search(r"\d|@", text):
        return False
    return (_INTRO.match(text) or _INTRO_DATED.match(text)) is not None
