"""Asks a store what waits in it, and since when."""

from datetime import datetime

from sqlalchemy import func, select

from salver.data.database import Database
from salver.data.schema import messages, outbox, queue
from salver.data.status import Waiting


def waiting_in(store: Database, now: datetime) -> Waiting:
    """What waits in a store. Raises StoreError when it cannot be read."""
    by_state = select(messages.c.state, func.count(), func.min(messages.c.taken_in_at))
    late = queue.c.due < now
    people = select(func.count(), func.count().filter(late), func.min(queue.c.due).filter(late)).select_from(queue)
    unsent = select(func.count(), func.min(outbox.c.made_at)).where(
        (outbox.c.kind == "answer") & (outbox.c.state == "ready") & (outbox.c.attempts == 0)
    )
    with store.reading() as connection:
        here = messages.c.state != "done"
        states = {row[0]: row for row in connection.execute(by_state.where(here).group_by(messages.c.state))}
        for_persons, overdue, overdue_since = connection.execute(people).one()
        never_tried, unsent_since = connection.execute(unsent).one()
    undecided, aside = states.get("waiting"), states.get("quarantined")
    return Waiting(
        undecided=undecided[1] if undecided else 0,
        undecided_since=undecided[2] if undecided else None,
        set_aside=aside[1] if aside else 0,
        for_persons=for_persons,
        overdue=overdue,
        overdue_since=overdue_since,
        unsent=never_tried,
        unsent_since=unsent_since,
    )
