"""A clock that does not believe every jump: what counts by the hour or the day must not begin anew when a clock jumps.

Between two looks the system's clock is compared with the time that really passed. Where the two differ by more than a
little, the steady clock goes on with the latter, and believes the former once a day has passed.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock

from salver.pipeline.run import Clock, now_utc

A_LITTLE = timedelta(minutes=5)
"""By so much a clock may be set right at once."""
BELIEVED_AFTER = timedelta(hours=24)
"""After so long every count by the day has begun anew anyway."""

_BOOT = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def passed_s() -> float:
    """Seconds on a clock that nobody sets, and that goes on while the machine sleeps."""
    return time.clock_gettime(_BOOT)


class SteadyClock:
    """Gives the moment, in UTC; threads may share it. `wall` is the system's clock, `passed` the seconds that nobody
    sets."""

    def __init__(self, wall: Clock = now_utc, passed: Callable[[], float] = passed_s) -> None:
        self._wall = wall
        self._passed = passed
        self._last, self._at = wall(), passed()
        self._jumped_at: float | None = None
        self._alone = Lock()

    def __call__(self) -> datetime:
        """Now."""
        with self._alone:
            return self._now()

    def _now(self) -> datetime:
        at, wall = self._passed(), self._wall()
        expected = self._last + timedelta(seconds=at - self._at)
        if abs(wall - expected) <= A_LITTLE:
            now, self._jumped_at = wall, None
        else:
            if self._jumped_at is None:
                self._jumped_at = self._at
            now = wall if at - self._jumped_at >= BELIEVED_AFTER.total_seconds() else expected
        self._last, self._at = now, at
        return now
