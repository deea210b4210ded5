"""Built with and without one customer, what others are answered is the same to the byte, unless k held by that one."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

from bench.made_up import COMPANY, MadeUp, archive, customer, write
from salver.data.answer import Candidate, Match, Template
from salver.data.case import Case, Customer
from salver.data.message import Address
from salver.data.policy import MIN_CUSTOMERS
from salver.data.reading import Reading
from salver.pipeline.compose import compose
from salver.pipeline.fill import facts, fill
from salver.training.gather import gather
from salver.training.prepare import Lesson, prepare
from salver.training.templates import induce
from tests.pipeline.small_bundle import a_reading

STRANGER = Address(name="Wanda Wittmund", email="wanda@post.example")
AT = datetime(2026, 7, 1, tzinfo=UTC)


def lessons_of(made: MadeUp, folder: Path) -> list[Lesson]:
    return prepare(gather(write(made, folder), made.company).cases, made.company)


def templates_of(lessons: list[Lesson]) -> dict[str, Template]:
    found, _ = induce([one.reply() for one in lessons], MIN_CUSTOMERS)
    return {one.text: one for one in found}


def answers(templates: dict[str, Template]) -> dict[str, str]:
    """What a stranger is sent of each template, by its text: nothing of it depends on anybody else."""
    return {text: _answer(one) for text, one in templates.items()}


def _answer(template: Template) -> str:
    reading: Reading = replace(a_reading({template.intent: 0.9}), lang=template.lang)
    text, holes = fill(template.text, facts(STRANGER, ()))
    one = Candidate(template=template, text=text, confidence=0.9, holes=holes, cases=())
    return compose(Match(candidate=one), reading, COMPANY, STRANGER)


def without(lessons: list[Lesson], who: str) -> list[Lesson]:
    return [one for one in lessons if one.customer != who]


def differing(lessons: list[Lesson], customers: list[str]) -> Iterator[tuple[str, str]]:
    """For each customer left out, the template texts whose answer changes or is lost although k holds without them."""
    whole = templates_of(lessons)
    sent = answers(whole)
    owner = {one.case.id: one.customer for one in lessons}
    for who in customers:
        left = answers(templates_of(without(lessons, who)))
        for text, one in whole.items():
            others = {owner[case] for case in one.cases} - {who}
            if len(others) >= MIN_CUSTOMERS and left.get(text) != sent[text]:
                yield who, text
        yield from ((who, text) for text in left.keys() - sent.keys())


def special(count: int) -> list[Case]:
    """Cases of so many customers who were all sent one rare text."""
    people = [customer(800_000 + number, Random(number)) for number in range(count)]
    return [
        Case(
            id=f"s{number}",
            thread=f"s{number}",
            customer=one_named(who),
            text="Ich möchte meine Ware umtauschen, geht das auch im Laden?",
            answer="Guten Tag,\n\nden Umtausch im Laden macht die Kasse links vom Eingang für Sie.\n\nGruß\nMara Lind",
            lang="de",
            intents=("return_goods",),
            agent=("Mara Lind", "Felix Brandt")[number % 2],
            answered_at=AT,
        )
        for number, who in enumerate(people)
    ]


def one_named(who: dict[str, str]) -> Customer:
    """The noun of a made-up customer."""
    return Customer(name=who["name"], email=who["email"], fields=(("customer_no", who["customer_no"]),))


def test_an_answer_that_stood_by_one_customer_is_lost_without_that_one() -> None:
    five, six = (prepare(special(count), COMPANY) for count in (5, 6))
    text = "den Umtausch im Laden macht die Kasse links vom Eingang für Sie."
    assert [*templates_of(five)] == [*templates_of(six)] == [text]
    for one in five:
        assert templates_of(without(five, one.customer)) == {}
    for one in six:
        assert answers(templates_of(without(six, one.customer))) == answers(templates_of(six))


def test_others_are_answered_the_same_without_any_one_of_a_hundred_customers(tmp_path: Path) -> None:
    lessons = lessons_of(archive(customers=100, replies=400, canaries=100), tmp_path)
    assert len(templates_of(lessons)) > 3
    customers = sorted({one.customer for one in lessons})
    assert not list(differing(lessons, customers[::5]))


@pytest.mark.long
def test_others_are_answered_the_same_without_any_one_of_a_thousand_customers(tmp_path: Path) -> None:
    lessons = lessons_of(archive(customers=1000, replies=1258, canaries=500), tmp_path)
    assert len(templates_of(lessons)) > 10
    assert not list(differing(lessons, sorted({one.customer for one in lessons})))
