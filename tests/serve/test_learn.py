"""Training, corrections and retraining from the command line; the archive and what was asked are remembered."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from salver.data.errors import BundleError, InputError, SettingsError
from salver.serve.learn import Lesson, named, train
from salver.serve.settings import Settings
from tests.pipeline.small_bundle import ASKED, HOW, NOTED_EN, SLOW
from tests.serve.office import lines_of, mailbox, salver

AT = datetime(2026, 3, 4, 11, 0, tzinfo=UTC)
ANSWERS = {("meter_reading", "de"): HOW, ("meter_reading", "en"): NOTED_EN, ("internet_slow", "de"): SLOW}


def asked(*archives: Path, **more: object) -> Lesson:
    known = {"encoder": "history", "max_error": None, "columns": [], "own": [], "intents": None}
    return Lesson.asked(archives, **(known | more))  # type: ignore[arg-type]


def archive(path: Path, *, again: int = 3) -> Path:
    """A table of cases, oldest first: what customers asked, some times with small changes."""
    rows = []
    for round_ in range(again):
        for (intent, lang), lines in ASKED.items():
            for text in filter(None, map(str.strip, lines.splitlines())):
                number = len(rows)
                rows.append(
                    {
                        "id": f"c{number:04}",
                        "thread": f"t{number:04}",
                        "text": f"{text} {'Danke! ' * round_}",
                        "answer": ANSWERS.get((intent, lang), f"Wir kümmern uns darum, Fall {number}."),
                        "label": intent,
                        "lang": lang,
                        "from": f"k{number % 40}@posthorn.example",
                        "agent": ("anna", "bela")[number % 2],
                        "date": f"2026-0{1 + round_}-{1 + number % 28:02}T09:00:00+01:00",
                    }
                )
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def test_what_was_asked_of_a_training_is_remembered(tmp_path: Path) -> None:
    lesson = asked(tmp_path / "a.jsonl", columns=["answer=reply"], own=["Support@Shop.example"], max_error=0.01)
    lesson.remember(tmp_path / "training.json")
    assert Lesson.remembered(tmp_path / "training.json") == lesson
    order = lesson.order("next", Settings(), AT)
    assert order.columns == {"answer": "reply"}
    assert order.company.own == ("support@shop.example",)
    assert (order.max_error, order.sources) == (0.01, (tmp_path / "a.jsonl",))


def test_the_owner_s_stricter_bounds_go_along_and_laxer_ones_are_refused(tmp_path: Path) -> None:
    settings = Settings(max_error_of={"tariff_change": 0.005})
    assert asked(tmp_path / "a.jsonl").order("next", settings, AT).max_error_of == {"tariff_change": 0.005}
    with pytest.raises(
        SettingsError, match=r"max_error_of.tariff_change is 0.005, which is laxer than the bound of all"
    ):
        asked(tmp_path / "a.jsonl", max_error=0.001).order("next", settings, AT)


def test_an_unknown_intent_in_the_settings_is_told(tmp_path: Path) -> None:
    (tmp_path / "salver.toml").write_text("[max_error_of]\nmeter_readings = 0.01\n")
    done = salver("train", archive(tmp_path / "a.jsonl"), "--out", "brain", "--map", "intents=label", cwd=tmp_path)
    assert done.returncode == 2
    assert 'max_error_of: no case has the intent "meter_readings". Did you mean meter_reading?' in done.stderr


@pytest.mark.parametrize("content", ["", "{", '{"archives": 1}', "[]", '{"archives": [], "own": [], "surprise": 1}'])
def test_a_note_that_cannot_be_read_asks_for_the_archives(tmp_path: Path, content: str) -> None:
    (tmp_path / "training.json").write_text(content)
    with pytest.raises(InputError, match="Name the archives: salver retrain ARCHIVE…"):
        Lesson.remembered(tmp_path / "training.json")


def test_no_two_trainings_have_one_name() -> None:
    assert named("brain", AT) == "brain-20260304-110000"


def test_a_folder_that_is_there_is_refused_before_anything_is_learned(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="there is something already, and a bundle is never edited"):
        train(asked(tmp_path / "no archive"), tmp_path, Settings(), as_json=True)


def test_an_archive_without_answers_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("question,label\nWo ist der Strom?,outage\n")
    done = salver("train", "a.csv", "--out", "brain", cwd=tmp_path)
    assert done.returncode == 2
    assert "answer" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "brain").exists()


def test_a_wrong_map_says_how_to_write_it(tmp_path: Path) -> None:
    done = salver("train", archive(tmp_path / "a.jsonl"), "--out", "brain", "--map", "answer", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr == 'salver: --map: "answer" maps nothing. Write it as --map answer=reply_text.\n'


@pytest.mark.long
def test_from_an_archive_to_a_promoted_bundle_and_on_with_corrections(tmp_path: Path) -> None:
    source = archive(tmp_path / "a.jsonl")
    trained = salver("train", source, "--out", "brain", "--map", "intents=label", "--json", cwd=tmp_path)
    assert trained.returncode == 0, trained.stderr
    assert "intents=label" in trained.stderr
    assert json.loads(trained.stdout)["intents"] == 4
    assert salver("bundles", "promote", "brain", cwd=tmp_path).returncode == 0
    out = tmp_path / "out.jsonl"
    assert salver("batch", mailbox(tmp_path / "in.mbox", 40), "--out", out, cwd=tmp_path).returncode == 0
    table = tmp_path / "c.jsonl"
    rows = [{"message": line["id"], "agent": "anna", "intent": "complaint"} for line in lines_of(out)]
    table.write_text("".join(json.dumps(row) + "\n" for row in rows))
    store = f"sqlite:///{out}.store.db"
    corrected = salver("correct", table, "--store", store, "--json", cwd=tmp_path)
    assert json.loads(corrected.stdout)["learned"] == 40, corrected.stderr
    again = salver("retrain", "--store", store, "--json", cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    known = json.loads(again.stdout)
    assert known["corrections"] == 40
    assert known["because"]
    assert (tmp_path / ".salver" / "mlflow.db").exists()
    names = [json.loads(line)["name"] for line in salver("bundles", "--json", cwd=tmp_path).stdout.splitlines()]
    assert known["bundle"] in names
