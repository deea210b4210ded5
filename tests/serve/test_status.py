"""`salver status`, as a person and as a machine gets it."""

import json
from pathlib import Path

import pytest

from salver.data.ledger import Ledger
from salver.data.outbox import Outbox
from salver.data.store import Store
from salver.pipeline.run import now_utc
from salver.serve.endings import FailedError
from salver.serve.status import status
from tests.data.mails import approve, laid_out
from tests.serve.office import bundle_folder, salver

MAILBOX = """
[[mailboxes]]
name = "service"
address = "service@elmtalwerke.example"
imap = "imaps://mail.example"
password = "geheim"
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "salver.toml").write_text(f'home = "."\nbundle = "{bundle_folder()}"\n{MAILBOX}')
    return tmp_path


def asked(place: Path, **more: bool) -> None:
    known = {"bundle": None, "store": None, "settings": place / "salver.toml", "health": False, "as_json": False}
    status(**known | more)


def watched(place: Path) -> Store:
    store = Store.open(str(place / "store.db"))
    Ledger(store, now_utc).looked("service")
    return store


def test_all_is_well_and_ends_with_0(place, capsys):
    watched(place).close()
    asked(place)
    told = capsys.readouterr().out
    assert told.splitlines()[-1] == "All is well."
    for part in ("service", "watched", "0 seconds ago", "small, trained 2026", "closed", "store.db", "MB free"):
        assert part in told
    asked(place, health=True)
    assert capsys.readouterr().out == "All is well.\n"


def test_what_needs_a_person_is_named_with_what_to_do_and_ends_with_1(place, capsys):
    with watched(place) as store:
        approve(store)
        (mail,) = laid_out(store, 1)
        outbox = Outbox.of(store)
        outbox.switch_fuse(is_open=True, by="anna", because="It looks odd.", now=now_utc())
        with store.writing() as connection:
            connection.exec_driver_sql("UPDATE outbox SET state = 'uncertain', fault = 'The line was cut.'")
    with pytest.raises(FailedError, match=r"Not all is well: customers' mail waits \(uncertain, fuse\)"):
        asked(place)
    told = capsys.readouterr().out
    assert f"! The answer {mail.id} to message {mail.message} (service) may have arrived or not" in told
    assert f"salver outbox settle {mail.id} sent|again|drop" in told
    assert "- The fuse is open" in told
    assert "salver outbox fuse --close" in told
    with pytest.raises(FailedError):
        asked(place, as_json=True)
    line = json.loads(capsys.readouterr().out)
    assert (line["well"], line["red"]) == (False, True)
    assert [one["code"] for one in line["concerns"]] == ["uncertain", "fuse"]
    assert line["stuck"][0]["id"] == mail.id
    assert line["outbox"]["answer"]["uncertain"] == 1
    assert line["fuse"]["is_open"] is True
    assert line["bundle"]["name"] == "small"
    assert line["bound"]["state"] in ("held", "not_shown")
    assert (line["mailboxes"][0]["state"], line["waiting"]["undecided"]) == ("watched", 0)


def test_health_keeps_quiet_about_what_can_wait(place, capsys):
    with watched(place) as store:
        Outbox.of(store).switch_fuse(is_open=True, by="anna", because="It looks odd.", now=now_utc())
    asked(place, health=True)
    assert capsys.readouterr().out == "Healthy; salver status says what needs you.\n"
    with Store.open(str(place / "store.db")) as store, store.writing() as connection:
        connection.exec_driver_sql("UPDATE mailboxes SET looked_at = '2026-01-01 00:00:00'")
    with pytest.raises(FailedError, match=r"customers' mail waits \(mailbox\)"):
        asked(place, health=True)
    told = capsys.readouterr().out
    assert "! Mailbox service was last" in told
    assert "fuse" not in told


def test_without_a_store_or_a_bundle_it_says_what_to_do(tmp_path, capsys):
    (tmp_path / "salver.toml").write_text(f'home = "nowhere"\nbundle = "{tmp_path / "none"}"\n')
    with pytest.raises(FailedError, match=r"\(store, bundle\)"):
        asked(tmp_path)
    told = capsys.readouterr().out
    assert "there is no store yet. It is made by salver watch, serve or batch." in told
    assert not (tmp_path / "nowhere").exists()


def test_a_file_that_is_no_store_is_a_sentence(place, capsys):
    (place / "store.db").write_text("This is no database at all, but a letter to my aunt." * 100)
    with pytest.raises(FailedError):
        asked(place)
    assert "! " in (told := capsys.readouterr().out)
    assert "This file is no database." in told


def test_the_command_line_has_it(place):
    with watched(place) as store:
        Outbox.of(store).switch_fuse(is_open=True, by="anna", because="so", now=now_utc())
    done = salver("status", "--settings", place / "salver.toml")
    assert done.returncode == 1
    assert done.stderr == "salver: Not all is well: something needs a person (fuse).\n"
