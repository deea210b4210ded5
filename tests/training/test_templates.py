"""Texts proven common to many customers."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from salver.training.templates import Reply, induce

START = datetime(2026, 1, 1, tzinfo=UTC)
TEXT = "den Zählerstand {reading} haben wir eingetragen.\nSie müssen nichts weiter tun."


def replies(n: int, customers: int | None = None, masked: str = TEXT, sent: str = "") -> list[Reply]:
    return [
        Reply(
            case=f"c{i:02}",
            intent="meter_reading",
            lang="de",
            sent=sent or masked.replace("{reading}", str(34000 + i)),
            masked=masked,
            customer=f"k{i % (customers or n)}",
            agent=("mara", "felix")[i % 2],
            at=START + timedelta(days=i),
            reopened=False,
        )
        for i in range(n)
    ]


def test_five_customers_prove_a_text() -> None:
    templates, made_of = induce(replies(5), 5)
    assert [one.text for one in templates] == [TEXT]
    assert templates[0].slots == ("reading",)
    assert (templates[0].customers, templates[0].agents) == (5, 2)
    assert set(made_of) == {f"c0{i}" for i in range(5)}


def test_four_customers_do_not() -> None:
    assert induce(replies(4), 5) == ((), {})


def test_one_customer_writing_five_times_does_not() -> None:
    assert induce(replies(5, customers=1), 5)[0] == ()


def test_one_agent_in_one_week_does_not() -> None:
    same = [replace(one, agent="mara", at=START) for one in replies(6)]
    assert induce(same, 5)[0] == ()


def test_one_agent_over_two_weeks_does() -> None:
    slow = [replace(one, agent="mara", at=START + timedelta(days=4 * i)) for i, one in enumerate(replies(5))]
    assert len(induce(slow, 5)[0]) == 1


def test_an_added_line_does_not_hide_the_text_and_is_not_in_it() -> None:
    some = replies(5)
    added = replace(
        some[0],
        case="added",
        customer="k9",
        masked="Ihre Katze lebe hoch.\n" + TEXT,
        sent="Ihre Katze lebe hoch.\n" + some[0].sent,
    )
    templates, made_of = induce([*some, added], 5)
    assert [one.text for one in templates] == [TEXT]
    assert made_of["added"] == (templates[0].id,)


def test_what_was_the_same_for_everybody_is_no_slot() -> None:
    masked = "rufen Sie uns unter {phone} an, wir helfen Ihnen gern."
    sent = "rufen Sie uns unter 05399 700 112 an, wir helfen Ihnen gern."
    assert induce(replies(5, masked=masked, sent=sent), 5)[0][0].text == sent


def test_a_value_that_differs_for_one_customer_stays_a_slot() -> None:
    masked = "rufen Sie uns unter {phone} an, wir helfen Ihnen gern."
    some = replies(5, masked=masked, sent="rufen Sie uns unter 05399 700 112 an, wir helfen Ihnen gern.")
    some[2] = replace(some[2], sent="rufen Sie uns unter 0151 5550 1 an, wir helfen Ihnen gern.")
    assert induce(some, 5)[0][0].slots == ("phone",)


def test_yes_and_no_are_never_one_text() -> None:
    yes, no = "Das ist im Preis enthalten, Sie zahlen nichts.", "Das ist im Preis nicht enthalten, Sie zahlen."
    both = replies(3, masked=yes) + [
        replace(one, case=f"n{one.case}", customer=f"n{one.customer}") for one in replies(3, masked=no)
    ]
    assert induce(both, 5)[0] == ()


def test_a_thank_you_alone_is_no_template() -> None:
    assert induce(replies(9, masked="Vielen Dank."), 5)[0] == ()


def test_the_longest_text_counts_where_one_holds_another() -> None:
    long = [
        replace(one, case=f"l{i}", customer=f"l{i}", masked=TEXT + "\nDie Rechnung kommt im März.")
        for i, one in enumerate(replies(5))
    ]
    templates, made_of = induce(replies(5) + long, 5)
    assert len(templates) == 2
    assert {len(made_of[one.case]) for one in long} == {1}
    assert made_of["l0"] != made_of["c00"]


def told(days: str, first: int, count: int, line: str = "die Frist beträgt {number} Tage ab heute.") -> list[Reply]:
    """Replies to customers of their own in which so many days are said."""
    some = replies(count, masked=line, sent=line.replace("{number}", days))
    return [replace(one, case=f"c{first + i}", customer=f"k{first + i}") for i, one in enumerate(some)]


def test_numbers_that_many_were_told_are_texts_of_their_own_and_never_slots() -> None:
    templates, made_of = induce([*told("14", 0, 6), *told("30", 10, 5)], 5)
    assert sorted(one.text for one in templates) == [
        "die Frist beträgt 14 Tage ab heute.",
        "die Frist beträgt 30 Tage ab heute.",
    ]
    assert {one.slots for one in templates} == {()}
    assert [one.customers for one in sorted(templates, key=lambda one: one.text)] == [6, 5]
    assert made_of["c0"] != made_of["c10"]


def test_a_number_that_too_few_were_told_is_neither_said_nor_counted_for_another() -> None:
    templates, _ = induce([*told("14", 0, 6), *told("30", 10, 4)], 5)
    assert [(one.text, one.customers) for one in templates] == [("die Frist beträgt 14 Tage ab heute.", 6)]
    assert induce([*told("14", 0, 3), *told("30", 10, 3)], 5)[0][0].slots == ("number",)


def test_lines_that_were_masked_differently_prove_a_text_together() -> None:
    line, short = "Ihr Anschluss in {street}, {postcode} {town} ist frei.", "Ihr Anschluss in {street} ist frei."
    some = replies(3, masked=line, sent="x") + [
        replace(one, case=f"s{one.case}", customer=f"s{one.customer}") for one in replies(2, masked=short, sent="y")
    ]
    (found,) = induce(some, 5)[0]
    assert (found.text, found.customers) == (line, 5)
    assert induce(some[:4], 5)[0] == ()


def test_a_value_is_put_back_whatever_thanks_stood_before_it() -> None:
    masked = "rufen Sie uns unter {phone} an, wir helfen Ihnen gern."
    sent = "rufen Sie uns unter 05399 700 112 an, wir helfen Ihnen gern."
    some = replies(3, masked=masked, sent=sent)
    thanks = "Vielen Dank für Ihre Nachricht. R"
    more = replies(3, masked=thanks + masked[1:], sent=thanks + sent[1:])
    some += [replace(one, case=f"m{one.case}", customer=f"m{one.customer}") for one in more]
    (found,) = induce(some, 5)[0]
    assert (found.text, found.customers, found.slots) == (sent, 6, ())


def test_how_a_text_was_received_is_part_of_its_evidence() -> None:
    some = [replace(one, thanked=i < 3, reopened=i == 4) for i, one in enumerate(replies(6))]
    (found,) = induce(some, 5)[0]
    assert (found.thanked, found.reopened) == (3, 1)
