"""Mails that a colleague passed on: who wrote the original, as mail programs note it."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from salver.data.message import Address
from salver.pipeline.fields import addresses
from salver.pipeline.labels import LABEL, ROLE

_TAGS = r"\s*(?:\[[^\]]{1,40}\]\s*)*"
FORWARD_PREFIX = re.compile(
    _TAGS + r"(?:fwd?|wg|wtr|wl|weitergeleitet|weiterleitung|tr|rv|rvs|reenv|enc|i|inoltro?|doorst|doorgestuurd|vb"
    r"|vid(?:eres)?"
    r"|pd|podaj dalej|vl|ilt|továbbítás|пересл)\s*:",
    re.IGNORECASE,
)
REPLY_PREFIX = re.compile(
    _TAGS + r"(?:re|aw|antw|antwort|sv|vs|odp|r|ref|rif|rép|resp|res|bls|ynt|na|отв|回复|答复)(?:\[\d+\]"
    r"|\(\d+\))?\s*[:：]",
    re.IGNORECASE,
)

_MARKER = re.compile(
    r"[>\s*_-]*(?:(?:begin )?forwarded message|anfang der weitergeleiteten (?:nachricht|e-?mail)"
    r"|weitergeleitete (?:nachricht|e-?mail)|weitergeleitet von .{1,80}|forwarded by .{1,80}"
    r"|message transféré|début du message (?:transféré|réexpédié)|mensaje reenviado|inicio del mensaje reenviado"
    r"|messaggio inoltrato|inizio (?:del )?messaggio inoltrato|doorgestuurd bericht|begin doorgestuurd bericht"
    r"|vidarebefordrat meddelande|videresendt (?:besked|melding)|mensagem (?:reencaminhada|encaminhada)"
    r"|przekazana wiadomość|пересылаемое сообщение)\s*:?[\s*_-]*",
    re.IGNORECASE,
)
_FIELD = re.compile(
    rf"(?P<quote>(?:>\s?)*+)[ \t]*\*{{0,2}}(?P<label>{LABEL})"
    r"[ \t]*\*{0,2}[ \t]*[:：][ \t]*\*{0,2}[ \t]*(?P<value>.*)",
    re.IGNORECASE,
)
_MAX_BLOCKS = 20
_MAX_LINES = 5_000
_MAX_SENDER = 500


@dataclass(frozen=True, slots=True)
class Block:
    """The few lines above a passed-on mail that say who wrote it; `start` is the line where they begin."""

    start: int
    quote: str
    sender: str


def original(subject: str, body: str, owns: Callable[[str], bool]) -> tuple[Address, str] | None:
    """Who wrote the mail that a colleague passed on, and the body with the original no longer quoted.

    None when nothing was passed on: a colleague wrote of their own accord, or answered.
    """
    lines = body.split("\n", _MAX_LINES)
    found = blocks(lines[:_MAX_LINES])
    if not found or not _is_forward(subject, lines, found[0]):
        return None
    named = [(one, block) for block in found for one in addresses(_without_mailto(block.sender))[0][:1]]
    others = [(one, block) for one, block in named if not owns(one.email)]
    if not others:
        return None
    writer, block = next(((one, block) for one, block in others if one.email), others[0])
    return writer, "\n".join(lines[: block.start] + _unquoted(lines[block.start :], block.quote))


def _is_forward(subject: str, lines: list[str], block: Block) -> bool:
    marked = any(_MARKER.fullmatch(line) for line in lines[max(block.start - 4, 0) : block.start])
    return marked or bool(FORWARD_PREFIX.match(subject)) or not REPLY_PREFIX.match(subject)


def blocks(lines: list[str]) -> list[Block]:
    """Every run of lines as `Von: … Gesendet: … An: … Betreff: …`, in any order and language."""
    found: list[Block] = []
    at = 0
    while at < len(lines) and len(found) < _MAX_BLOCKS:
        after, roles, quote, sender = _run(lines, at)
        if "from" in roles and len(roles) >= 2 and roles & {"date", "subject"}:
            found.append(Block(at, quote, sender))
        at = max(after, at + 1)
    return found


def _run(lines: list[str], start: int) -> tuple[int, set[str], str, str]:
    """The labelled lines from `start` on: where they end, what they tell, how they are quoted, and who wrote."""
    roles: set[str] = set()
    quote, sender, at, wrapped = "", "", start, 0
    while at < len(lines):
        line = _FIELD.fullmatch(lines[at])
        if line is None:
            if not roles or wrapped == 2 or not lines[at].strip("> \t"):
                break
            wrapped += 1  # a long list of recipients goes on in the next line
        else:
            wrapped = 0
            quote = quote if roles else line["quote"]
            role = ROLE[line["label"].lower()]
            roles.add(role)
            if role == "from" and not sender:
                sender = line["value"][:_MAX_SENDER]
        at += 1
    return at, roles, quote, sender


def _without_mailto(value: str) -> str:
    """`Name [mailto:a@b.c]` and `Name <a@b.c<mailto:a@b.c>>` as `Name <a@b.c>`."""
    value = re.sub(r"<mailto:[^<>]*>", "", value) if re.search(r"@[^<>\s]+\s*<mailto:", value) else value
    value = re.sub(r"\[mailto:([^\]\s]+)\]", r"<\1>", value).replace("<mailto:", "<")
    return value.replace("*", "").replace(">>", ">").replace(" im Auftrag von ", " ").strip()


def _unquoted(lines: list[str], quote: str) -> list[str]:
    """Take one level of quoting away where the original was quoted as a whole."""
    if not quote:
        return lines
    return [re.sub(r"^>\s?", "", line) for line in lines]
