import re
from datetime import date
from pathlib import Path

import pytest

from salver.data.errors import SettingsError
from salver.serve.mail.mailboxes import KEYS as MAILBOX_KEYS
from salver.serve.settings import load_settings

ONE = """[[mailboxes]]
name = "service"
address = "Service@elmtalwerke.example"
imap = "imaps://service@elmtalwerke.example@mail.elmtalwerke.example"
password = "geheim"
"""


def load(tmp_path, toml=ONE, **environ):
    file = tmp_path / "salver.toml"
    file.write_text(toml, encoding="utf-8")
    return load_settings(file, environ)


def test_a_mailbox_sends_nothing_until_it_is_told_to(tmp_path):
    (found,) = load(tmp_path).mailboxes
    assert (found.name, found.address, found.folders) == ("service", "service@elmtalwerke.example", ("INBOX",))
    assert (found.imap.host, found.imap.port, found.imap.tls) == ("mail.elmtalwerke.example", 993, "tls")
    assert (found.imap.user, found.imap.password) == ("service@elmtalwerke.example", "geheim")
    assert (found.smtp, found.send, found.from_start) == (None, (), False)
    assert not found.sends(("opening_hours",))


def test_all_that_can_be_said_of_a_mailbox_is_read(tmp_path):
    toml = """port = 1
[[mailboxes]]
name = "a"
address = "a@elmtalwerke.example"
imap = { host = "127.0.0.1", port = 1143, tls = "none", user = "x", ca_file = "ca.pem", timeout_s = 5 }
smtp = "smtp://relay.elmtalwerke.example:2525"
token_command = "token a"
folders = ["inbox", "Anfragen/Störung"]
drafts = "Entwürfe"
sent = "Gesendet"
keep_sent = false
labels = false
send = ["opening_hours"]
envelope_sender = "bounces@elmtalwerke.example"
since = 2026-11-01
every_s = 20
[mailboxes.moves]
billing = "Rechnungen"
[[mailboxes]]
name = "b-2"
address = "b@elmtalwerke.example"
imap = { host = "mail.elmtalwerke.example", tls = "starttls", password_command = "pass b" }
from_start = true
"""
    first, second = load(tmp_path, toml).mailboxes
    assert (first.imap.user, first.imap.token_command, first.imap.timeout_s) == ("x", "token a", 5)
    assert first.imap.ca_file == str(tmp_path / "ca.pem")
    assert (first.smtp.tls, first.smtp.port, first.smtp.user) == ("starttls", 2525, "")
    assert (first.folders, first.drafts, first.sent) == (("INBOX", "Anfragen/Störung"), "Entwürfe", "Gesendet")
    assert (first.keep_sent, first.labels, first.since, first.every_s) == (False, False, date(2026, 11, 1), 20)
    assert first.moves == (("billing", "Rechnungen"),)
    assert first.sends(("opening_hours",))
    assert not first.sends(("opening_hours", "refund"))
    assert (second.imap.user, second.imap.port, second.imap.password_command) == (
        "b@elmtalwerke.example",
        143,
        "pass b",
    )
    assert second.from_start


def test_a_password_may_stand_in_the_environment_and_is_never_shown(tmp_path):
    settings = load(tmp_path, ONE.replace('"geheim"', '"alt"'), SALVER_MAILBOX_SERVICE_PASSWORD="neu-geheim")
    assert settings.mailboxes[0].imap.password == "neu-geheim"
    assert "geheim" not in repr(settings)
    with pytest.raises(SettingsError, match="SALVER_MAILBOX_SALES_PASSWORD is the password of no mailbox"):
        load(tmp_path, SALVER_MAILBOX_SALES_PASSWORD="x")


@pytest.mark.parametrize(
    ("written", "instead", "says"),
    [
        ("password", "pasword", "There is no setting pasword. Did you mean password?"),
        ('name = "service"', 'name = "Die Post"', 'mailbox Die Post: name must be up to 40 of a-z, 0-9, "-" and "_"'),
        ('name = "service"\n', "", "mailbox 1: It has no name. Add it."),
        ("Service@", "service", "address must be a mail address such as service@example.org"),
        ("Service@elmtalwerke", "a@" + "x" * 70, "address has a domain that cannot be: "),
        ("imaps://", "imap4://", "imap must be written imaps://user@host, or imap:// for STARTTLS, with no more"),
        ("imaps://service", "imaps://service:geheim", "imap holds a password: write it as password, or better"),
        ("mail.elmtalwerke.example", "", "imap must be written imaps://user@host"),
        ('elmtalwerke.example"\npass', 'elmtalwerke.example:99999"\npass', "imap has a port that is no number"),
        (
            'password = "geheim"\n',
            "",
            "It has no password. Add password, password_command or token_command, or set SAL",
        ),
        ('"geheim"', '"geheim"\ntoken_command = "x"', "It has password and token_command. Keep one of them."),
        ('"geheim"', '"geheim"\nsend = ["*"]', "It sends, but has no smtp. Add one, or leave send out"),
        ('"geheim"', '"geheim"\nfrom_start = true\nsince = 2026-01-01', "It has both from_start and since."),
        ('"geheim"', '"geheim"\nfolders = ["INBOX", "Sent"]', "Sent is watched, and salver lays its own there."),
        ('"geheim"', '"geheim"\nfolders = []', 'folders must name a folder such as "INBOX".'),
        ('"geheim"', '"geheim"\ndrafts = "a\\nb"', "drafts holds a control character, which no folder has."),
        ('"geheim"', '"geheim"\nevery_s = 0', "every_s must be a number of seconds from 1 to 3600, not 0."),
        ('"geheim"', '"geheim"\nsmtp = { port = 25 }', "smtp has no host. Add it."),
        ('"geheim"', '"geheim"\nsmtp = { host = "h", prot = 25 }', "There is no setting smtp.prot."),
        ('"geheim"', '"geheim"\nsmtp = { host = "h", tls = "ssl" }', 'smtp.tls must be "tls", "starttls" or "none"'),
        (
            '"geheim"',
            '"geheim"\nsmtp = { host = "10.0.0.1", tls = "none", port = 25 }',
            "smtp would send the password and customers' mail to 10.0.0.1 in plain text. Set tls to",
        ),
        ("[[mailboxes]]", "[mailboxes]", "mailboxes must be tables. Write each under [[mailboxes]]."),
    ],
)
def test_what_cannot_be_is_told_with_the_mailbox(tmp_path, written, instead, says):
    assert written in ONE
    with pytest.raises(SettingsError) as error:
        load(tmp_path, ONE.replace(written, instead))
    assert says in str(error.value)
    assert str(error.value).startswith(str(tmp_path / "salver.toml"))
    assert "geheim" not in str(error.value)


def test_a_plain_connection_is_made_where_nobody_can_listen_or_where_it_is_really_meant(tmp_path):
    for server in ('host = "localhost"', 'host = "::1"', 'host = "10.0.0.1", plain_text = true'):
        toml = ONE + f'smtp = {{ {server}, port = 25, tls = "none" }}\n'
        assert load(tmp_path, toml).mailboxes[0].smtp.tls == "none"


def test_two_mailboxes_have_two_names(tmp_path):
    with pytest.raises(SettingsError, match="There are two mailboxes service"):
        load(tmp_path, ONE + ONE)
    with pytest.raises(SettingsError, match="There are two mailboxes a-b and a_b"):
        load(tmp_path, ONE.replace('"service"', '"a-b"') + ONE.replace('"service"', '"a_b"'))


def test_what_the_guide_shows_can_be_taken_as_it_is(tmp_path):
    guide = (Path(__file__).parents[3] / "docs" / "mailbox.md").read_text("utf-8")
    shown = re.findall(r"```toml\n(.*?)```", guide, re.DOTALL)
    boxes = [one for toml in shown for one in load(tmp_path, toml).mailboxes]
    assert [one.send for one in boxes] == [(), (), ("opening_hours",)]
    keys = set(re.findall(r"`(\w+)`", guide[guide.index("## All keys") :]))
    assert set(MAILBOX_KEYS) <= keys, "every key is in the table"
