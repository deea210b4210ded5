"""What the speed of a mailbox is measured on, and against."""

from pathlib import Path

import pytest

from bench.pipeline import another, backlog, grow, parse_floor, single
from salver.data.files import open_source
from salver.data.message import RawMessage
from tests.serve.office import bundle_folder, mailbox

SAMPLE = Path(__file__).parents[2] / "data" / "sample" / "backlog.mbox"


def keys(source: Path) -> list[str]:
    return [raw.key for raw in open_source(source, print)]


@pytest.mark.parametrize("count", [3, 600])
def test_a_grown_mailbox_holds_that_many_messages_and_none_twice(count: int, tmp_path: Path) -> None:
    grown = grow(SAMPLE, tmp_path / "grown.mbox", count)
    assert len(set(keys(grown))) == count


def test_growing_gives_a_plain_text_words_of_its_own_and_leaves_an_encoded_one_whole() -> None:
    plain = b"From: a@b.example\nMessage-ID: <old@b.example>\nSubject: x\n\nStrom weg\nFrom here on too\n"
    assert another(plain, 7) == (
        b"Message-ID: <7@bench.example>\nFrom: a@b.example\nSubject: x\n\nHorst 7 hier, Strom weg\n>From here on too\n"
    )
    encoded = b"From: a@b.example\nContent-Transfer-Encoding: base64\n\nU3Ryb20gd2Vn\n"
    assert another(encoded, 7).endswith(b"\n\nU3Ryb20gd2Vn\n")
    assert (
        RawMessage(content=another(encoded, 7), source="").key != RawMessage(content=another(encoded, 8), source="").key
    )


@pytest.mark.parametrize("workers", [1, pytest.param(2, marks=pytest.mark.long)])
def test_a_mailbox_is_worked_off_whole(workers: int, tmp_path: Path) -> None:
    figures = backlog(mailbox(tmp_path / "a.mbox", 300), bundle_folder(), tmp_path, workers, memory=True)
    assert (figures["messages"], figures["workers"]) == (300, workers)
    assert figures["ratio"] == pytest.approx(figures["messages_per_s"] / figures["parse_floor_per_s"], abs=1e-3)
    assert figures["peak_rss_mb"] > 50


def test_single_requests_have_a_median_below_their_slowest_hundredth(tmp_path: Path) -> None:
    figures = single(mailbox(tmp_path / "a.mbox", 20), bundle_folder(), 40)
    assert 0 < figures["p50_ms"] <= figures["p99_ms"]


def test_the_floor_is_a_rate_of_all_messages(tmp_path: Path) -> None:
    grown = grow(SAMPLE, tmp_path / "grown.mbox", 300)
    assert parse_floor(grown) > 300
