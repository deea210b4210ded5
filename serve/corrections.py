"""What agents changed, out of a table: one correction a row, and a fault for each row that cannot be one."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from salver.data.cells import moment_of, text_of, urgency_of, yes_or_no_of
from salver.data.correction import Correction
from salver.data.errors import Fault, InputError
from salver.data.tables import Table, Tell, open_table

COLUMNS = ("message", "agent", "intent", "urgency", "answer", "assignee", "right", "reason", "at")
_CHANGES = ("intent", "urgency", "answer", "assignee", "right")


def corrections(path: Path, now: datetime, tell: Tell) -> Iterator[tuple[int, Correction]]:
    """Pairs of line and correction; what is wrong with a row is told, and the others go on.

    Raises InputError at once for a file that is no table of corrections. `now` is meant where a row has no `at`.
    """
    table = open_table(path)
    _demand(table)
    return _of_rows(table, now, tell)


def correction_of(row: Mapping[str, Any], now: datetime) -> Correction:
    """One correction. Raises ValueError that says what is wrong with it."""
    known = {name: text_of(row.get(name)).strip() for name in COLUMNS}
    if not known["message"]:
        raise ValueError("it does not say which message: message is empty")
    if not any(known[name] for name in _CHANGES):
        raise ValueError(f"it changes nothing: {', '.join(_CHANGES)} are empty")
    return Correction(
        message=known["message"],
        agent=known["agent"],
        at=moment_of(row.get("at"), UTC) or now,
        intent=known["intent"] or None,
        urgency=urgency_of(row.get("urgency")),
        answer=known["answer"] or None,
        assignee=known["assignee"] or None,
        reason=known["reason"],
        right=yes_or_no_of(row.get("right")),
    )


def _of_rows(table: Table, now: datetime, tell: Tell) -> Iterator[tuple[int, Correction]]:
    for line, row in table.rows(tell):
        try:
            yield line, correction_of(row, now)
        except ValueError as error:
            tell(Fault(source=table.source, line=line, what=f"{error}.", todo="It was left out."))


def _demand(table: Table) -> None:
    if "message" not in table.names or not set(_CHANGES) & set(table.names):
        todo = f"Name the columns {', '.join(COLUMNS)}: message, and at least one that was changed."
        has = ", ".join(table.names)
        raise InputError(f"This is no table of corrections, its columns are {has}", where=table.source, todo=todo)
