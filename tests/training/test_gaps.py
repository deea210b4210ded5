"""What would be worth writing down."""

from datetime import UTC, datetime, timedelta

from salver.data.answer import Template
from salver.data.case import Ending, PastCase
from salver.data.company import Company
from salver.data.gap import Gap
from salver.models.entities import CompanyEntities
from salver.training.gaps import gaps

NOW = datetime(2026, 11, 1, tzinfo=UTC)
START = datetime(2026, 1, 1, 9, tzinfo=UTC)
METER = "Bitte lesen Sie den Zähler selbst ab."


def case(
    number: int,
    answer: str,
    question: str = "Wann wird der Zähler abgelesen?",
    agent: str = "anna",
    ending: Ending = "resolved",
    templates: tuple[str, ...] = (),
    day: int | None = None,
) -> PastCase:
    return PastCase(
        id=f"c{number}",
        intent="meter",
        lang="de",
        question=question,
        answer=answer,
        agent=agent,
        ending=ending,
        answered_at=START + timedelta(days=number if day is None else day),
        templates=templates,
    )


def template(text: str, cases: list[PastCase], name: str = "t1") -> Template:
    own = tuple(one.id for one in cases if name in one.templates)
    return Template(id=name, intent="meter", lang="de", text=text, slots=(), cases=own, customers=9, agents=2)


def found(cases: list[PastCase], *templates: Template, kind: str) -> list[Gap]:
    return [one for one in gaps(cases, templates, CompanyEntities(Company()), NOW) if one.kind == kind]


def test_what_recurs_without_a_text_is_told_with_the_minutes_it_would_save() -> None:
    by_hand = [
        case(i, answer, f"Wie melde ich meine Wallbox mit {i} kW an?", day=3 * i)
        for i, answer in enumerate(
            [f"Gern, Antwort Nummer {word}." for word in ["eins", "zwei", "drei", "vier", "fünf", "sechs"]]
        )
    ]
    (gap,) = found(by_hand, kind="unwritten")
    assert (gap.volume, gap.intent, gap.lang) == (6, "meter", "de")
    assert "wallbox" in gap.because
    assert gap.minutes is not None
    likeliest, least, most = gap.minutes
    assert 0 < least < likeliest < most
    assert likeliest == 6 * 6.0, "fifteen days count as a month"
    assert set(gap.cases) == {one.id for one in by_hand}
    assert not found(by_hand[:4], kind="unwritten"), "four do not recur"
    assert not found([case(i, METER, templates=("t1",)) for i in range(9)], kind="unwritten")


def test_a_text_after_which_more_customers_write_again_is_told() -> None:
    again = [case(i, METER, ending="reopened" if i % 2 else "resolved", templates=("t1",)) for i in range(20)]
    well = [case(i, "Der Ableser kommt.", templates=("t2",)) for i in range(20, 60)]
    (gap,) = found(
        [*again, *well], template(METER, again), template("Der Ableser kommt.", well, "t2"), kind="written_again"
    )
    assert gap.templates == ("t1",)
    assert gap.because.startswith("After 10 of 20 answers with this text the customer wrote again")
    few = [case(i, METER, ending="reopened" if i == 3 else "resolved", templates=("t1",)) for i in range(20)]
    assert not found([*few, *well], template(METER, few), kind="written_again"), "one of twenty is chance"


def test_agents_who_say_the_opposite_are_named() -> None:
    yes = [case(i, "Der Router ist im Preis enthalten.", agent="anna") for i in range(0, 20, 2)]
    no = [case(i, "Der Router ist nicht im Preis enthalten.", agent="bernd") for i in range(1, 20, 2)]
    (gap,) = found([*yes, *no], kind="contradictory")
    assert gap.because == "anna say one thing and bernd another, in the same time."
    assert set(gap.texts) == {yes[0].answer, no[0].answer}
    assert gap.volume == 20
    assert not found([*yes, *no], kind="stale")


def test_what_was_said_otherwise_before_is_out_of_date() -> None:
    before = [case(i, "Die Frist beträgt bei uns 14 Tage.", templates=("t1",)) for i in range(9)]
    since = [case(i, "Die Frist beträgt bei uns 30 Tage.", templates=("t2",)) for i in range(20, 29)]
    (gap,) = found(
        [*before, *since], template(before[0].answer, before), template(since[0].answer, since, "t2"), kind="stale"
    )
    assert gap.because == "Since 2026-01-21 agents say it otherwise."
    assert gap.texts == (before[0].answer, since[0].answer)


def test_a_text_that_names_a_day_that_is_over_is_out_of_date() -> None:
    cases = [case(i, "x", templates=("t1",)) for i in range(9)]
    (gap,) = found(cases, template("Das Angebot gilt bis zum 31.03.2026.", cases), kind="stale")
    assert gap.because == "It names 2026-03-31, which is over."
    assert not found(cases, template("Das Angebot gilt bis zum 31.03.2027.", cases), kind="stale")


def test_a_text_that_agents_have_nearly_stopped_to_send_is_out_of_date() -> None:
    before = [case(i, METER, templates=("t1",)) for i in range(100)]
    since = [case(i, f"Bitte anrufen, Auftrag {i}", templates=("t2",)) for i in range(200, 240)]
    (gap,) = found([*before, *since], template(METER, before), template("Bitte anrufen.", since, "t2"), kind="stale")
    assert gap.templates == ("t1",)
    assert gap.because.endswith(", and 0 of 40 since.")


def test_an_archive_without_a_date_or_without_a_case_is_no_trouble() -> None:
    assert gaps([], [], CompanyEntities(Company()), NOW) == []
    undated = [
        PastCase(id=f"c{i}", intent="a", lang="de", question="Wo?", answer="Da.", agent="", ending="unknown")
        for i in range(9)
    ]
    assert all(one.per_month == one.volume for one in gaps(undated, [], CompanyEntities(Company()), NOW))
