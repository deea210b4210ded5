import itertools
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from salver.data.errors import Fault, InputError
from salver.data.files import open_source

MAIL = b"From: Ann <ann@example.org>\nSubject: Hallo\nMessage-ID: <%d@x>\n\nGuten Tag\n"
FROM = b"From ann@example.org Mon Mar  4 10:00:00 2024\n"


def taken(path, **more):
    faults: list[Fault] = []
    return list(open_source(path, faults.append, **more)), faults


def test_an_mbox_is_taken_mail_by_mail(tmp_path):
    path = tmp_path / "post"
    path.write_bytes(b"".join(FROM + MAIL % n + b"\n" for n in range(3)))
    raws, faults = taken(path)
    assert [raw.content for raw in raws] == [MAIL % n for n in range(3)]
    assert [raw.position for raw in raws] == [1, 2, 3]
    assert {raw.source for raw in raws} == {str(path)}
    assert faults == []


def test_a_half_written_last_mail_is_taken_and_told(tmp_path):
    path = tmp_path / "post.mbox"
    path.write_bytes(FROM + MAIL % 1 + b"\n" + FROM + (MAIL % 2)[:-6])
    raws, faults = taken(path)
    assert len(raws) == 2
    assert [str(fault) for fault in faults] == [
        f"{path}:8: the last mail ends in the middle; what is there was taken. Copy the mailbox again."
    ]


def test_an_mbox_of_any_size_needs_the_memory_of_one_mail(tmp_path):
    path = tmp_path / "big.mbox"
    with path.open("wb") as file:
        file.writelines(FROM + MAIL % n + b"x" * 2000 + b"\n\n" for n in range(20_000))
    script = (
        "import resource, sys; from salver.data.files import open_source\n"
        "def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "mails = open_source(sys.argv[1], print); next(mails); before = peak()\n"
        "print(sum(1 for _ in mails), peak() - before)"
    )
    done = subprocess.run([sys.executable, "-c", script, path], capture_output=True, text=True, check=True)
    mails, grown_kb = map(int, done.stdout.split())
    assert mails == 19_999
    assert grown_kb < 8_000


def test_the_same_mail_has_one_key_by_whatever_way_it_came(tmp_path):
    mail = MAIL % 1 + b"\nFrom here on\n"
    box, eml, maildir = tmp_path / "a.mbox", tmp_path / "a.eml", tmp_path / "m"
    box.write_bytes(FROM + mail.replace(b"\nFrom here", b"\n>From here") + b"\n")
    eml.write_bytes(FROM + b"Received: from x\n" + mail.replace(b"\n", b"\r\n"))
    (maildir / "cur").mkdir(parents=True)
    (maildir / "cur" / "1709546400.a.host:2,S").write_bytes(mail)
    assert len({taken(path)[0][0].key for path in (box, eml, maildir)}) == 1


def test_a_maildir_gives_cur_and_new_but_not_tmp(tmp_path):
    for part, name in (("cur", "1709546400.b"), ("new", "1709546401.a"), ("tmp", "1709546402.c")):
        (tmp_path / part).mkdir()
        (tmp_path / part / name).write_bytes(MAIL % 1)
    raws, _ = taken(tmp_path)
    assert [raw.source.rpartition("/")[2] for raw in raws] == ["1709546400.b", "1709546401.a"]
    assert raws[0].received_at == datetime(2024, 3, 4, 10, tzinfo=UTC)


def test_a_folder_gives_its_mails_sorted_and_from_below(tmp_path):
    (tmp_path / "b").mkdir()
    for name in ("c.eml", "b/z.EML", "a.eml", "notes.txt"):
        (tmp_path / name).write_bytes(MAIL % 1)
    (tmp_path / "b" / "loop").symlink_to(tmp_path)
    raws, _ = taken(tmp_path)
    assert [os.path.relpath(raw.source, tmp_path) for raw in raws] == ["a.eml", "b/z.EML", "c.eml"]


def test_any_bytes_named_eml_are_a_message(tmp_path):
    (tmp_path / "a.eml").write_bytes(b"\xff\xfe\0\0 no header at all")
    (tmp_path / "b.eml").write_bytes(b"")
    raws, faults = taken(tmp_path)
    assert len(raws) == 1
    assert [fault.what for fault in faults] == ["the file is empty."]
    assert len(taken(tmp_path / "a.eml")[0]) == 1


def test_a_name_that_is_no_text_does_not_stop_anything(tmp_path):
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.eml")).write_bytes(MAIL % 1)
    raws, _ = taken(tmp_path)
    assert raws[0].source.endswith("\ufffd.eml")


def test_a_mail_file_without_a_telling_name_is_known_by_its_header(tmp_path):
    path = tmp_path / "letter.txt"
    path.write_bytes(MAIL % 1)
    assert taken(path)[0][0].content == MAIL % 1


def test_tables_are_messages_too(tmp_path):
    path = tmp_path / "chat.csv"
    path.write_text("id;name;Nachricht\n1;Ann;Kein Strom\n2;Bob;\n3;Cem;Kein Strom\n")
    raws, faults = taken(path)
    assert [raw.media for raw in raws] == ["application/json"] * 2
    assert [raw.position for raw in raws] == [2, 4]
    assert [str(fault) for fault in faults] == [
        f'{path}:3: column "Nachricht" is empty; the row was left out. Fill it or drop the row.'
    ]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.mbox", b"", "The file is empty. Check that it was exported or copied completely."),
        ("a.mbox", b" \n\n", "The file is empty. Check that it was exported or copied completely."),
        ("a.pdf", b"%PDF-1.7", "This is a PDF, not mails or a table."),
        ("a.mbox", b"PK\x03\x04....", "This is a ZIP archive or an Office file, not mails or a table. Unpack it,"),
        ("a.mbox.gz", b"\x1f\x8b\x08", "This is gzip, not mails or a table. Unpack it and give what is inside."),
        ("a.pst", b"!BDN....", "This is an Outlook PST, not mails or a table. Export the mails as mbox or .eml"),
        ("a.eml", b"%PDF-1.7", "This is a PDF, not mails or a table."),
        ("a.bin", b"\0\1\2\3", "This is a binary file of an unknown kind. Mbox, Maildir, a folder of .eml,"),
        ("a.json", b'[{"text": "a"}]', "This is one JSON list, not JSON lines. Write one object a line instead,"),
        ("a.html", b"<html>, hello", "This is neither a mailbox nor a table."),
        (
            "a.csv",
            b"one,two\n1,2\n",
            "No column looks like the text. Say which: --map text=COLUMN. The columns are one,",
        ),
        ("a.jsonl", b"nonsense\n", 'No line holds a JSON object with fields. Write one object a line, such as {"text"'),
        ("a.parquet", b"PAR1 half", "The Parquet file is damaged ("),
    ],
)
def test_what_cannot_be_taken_is_refused_in_words(tmp_path, name, content, says):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError) as error:
        taken(path)
    assert str(error.value).startswith(f"{path}: {says}")


def test_a_missing_file_is_told_with_the_name_that_was_perhaps_meant(tmp_path):
    (tmp_path / "backlog.mbox").write_bytes(FROM)
    with pytest.raises(InputError) as error:
        taken(tmp_path / "backlgo.mbox")
    assert str(error.value) == (
        f"{tmp_path}/backlgo.mbox: There is no such file or folder. Did you mean {tmp_path}/backlog.mbox?"
    )
    with pytest.raises(InputError, match=r"There is no folder .*/no either; check the path"):
        taken(tmp_path / "no" / "such")


def test_a_folder_without_mails_is_told_with_what_it_holds(tmp_path):
    (tmp_path / "Inbox").write_bytes(FROM + MAIL % 1)
    with pytest.raises(InputError) as error:
        taken(tmp_path)
    says = "There is no .eml file in this folder or below it. It holds Inbox; give one of these by its own path."
    assert str(error.value) == f"{tmp_path}: {says}"


def test_an_empty_maildir_names_its_folders(tmp_path):
    for folder in ("cur", "new", ".Sent/cur"):
        (tmp_path / folder).mkdir(parents=True)
    with pytest.raises(InputError, match=r"This Maildir holds no mail. Its mails may lie in .Sent: give one of these"):
        taken(tmp_path)


def test_a_pipe_is_refused_rather_than_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match=r"neither a file nor a folder. Save it to a file first"):
        taken(tmp_path / "pipe")


@pytest.mark.skipif(os.geteuid() != 0, reason="needs to become another user")
def test_a_file_that_may_not_be_read_is_told(tmp_path):
    path = tmp_path / "a.eml"
    path.write_bytes(MAIL % 1)
    path.chmod(0)
    for folder in itertools.takewhile(lambda one: str(one) != "/tmp", (tmp_path, *tmp_path.parents)):  # noqa: S108
        folder.chmod(0o755)
    child = os.fork()
    if child == 0:
        os.seteuid(65534)
        try:
            taken(path)
        except InputError as error:
            os._exit(0 if str(error).startswith(f"{path}: This user may not read it. Give this user the right") else 2)
        os._exit(1)
    assert os.waitpid(child, 0)[1] == 0
