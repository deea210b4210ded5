"""What the store knows of templates: the verdicts on their texts, in the order in which they were given."""

from collections.abc import Sequence

from sqlalchemy import Connection, func, insert, select

from salver.data.approval import Approval, Verdict
from salver.data.schema import approvals


def add(connection: Connection, said: Sequence[Approval]) -> None:
    """Add verdicts; what was said before stays, so that one can see who said what."""
    rows = [
        {
            "template": one.template,
            "sha256": one.sha256,
            "verdict": one.verdict.value,
            "who": one.by,
            "at": one.at,
            "text": one.text,
        }
        for one in said
    ]
    if rows:
        connection.execute(insert(approvals), rows)


def all_of(connection: Connection) -> list[Approval]:
    """All verdicts, oldest first."""
    return [
        Approval(
            template=row.template,
            sha256=row.sha256,
            verdict=Verdict(row.verdict),
            by=row.who,
            at=row.at,
            text=row.text,
        )
        for row in connection.execute(select(approvals).order_by(approvals.c.id))
    ]


def newest(connection: Connection) -> int:
    """The number of the newest verdict, 0 where there is none: whether there is something new."""
    found: int | None = connection.scalar(select(func.max(approvals.c.id)))
    return found or 0
