"""HTML as the text that its reader sees."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salver.pipeline.markup import text_of_html

TAGS = (
    "<p>",
    "</p>",
    "<br>",
    "<ul>",
    "<li>",
    "<blockquote>",
    "</blockquote>",
    "<pre>",
    "<table><td>",
    "<b hidden>",
    "x",
)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>a</p><p>b<br>c<br><br>d</p>", "a\n\nb\nc\n\nd"),
        ('<p class="MsoNormal">a</p><p class="MsoNormal">b</p>', "a\nb"),
        ("<div>a</div><div><br></div><div>b</div>", "a\n\nb"),
        ("a <span hidden>x</span><span style='VISIBILITY: hidden'>y</span><!-- z --> b", "a b"),
        ('<div style="font-size:0px">x<b style="font-size:12px">a</b>x</div>', "a"),
        ("<blockquote>a<blockquote>b</blockquote></blockquote>c", "> a\n> > b\n\nc"),
        ("Begin forwarded message:<blockquote>a</blockquote>", "Begin forwarded message:\na"),
        ("<pre>a  b\n c</pre>", "a  b\n c"),
        ("<ul><li><p>a</p></li><li>b<ol><li>c</li></ol></li></ul>", "- a\n\n- b\n1. c"),
        ("<b>a", "a"),
        ("", ""),
    ],
)
def test_html_is_read_as_its_reader_sees_it(html: str, text: str) -> None:
    assert text_of_html(html) == (text, True)


@given(st.lists(st.sampled_from(TAGS) | st.text(max_size=5)).map("".join))
def test_no_markup_raises_and_no_line_is_blank_twice(html: str) -> None:
    text, whole = text_of_html(html)
    assert whole
    assert "<pre>" in html or "\n\n\n" not in text
