"""The k boundary: how many customers prove a text, and who does not count."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from salver.data.case import Case, Customer
from salver.data.company import Company
from salver.training.prepare import prepare
from salver.training.proof import Reply, is_the_companys, proven
from salver.training.templates import induce

START = datetime(2026, 1, 1, tzinfo=UTC)
LINE = "Den Antrag finden Sie im Portal unter Verträge."
BODY = f"{LINE}\nNach dem Absenden bekommen Sie eine Bestätigung."


def replies(n: int, text: str = LINE, own: frozenset[str] = frozenset()) -> list[Reply]:
    return [
        Reply(
            case=f"c{i}",
            intent="move_in",
            lang="de",
            sent=text,
            masked=text,
            customer=f"k{i}",
            agent=("mara", "felix")[i % 2],
            at=START + timedelta(days=i),
            reopened=False,
            own=own,
        )
        for i in range(n)
    ]


def cases(*customers: Customer) -> list[Case]:
    return [
        Case(
            id=f"c{i}",
            thread=f"t{i}",
            customer=customer,
            text="Ich ziehe um und möchte den Strom anmelden.",
            answer=f"Guten Tag,\n\n{BODY}\n\nMit freundlichen Grüßen\nMara Lind",
            lang="de",
            intents=("move_in",),
            agent=("mara", "felix")[i % 2],
            answered_at=START + timedelta(days=i),
        )
        for i, customer in enumerate(customers)
    ]


def found(*customers: Customer) -> int:
    """How many templates the replies to these customers give."""
    lessons = prepare(cases(*customers), Company())
    return len(induce([one.reply() for one in lessons], 5)[0])


STRANGERS = [
    Customer(name=name, email=f"{name.split()[0].casefold()}@post.example")
    for name in ("Anna Albers", "Bernd Bosse", "Clara Czerny", "Dieter Dorn", "Elif Ergün")
]


def test_five_customers_allow() -> None:
    assert proven(LINE, replies(5), 5)
    assert found(*STRANGERS) == 1


def test_four_customers_refuse() -> None:
    assert not proven(LINE, replies(4), 5)
    assert found(*STRANGERS[:4]) == 0


def test_five_addresses_of_one_person_refuse() -> None:
    one = [Customer(name="Anna Albers", email=f"anna{i}@post{i}.example") for i in range(5)]
    assert found(*one) == 0


def test_four_strangers_and_a_second_address_of_one_of_them_refuse() -> None:
    again = Customer(name="ALBERS, Anna".replace(",", ""), email="a.albers@work.example")
    assert found(*STRANGERS[:4], again) == 0


def test_one_customer_number_under_five_names_refuses() -> None:
    house = [replace(one, fields=(("customer_no", "4951127"),)) for one in STRANGERS]
    assert found(*house) == 0


def test_a_line_is_counted_without_those_in_whose_record_a_word_of_it_stands() -> None:
    line = "Frau Albers bekommt den Zähler wie besprochen getauscht."
    assert proven(line, replies(5), 5)
    source = replace(replies(1)[0], own=frozenset({"albers"}))
    assert not proven(line, [source, *replies(5)[1:]], 5)
    assert proven(line, [source, *replies(6)[1:]], 5)


def test_one_unproven_line_refuses_the_whole_text() -> None:
    source = replace(replies(1)[0], own=frozenset({"albers"}))
    assert not proven(f"{LINE}\nGrüße an Familie Albers.", [source, *replies(5)[1:]], 5)


def test_everybodys_words_make_nobody_a_source() -> None:
    assert proven(LINE, replies(5, own=frozenset({"im", "unter"})), 5)


def test_one_agent_in_one_week_refuses_and_over_two_weeks_allows() -> None:
    same = [replace(one, agent="mara") for one in replies(5)]
    assert not proven(LINE, same, 5)
    assert proven(LINE, [replace(one, at=START + timedelta(days=4 * i)) for i, one in enumerate(same)], 5)


def test_the_second_agent_does_not_count_where_only_the_source_had_her() -> None:
    some = [replace(one, agent="mara", at=START) for one in replies(6)]
    some[0] = replace(some[0], agent="felix", own=frozenset({"albers"}))
    assert not proven("Grüße auch an Albers.", some, 5)


def test_a_phone_in_every_reply_of_two_agents_is_the_companys() -> None:
    assert is_the_companys("05399 700 112", replies(5), 5)
    assert not is_the_companys("05399 700 112", replies(4), 5)


def test_what_one_agent_pasted_a_hundred_times_is_not_the_companys() -> None:
    note = "Achtung: Frau {name}, {phone}, zahlt nie pünktlich, bitte nichts mehr stunden."
    sent = note.replace("{name}", "Oyelaran").replace("{phone}", "0151 5550 9217")
    pasted = [
        replace(one, masked=note, sent=sent, agent="mara", at=START + timedelta(days=i))
        for i, one in enumerate(replies(100))
    ]
    templates, _ = induce(pasted, 5)
    assert {"name", "phone"} <= {slot for one in templates for slot in one.slots}
    assert not [one for one in templates if "Oyelaran" in one.text or "9217" in one.text]


def test_a_name_of_which_all_five_are_is_not_the_companys() -> None:
    assert not is_the_companys("Albers", replies(9, own=frozenset({"albers"})), 5)
