from datetime import UTC, datetime, timedelta

import pytest

from salver.serve.mail.steady import SteadyClock

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Time:
    """The time that passes, and a clock on the wall that may be set."""

    def __init__(self) -> None:
        self.passed = timedelta(seconds=1000)
        self.set_by = timedelta()
        self.clock = SteadyClock(lambda: NOON + self.passed + self.set_by, lambda: self.passed.total_seconds())

    def after(self, some: timedelta) -> timedelta:
        """What the clock says has passed since noon, when so much more has."""
        self.passed += some
        return self.clock() - NOON - timedelta(seconds=1000)


def test_it_goes_as_the_clock_on_the_wall_does():
    time = Time()
    assert [time.after(HOUR) for _ in range(3)] == [HOUR, 2 * HOUR, 3 * HOUR]
    time.set_by = timedelta(minutes=4)
    assert time.after(HOUR) == 4 * HOUR + timedelta(minutes=4), "a little may be set right at once"


@pytest.mark.parametrize("jump", [timedelta(days=1), timedelta(days=-1), timedelta(days=4000), timedelta(minutes=-6)])
def test_a_jump_is_believed_only_when_a_day_has_passed(jump):
    time = Time()
    time.after(HOUR)
    time.set_by = jump
    said = [time.after(HOUR) for _ in range(23)]
    assert said == [n * HOUR for n in range(2, 25)]
    assert time.after(2 * HOUR) == 26 * HOUR + jump


def test_a_clock_that_jumps_and_is_set_right_again_was_never_believed():
    time = Time()
    time.set_by = timedelta(days=1)
    assert time.after(HOUR) == HOUR
    time.set_by = timedelta()
    assert time.after(HOUR) == 2 * HOUR
    time.set_by = timedelta(days=1)
    assert time.after(23 * HOUR) == 25 * HOUR
