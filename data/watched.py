"""What the store knows of an error bound: how the newest messages looked, and what was found of answers set aside."""

from sqlalchemy import Connection, select

from salver.data.decision import Reason
from salver.data.profile import Seen
from salver.data.schema import checks, decisions


def right_ones(connection: Connection, bundle: str) -> list[bool]:
    """Whether each checked answer of a bundle was right, in the order in which they were first checked."""
    query = select(checks.c.is_right).where(checks.c.bundle == bundle).order_by(checks.c.id)
    return [row.is_right for row in connection.execute(query)]


def unchecked(connection: Connection, bundle: str) -> list[str]:
    """The messages whose answer by this bundle was set aside, and of which nobody has said anything yet."""
    table = decisions
    known = (checks.c.message == table.c.message) & (checks.c.bundle == table.c.bundle)
    query = select(table.c.message).outerjoin(checks, known).order_by(table.c.id)
    aside = (table.c.bundle == bundle) & (table.c.reason == Reason.AUDIT.value) & checks.c.id.is_(None)
    return list(dict.fromkeys(row.message for row in connection.execute(query.where(aside))))


def newest_seen(connection: Connection, bundle: str, most: int) -> list[Seen]:
    """How the newest of the messages looked that a bundle decided and could read."""
    table = decisions
    query = select(table.c.intent, table.c.probability, table.c.cosine).order_by(table.c.id.desc()).limit(most)
    rows = connection.execute(query.where((table.c.bundle == bundle) & table.c.intent.is_not(None)))
    return [Seen(intent=row.intent, probability=row.probability, cosine=row.cosine) for row in rows]
