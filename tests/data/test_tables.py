import json
import sys
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from salver.data.columns import guess_columns, parse_map, personal_columns
from salver.data.errors import Fault, InputError
from salver.data.rows import cases_from_rows, folded, messages_from_rows
from salver.data.tables import open_table

GOOD = "text,answer\nKein Strom,Kommt gleich\n"


def rows(path):
    faults: list[Fault] = []
    return list(open_table(path).rows(faults.append)), faults


def cases(path, overrides=None, **more):
    faults: list[Fault] = []
    return list(cases_from_rows(open_table(path), faults.append, overrides, **more)), [str(one) for one in faults]


@pytest.fixture
def write(tmp_path):
    def _write(content, name="archive.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return _write


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_delimiter_and_encoding_are_found_out(write, delimiter, encoding):
    text = f'text{delimiter}answer\n"Größe, bitte; ja"{delimiter}"zwei\nZeilen"\nä{delimiter}€\n'
    found, faults = rows(write(text.encode(encoding)))
    assert found == [
        (2, {"text": "Größe, bitte; ja", "answer": "zwei\nZeilen"}),
        (4, {"text": "ä", "answer": "€"}),
    ]
    assert faults == []


def test_a_single_line_of_another_encoding_does_not_spoil_the_rest(write):
    found, _ = rows(write("text,answer\nä,1\n".encode() + "ö,2\n".encode("cp1252")))
    assert [row["text"] for _, row in found] == ["ä", "ö"]


def test_the_line_that_names_the_separator_is_skipped(write):
    found, _ = rows(write("sep=;\ntext;answer\na,b;c\n"))
    assert found == [(3, {"text": "a,b", "answer": "c"})]


def test_a_quote_that_never_closes_costs_one_row_and_not_the_rest(write):
    found, faults = rows(write('text,answer\na,1\n"open,2\nb,3\nc,4\n'))
    assert found == [
        (2, {"text": "a", "answer": "1"}),
        (4, {"text": "b", "answer": "3"}),
        (5, {"text": "c", "answer": "4"}),
    ]
    assert [fault.line for fault in faults] == [3]
    assert "unexpected end of data" in faults[0].what


def test_a_row_with_too_many_columns_is_left_out(write):
    found, faults = rows(write("text,answer\na,1\nb,2,3\nc,4\nd\n\ne"))
    assert [line for line, _ in found] == [2, 4, 5]
    assert [str(fault).partition(": ")[2] for fault in faults] == [
        "this row has 3 columns, the first line names 2; it was left out. Complete the row or drop it.",
        "this row has 1 columns, the first line names 2; it was left out. Complete the row or drop it.",
    ]


def test_columns_of_one_name_and_of_none_stay_apart(write):
    assert open_table(write("text,text,\n1,2,3\n")).names == ("text", "text 2", "column 3")


def test_a_half_written_last_line_is_told_and_the_rest_goes_on(write):
    path = write('{"text": "a"}\nnot json\n\n[1]\n{"text": "b"}\n{"text": "c', "a.jsonl")
    found, faults = rows(path)
    assert found == [(1, {"text": "a"}), (5, {"text": "b"})]
    assert [str(fault) for fault in faults] == [
        f"{path}:2: this line is no JSON (Expecting value at column 1); it was left out. Write the row again.",
        f"{path}:4: this line is no JSON object; it was left out. Write the row again.",
        f"{path}:6: the last line is half-written; it was left out. Write the row again.",
    ]


def test_json_that_would_break_a_reader_is_one_bad_row(write):
    deep = '{"text": ' + "[" * 100_000 + "]" * 100_000 + "}"
    found, faults = rows(write(f'{{"text": "a"}}\n{deep}\n{{"text": {"9" * 5000}}}\n{{"text": "b"}}\n', "a.jsonl"))
    assert [line for line, _ in found] == [1, 4]
    assert [fault.line for fault in faults] == [2, 3]


def test_objects_in_objects_are_columns(write):
    path = write(json.dumps({"text": "a", "customer": {"name": "Ann", "phone": "0151"}}), "a.jsonl")
    assert open_table(path).names == ("text", "customer.name", "customer.phone")


def test_parquet_gives_the_same_rows(tmp_path):
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    moment = datetime(2024, 3, 4, tzinfo=UTC)
    table = pa.table({"text": ["a", None], "intents": [["x", "y"], []], "date": [moment, None]})
    parquet.write_table(table, tmp_path / "a.parquet")
    found, _ = rows(tmp_path / "a.parquet")
    assert found[0] == (1, {"text": "a", "intents": ["x", "y"], "date": moment})
    assert found[1] == (2, {"text": None, "intents": [], "date": None})


def test_parquet_without_pyarrow_says_what_to_install(write, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(InputError, match=r"needs pyarrow, which is not installed. Install it: pip install 'salver"):
        open_table(write(b"PAR1", "a.parquet"))


def test_columns_are_guessed_from_their_names():
    names = ["Ticket ID", "E-Mail", "From", "Betreff", "Nachricht", "reply_text", "Kategorie", "Priority", "created_at"]
    assert guess_columns(names) == {
        "thread": "Ticket ID",
        "email": "From",
        "subject": "Betreff",
        "text": "Nachricht",
        "answer": "reply_text",
        "intents": "Kategorie",
        "urgency": "Priority",
        "received_at": "created_at",
    }


def test_what_a_person_says_wins_over_the_guess():
    names = ["text", "body", "answer", "note", "priority"]
    said = parse_map(["answer = note", "message=body", "priority="])
    assert guess_columns(names, said) == {"answer": "note", "text": "body"}


@pytest.mark.parametrize(
    ("said", "says"),
    [
        (
            {"answer": "reply_txt"},
            '--map: There is no column "reply_txt" for answer. Did you mean "reply_text"? The columns are q, ',
        ),
        ({"answer": "zzz"}, '--map: There is no column "zzz" for answer. The columns are q, reply_text.'),
        (
            {"ansver": "q"},
            '--map: Nothing is called "ansver" here. The roles are answer, text, html, subject, intents,',
        ),
    ],
)
def test_an_unknown_override_lists_what_there_is(said, says):
    with pytest.raises(InputError) as error:
        guess_columns(["q", "reply_text"], said)
    assert str(error.value).startswith(says)


def test_a_pair_without_an_equals_sign_maps_nothing():
    with pytest.raises(InputError, match=r'--map: "answer" maps nothing. Write it as --map answer=reply_text.'):
        parse_map(["answer"])


def test_further_personal_columns_are_known_by_their_names():
    names = ["text", "customer.phone", "Meter No", "version", "customer.street"]
    assert set(personal_columns(names, {"text": "text"})) == {"customer_phone", "meter_no", "customer_street"}


def test_a_case_holds_what_its_row_says(write):
    row = {
        "id": "c1",
        "ticket": "t1",
        "from": "Ann Lee <Ann@Example.org>",
        "customer": {"customer_no": "4711", "street": "Weg 1"},
        "text": "<p>Kein Strom</p>",
        "answer": " Kommt gleich \n",
        "intents": "power_outage; complaint",
        "urgency": "Kritisch",
        "language": "de-AT",
        "channel": "Formular",
        "date": "4.3.2024 10:00",
        "answered_at": "2024-03-04T11:00:00+01:00",
        "status": "closed",
        "agent": "mara",
    }
    path = write(json.dumps(row), "a.jsonl")
    (case,), faults = cases(path, zone=ZoneInfo("Europe/Berlin"))
    assert faults == []
    assert (case.id, case.thread, case.agent, case.ending) == ("c1", "t1", "mara", "resolved")
    assert (case.customer.name, case.customer.email) == ("Ann Lee", "ann@example.org")
    assert dict(case.customer.fields) == {"customer_no": "4711", "street": "Weg 1"}
    assert (case.text, case.media, case.answer) == ("<p>Kein Strom</p>", "html", " Kommt gleich \n")
    assert case.intents == ("power_outage", "complaint")
    assert (case.urgency, case.lang, case.channel) == ("critical", "de", "web_form")
    assert case.received_at == datetime(2024, 3, 4, 10, tzinfo=timezone(timedelta(hours=1)))
    assert case.answered_at == datetime(2024, 3, 4, 10, tzinfo=UTC)
    assert case.source == f"{path}:1"


@pytest.mark.parametrize(
    ("value", "labels"),
    [
        (["a", "b", "a"], ("a", "b")),
        ("a|b, c", ("a", "b, c")),
        ("a; b", ("a", "b")),
        ("a,b,,", ("a", "b")),
        ('["a", "b"]', ("a", "b")),
        ("", ()),
        (None, ()),
        (7, ("7",)),
    ],
)
def test_intents_are_a_list_or_a_divided_text(write, value, labels):
    (case,), _ = cases(write(json.dumps({"text": "q", "answer": "a", "label": value}), "a.jsonl"))
    assert case.intents == labels


@pytest.mark.parametrize(
    "value",
    [
        "2024-03-04T10:00:00Z",
        "2024-03-04 10:00",
        "4.3.2024 10:00",
        "Mon, 04 Mar 2024 10:00:00 +0000",
        "1709546400",
        1709546400000,
    ],
)
def test_dates_are_read_in_every_usual_way(write, value):
    (case,), faults = cases(write(json.dumps({"text": "q", "answer": "a", "date": value}), "a.jsonl"))
    assert (case.received_at, faults) == (datetime(2024, 3, 4, 10, tzinfo=UTC), [])


def test_all_faults_come_at_once_and_the_good_rows_go_on(write):
    path = write(
        "id,text,answer,date,priority\n"
        "1,,,,\n"
        "2,Frage,Antwort,31/12/2024,hm\n"
        "3,Frage,Antwort,31.13.2024,low\n"
        "4,Frage,,,\n"
        "5,Gut,Gut,2024-01-01,low\n"
        "5,Gut,Gut,2024-01-01,low\n"
        "5,Noch eine,Gut,,\n"
    )
    found, faults = cases(path)
    no_urgency = (
        '"hm" is no urgency; it is one of low, normal, high, critical; the row was taken without. '
        'Write one of these or leave it out with --map urgency=""'
    )
    assert [case.id for case in found] == ["2", "3", "5", "5:8"]
    assert [case.urgency for case in found] == [None, "low", "low", None]
    assert found[0].received_at is None
    assert faults == [
        f'{path}:2: column "text" is empty; the row was left out. Fill it or drop the row.',
        f'{path}:2: column "answer" is empty; the row was left out. Fill it or drop the row.',
        f'{path}:3: column "priority": {no_urgency}',
        f'{path}:3: column "date" holds no date ("31/12/2024"); it was taken without. Write it as 2024-03-31 14:05.',
        f'{path}:4: column "date" holds no date ("31.13.2024"); it was taken without. Write it as 2024-03-31 14:05.',
        f'{path}:5: column "answer" is empty; the row was left out. Fill it or drop the row.',
        f'{path}:7: the case "5" is there twice; this row was left out. Drop one of them.',
    ]


def test_faults_of_one_kind_are_folded_into_one_line():
    faults = [
        Fault(source="a.csv", line=n, what='column "answer" is empty.', todo="Fill it.") for n in (17, 18, 20, 21)
    ]
    other = Fault(source="a.csv", line=19, what="bad date.")
    assert folded([*faults[:2], other, *faults[2:]]) == [
        'a.csv:17: column "answer" is empty. Fill it. 3 more rows have the same fault.',
        "a.csv:19: bad date.",
    ]


def test_an_archive_without_answers_is_refused(write):
    with pytest.raises(InputError) as error:
        cases(write("text,note\na,b\n"))
    assert str(error.value).endswith(
        "No column looks like the answer. Say which: --map answer=COLUMN. The columns are text, note."
    )


def test_a_mailbox_is_no_table(write):
    with pytest.raises(InputError, match=r"This is no table but looks like a mbox. Give a CSV, JSONL or Parquet file."):
        open_table(write("From ann@x Mon Mar  4 10:00:00 2024\n\nhi\n"))


def test_a_row_as_message_keeps_who_wrote_and_when(write):
    path = write("id,name,email,subject,html,date\n7,Ann,ann@x.org,Hallo,<p>Strom</p>,2024-03-04\n")
    (raw,) = messages_from_rows(open_table(path), pytest.fail)
    assert json.loads(raw.content) == {
        "channel": "email",
        "date": "2024-03-04T00:00:00+00:00",
        "from": "Ann <ann@x.org>",
        "html": "<p>Strom</p>",
        "message_id": "7",
        "subject": "Hallo",
        "text": "",
    }
    assert (raw.position, raw.received_at) == (2, datetime(2024, 3, 4, tzinfo=UTC))


def test_strangers_with_the_same_words_are_two_messages(write):
    path = write("text\nKein Strom\nKein Strom\n", "a.csv")
    assert len({raw.key for raw in messages_from_rows(open_table(path), pytest.fail)}) == 2
