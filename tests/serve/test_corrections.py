"""A table of corrections: the sound rows are taken, the others are named."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from salver.data.correction import Correction
from salver.data.errors import Fault, InputError
from salver.serve.corrections import corrections

NOW = datetime(2026, 3, 4, 11, 0, tzinfo=UTC)
HEAD = "message,agent,intent,urgency,answer,assignee,reason\n"


def of(path: Path, text: str) -> tuple[list[Correction], list[Fault]]:
    path.write_text(text, "utf-8")
    faults: list[Fault] = []
    return [one for _, one in corrections(path, NOW, faults.append)], faults


def test_a_csv_row_is_a_correction_and_an_empty_cell_leaves_things_as_they_were(tmp_path: Path) -> None:
    found, faults = of(tmp_path / "c.csv", f"{HEAD}0a,anna,refund,hoch,,bela,war falsch\n")
    expected = Correction(
        message="0a", agent="anna", at=NOW, intent="refund", urgency="high", assignee="bela", reason="war falsch"
    )
    assert (found, faults) == ([expected], [])


@pytest.mark.parametrize(
    ("written", "right"), [("yes", True), ("Ja", True), ("1", True), ("no", False), ("falsch", False)]
)
def test_who_only_checks_says_yes_or_no(tmp_path: Path, written: str, right: bool) -> None:
    found, faults = of(tmp_path / "c.csv", f"message,agent,right\n0a,anna,{written}\n0b,anna,\n0c,anna,perhaps\n")
    assert [(one.message, one.right, one.answer) for one in found] == [("0a", right, None)]
    assert [one.what for one in faults] == [
        "it changes nothing: intent, urgency, answer, assignee, right are empty.",
        '"perhaps" is neither yes nor no.',
    ]


def test_json_lines_may_say_true_or_false(tmp_path: Path) -> None:
    found, _ = of(tmp_path / "c.jsonl", '{"message": "0a", "right": true}\n{"message": "0b", "right": false}\n')
    assert [one.right for one in found] == [True, False]


def test_json_lines_may_say_when(tmp_path: Path) -> None:
    found, _ = of(tmp_path / "c.jsonl", '{"message": "0a", "answer": "Ja.", "at": "2026-03-01T09:00:00+01:00"}\n')
    assert found[0].at == datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
    assert found[0].answer == "Ja."


def test_rows_that_cannot_be_taken_are_named_and_the_others_go_on(tmp_path: Path) -> None:
    rows = ",anna,refund,,,,\n0a,anna,,,,,weil\n0b,anna,,eilig,,,\n0c,anna,refund,,,,\n"
    found, faults = of(tmp_path / "c.csv", HEAD + rows)
    assert [one.message for one in found] == ["0c"]
    assert [(one.line, one.what) for one in faults] == [
        (2, "it does not say which message: message is empty."),
        (3, "it changes nothing: intent, urgency, answer, assignee, right are empty."),
        (4, '"eilig" is no urgency; it is one of low, normal, high, critical.'),
    ]


def test_a_table_of_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="This is no table of corrections, its columns are name, age"):
        of(tmp_path / "c.csv", "name,age\nAnna,12\n")
