"""Rows of a data set."""

from pathlib import Path

import pytest

from bench.rows import rows_of


def test_a_file_and_the_folder_that_it_lies_in_are_the_same(tmp_path: Path) -> None:
    file = tmp_path / "data.jsonl"
    file.write_text('{"text": "Strom weg"}\n\n{"text": "Umzug"}\n', "utf-8")
    assert rows_of(file) == rows_of(tmp_path) == [{"text": "Strom weg"}, {"text": "Umzug"}]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b'{"text": "a"}\n{"text": ', "line 2 is no JSON"),
        (b'["a"]', "line 1 is no JSON object"),
        (b"\n \n", "is empty"),
        (b'{"text": "\xe4"}', "cannot be read .it is not UTF-8."),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, content: bytes, told: str) -> None:
    (tmp_path / "data.jsonl").write_bytes(content)
    with pytest.raises(SystemExit, match=told):
        rows_of(tmp_path)


def test_a_file_that_is_not_there_says_what_to_give(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"No such file.*a folder with a data\.jsonl"):
        rows_of(tmp_path / "nothing.jsonl")
