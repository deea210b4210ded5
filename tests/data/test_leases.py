import threading
from datetime import UTC, datetime, timedelta

import pytest

from salver.data.leases import LeaseLostError, Leases

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


class Clock:
    """A clock that jumps, and one that only counts."""

    def __init__(self) -> None:
        self.now = NOON
        self.counted = 0.0

    def __call__(self) -> datetime:
        return self.now

    def passes(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.counted += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


def of(store, holder, clock) -> Leases:
    return Leases(store, holder, clock, 60, lambda: clock.counted)


def test_one_holds_it_and_renews_it_until_it_is_given_back(store, clock):
    first, second = of(store, "a", clock), of(store, "b", clock)
    assert (first.take("mailbox x"), second.take("mailbox x"), second.take("mailbox y")) == (True, False, True)
    for _ in range(5):
        clock.passes(50)
        assert (first.take("mailbox x"), second.take("mailbox x")) == (True, False)
    second.release("mailbox x")
    assert not second.take("mailbox x")
    first.release("mailbox x")
    assert second.take("mailbox x")


def test_one_that_died_is_taken_over_when_its_lease_runs_out(store, clock):
    dead, heir = of(store, "a", clock), of(store, "b", clock)
    assert dead.take("x")
    clock.passes(59)
    assert not heir.take("x")
    clock.passes(2)
    assert heir.take("x")
    with store.writing() as connection:
        heir.demand(connection, "x")
    with pytest.raises(LeaseLostError, match="Another salver has taken over x"), store.writing() as connection:
        dead.demand(connection, "x")
    assert not dead.take("x")


def test_a_clock_that_went_back_a_day_does_not_keep_a_dead_one_s_lease_alive(store, clock):
    dead, heir = of(store, "a", clock), of(store, "b", clock)
    assert dead.take("x")
    clock.now -= timedelta(days=1)
    assert not heir.take("x")
    clock.passes(59)
    assert not heir.take("x")
    clock.passes(2)
    assert heir.take("x")


def test_a_clock_that_went_back_does_not_take_a_lease_from_one_that_lives(store, clock):
    alive, other = of(store, "a", clock), of(store, "b", clock)
    assert alive.take("x")
    clock.now -= timedelta(days=1)
    for _ in range(10):
        assert not other.take("x")
        clock.passes(30)
        assert alive.take("x")


def test_a_clock_that_went_forward_lets_only_one_write(store, clock):
    first, second = of(store, "a", clock), of(store, "b", clock)
    assert first.take("x")
    clock.now += timedelta(days=1)
    assert second.take("x")
    with pytest.raises(LeaseLostError), store.writing() as connection:
        first.demand(connection, "x")


def test_of_many_that_want_it_at_once_one_gets_it(store, clock):
    got: list[bool] = []
    many = [threading.Thread(target=lambda n=n: got.append(of(store, f"h{n}", clock).take("x"))) for n in range(8)]
    for one in many:
        one.start()
    for one in many:
        one.join()
    assert sorted(got) == [False] * 7 + [True]
