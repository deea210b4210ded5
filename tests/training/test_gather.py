import json
from pathlib import Path

import pytest

from salver.data.company import Company
from salver.data.errors import InputError, TrainingError
from salver.training.gather import gather

US = Company(own=("@elmtalwerke.example",))


def row(i: int, **fields: object) -> str:
    known = {"id": f"c{i}", "text": f"question {i}", "answer": f"answer {i}", "intent": "ab"[i % 2]}
    return json.dumps(known | fields)


def table(file: Path, *rows: str) -> Path:
    file.write_text("".join(f"{one}\n" for one in rows))
    return file


def mail(i: int, sender: str, to: str, words: str, day: int) -> str:
    date = f"Mon, {day:02} Jan 2026 08:00:00 +0000"
    return f"From: {sender}\nTo: {to}\nSubject: Matter {i}\nDate: {date}\nMessage-ID: <{i}.{day}@x>\n\n{words}\n"


def exchange(i: int) -> list[str]:
    desk, customer = "Mara Lind <service@elmtalwerke.example>", f"c{i}@mailbox.example"
    return [mail(i, customer, desk, f"Question {i}.", 5), mail(i, desk, customer, f"Answer {i}.", 6)]


def mbox(file: Path, *numbers: int) -> Path:
    mails = [one for i in numbers for one in exchange(i)]
    file.write_text("".join(f"From x@y Mon Jan  5 08:00:00 2026\n{one}\n" for one in mails))
    return file


def maildir(folder: Path, *numbers: int) -> Path:
    for name in ("cur", "new", "tmp"):
        (folder / name).mkdir(parents=True)
    for at, one in enumerate(one for i in numbers for one in exchange(i)):
        (folder / "cur" / f"17000000{at:02}.{numbers[0]}.host:2,S").write_text(one)
    return folder


def test_tables_give_cases_and_say_what_was_taken_for_what(tmp_path: Path) -> None:
    renamed = table(tmp_path / "b.csv", "Frage,Antwort,Kategorie", "wie?,so,x")
    found = gather([table(tmp_path / "a.jsonl", row(0), row(1)), renamed])
    assert [(case.text, case.answer, case.intents) for case in found.cases] == [
        ("question 0", "answer 0", ("a",)),
        ("question 1", "answer 1", ("b",)),
        ("wie?", "so", ("x",)),
    ]
    assert found.columns[str(renamed)] == "answer=Antwort text=Frage intents=Kategorie"


def test_columns_may_be_said(tmp_path: Path) -> None:
    file = table(tmp_path / "a.csv", "text,x,intent", "a,b,c", "d,e,f")
    assert gather([file], columns={"answer": "x"}).cases[0].answer == "b"


def test_html_becomes_text(tmp_path: Path) -> None:
    html = "<p>Hello</p><p>my <b>bill</b></p>"
    found = gather([table(tmp_path / "a.jsonl", row(0, text="", html=html), row(1))])
    assert (found.cases[0].text, found.cases[0].media) == ("Hello\n\nmy bill", "text")


def test_faults_are_collected_and_the_good_rows_go_on(tmp_path: Path) -> None:
    found = gather([table(tmp_path / "a.jsonl", row(0), "{", row(1, answer=""), row(2), row(3))])
    assert [case.id for case in found.cases] == ["c0", "c2", "c3"]
    assert [fault.line for fault in found.faults] == [2, 3]


def test_two_sources_may_number_their_cases_alike(tmp_path: Path) -> None:
    first = table(tmp_path / "a.jsonl", row(0), row(1))
    second = table(tmp_path / "b.jsonl", row(0), row(1, text="another question"))
    found = gather([first, second])
    assert [case.id for case in found.cases] == ["c0", "c1", f"c1@{second}:2"]
    assert [str(fault) for fault in found.faults] == [
        f'{second}:1: the case "c0" is in {first}:1 too; it was taken once.'
    ]


def test_mailboxes_with_both_sides_give_cases_and_their_names_are_intents(tmp_path: Path) -> None:
    found = gather([mbox(tmp_path / "meter.mbox", 1), mbox(tmp_path / "Outage.mbox", 2)], US)
    assert [(case.text, case.answer, case.agent, case.intent) for case in found.cases] == [
        ("Question 1.", "Answer 1.", "mara.lind", "meter"),
        ("Question 2.", "Answer 2.", "mara.lind", "outage"),
    ]
    assert found.faults == ()


def test_the_mailboxes_of_a_folder_are_all_taken(tmp_path: Path) -> None:
    mbox(tmp_path / "Meter reading.mbox", 1)
    mbox(tmp_path / "Outage", 2)
    maildir(tmp_path / "Maildir", 3)
    maildir(tmp_path / "Maildir" / ".Rechnung", 4)
    found = gather([tmp_path], US)
    assert {case.text: case.intent for case in found.cases} == {
        "Question 1.": "meter_reading",
        "Question 2.": "outage",
        "Question 4.": "rechnung",
    }
    assert [fault.what for fault in found.faults] == ["cases without an intent: 1; they were left out."]


def test_folders_of_eml_are_intents(tmp_path: Path) -> None:
    for i, name in enumerate(("outage", "meter", "inbox")):
        (tmp_path / name).mkdir()
        for at, one in enumerate(exchange(i)):
            (tmp_path / name / f"{at}.eml").write_text(one)
    assert {case.intent for case in gather([tmp_path], US).cases} == {"outage", "meter"}


def test_one_label_alone_tells_nothing_and_intents_have_to_be_found(tmp_path: Path) -> None:
    maildir(tmp_path / "Maildir", 1)
    maildir(tmp_path / "Maildir" / ".Rechnung", 2)
    with pytest.raises(TrainingError, match="the cases have no intents"):
        gather([tmp_path / "Maildir"], US)


def test_without_labels_intents_are_found_and_written_for_a_person_to_edit(tmp_path: Path) -> None:
    topics = {"meter": "my meter reading from the cellar", "router": "the internet router only blinks"}
    rows = [
        row(
            i,
            intent="",
            text=f"{topic} {i}",
            answer=f"We have looked at your {name}, and now {topic} is as it was.",
        )
        for i in range(12)
        for name, topic in [list(topics.items())[i % 2]]
    ]
    archive, file = table(tmp_path / "a.jsonl", *rows), tmp_path / "intents.toml"
    found = gather([archive], intents_file=file)
    assert len({case.intent for case in found.cases}) == 2
    assert str(found.faults[0]).startswith(f"{file}:1: 2 intents were found in 12 cases and are used as they are.")

    first = next(case.intent for case in found.cases)
    file.write_text(file.read_text().replace(f'"{first}"', '"meter_reading"'))
    again = gather([archive], intents_file=file)
    assert again.cases[0].intents == ("meter_reading",)
    assert again.faults == ()


def test_without_labels_and_without_a_place_to_write_them_it_says_what_to_type(tmp_path: Path) -> None:
    file = table(tmp_path / "a.jsonl", row(0, intent=""), row(1, intent=""))
    with pytest.raises(TrainingError) as caught:
        gather([file])
    assert str(caught.value) == (
        f"{file}: the cases have no intents. Say where they may be written once they are found, for you to edit: "
        "--intents intents.toml"
    )


def test_cases_without_an_intent_are_left_out_and_counted(tmp_path: Path) -> None:
    found = gather([table(tmp_path / "a.jsonl", row(0), row(1), row(2, intent=""))])
    assert [case.id for case in found.cases] == ["c0", "c1"]
    assert found.faults[0].what == "cases without an intent: 1; they were left out."


def test_a_mailbox_whose_own_side_is_not_known_asks_for_it(tmp_path: Path) -> None:
    file = mbox(tmp_path / "all.mbox", 1, 2)
    with pytest.raises(TrainingError) as caught:
        gather([file])
    assert str(caught.value) == (
        f"{file}: which of these mails are the company's replies is not known. Say it, perhaps "
        "--own service@elmtalwerke.example (an address, or a domain such as @example.org)."
    )


def test_a_mailbox_without_replies_is_refused_with_what_was_found(tmp_path: Path) -> None:
    file = tmp_path / "in.mbox"
    file.write_text(f"From x@y Mon Jan  5 08:00:00 2026\n{exchange(1)[0]}\n")
    with pytest.raises(TrainingError) as caught:
        gather([file], US)
    assert str(caught.value).startswith(
        f"{file}: there is not one message with its answer in this archive. Give resolved messages together with the "
        "answers that the company sent. The first fault of 1: "
    )
    assert "customers' mails without a reply: 1" in str(caught.value)


def test_a_table_whose_answers_are_all_empty_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="there is not one message with its answer"):
        gather([table(tmp_path / "a.jsonl", row(0, answer=""), row(1, answer=""))])


def test_a_table_without_a_column_of_answers_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No column looks like the answer"):
        gather([table(tmp_path / "a.csv", "text,intent", "a,b")])


def test_one_intent_only_is_refused(tmp_path: Path) -> None:
    file = table(tmp_path / "a.jsonl", row(0), row(2))
    with pytest.raises(TrainingError) as caught:
        gather([file])
    assert str(caught.value) == (
        f'{file}: all cases have one intent, "a": there is nothing to tell apart. Give cases of at least two intents, '
        'or leave the intents out with --map intents="" to have them found.'
    )


def test_intents_that_say_nothing_can_be_ignored(tmp_path: Path) -> None:
    file = table(tmp_path / "a.jsonl", row(0), row(2))
    with pytest.raises(TrainingError, match="the cases have no intents"):
        gather([file], columns={"intents": ""})


@pytest.mark.parametrize("content", [None, b"", b"%PDF-1.7", b"\x00\x01\x02"])
def test_what_is_no_archive_is_refused(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "archive.jsonl"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(InputError, match=str(file)):
        gather([file])


def test_no_archive_at_all_is_refused() -> None:
    with pytest.raises(InputError, match="no archive was given"):
        gather([])
