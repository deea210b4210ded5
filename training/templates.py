"""Answer texts proven common to many customers, found among the masked replies of one intent and language.

Gate 2, templates: only what stands alike, word for word, in replies to many is text; the rest is slots or no template.

A reply is cut into lines. A line *stands* when, masked, it was sent to at least `min_customers` different customers
(gate 3, `proof`: what five strangers were sent names none of them). A reply all of whose lines stand is a text that may
be a template; the same text sent to enough customers is one. A slot in it whose value was the same for all of them, and
no customer's, is no slot: it is the company's own phone number, and is put back.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from hashlib import sha256

from salver.data.answer import Template
from salver.training import proof
from salver.training.proof import Reply

SLOT = re.compile(r"\{([a-z_]+)\}")
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
    texts = [_lines(reply.masked) for reply in replies]
    places: dict[str, set[int]] = defaultdict(set)
    for at, lines in enumerate(texts):
        for line in lines:
            places[line].add(at)
    found = []
    for text in sorted(set(texts) - {()}):
        shared = sorted(set.intersection(*(places[line] for line in text)))
        sent = [replies[at] for at in shared if _holds(texts[at], text)]
        if proof.proven("\n".join(text), sent, min_customers):
            found.append(_template("\n".join(text), sent, min_customers))
    return [one for one in found if len(SLOT.sub("", one.text).split()) >= _LEAST_WORDS]


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
        values = [_values(line, reply) for reply in sent]
        if any(value is None for value in values):
            continue
        columns = list(zip(*[value for value in values if value is not None], strict=True))
        fixed = iter([column[0] if _is_fixed(column, sent, min_customers) else None for column in columns])
        lines[at] = SLOT.sub(lambda slot: next(fixed) or slot.group(), line)  # noqa: B023  used at once
    return "\n".join(lines)


def _is_fixed(column: Sequence[str], sent: Sequence[Reply], min_customers: int) -> bool:
    return len(set(column)) == 1 and proof.is_the_companys(column[0], sent, min_customers)


def _values(line: str, reply: Reply) -> tuple[str, ...] | None:
    """What stood in a masked line's slots, read from the reply as it was sent; None when it cannot be told."""
    pattern = "(.{1,80}?)".join(re.escape(part) for part in SLOT.split(line)[::2])
    hits = [hit for sent in _lines(reply.sent) if (hit := re.fullmatch(pattern, sent))]
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
