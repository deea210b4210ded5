"""The same customer is one customer."""

import time
from itertools import product

import pytest

from salver.data.case import Case, Customer
from salver.data.company import Company
from salver.training.customers import customers_of, links, persons
from salver.training.prepare import prepare

CERTAIN = 0.95
"""What two records that may be one person's do not reach by a name alone."""


def customer(name: str = "", email: str = "", **fields: str) -> Customer:
    return Customer(name=name, email=email, fields=tuple(fields.items()))


def count(*customers: Customer, apart: tuple[tuple[str, str], ...] = (), at_least: float | None = None) -> int:
    found = links(customers, apart)
    return len(set(persons(customers, found) if at_least is None else persons(customers, found, at_least)))


FIVE = (
    customer("Hans Meyer", "hans.meyer@gmx.de", street="Ringweg 4", town="Elmtal"),
    customer("Hans Meier", "h.maier@web.de", street="Ringweg 4", phone="0151 5552 6228"),
    customer("Hans Maier", "hm@posteo.de", phone="+49 151 55526228", order_no="A-774411"),
    customer("H. Mayr", "hm77@gmail.com", order_no="A 774411"),
    customer("", "hm77@gmail.com", town="Elmtal"),
)


def test_five_addresses_and_spellings_of_one_person_are_one() -> None:
    assert count(*FIVE) == 1
    assert count(*FIVE, at_least=CERTAIN - 0.06) == 1
    assert count(*FIVE[::-1]) == 1


@pytest.mark.parametrize(
    "two",
    [
        (customer("Hans Meyer", "a@gmx.de", town="Elmtal"), customer("Eva Meyer", "b@gmx.de", town="Elmtal")),
        (customer("Hans Meyer", "a@gmx.de"), customer("Hans Berger", "b@gmx.de")),
        (customer("", "a@gmx.de", meter_no="12"), customer("", "b@gmx.de", meter_no="12")),
        (customer("", "", customer_no="1234567"), customer("", "", meter_no="1234567")),
        (customer("Ina Kurz", street="Hauptstr. 1"), customer("Udo Lang", street="Hauptstraße 1")),
        (customer(), customer()),
    ],
)
def test_what_many_have_joins_nobody(two: tuple[Customer, Customer]) -> None:
    assert count(*two) == 2


def test_the_same_name_alone_is_doubtful_and_counts_as_one_but_is_certain_nowhere() -> None:
    two = customer("Peter Müller", "p1@gmx.de"), customer("Peter Mueller", "p2@web.de")
    (link,) = links(two)
    assert 0.2 <= link.probability < CERTAIN
    assert link.because == ("name",)
    assert count(*two) == 1
    assert count(*two, at_least=CERTAIN) == 2


def test_evidence_adds_up() -> None:
    (alone,) = links([customer("Ina Kurz", town="Elmtal"), customer("Ina Kurz", town="Elmtal")])
    (both,) = links([customer("Ina Kurz", town="Elmtal", phone="0301234567")] * 2)
    assert alone.probability < CERTAIN < both.probability
    assert set(both.because) == {"phone", "name", "name and town"}


def test_a_link_is_taken_back_by_saying_that_they_are_two() -> None:
    two = customer("Peter Müller", "p1@gmx.de"), customer("Peter Müller", "p2@web.de")
    assert count(*two, apart=(("p2@web.de", "p1@gmx.de"),)) == 2


def test_what_very_many_share_is_no_evidence() -> None:
    names = product(("Ina", "Udo", "Karl", "Berta", "Xaver"), ("Kurz", "Lang", "Fromm", "Weber", "Döring"))
    form = [customer(" ".join(name), "form@shop.example", customer_no=f"{i:07}") for i, name in enumerate(names)]
    assert count(*form) == len(form)


def test_the_name_of_a_form_is_nobodys() -> None:
    assert count(*[customer("Online Formular", f"p{i}@post.example") for i in range(30)]) == 30


def test_one_thread_is_one_customer_who_is_named_by_the_first_case() -> None:
    some = [
        Case(id=f"c{i}", thread=thread, customer=one, text="Hallo", answer="Danke")
        for i, (one, thread) in enumerate([(FIVE[0], "t"), (Customer(email="x@y.example"), "t"), (Customer(), "")])
    ]
    assert customers_of(some) == ["c0", "c0", "c2"]


def test_a_thousand_mails_of_one_customer_are_one_and_a_hundred_thousand_records_take_seconds() -> None:
    assert count(*[customer("Ina Kurz", "ina@example.org", phone="0301234567")] * 1000) == 1
    records = [customer("", f"c{i}@example.org", phone=f"030{i:07}") for i in range(100_000)]
    started = time.perf_counter()
    assert count(*records) == 100_000
    assert time.perf_counter() - started < 20


def test_lessons_of_one_person_have_one_customer_whatever_the_address() -> None:
    some = [
        Case(id=f"c{i}", thread=f"t{i}", customer=one, text="Wo ist meine Rechnung?", answer="Im Portal.")
        for i, one in enumerate(FIVE)
    ]
    strangers = [
        Case(id=f"s{i}", thread=f"s{i}", customer=Customer(), text="Wo ist meine Rechnung?", answer="Im Portal.")
        for i in range(2)
    ]
    lessons = prepare([*some, *strangers], Company())
    assert len({one.customer for one in lessons}) == 3
    assert len({one.customer for one in prepare(some, Company(), [("hm77@gmail.com", "hm@posteo.de")])}) > 1
