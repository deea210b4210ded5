"""`kill -9` at every commit and every command to the IMAP server: nothing is lost, nothing is there twice."""

import imaplib
import os
import signal
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.serve import dovecot
from tests.serve.test_cut_lines import nothing_is_lost_or_doubled
from tests.serve.watched import Watched, mail

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(bool(dovecot.missing()), reason=dovecot.missing() or "it is there"),
]
LEASE_S = 0.5
KILLS = 100


def counted(at: int, does: Callable[..., Any], passed: list[int]) -> Callable[..., Any]:
    def around(*arguments: Any, **known: Any) -> Any:
        for after in (False, True):
            if after:
                done = does(*arguments, **known)
            passed[0] += 1
            if passed[0] == at:
                os.kill(os.getpid(), signal.SIGKILL)
        return done

    return around


def life(watched: Watched, at: int) -> None:
    """Look once, in a process that ends at this boundary."""
    passed, dialect = [0], watched.store.engine.dialect
    watched.store.engine.dispose(close=False)
    dialect.do_commit = counted(at, dialect.do_commit, passed)
    imaplib.IMAP4_SSL.send = counted(at, imaplib.IMAP4_SSL.send, passed)
    watched.once()


def test_it_is_killed_at_every_boundary(tmp_path):
    server = dovecot.start()
    server.empty()
    with server.client() as other:
        other.create("Strom")
    mailbox = server.mailbox(from_start=True, moves=(("power_outage", "Strom"),))
    watched = Watched(tmp_path, mailbox, lease_s=LEASE_S)
    killed = delivered = 0
    for at in range(1, KILLS + 1):
        server.deliver(mail(delivered), mail(delivered + 1))
        delivered += 2
        watched.store.engine.dispose()
        child = os.fork()
        if child == 0:
            try:
                life(watched, at)
            finally:
                os._exit(0)
        _, status = os.waitpid(child, 0)
        killed += os.WIFSIGNALED(status)
        time.sleep(LEASE_S + 0.1)
        if at % 10 == 0:
            _drain(watched)
            nothing_is_lost_or_doubled(server, watched, delivered)
    assert killed > KILLS // 2
    watched.close()


def _drain(watched: Watched) -> None:
    """Until nothing is to be done; a draft that was left in the middle is looked up when its lease is over."""
    for _ in range(3):
        assert watched.once()[0].fault == ""
        time.sleep(LEASE_S + 0.1)


def test_of_two_salvers_of_which_one_freezes_now_and_then_one_takes_each_mail(tmp_path):
    server = dovecot.start()
    server.empty()
    with server.client() as other:
        other.create("Strom")
    mailbox = server.mailbox(from_start=True, moves=(("power_outage", "Strom"),), every_s=1)
    watched = Watched(tmp_path, mailbox, lease_s=LEASE_S)
    watched.store.engine.dispose()
    children = [_forked(watched) for _ in range(2)]
    try:
        for number in range(24):
            server.deliver(mail(number * 2), mail(number * 2 + 1))
            frozen = children[number % 2]
            os.kill(frozen, signal.SIGSTOP)
            time.sleep(LEASE_S * 2)
            os.kill(frozen, signal.SIGCONT)
            time.sleep(LEASE_S / 2)
    finally:
        for child in children:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
    time.sleep(LEASE_S + 0.1)
    _drain(watched)
    assert watched.store.counts().done == watched.store.counts().received == 48
    assert set(watched.decided().values()) == {1}
    assert len(server.mails()) + len(server.mails("Strom")) == 48
    watched.close()


def _forked(watched: Watched) -> int:
    child = os.fork()
    if child == 0:
        try:
            watched.store.engine.dispose(close=False)
            watched.office().run()
        finally:
            os._exit(0)
    return child
