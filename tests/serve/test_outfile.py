"""The file of decisions goes on where it was, and never takes anything half for whole."""

import json
import resource
from pathlib import Path

import pytest

from salver.data.errors import InputError
from salver.serve.outfile import OutFile

A, B, C = "0a" * 16, "0b" * 16, "0c" * 16


def line(key: str, bundle: str = "first") -> dict[str, str]:
    return {"id": key, "decision": "route", "reason": "urgent", "because": "Grüße", "bundle": bundle}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "out.jsonl"


def write(path: Path, *keys: str) -> None:
    with OutFile(path, "first") as out:
        out.add([line(key) for key in keys])


def test_lines_are_added_in_order_to_those_that_are_there(path: Path) -> None:
    write(path, A)
    write(path, C, B)
    assert [json.loads(one)["id"] for one in path.read_text("utf-8").splitlines()] == [A, C, B]


def test_it_knows_which_messages_have_their_line(path: Path) -> None:
    write(path, A)
    with OutFile(path, "first") as out:
        assert out.has(A)
        assert not out.has(B)


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_a_line_that_was_cut_off_is_dropped(path: Path, cut: int) -> None:
    write(path, A)
    whole = path.read_bytes()
    write(path, B)
    path.write_bytes(path.read_bytes()[:-cut])
    with OutFile(path, "first") as out:
        assert out.has(A)
        assert not out.has(B)
    assert path.read_bytes() == whole


def test_a_file_that_is_only_half_a_line_begins_anew(path: Path) -> None:
    path.write_bytes(b'{"id": "0a0a')
    write(path, B)
    assert [json.loads(one)["id"] for one in path.read_text().splitlines()] == [B]


@pytest.mark.parametrize(
    "content", [b"name,age\nAnna,12\n", b"\x00\x01binary", b'{"name": 1}\n', b"[1]\n", b"dear diary"]
)
def test_a_file_that_holds_anything_else_is_refused_and_not_touched(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"out\.jsonl:1: this line is no decision\. Give another file"):
        OutFile(path, "first")
    assert path.read_bytes() == content


def test_decisions_of_another_bundle_are_refused_with_what_to_do(path: Path) -> None:
    write(path, A)
    with pytest.raises(InputError, match=r'of the bundle "first", not "second"\. Give another file, or go on with'):
        OutFile(path, "second")


def test_it_counts_the_decisions_that_are_there_already(path: Path) -> None:
    write(path, A, B)
    with OutFile(path, "first") as out:
        assert out.reasons == {("route", "urgent"): 2}


def test_only_one_writes_at_a_time(path: Path) -> None:
    with OutFile(path, "first"), pytest.raises(InputError, match="Another batch is writing it"):
        OutFile(path, "first")


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="There is no folder"):
        OutFile(tmp_path / "nowhere" / "out.jsonl", "first")


def test_when_there_is_no_room_nothing_half_written_stays(path: Path) -> None:
    write(path, A)
    whole = path.read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with OutFile(path, "first") as out:
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(whole) + 20, hard))
        try:
            with pytest.raises(OSError, match=r"File too large: .*out\.jsonl"):
                out.add([line(B)])
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert path.read_bytes() == whole
