"""The header fields of a mail, as people and programs write them."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salver.pipeline.fields import addresses, decoded, identifiers, moment, parameters


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Anna <Anna@X.Example>", [("Anna", "anna@x.example")]),
        ("anna@x.example (Anna)", [("Anna", "anna@x.example")]),
        ('"Berg, Anna" <a@x.example>, b@x.example', [("Berg, Anna", "a@x.example"), ("", "b@x.example")]),
        ("Team: a@x.example, b@x.example;", [("", "a@x.example"), ("", "b@x.example")]),
        ("undisclosed-recipients:;", []),
        ("Anna Berg", [("Anna Berg", "")]),
        ('"a@x.example" <b@y.example>', [("a@x.example", "b@y.example")]),
        ('"Anna \\"A\\" Berg" <a@x.example>', [('Anna "A" Berg', "a@x.example")]),
        ("=?utf-8?q?Berg=2C_Anna?= <a@x.example>", [("Berg, Anna", "a@x.example")]),
        ("<mailto:a@x.example>", [("", "a@x.example")]),
        ("Anna <a@x.example", [("Anna", "a@x.example")]),
    ],
)
def test_addresses_are_read_as_people_and_programs_write_them(written: str, meant: list[tuple[str, str]]) -> None:
    found, whole = addresses(written)
    assert [(one.name, one.email) for one in found] == meant
    assert whole


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Tue, 3 Nov 2026 08:12:40 +0100", "2026-11-03T07:12:40+00:00"),
        ("3 Nov 26 08:12 GMT", "2026-11-03T08:12:00+00:00"),
        ("Tue, 3 Nov 2026 08:12:40", "2026-11-03T08:12:40+00:00"),
        ("Tue, 3 Nov 2026 08:12:40 -0000", "2026-11-03T08:12:40+00:00"),
        ("2026-11-03T08:12:40Z", "2026-11-03T08:12:40+00:00"),
        ("2026-11-03 08:12", "2026-11-03T08:12:00+00:00"),
    ],
)
def test_a_date_has_a_time_zone_and_one_without_is_utc(written: str, meant: str) -> None:
    date = moment(written)
    assert date is not None
    assert date.tzinfo is not None
    assert date == datetime.fromisoformat(meant)


@pytest.mark.parametrize(
    "written", ["gestern", "Tue, 3 Nov 1066 00:00:00 +2359", "1 Jan 9999", "99", "Mon, 3 Nov 2026 8:12 +9999"]
)
def test_a_date_that_cannot_be_is_none(written: str) -> None:
    assert moment(written) is None


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("<a@x> <b@x>\n <a@x>", ("<a@x>", "<b@x>")),
        ("a@x b@x", ("<a@x>", "<b@x>")),
        ("< a@x >", ("<a@x>",)),
        ("Your mail of Tuesday", ()),
        ("", ()),
    ],
)
def test_identifiers_stand_in_angles_in_order_each_once(written: str, meant: tuple[str, ...]) -> None:
    assert identifiers(written) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("text/plain; charset=utf-8; Format=flowed", {"charset": "utf-8", "format": "flowed"}),
        ('x/y; name="a;b \\"c\\".pdf"', {"name": 'a;b "c".pdf'}),
        ("x/y; name*=utf-8''%C3%9Cber%20uns.pdf", {"name": "Über uns.pdf"}),
        ("x/y; name*1=b.pdf; name*0=a", {"name": "ab.pdf"}),
        ("x/y; name=a; name=b", {"name": "a"}),
        ('x/y; name="open', {"name": "open"}),
        ("x/y", {}),
    ],
)
def test_parameters_are_read_and_their_pieces_put_together(written: str, meant: dict[str, str]) -> None:
    assert parameters(written) == meant


@given(st.text(alphabet=st.characters() | st.sampled_from("=?\"<>(),;:@*'\\\n\udc80"), max_size=200))
def test_no_field_raises_and_a_decoded_value_is_one_line(value: str) -> None:
    addresses(value), identifiers(value), moment(value), parameters("x/y;" + value)
    assert len(decoded(value).splitlines()) <= 1
