from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from salver.data.case import Case
from salver.data.company import Company
from salver.data.message import Message, RawMessage
from salver.pipeline.read import read
from salver.training.author import whole_names
from salver.training.pair import is_only_thanks, pair

US = Company(name="Elmtalwerke GmbH", own=("@elmtalwerke.example",))
START = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
DESK = "Mara Lind <service@elmtalwerke.example>"
ANNA = "Anna Berg <anna@mailbox.example>"


def mail(day: float, sender: str, to: str, body: str, subject: str = "Bill", **fields: str) -> Message:
    head = {"From": sender, "To": to, "Subject": subject, "Date": format_datetime(START + timedelta(days=day))}
    head |= {key.replace("_", "-"): value for key, value in fields.items()}
    lines = "".join(f"{key}: {value}\n" for key, value in head.items())
    content = f"{lines}Content-Type: text/plain; charset=utf-8\n\n{body}\n".encode()
    return read([RawMessage(content=content, source="test")], US)[0]


def asks(day: float, body: str = "Why is my bill so high?", **fields: str) -> Message:
    return mail(day, fields.pop("sender", ANNA), DESK, body, **fields)


def replies(day: float, body: str = "We have corrected your bill.", **fields: str) -> Message:
    fields = {"subject": "Re: Bill"} | fields
    return mail(day, fields.pop("sender", DESK), fields.pop("to", ANNA), body, **fields)


def cases_of(*messages: Message) -> list[Case]:
    return pair(messages, US)[0]


def faults_of(*messages: Message) -> list[str]:
    return [fault.what for fault in pair(messages, US)[1]]


def only(cases: Sequence[Case]) -> Case:
    assert len(cases) == 1
    return cases[0]


def test_a_reply_belongs_to_the_mail_that_it_names() -> None:
    question = asks(0, Message_ID="<q@x>", subject="Bill")
    case = only(cases_of(question, replies(40, subject="Your matter", In_Reply_To="<q@x>")))
    assert (case.id, case.thread, case.subject) == (question.key, question.key, "Bill")
    assert (case.text, case.answer) == ("Why is my bill so high?", "We have corrected your bill.")
    assert (case.customer.name, case.customer.email) == ("Anna Berg", "anna@mailbox.example")
    assert (case.received_at, case.answered_at) == (START, START + timedelta(days=40))
    assert case.agent == "mara.lind"


def test_without_identifiers_subject_and_customer_decide_for_thirty_days() -> None:
    assert len(cases_of(asks(0), replies(30, subject="AW: RE: Bill"))) == 1
    assert cases_of(asks(0), replies(31)) == []
    assert cases_of(asks(0), replies(1, to="other@mailbox.example")) == []
    assert cases_of(asks(0), replies(1, subject="Re: Meter")) == []


def test_several_mails_before_a_reply_are_one_case() -> None:
    case = only(cases_of(asks(0, "My bill is wrong."), asks(0.5, "I forgot: number 4711."), replies(1)))
    assert case.text == "My bill is wrong.\n\nI forgot: number 4711."


def test_a_second_reply_belongs_to_the_answer() -> None:
    case = only(cases_of(asks(0), replies(1, "We will look into it."), replies(3, "It is corrected now.")))
    assert case.answer == "We will look into it.\n\nIt is corrected now."
    assert case.answered_at == START + timedelta(days=1)


def test_quoted_history_is_no_part_of_text_or_answer() -> None:
    quoted = "It is corrected.\n\nOn Mon, 5 Jan 2026 Anna Berg wrote:\n> Why is my bill so high?"
    assert only(cases_of(asks(0), replies(1, quoted))).answer == "It is corrected."


def test_coming_back_within_two_weeks_reopens_the_case() -> None:
    first, second = cases_of(asks(0), replies(1), asks(15, "It is still wrong."), replies(16))
    assert (first.ending, second.ending) == ("reopened", "unknown")
    assert first.thread == second.thread


@pytest.mark.parametrize(
    "later",
    [asks(15.1, "One more bill."), asks(5, "When do I get fibre?", subject="Fibre", References="<q@x>")],
    ids=["too late", "another matter"],
)
def test_what_comes_later_or_under_another_subject_reopens_nothing(later: Message) -> None:
    first, _ = cases_of(asks(0, Message_ID="<q@x>"), replies(1), later, replies(20, subject=later.subject))
    assert first.ending == "resolved"


def test_only_thanks_end_the_case_and_wait_for_nothing() -> None:
    messages = asks(0), replies(1), asks(2, "Vielen Dank, das ging ja schnell!")
    assert only(cases_of(*messages)).ending == "thanked"
    assert faults_of(*messages) == []


@pytest.mark.parametrize("text", ["Danke!", "Thank you so much, all good now", "Super, vielen Dank für die Hilfe"])
def test_these_only_thank(text: str) -> None:
    assert is_only_thanks(text)


@pytest.mark.parametrize("text", ["Danke, aber sie ist falsch", "Thanks. When does he come?", "Ok", "thanks " * 31])
def test_these_do_not_only_thank(text: str) -> None:
    assert not is_only_thanks(text)


def test_silence_for_two_weeks_is_resolved_and_shorter_silence_unknown() -> None:
    other = asks(15, sender="Bo <bo@x.example>")
    assert only(cases_of(asks(0), replies(1), other)).ending == "resolved"
    assert only(cases_of(asks(0), replies(2), other)).ending == "unknown"


def test_unanswered_and_automatic_mails_are_counted_and_told() -> None:
    receipt = replies(0.01, "We have received your mail.", Auto_Submitted="auto-replied")
    bounce = mail(1, "MAILER-DAEMON@x.example", DESK, "undeliverable", subject="Undelivered Mail Returned to Sender")
    internal = mail(1, DESK, "boss@elmtalwerke.example", "Shall I?")
    assert cases_of(asks(0), receipt, bounce, internal) == []
    assert faults_of(asks(0), receipt, bounce, internal) == [
        "mails written by machines: 2; they were left out.",
        "mails without a customer as sender or recipient: 1; they were left out.",
        "customers' mails without a reply: 1; nothing is learned from them.",
    ]


def test_the_same_mail_in_two_folders_is_one() -> None:
    assert only(cases_of(asks(0), asks(0), replies(1), replies(1))).text == "Why is my bill so high?"


def test_order_does_not_matter() -> None:
    messages = [asks(0), replies(1), asks(3, "Still wrong?"), replies(4)]
    assert cases_of(*reversed(messages)) == cases_of(*messages)


def test_labels_come_from_the_mail_and_then_from_its_place() -> None:
    question = asks(0, X_Gmail_Labels="Inbox,Important,Kunden/Zu hohe Rechnung")
    reply = replies(1, X_Keywords="$Forwarded NonJunk refund")
    cases, _ = pair([question, reply], US, folders={reply.key: "bill_question"})
    assert only(cases).intents == ("zu_hohe_rechnung", "refund", "bill_question")


@pytest.mark.parametrize(
    ("sender", "body", "agent"),
    [
        ("Mara Lind <service@elmtalwerke.example>", "Done.", "mara.lind"),
        ('"Özkan, Selin (Elmtalwerke)" <service@elmtalwerke.example>', "Done.", "selin.oezkan"),
        ("mara.lind@elmtalwerke.example", "Done.", "mara.lind"),
        ("Kundenservice <info@elmtalwerke.example>", "Ja.\n\nMit freundlichen Grüßen\nJürgen Ebel", "juergen.ebel"),
        ("Elmtalwerke <info@elmtalwerke.example>", "No.\n\nKind regards\ni. A. Dana Whitlock\nDesk", "dana.whitlock"),
        ("Elmtalwerke GmbH <info@elmtalwerke.example>", "Done.\n\nIhr Kundenservice", ""),
    ],
)  # fmt: skip
def test_the_agent_is_a_person_by_name_address_or_signature(sender: str, body: str, agent: str) -> None:
    assert only(cases_of(asks(0), replies(1, body, sender=sender))).agent == agent


def test_a_short_name_is_the_only_agent_who_can_be_meant() -> None:
    assert whole_names(["juergen.ebel", "j.ebel", "mara.lind", "mara", "m.voss", "", "selin"]) == {
        "j.ebel": "juergen.ebel",
        "mara": "mara.lind",
    }
    assert whole_names(["jan.ebel", "juergen.ebel", "j.ebel"]) == {}


@pytest.mark.parametrize("closing", ["Schöne Grüße aus dem Kundenzentrum", "Gruß", "Warm regards,", "Take care"])
def test_the_name_under_a_closing_is_the_agent(closing: str) -> None:
    reply = replies(
        1, f"Done.\n\n{closing}\nHinnerk Voss\nElmtalwerke GmbH", sender="Service <info@elmtalwerke.example>"
    )
    assert only(cases_of(asks(0), reply)).agent == "hinnerk.voss"
