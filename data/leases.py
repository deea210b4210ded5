"""Who is alone with something, and until when: so that two programs never take in the same mailbox.

A clock may jump. Forward: a lease seems to have run out, and another takes over; so whoever writes asks in the same
transaction whether the lease is still its own. Backward: a lease seems to hold for hours; so one that has not been
renewed for as long as it lasts, by a clock that only counts, is free as well.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select, update

from salver.data.database import Database
from salver.data.errors import StoreError
from salver.data.schema import leases

LEASE_S = 60.0
"""So long a lease lasts that is not renewed."""


class LeaseLostError(StoreError):
    """Another has taken over; nothing was written."""


class Leases:
    """The leases of one holder, whose name nobody else has."""

    def __init__(
        self,
        database: Database,
        holder: str,
        clock: Callable[[], datetime],
        seconds: float = LEASE_S,
        counts: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._clock = clock
        self.seconds = seconds
        self._counts = counts
        self._seen: dict[str, tuple[str, datetime, float]] = {}
        self.holder = holder

    def take(self, name: str) -> bool:
        """Take a lease, or renew it; whether it is ours now. The last holder may have died: then it runs out."""
        now = self._clock()
        until = now + timedelta(seconds=self.seconds)
        insert = self._database.insert(leases).values(name=name, holder=self.holder, until=until)
        free = (leases.c.holder == self.holder) | (leases.c.until < now)
        if stale := self._stale(name):
            free |= (leases.c.holder == stale[0]) & (leases.c.until == stale[1])
        new = {"holder": insert.excluded.holder, "until": insert.excluded.until}
        statement = insert.on_conflict_do_update(index_elements=["name"], set_=new, where=free)
        with self._database.writing() as connection:
            connection.execute(statement)
            row = connection.execute(select(leases).where(leases.c.name == name)).one()
        if row.holder == self.holder:
            self._seen.pop(name, None)
            return True
        seen = self._seen.get(name)
        if seen is None or seen[:2] != (row.holder, row.until):
            self._seen[name] = (row.holder, row.until, self._counts())
        return False

    def renew(self, name: str) -> None:
        """Renew a lease that is ours; of one that is not nothing changes."""
        until = self._clock() + timedelta(seconds=self.seconds)
        mine = (leases.c.name == name) & (leases.c.holder == self.holder)
        with self._database.writing() as connection:
            connection.execute(update(leases).where(mine).values(until=until))

    def demand(self, connection: Connection, name: str) -> None:
        """Within a transaction: hold the lease to its end. Raises LeaseLostError when it is another's by now."""
        row = connection.execute(select(leases.c.holder).where(leases.c.name == name).with_for_update()).one_or_none()
        if row is None or row.holder != self.holder:
            todo = "It is tried again when that one is done."
            raise LeaseLostError(f"Another salver has taken over {name}", where=self._database.place, todo=todo)

    def release(self, name: str) -> None:
        """Give a lease back, so that the next need not wait; one that is another's stays."""
        with self._database.writing() as connection:
            connection.execute(delete(leases).where((leases.c.name == name) & (leases.c.holder == self.holder)))

    def _stale(self, name: str) -> tuple[str, datetime] | None:
        seen = self._seen.get(name)
        if seen and self._counts() - seen[2] > self.seconds:
            return seen[0], seen[1]
        return None
