"""Rows of a table as what they mean: resolved cases to learn from, or messages to work off."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from email.utils import parseaddr
from typing import Any

from salver.data.case import Case, Customer
from salver.data.cells import channel_of, ending_of, intents_of, is_html, lang_of, moment_of, text_of, urgency_of
from salver.data.columns import Role, guess_columns, personal_columns, plain
from salver.data.errors import Fault, InputError
from salver.data.message import RawMessage
from salver.data.tables import Row, Table, Tell


def cases_from_rows(
    table: Table, tell: Tell, overrides: Mapping[str, str] | None = None, zone: tzinfo = UTC
) -> Iterator[Case]:
    """The resolved cases of an archive, in order. `zone` is meant where a date names none.

    A row without a text or an answer is told and left out; a date or an urgency that cannot be read is told, and the
    case is taken without it. Raises InputError at once when no column can hold the texts or the answers.
    """
    columns = guess_columns(table.names, overrides)
    _demand(table, columns, ("text", "html"))
    _demand(table, columns, ("answer",))
    return _cases(table, tell, columns, zone)


def messages_from_rows(
    table: Table, tell: Tell, overrides: Mapping[str, str] | None = None, zone: tzinfo = UTC
) -> Iterator[RawMessage]:
    """The messages of a table, as JSON objects with `text` or `html` and whatever else is known."""
    columns = guess_columns(table.names, overrides)
    _demand(table, columns, ("text", "html"))
    rows = (_Row(table.source, line, row, columns, tell, zone) for line, row in table.rows(tell))
    return (_message(row) for row in rows if row.has(*(one for one in ("text", "html", "subject") if one in columns)))


def folded(faults: Iterable[Fault]) -> list[str]:
    """A line a kind of fault and source: the first one, and how many rows more have the same."""
    faults = list(faults)
    count = Counter((fault.source, fault.what) for fault in faults)
    first: dict[tuple[str, str], Fault] = {}
    for fault in faults:
        first.setdefault((fault.source, fault.what), fault)
    lines = []
    for kind, fault in first.items():
        more = count[kind] - 1
        same = f" {more} more {'row has' if more == 1 else 'rows have'} the same fault." if more else ""
        lines.append(f"{fault}{same}")
    return lines


@dataclass(frozen=True, slots=True)
class _Row:
    """One row while it is read; what is wrong with it is told."""

    source: str
    line: int
    row: Row
    columns: Mapping[Role, str]
    tell: Tell
    zone: tzinfo

    def cell(self, role: Role) -> Any:
        column = self.columns.get(role)
        return None if column is None else self.row.get(column)

    def text(self, role: Role) -> str:
        return text_of(self.cell(role)).strip()

    def has(self, *roles: Role) -> bool:
        """Whether at least one of these cells is filled; told if not."""
        if any(self.text(role) for role in roles):
            return True
        names = " and ".join(f'"{self.columns[role]}"' for role in roles if role in self.columns)
        self.fault(f"column {names} is empty; the row was left out.", "Fill it or drop the row.")
        return False

    def moment(self, role: Role) -> datetime | None:
        try:
            return moment_of(self.cell(role), self.zone)
        except (ValueError, OverflowError, OSError):
            what = f'column "{self.columns[role]}" holds no date ("{self.text(role)[:40]}"); it was taken without.'
            self.fault(what, "Write it as 2024-03-31 14:05.")
            return None

    def urgency(self) -> str | None:
        try:
            return urgency_of(self.cell("urgency"))
        except ValueError as error:
            what = f'column "{self.columns["urgency"]}": {error}; the row was taken without.'
            self.fault(what, 'Write one of these or leave it out with --map urgency=""')
            return None

    def fault(self, what: str, todo: str) -> None:
        self.tell(Fault(source=self.source, line=self.line, what=what, todo=todo))

    def words(self) -> tuple[str, bool]:
        """The customer's text and whether it is HTML."""
        text = text_of(self.cell("text"))
        if text.strip():
            return text, is_html(text)
        return text_of(self.cell("html")), True


def _cases(table: Table, tell: Tell, columns: Mapping[Role, str], zone: tzinfo) -> Iterator[Case]:
    personal = personal_columns(table.names, columns)
    bodies: tuple[Role, ...] = tuple(role for role in ("text", "html") if role in columns)
    seen: dict[str, int] = {}
    for line, cells in table.rows(tell):
        row = _Row(table.source, line, cells, columns, tell, zone)
        if not (row.has(*bodies) & row.has("answer")):
            continue
        case = _case(row, personal, f"{table.path.name}:{line}")
        said = hash((case.text, case.answer))
        if seen.get(case.id) == said:
            row.fault(f'the case "{case.id}" is there twice; this row was left out.', "Drop one of them.")
            continue
        if case.id in seen:  # several exchanges of one thread under one number
            case = replace(case, id=f"{case.id}:{line}")
        seen[case.id] = said
        yield case


def _case(row: _Row, personal: Mapping[str, str], place: str) -> Case:
    identifier = row.text("id") or place
    text, html = row.words()
    return Case(
        id=identifier,
        thread=row.text("thread") or identifier,
        customer=_customer(row, personal),
        text=text,
        answer=text_of(row.cell("answer")),
        media="html" if html else "text",
        subject=row.text("subject"),
        channel=channel_of(row.cell("channel")),
        lang=lang_of(row.cell("lang")),
        intents=intents_of(row.cell("intents")),
        urgency=row.urgency(),
        agent=row.text("agent"),
        received_at=row.moment("received_at"),
        answered_at=row.moment("answered_at"),
        ending=ending_of(row.cell("ending")),
        source=f"{row.source}:{row.line}",
    )


def _customer(row: _Row, personal: Mapping[str, str]) -> Customer:
    name, email = parseaddr(row.text("email")) if "@" in row.text("email") else (row.text("email"), "")
    number = row.text("customer_no")
    fields = {"customer_no": number} if number else {}
    for column, original in personal.items():
        value = text_of(row.row.get(original)).strip()
        if value:
            fields.setdefault(column.removeprefix("customer_"), value)
    return Customer(name=row.text("name") or name, email=email.casefold(), fields=tuple(fields.items()))


def _message(row: _Row) -> RawMessage:
    text, html = row.words()
    received = row.moment("received_at")
    known = {
        "html": text if html else "",
        "from": _sender(row),
        "to": row.text("to"),
        "date": received.isoformat() if received else "",
        "message_id": row.text("id"),
        "thread": row.text("thread"),
        "channel": channel_of(row.cell("channel")),
    }
    if not (known["from"] or known["date"] or known["message_id"] or row.text("customer_no")):
        known["row"] = str(row.line)  # two strangers may write the same words: without a name each row is a message
    known = {name: value for name, value in known.items() if value}
    raw = RawMessage.of_text("" if html else text, subject=row.text("subject"), source=row.source, **known)
    return replace(raw, position=row.line, channel=channel_of(row.cell("channel")), received_at=received)


def _sender(row: _Row) -> str:
    email, name = row.text("email"), row.text("name")
    return f"{name} <{email}>" if name and "@" in email and "<" not in email else email or name


def _demand(table: Table, columns: Mapping[Role, str], roles: tuple[Role, ...]) -> None:
    if not any(role in columns for role in roles):
        names = ", ".join(name for name in table.names if plain(name))
        todo = f"Say which: --map {roles[0]}=COLUMN. The columns are {names}."
        raise InputError(f"No column looks like the {roles[0]}", where=table.source, todo=todo)
