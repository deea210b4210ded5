"""`salver outbox`, as a person types it."""

import json
import stat
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from salver.data.errors import StoreError
from salver.data.mailbox import Mailbox, Server
from salver.data.outbox import Outbox
from salver.data.outgoing import Ceilings
from salver.data.store import Store
from salver.serve.cli import app
from salver.serve.settings import Settings, load_settings
from salver.serve.wiring import message_secret
from tests.data.mails import NOW, approve, laid_out

BOX = Mailbox(name="service", address="service@elmtal.example", imap=Server(host="h", port=993), send=("*",))


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A store in which one mail is sent, one uncertain, one failed, and one ready."""
    url = tmp_path / "s.db"
    with Store.open(str(url)) as store:
        approve(store)
        laid_out(store, 1, 2, 3, 4)
        outbox = Outbox.of(store)
        claimed = [outbox.claim(BOX, NOW, timedelta(minutes=5), ceilings=Ceilings(at_once_s=0)) for _ in range(3)]
        outbox.sent(claimed[0], NOW)
        outbox.uncertain(claimed[1], "The line was cut before the server replied.")
        outbox.failed(claimed[2], "550 5.1.1 No such user")
    return url


def salver(place: Path, *words: str, code: int = 0) -> str:
    done = CliRunner().invoke(app, ["outbox", *words, "--store", str(place)])
    assert done.exit_code == code, done.output
    return done.output


def lines(place: Path, *words: str) -> list[dict]:
    return [json.loads(line) for line in salver(place, *words, "--json").splitlines()]


def test_what_is_not_sent_is_listed_with_what_happened(place):
    shown = salver(place)
    assert "Answers: 1 sent, 1 ready, 1 uncertain, 1 failed. Drafts: 0. 2 answers wait for a word." in shown
    assert "550 5.1.1 No such user" in shown
    assert "salver outbox settle ID sent" in shown
    assert "kunde" not in shown
    assert [one["state"] for one in lines(place)] == ["uncertain", "failed", "ready"]
    assert [one["state"] for one in lines(place, "list", "--state", "sent")] == ["sent"]
    assert 'There is no state "gone". They are ready, sending' in salver(place, "list", "--state", "gone", code=2)


def test_one_is_shown_as_it_leaves(place):
    shown = salver(place, "show", "2")
    assert shown.startswith("<salver.2@elmtal.example> is uncertain, tried 1 time. The line was cut")
    assert "Subject: Auto: 2" in shown
    assert "Gern." in shown
    assert lines(place, "show", "<salver.2@elmtal.example>")[0]["content"].endswith("Gern.\r\n")
    assert 'There is no mail "9" in the outbox. See what is there: salver outbox' in salver(place, "show", "9", code=2)


def test_a_person_s_word_settles_it(place):
    assert "is sent now" in salver(place, "settle", "2", "sent", "--by", "anna")
    assert "is sent. Only one that is held or failed or uncertain" in salver(place, "settle", "2", "again", code=2)
    (again,) = lines(place, "settle", "3", "again", "--by", "anna")
    assert (again["state"], again["fault"]) == ("ready", "anna wants it sent again.")


def test_a_mail_is_kept_back(place):
    assert "is held now. Its message goes to a person." in salver(place, "hold", "4", "--by", "anna", "--because", "no")
    (held,) = lines(place, "list", "--state", "held")
    assert (held["reason"], held["fault"]) == ("send_stopped", "anna kept it back. no")
    assert "is sent" in salver(place, "hold", "1", code=2)


def test_the_fuse_is_closed_by_a_person_who_says_why(place):
    assert "it never opened" in salver(place, "fuse")
    assert "It is not said why" in salver(place, "fuse", "--open", code=2)
    assert "opened and closed at once" in salver(place, "fuse", "--open", "--close", code=2)
    assert "Add --close" in salver(place, "fuse", "--release", code=2)
    salver(place, "fuse", "--open", "--by", "anna", "--because", "wrong prices")
    with Store.open(str(place)) as store:
        assert Outbox.of(store).claim(BOX, NOW, timedelta(minutes=5)) is None
    shown = salver(place, "fuse")
    assert shown.startswith("The fuse is open, and no answer leaves: anna, ")
    assert "wrong prices\nIt kept 1 answer back" in shown
    assert "The fuse is open" in salver(place)
    closed = lines(place, "fuse", "--close", "--release", "--by", "bela", "--because", "corrected")
    assert closed[0] | {"at": ""} == {
        "open": False,
        "at": "",
        "who": "bela",
        "because": "corrected",
        "held": 0,
        "released": 1,
    }
    assert [one["state"] for one in lines(place, "list", "--state", "ready")] == ["ready"]


def test_without_a_store_there_is_no_outbox(tmp_path):
    assert "There is no store yet" in salver(tmp_path / "none.db", code=2)


def test_the_secret_is_made_once_and_only_its_owner_reads_it(tmp_path):
    settings = Settings(home=tmp_path / "home")
    found: list[bytes] = []
    workers = [threading.Thread(target=lambda: found.append(message_secret(settings))) for _ in range(8)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    assert len(found) == 8
    assert len(set(found)) == 1
    assert len(found[0]) == 32
    (file,) = (tmp_path / "home").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.write_text("what?", "ascii")
    with pytest.raises(StoreError, match="Restore it from a copy"):
        message_secret(settings)
    assert message_secret(Settings(home=tmp_path, message_secret="ours")) == b"ours"


def test_the_ceiling_and_the_secret_are_settings(tmp_path):
    file = tmp_path / "salver.toml"
    file.write_text('answers_per_hour = 7\nmessage_secret = "x"\n')
    found = load_settings(file, {})
    assert (found.answers_per_hour, found.message_secret) == (7, "x")
    assert "message_secret" not in repr(found)
