"""The figures of watching: counted as it goes, and looked up when somebody asks."""

from datetime import timedelta

import httpx
import pytest

from salver.data.errors import SettingsError
from salver.data.ledger import Ledger
from salver.data.mailbox import Mailbox, Server
from salver.data.outbox import Outbox
from salver.data.standing import Standing, State
from salver.data.store import Store
from salver.pipeline.run import now_utc
from salver.serve import logs
from salver.serve.health import look
from salver.serve.metrics import MailMetrics
from salver.serve.settings import Settings
from salver.serve.values import host_and_port
from tests.data.mails import approve, laid_out
from tests.pipeline.small_bundle import small_bundle

BOX = Mailbox(name="service", address="service@elmtal.example", imap=Server(host="h", port=993))


@pytest.fixture
def store(tmp_path):
    with Store.open(str(tmp_path / "store.db")) as store:
        yield store


def figures_of(store, standing=Standing(), **passed):  # noqa: B008 - it is frozen
    settings = Settings(mailboxes=(BOX,))
    return MailMetrics(
        lambda: look(settings, store, now_utc() + timedelta(**passed)), store.loads, lambda: (small_bundle(), standing)
    )


def asked(figures):
    with figures.served("127.0.0.1", 0) as port:
        text = httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=10).text
    return dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))


def test_what_happens_is_counted(store):
    figures = figures_of(store)
    with logs.heard_by(figures.heard), logs.of_mailbox("service"):
        logs.tell("taken", count=3)
        logs.tell("taken", count=2)
        logs.tell("decided", decision="route", reason="urgent", seconds=0.004)
        logs.tell("sent", seconds=0.1, attempt=1)
        logs.tell("again", attempt=1)
        logs.tell("drafted")
        logs.tell("failing", attempt=1)
        logs.note("nothing to count")
    logs.tell("taken", mailbox="service", count=100)
    found = asked(figures)
    assert found['salver_taken_in_total{mailbox="service"}'] == "5.0"
    assert found['salver_decisions_total{decision="route",reason="urgent"}'] == "1.0"
    assert found["salver_decide_seconds_count"] == "1.0"
    assert found['salver_sendings_total{fate="sent",mailbox="service"}'] == "1.0"
    assert found['salver_sendings_total{fate="again",mailbox="service"}'] == "1.0"
    assert found['salver_drafts_laid_total{mailbox="service"}'] == "1.0"
    assert found['salver_mailbox_faults_total{mailbox="service"}'] == "1.0"


def test_how_it_is_is_looked_up(store):
    approve(store)
    laid_out(store, 1, 2)
    Ledger(store, now_utc).failed("service", "Nothing listens there.", 1, now_utc())
    Outbox.of(store).switch_fuse(is_open=True, by="anna", because="so", now=now_utc())
    found = asked(figures_of(store, Standing(state=State.BROKEN)))
    assert found['salver_mailbox_looked_seconds{mailbox="service"}'] == "+Inf"
    assert found['salver_mailbox_failing{mailbox="service"}'] == "1.0"
    assert found['salver_outbox{kind="answer",state="ready"}'] == "2.0"
    assert found["salver_fuse_open"] == "1.0"
    assert found["salver_store_writable"] == "1.0"
    assert found["salver_undecided"] == "0.0"
    assert found['salver_concerns{concern="fuse",red="no"}'] == "1.0"
    assert found['salver_concerns{concern="mailbox",red="yes"}'] == "1.0"
    assert found["salver_bound_held"] == "0.0"
    assert float(found["salver_store_free_bytes"]) > 0
    assert any('name="small"' in one for one in found)


def test_seconds_and_queues_are_those_of_the_moment(store):
    Ledger(store, now_utc).looked("service")
    found = asked(figures_of(store, minutes=2))
    assert 120 <= float(found['salver_mailbox_looked_seconds{mailbox="service"}']) < 180


def test_a_store_that_is_gone_is_a_figure_too(store, tmp_path):
    store.close()
    (tmp_path / "store.db").unlink()
    for left in tmp_path.glob("store.db-*"):
        left.unlink()
    (tmp_path / "store.db").mkdir()
    found = asked(figures_of(store))
    assert found["salver_store_writable"] == "0.0"
    assert "salver_fuse_open" not in found


def test_an_address_is_checked_before_anything_is_done(store):
    assert host_and_port("127.0.0.1:9109") == ("127.0.0.1", 9109)
    assert host_and_port("[::1]:9109") == ("::1", 9109)
    for wrong in ("9109", "here:", ":9", "here:99999", "here:x"):
        with pytest.raises(SettingsError, match="is no HOST:PORT"):
            host_and_port(wrong)
    figures = figures_of(store)
    with figures.served("127.0.0.1", 0) as port:
        second = figures_of(store).served("127.0.0.1", port)
        with pytest.raises(SettingsError, match=f"127.0.0.1:{port} cannot be listened on"), second:
            pass
