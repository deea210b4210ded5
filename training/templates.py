"""Answer texts proven common to many customers, found among the masked replies of one intent and language.

Gate 2, templates: only what stands alike, word for word, in replies to many is text; the rest is slots or no template.

A reply is cut into lines, and lines that were only masked differently are one (`align`). A line *stands* when it was
sent to at least `min_customers` different customers (gate 3, `proof`: what five strangers were sent names none of
them). A reply all of whose lines stand is a text that may be a template; the same text sent to enough customers is one.

A slot in it whose value was the same for all of them, and no customer's, is no slot: it is the company's own phone
number, and is put back. And where some customers were told 14 days and others 30, these are two texts: a number or an
amount that enough customers were told alike is never a slot, and never stands for another.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from hashlib import sha256

from salver.data.answer import Template
from salver.training import proof
from salver.training.align import lined_up, unthanked
from salver.training.proof import Reply

SLOT = re.compile(r"\{([a-z_]+)\}")
_COUNTED = frozenset({"number", "amount"})
_TOLD = 0.9
"""In so many of the replies one must be able to tell what stood in the slots of a line: some were masked otherwise."""
_LEAST_WORDS = 4


def induce(replies: Sequence[Reply], min_customers: int) -> tuple[tuple[Template, ...], dict[str, tuple[str, ...]]]:
    """The templates, and for each case the identifiers of those its answer was made of, the longest first."""
    groups: dict[tuple[str, str], list[Reply]] = defaultdict(list)
    for reply in replies:
        groups[reply.intent, reply.lang].append(reply)
    templates = [template for key in sorted(groups) for template in _of_group(groups[key], min_customers)]
    return tuple(templates), _made_of(templates)


def _of_group(replies: Sequence[Reply], min_customers: int) -> list[Template]:
    """The texts that enough customers were sent, whole or as the part of a reply that a person had added to."""
    texts = lined_up([_lines(reply.masked) for reply in replies])
    places: dict[str, set[int]] = defaultdict(set)
    for at, lines in enumerate(texts):
        for line in lines:
            places[line].add(at)
    found = []
    for text in sorted(set(texts) - {()}):
        shared = sorted(set.intersection(*(places[line] for line in text)))
        sent = [replies[at] for at in shared if _holds(texts[at], text)]
        if not proof.proven("\n".join(text), sent, min_customers):
            continue
        for told, those in _told_apart("\n".join(text), sent, min_customers):
            if proof.proven(told, those, min_customers):
                found.append(_template(told, those, min_customers))
    return [one for one in found if len(SLOT.sub("", one.text).split()) >= _LEAST_WORDS]


def _told_apart(text: str, sent: Sequence[Reply], min_customers: int) -> list[tuple[str, list[Reply]]]:
    """The text for each number that enough customers were told alike, and once more with its slots for all others."""
    kinds = SLOT.findall(text)
    if not _COUNTED.intersection(kinds):
        return [(text, list(sent))]
    told = [_all_values(text, reply) for reply in sent]
    common = [_common(at, told, sent, min_customers) if kind in _COUNTED else () for at, kind in enumerate(kinds)]
    apart: dict[tuple[str | None, ...], list[Reply]] = defaultdict(list)
    for reply, values in zip(sent, told, strict=True):
        row = [value if value in some else None for value, some in zip(values, common, strict=True)] if values else []
        apart[tuple(row)].append(reply)
    return [(_filled(text, row), those) for row, those in apart.items()]


def _common(at: int, told: Sequence[tuple[str, ...]], sent: Sequence[Reply], min_customers: int) -> frozenset[str]:
    """The values of a slot that are the company's: enough customers were told each of them."""
    had: dict[str, list[Reply]] = defaultdict(list)
    for reply, values in zip(sent, told, strict=True):
        if values:
            had[values[at]].append(reply)
    return frozenset(one for one, those in had.items() if proof.is_the_companys(one, those, min_customers))


def _all_values(text: str, reply: Reply) -> tuple[str, ...]:
    """What stood in all slots of a text, in their order; nothing where one line cannot be told."""
    found = [_values(line, reply) for line in text.split("\n") if SLOT.search(line)]
    return tuple(value for values in found for value in values or ()) if None not in found else ()


def _filled(text: str, values: Sequence[str | None]) -> str:
    """The text with these values in its slots, in their order; a slot without one stays."""
    rest = iter(values)
    return SLOT.sub(lambda slot: next(rest, None) or slot.group(), text)


def _template(text: str, sent: Sequence[Reply], min_customers: int) -> Template:
    text = _with_constants(text, sent, min_customers)
    first = sent[0]
    times = sorted(reply.at for reply in sent if reply.at)
    return Template(
        id="t" + sha256(f"{first.intent}\n{first.lang}\n{text}".encode()).hexdigest()[:12],
        intent=first.intent,
        lang=first.lang,
        text=text,
        slots=tuple(dict.fromkeys(SLOT.findall(text))),
        cases=tuple(sorted(reply.case for reply in sent)),
        customers=len({reply.customer for reply in sent}),
        agents=len({reply.agent for reply in sent}),
        first=times[0] if times else None,
        last=times[-1] if times else None,
        reopened=sum(reply.reopened for reply in sent),
        thanked=sum(reply.thanked for reply in sent),
    )


def _with_constants(text: str, sent: Sequence[Reply], min_customers: int) -> str:
    """Put back what was the same for all and is no customer's; a line whose slots cannot be lined up keeps them."""
    lines = text.split("\n")
    for at, line in enumerate(lines):
        if not SLOT.search(line):
            continue
        values = [(reply, value) for reply in sent if (value := _values(line, reply))]
        if len(values) < _TOLD * len(sent):
            continue
        those = [reply for reply, _ in values]
        columns = zip(*[value for _, value in values], strict=True)
        fixed = iter([column[0] if _is_fixed(column, those, min_customers) else None for column in columns])
        lines[at] = SLOT.sub(lambda slot: next(fixed) or slot.group(), line)  # noqa: B023  used at once
    return "\n".join(lines)


def _is_fixed(column: Sequence[str], sent: Sequence[Reply], min_customers: int) -> bool:
    return len(set(column)) == 1 and proof.is_the_companys(column[0], sent, min_customers)


def _values(line: str, reply: Reply) -> tuple[str, ...] | None:
    """What stood in a masked line's slots, read from the reply as it was sent; None when it cannot be told."""
    begin, *parts = (re.escape(part) for part in SLOT.split(line)[::2])
    pattern = "(.{1,80}?)".join([f"(?i:{begin})", *parts])
    hits = [hit for sent in _lines(reply.sent) if (hit := re.fullmatch(pattern, unthanked(sent)))]
    hits = hits or [hit for sent in _lines(reply.sent) if (hit := re.fullmatch(pattern, sent))]
    return hits[0].groups() if len(hits) == 1 else None


def _made_of(templates: Sequence[Template]) -> dict[str, tuple[str, ...]]:
    """By case, the templates that its answer holds, the longest first, leaving out those inside a longer one."""
    made: dict[str, list[Template]] = defaultdict(list)
    for template in sorted(templates, key=lambda one: (-len(one.text), one.id)):
        for case in template.cases:
            if not any(template.text in longer.text for longer in made[case]):
                made[case].append(template)
    return {case: tuple(one.id for one in found) for case, found in made.items()}


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line for raw in text.split("\n") if (line := " ".join(raw.split())))


def _holds(lines: Sequence[str], part: Sequence[str]) -> bool:
    """Whether a run of lines stands in a text, in order and together."""
    n = len(part)
    return any(tuple(lines[i : i + n]) == tuple(part) for i in range(len(lines) - n + 1))
