import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salver.data import mbox
from salver.data.mbox import is_cut_off, pieces, without_from_line

FROM = b"From ann@example.org Mon Mar  4 10:00:00 2024\n"
MAIL = b"From: Ann <ann@example.org>\nSubject: Hallo\n\nGuten Tag\n"


def contents(data: bytes) -> list[bytes]:
    return [piece.content for piece in pieces(io.BytesIO(data))]


def test_mails_come_one_by_one_with_the_lines_they_begin_on():
    found = list(pieces(io.BytesIO((FROM + MAIL + b"\n") * 3)))
    assert [piece.content for piece in found] == [MAIL] * 3
    assert [piece.line for piece in found] == [1, 7, 13]
    assert [piece.last for piece in found] == [False, False, True]


def test_line_ends_of_windows_are_kept_as_they_are():
    crlf = MAIL.replace(b"\n", b"\r\n")
    assert contents((FROM.replace(b"\n", b"\r\n") + crlf + b"\r\n") * 2) == [crlf, crlf]


@pytest.mark.parametrize(
    "line",
    [
        b"From ann@example.org Mon Mar  4 10:00:00 2024",
        b"From - Mon Mar 04 10:00:00 2024",
        b"From MAILER-DAEMON Mon Mar  4 10:00 CET 2024",
        b"From 1792@xxx Mon Mar 04 10:00:00 +0000 2024",
        b"From ann@example.org Mon, 4 Mar 2024 10:00:00 +0100",
        b'From "Ann B" <ann@example.org> Mon Mar  4 10:00:00 2024',
        b"From ann@example.org 2024-03-04 10:00:00",
        b"From ann@example.org",
    ],
)
def test_every_usual_from_line_begins_a_mail(line):
    assert contents(FROM + MAIL + b"\n" + line + b"\n" + MAIL) == [MAIL, MAIL]


@pytest.mark.parametrize(
    "line",
    [
        b"From Monday on we are away until 10:30 in 2024",
        b"From 4 March 2024 at 10:30 the power was gone",
        b"From here on: nothing works",
        b"From ann@example.org",
        b"From what I know",
    ],
)
def test_a_sentence_that_starts_with_from_does_not(line):
    mail = MAIL + b"\n" + line + b"\nOrt: Elmtal\n"
    assert contents(FROM + mail) == [mail]


def test_a_from_line_in_the_middle_of_a_text_does_not():
    mail = MAIL + b"as I wrote:\n" + FROM + b"I had no power\n"
    assert contents(FROM + mail) == [mail]


def test_a_mail_cut_off_in_the_middle_does_not_swallow_the_next():
    assert contents(FROM + b"Subject: a\n\ncut her\n" + FROM + MAIL) == [b"Subject: a\n\ncut her\n", MAIL]


def test_escaped_from_lines_are_given_back():
    mail = MAIL + b">From me\n>>From you\n > From them\n"
    assert contents(FROM + mail) == [MAIL + b"From me\n>From you\n > From them\n"]


@pytest.mark.parametrize("block", [1, 7, 64, 4096])
def test_blocks_of_any_size_give_the_same_mails(monkeypatch, block):
    data = b"\xef\xbb\xbf\n" + b"".join(FROM + MAIL * k + b"\n" for k in range(1, 30))
    expected = contents(data)
    monkeypatch.setattr(mbox, "BLOCK_BYTES", max(block, 64))
    monkeypatch.setattr(mbox, "_LOOKAHEAD", 256)
    assert contents(data) == expected
    assert len(expected) == 29


def test_a_mail_beyond_all_measure_is_cut_and_the_next_is_whole(monkeypatch):
    monkeypatch.setattr(mbox, "BLOCK_BYTES", 5_000)
    monkeypatch.setattr(mbox, "MAIL_BYTES", 20_000)
    huge = b"Subject: big\n\n" + b"line of text\n" * 50_000
    found = list(pieces(io.BytesIO(FROM + huge + b"\n" + FROM + MAIL)))
    assert [piece.cut for piece in found] == [True, False]
    assert len(found[0].content) <= 20_000
    assert found[1].content == MAIL
    assert found[1].line == 1 + 2 + 50_000 + 2


@pytest.mark.parametrize(
    ("content", "cut"),
    [
        (MAIL, False),
        (MAIL[:-3], True),
        (b"Subject: a\n", False),
        (b'Content-Type: multipart/mixed;\n boundary="x"\n\n--x\n\nhi\n--x--\n', False),
        (b'Content-Type: multipart/mixed;\n boundary="x"\n\n--x\n\nhi\n', True),
        (b"Content-Type: multipart/mixed; boundary=x\n", True),
    ],
)
def test_a_mail_that_ends_in_the_middle_is_noticed(content, cut):
    assert is_cut_off(content) is cut


def test_a_from_line_on_top_of_a_single_mail_is_taken_off():
    assert without_from_line(FROM + MAIL) == MAIL
    assert without_from_line(MAIL) == MAIL


@given(
    st.lists(
        st.lists(st.sampled_from([b"word", b">From a", b"", b"--x", b"Key: v", b"\xff\0"]), min_size=1), min_size=1
    )
)
def test_what_an_mboxrd_writer_wrote_is_read_back(bodies):
    mails = [b"Subject: a\n\n" + b"\n".join(lines) + b"\n" for lines in bodies]
    data = b"".join(FROM + mail.replace(b"\n>From ", b"\n>>From ") + b"\n" for mail in mails)
    assert contents(data) == mails


@given(st.binary())
def test_no_bytes_make_it_fail_or_vanish(data):
    found = contents(FROM + data)
    assert len(found) >= 1
    assert sum(map(len, found)) <= len(data)
