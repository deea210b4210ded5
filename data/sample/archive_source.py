"""Reads the hand-written archive: customers, standard answers, cases. What is wrong is collected."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from salver.data.errors import Fault
from salver.data.reading import Urgency
from salver.data.sample.customers import Row, read_row, shared_facts

INTENTS = (
    *("meter_reading", "bill_question", "installment_change", "refund"),
    *("payment_reminder", "payment_plan", "bank_details", "tariff_question", "document_copy"),
    *("move_in", "move_out", "contact_details", "bereavement", "portal_login"),
    *("power_outage", "gas_smell", "meter_exchange", "solar_feed_in", "wallbox"),
    *("internet_outage", "internet_slow", "router_setup", "technician_appointment"),
    *("fibre_order", "number_porting", "cancellation", "complaint", "data_protection"),
)
_DAY = re.compile(r"20\d\d-[01]\d(?:-[0-3]\d(?:T[012]\d:[0-5]\d)?)?")
_PASTE = re.compile(r"<<(?:(?P<intent>\w+)/)?(?P<name>(?:de|en)\.\w+)(?P<slots>(?: .*)?)>>")
_SLOT = re.compile(r"(\w+)=(.*?)(?= \w+=|$)")
_HOLE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A case as it is written: texts are filled, nothing is decided yet of day, hour, agent."""

    key: str
    customer: Row
    intents: tuple[str, ...]
    day: str
    urgency: str
    html: bool
    reopened: bool
    subject: str
    text: str
    answer: str
    where: str


@dataclass(slots=True)
class Source:
    """What the files of the archive hold. `faults` is empty when all is well."""

    customers: dict[str, Row] = field(default_factory=dict)
    answers: dict[tuple[str, str], str] = field(default_factory=dict)
    cases: list[Draft] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


Line = tuple[int, str]


def read_archive(folder: Path) -> Source:
    """Read every `*.txt` of a folder, in the order of their names."""
    source = Source()
    for path in sorted(folder.glob("*.txt")):
        _read_file(path, source)
    source.faults += shared_facts(source.customers.values())
    return source


def _read_file(path: Path, source: Source) -> None:
    sections: list[tuple[Line, list[Line]]] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if re.match(r"@(customers|answers|cases)\b", line):
            sections.append(((number, line), []))
        elif sections:
            sections[-1][1].append((number, line))
    for (number, head), lines in sections:
        kind, _, intent = head[1:].partition(" ")
        if kind != "customers" and intent not in INTENTS:
            source.faults.append(Fault(source=path.name, line=number, what=f'"{intent}" is no intent.'))
        elif kind == "customers":
            _read_customers(path.name, lines, source)
        elif kind == "answers":
            _read_answers(intent, lines, source)
        else:
            _read_cases(path.name, intent, lines, source)


def _read_customers(file: str, lines: list[Line], source: Source) -> None:
    for number, line in lines:
        if line.strip() and not line.startswith("#"):
            row, faults = read_row(line, file, number)
            source.faults += faults
            if row is not None:
                source.customers[row.key] = row


def _read_answers(intent: str, lines: list[Line], source: Source) -> None:
    name = ""
    texts: dict[str, list[str]] = {}
    for _, line in lines:
        if head := re.fullmatch(r"\[((?:de|en)\.\w+)\]", line.strip()):
            name = head[1]
        elif name and not line.startswith("#"):
            texts.setdefault(name, []).append(line)
    for name, text in texts.items():
        source.answers[intent, name] = "\n".join(text).strip()


def _read_cases(file: str, intent: str, lines: list[Line], source: Source) -> None:
    for chunk in _chunks(lines):
        try:
            where = f"{file}:{chunk[0][0]}"
            source.cases.append(_case(file[:-4], intent, [line for _, line in chunk], where, source))
        except ValueError as error:
            source.faults.append(Fault(source=file, line=chunk[0][0], what=str(error)))


def _chunks(lines: list[Line]) -> Iterator[list[Line]]:
    starts = [i for i, (_, line) in enumerate(lines) if line.startswith("== ")]
    for start, stop in zip(starts, [*starts[1:], len(lines)], strict=True):
        yield lines[start:stop]


def _case(file: str, intent: str, lines: list[str], where: str, source: Source) -> Draft:
    """One case. Raises ValueError that says what is wrong with it."""
    bars = [i for i, line in enumerate(lines) if line == "--"]
    if len(bars) != 2 or bars[0] != 2:
        raise ValueError("A case is a head, a subject, `--`, a text, `--`, an answer.")
    key, day, urgency, *flags = [cell.strip() for cell in lines[0][3:].split("|")]
    if key not in source.customers:
        raise ValueError(f'There is no customer "{key}".')
    if not _DAY.fullmatch(day):
        raise ValueError(f'"{day}" is no month, no day and no moment.')
    known = {name: value for name, _, value in (flag.partition("=") for flag in flags)}
    if unknown := set(known) - {"also", "html", "outcome"}:
        raise ValueError(f'"{min(unknown)}" is no flag of a case.')
    row = source.customers[key]
    also = [one.strip() for one in known.get("also", "").split(",") if one.strip()]
    if wrong := [one for one in also if one not in INTENTS or one == intent]:
        raise ValueError(f'"{wrong[0]}" is no further intent.')
    text = "\n".join(lines[3 : bars[1]]).strip()
    answer = _answer(intent, lines[bars[1] + 1 :], row, source)
    if not text or not answer:
        raise ValueError("A case needs a text and an answer.")
    return Draft(
        key=f"{file}:{key}:{day}:{intent}:{lines[1]}",
        customer=row,
        intents=(intent, *also),
        day=day,
        urgency=Urgency.of(urgency).label,
        html="html" in known,
        reopened=known.get("outcome") == "reopened",
        subject=_filled(lines[1].strip(), row.values()),
        text=_filled(text, row.values()),
        answer=answer,
        where=where,
    )


def _answer(intent: str, lines: list[str], row: Row, source: Source) -> str:
    done: list[str] = []
    for line in "\n".join(lines).strip().splitlines():
        pasted = _pasted(intent, line, row, source)
        continues = any(done) and pasted != line and done[-1][-1:] in ".!?"
        done.append(pasted[:1].upper() + pasted[1:] if continues else pasted)
    return _filled("\n".join(done), row.values())


def _pasted(intent: str, line: str, row: Row, source: Source) -> str:
    """A line of an answer; a paste gives way to its standard answer."""
    if "<<" not in line:
        return line
    paste = _PASTE.fullmatch(line.strip())
    if paste is None:
        raise ValueError(f'"{line}" is no paste: it is `<<de.name slot=value>>` on a line of its own.')
    name, slots = paste["name"], dict(_SLOT.findall(paste["slots"].strip()))
    standard = source.answers.get((paste["intent"] or intent, name))
    if standard is None:
        raise ValueError(f'There is no standard answer "{name}" of {paste["intent"] or intent}.')
    if name[:2] != row.lang:
        raise ValueError(f"{name} is pasted, but {row.key} writes {row.lang}.")
    return _filled(standard, row.values() | slots)


def _filled(text: str, values: dict[str, str]) -> str:
    if missing := [name for name in _HOLE.findall(text) if name not in values]:
        raise ValueError(f"{{{missing[0]}}} is not given.")
    return _HOLE.sub(lambda hole: values[hole[1]], text)
