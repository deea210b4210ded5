"""From bytes to clean text."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salver.pipeline.charset import from_base64, one_line, text_of, tidy


@pytest.mark.parametrize(
    ("charset", "content", "meant", "as_declared"),
    [
        ("utf-8", "Grüße".encode(), "Grüße", True),
        ("iso-8859-1", "80 €".encode("cp1252"), "80 €", True),
        ("iso-8859-1", "Grüße".encode(), "Grüße", False),
        ("us-ascii", "Grüße".encode(), "Grüße", True),
        ("utf-8", "Grüße".encode("cp1252"), "Grüße", False),
        ("utf-8", "Grüße ".encode() + "für".encode("cp1252"), "Grüße für", False),
        ("utf-16", "Grüße".encode("utf-16"), "Grüße", True),
        ("", b"\xef\xbb\xbfGr\xc3\xbc\xc3\x9fe", "Grüße", True),
        ("windows-1251", "Привет".encode("cp1251"), "Привет", True),
        ("macintosh", "Grüße".encode("mac-roman"), "Grüße", True),
        ("utf-7", b"+AGE-", "+AGE-", False),
        ("rot13", b"Hallo", "Hallo", False),
        ("idna", b"xn--4ca", "xn--4ca", False),
        ("zlib_codec", b"Hallo", "Hallo", False),
        ("gibt-es-nicht", "Grüße".encode(), "Grüße", False),
    ],
)
def test_a_charset_is_believed_only_when_it_fits(charset: str, content: bytes, meant: str, as_declared: bool) -> None:
    assert text_of(content, charset) == (meant, as_declared)


def test_characters_nobody_sees_are_gone() -> None:
    text = "eins\u200b zwei\u202e drei\x00\x07\xad vier\ufeff\r\nf\u00fcnf\u2028sechs\xa0sieben"
    assert tidy(text) == "eins zwei drei vier\nfünf\nsechs sieben"


@given(st.text(max_size=100))
def test_tidying_twice_is_tidying_once(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)
    assert one_line(text) == one_line(one_line(text))


@given(
    st.binary(max_size=100),
    st.sampled_from(("", "utf-8", "utf-16", "latin1", "shift_jis", "hz", "rot13", "hex", "\x00")),
)
def test_decoding_never_raises(content: bytes, charset: str) -> None:
    text_of(content, charset)


@given(st.binary(max_size=100))
def test_whole_base64_is_decoded_and_its_damage_is_told(content: bytes) -> None:
    encoded = base64.encodebytes(content)
    assert from_base64(encoded) == (content, True)
    assert from_base64(b"*!" + encoded) == (content, False)


def test_a_left_over_last_digit_is_dropped_rather_than_the_text() -> None:
    assert from_base64(b"SGFsbG8gV2VsdA") == (b"Hallo Welt", False)
    assert from_base64(b"SGFsbG8gV2Vs\nZ") == (b"Hallo Wel", False)
