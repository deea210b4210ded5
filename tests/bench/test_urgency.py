"""What is measured of urgency."""

from pathlib import Path

from bench.shouting import KINDS
from bench.urgency import SAMPLE, labelled_lessons, measure, on_backlog
from salver.data.company import Company
from salver.training.prepare import Lesson


def lessons(tmp_path: Path, count: int) -> list[Lesson]:
    """The first lessons of the sample archive."""
    lines = (SAMPLE / "archive.jsonl").read_text("utf-8").splitlines()[:count]
    few = tmp_path / "few.jsonl"
    few.write_text("\n".join(lines), "utf-8")
    return labelled_lessons(few, Company())


def test_figures_are_of_all_labelled_lessons_and_of_each_language(tmp_path: Path) -> None:
    figures = measure(lessons(tmp_path, 120))
    for source in ("labelled", "weak"):
        found = figures[source]
        assert found["all"]["n"] == found["de"]["n"] + found["en"]["n"] == 120
        assert all(0 <= found["all"][key] <= 1 for key in ("accuracy", "macro_f1", "ece"))
        assert found["shouting"].keys() == KINDS.keys()


def test_the_backlog_has_the_mails_of_people(tmp_path: Path) -> None:
    assert on_backlog(lessons(tmp_path, 120), Company())["labelled"]["all"]["n"] == 219
