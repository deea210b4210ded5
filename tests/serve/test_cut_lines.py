"""A line that is cut after any command, a folder with another UIDVALIDITY, a client that expunges: nothing is lost or
done twice."""

import random
import threading
from dataclasses import replace

import pytest
from sqlalchemy import select

from salver.data import schema
from tests.serve import dovecot
from tests.serve.cut import Cut
from tests.serve.watched import Watched, mail

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(bool(dovecot.missing()), reason=dovecot.missing() or "it is there"),
]
ROUNDS = 100


@pytest.fixture
def server():
    found = dovecot.start()
    found.empty()
    with found.client() as other:
        other.create("Strom")
    return found


@pytest.fixture
def watched(server, tmp_path):
    found = Watched(tmp_path, server.mailbox(from_start=True, moves=(("power_outage", "Strom"),)))
    yield found
    found.close()


def fields(server, name: bytes, *folders: str) -> list[bytes]:
    """The values of a field in all mails of these folders."""
    lines = [line for one in folders for _, body in server.mails(one) for line in body.split(b"\r\n")]
    return [line for line in lines if line.lower().startswith(name)]


def nothing_is_lost_or_doubled(server, watched, delivered: int) -> None:
    assert watched.store.counts().done == watched.store.counts().received == delivered
    assert set(watched.decided().values()) == {1}
    there = fields(server, b"message-id:", "INBOX", "Strom")
    assert len(there) == len(set(there)) == delivered
    drafts = fields(server, b"in-reply-to:", "Drafts")
    assert len(drafts) == len(set(drafts)) == len(watched.mails_out()) > 0
    assert {state for _, state, _ in watched.mails_out()} == {"sent"}
    condition = watched.condition()
    assert (condition.waiting, condition.unplaced) == (0, 0)


@pytest.mark.parametrize("where", ["before", "after", "within"])
def test_a_line_is_cut_at_every_command(server, watched, where):
    delivered, cuts, cut_at = 0, 0, set()
    for at in range(1, ROUNDS // 3 + 2):
        server.deliver(*[mail(delivered + n) for n in range(4)])
        delivered += 4
        with Cut(server.imap, at=at, where=where) as cut:
            plain = server.server(tls="none", host="127.0.0.1", port=cut.port)
            watched.once(replace(watched.mailboxes[0], imap=plain))
            cuts += cut.cuts
            cut_at |= set(cut.names[at - 1 : at])
        watched.once()
        nothing_is_lost_or_doubled(server, watched, delivered)
    assert cuts >= 15
    assert {b"LOGIN", b"SELECT", b"UID", b"APPEND"} <= cut_at


def test_a_folder_gets_another_uidvalidity_again_and_again(server, watched):
    watched.once()
    for number in range(ROUNDS):
        server.deliver(mail(number))
        if number % 2:
            watched.once()
        server.renew()
        watched.once()
    nothing_is_lost_or_doubled(server, watched, ROUNDS)
    assert watched.ledger.mark("service", "INBOX").changes >= ROUNDS


def test_another_client_expunges_all_the_while(server, watched):
    drawn, over, gone = random.Random(7), threading.Event(), []

    def expunge() -> None:
        with server.client() as other:
            while not over.is_set():
                other.select("INBOX")
                uids = other.uid("SEARCH", "ALL")[1][0].split()
                if uids:
                    one = drawn.choice(uids)
                    body = other.uid("FETCH", one, "(BODY.PEEK[])")[1]
                    other.uid("STORE", one, "+FLAGS", r"(\Deleted)")
                    other.expunge()
                    gone.extend(part[1] for part in body if isinstance(part, tuple))

    thread = threading.Thread(target=expunge)
    thread.start()
    for number in range(ROUNDS):
        server.deliver(*[mail(number * 4 + n) for n in range(4)])
        watched.once()
    over.set()
    thread.join()
    watched.once()
    assert len(gone) > ROUNDS // 2
    there = {body for _, body in server.mails()} | {body for _, body in server.mails("Strom")}
    with watched.store.reading() as connection:
        stored = set(map(bytes, connection.scalars(select(schema.messages.c.raw))))
    assert there <= stored, "what still lies there was taken"
    assert set(watched.decided().values()) == {1}
    assert len(watched.decided()) == len(stored)
    drafts = fields(server, b"in-reply-to:", "Drafts")
    assert len(drafts) == len(set(drafts)) == len(watched.mails_out())
