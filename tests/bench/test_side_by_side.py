"""What a user would take instead is compared fairly, and the page says how."""

import json
import sys
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from bench.rivals.contest import RIVALS, NotRun, Rival, run
from bench.rivals.environment import default_folder, is_ready, python_of
from bench.rivals.trial import Job, Trained, figures
from bench.side_by_side import main, minilm_folder

WORDS = {
    "outage": ["strom weg", "stromausfall", "kein strom", "licht aus"],
    "router": ["router blinkt", "wlan einrichten", "wlan passwort", "router defekt"],
    "bank": ["neue iban", "konto geändert", "lastschrift", "sepa mandat"],
}
PLACES = ["in der küche", "seit heute", "bei uns", "im keller", "schon wieder"]
ROWS = [
    {"text": f"{word} {place}", "intent": intent, "split": "test" if place == PLACES[-1] else "train", "lang": "de"}
    for intent, words in WORDS.items()
    for word, place in product(words, PLACES)
]
TRAIN = [row for row in ROWS if row["split"] == "train"]
TEST = [row for row in ROWS if row["split"] == "test"]
FIGURES = {"top1", "top5", "train_s", "predict_per_s", "single_ms", "peak_mb", "disk_mb", "told", "versions"}
BY_NAME = {rival.name: rival for rival in RIVALS}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    file = tmp_path / "made up.jsonl"
    odd = {"text": "wie wird das wetter", "intent": "oos", "oos": True, "split": "test"}
    file.write_text("".join(json.dumps(row) + "\n" for row in [*ROWS, odd]), "utf-8")
    return file


def run_main(monkeypatch: pytest.MonkeyPatch, *words: str) -> None:
    monkeypatch.setattr(sys, "argv", ["bench.side_by_side", *words])
    main()


def raced(name: str, **job: Any) -> dict[str, Any]:
    """The figures of one rival on the made-up rows."""
    return run(BY_NAME[name], Job(train=TRAIN, test=TEST, **job), lambda: python_of(default_folder()), 600)


@pytest.mark.long
def test_salver_and_the_plain_pipeline_stand_in_one_table_with_the_command_and_no_folder(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "benchmarks.md"
    words = ["--data", str(data), "--only", "logistic,salver", "--per-intent", "12", "--write", str(page)]
    run_main(monkeypatch, *words, "--json")
    found = json.loads(capsys.readouterr().out)
    assert list(found) == ["salver", "logistic"]
    for one in found.values():
        assert one.keys() >= FIGURES
        assert one["top1"] > 0.7
        assert one["top5"] == 1
        assert one["peak_mb"] > 50
        assert min(one["train_s"], one["predict_per_s"], one["single_ms"], one["disk_mb"]) > 0
    text = page.read_text("utf-8")
    assert str(tmp_path) not in text
    assert "<!-- begin:side-by-side-made-up-12 -->\n## Side by side: made-up, 12 rows an intent\n" in text
    command = "python -m bench.side_by_side --data made-up.jsonl --per-intent 12 --only logistic,salver"
    assert f"`{command} --write docs/benchmarks.md`" in text
    assert "Data: made-up, 12 rows an intent; 36 rows of 3 intents to learn from, 12 to read. 20" in text
    ours, other = (line for line in text.splitlines() if line.startswith(("| salver", "| scikit-learn")))
    assert ("×" in ours, other.count("(×")) == (False, 3)
    assert "- scikit-learn, TF-IDF + LogisticRegression: `TfidfVectorizer(ngram_range=(1, 2))`" in text


def test_who_cannot_be_run_says_why_and_the_rest_goes_on(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "taken").write_text("no folder")
    words = ["--data", str(data), "--only", "setfit,svc", "--setfit-env", str(tmp_path / "taken"), "--encoder", "any"]
    run_main(monkeypatch, *words)
    text = capsys.readouterr().out
    assert "| SetFit, any | not run |" in text
    assert "- SetFit, any: not run: its environment cannot be installed: " in text
    assert str(tmp_path) not in text
    assert "| scikit-learn, TF-IDF + LinearSVC | " in text


def test_nobody_of_an_unknown_name_is_run(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SystemExit, match=r"^bench\.side_by_side: nobody is called fasttext\. See --help\.$"):
        run_main(monkeypatch, "--data", str(data), "--only", "svc,fasttext")


def test_rows_without_a_split_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text('{"text": "a", "intent": "b"}\n', "utf-8")
    with pytest.raises(SystemExit, match="every row needs text, intent and split"):
        run_main(monkeypatch, "--data", str(file))


def test_one_that_ends_in_an_error_or_takes_too_long_is_not_run() -> None:
    job = Job(train=TRAIN, test=TEST)
    with pytest.raises(NotRun, match=r"No module named bench\.rivals\.nobody$"):
        run(Rival(name="nobody", title="", module="nobody"), job, lambda: Path(sys.executable), 60)
    with pytest.raises(NotRun, match=r"^it was not done after 0 s$"):
        run(BY_NAME["svc"], job, lambda: Path(sys.executable), 0.05)
    with pytest.raises(NotRun, match="there is no encoder; give a folder by --encoder"):
        run(BY_NAME["minilm"], job, lambda: Path(sys.executable), 60)


def test_every_text_is_read_once_and_judged_in_its_place() -> None:
    import numpy as np

    read: list[str] = []
    place = {row["text"]: i for i, row in enumerate(TEST)}
    labels = [row["intent"] + str(i) for i, row in enumerate(TEST)]

    def scores(texts: Any) -> Any:
        read.extend(texts)
        return np.eye(len(labels))[[place.get(text, 0) for text in texts]]

    test = [row | {"intent": label} for row, label in zip(TEST, labels, strict=True)]
    trained = Trained(labels=labels, scores=scores, bytes_on_disk=1, told="", libraries=("numpy",), train_s=7)
    found = figures(Job(train=TRAIN, test=test), lambda _: trained)
    assert (found["top1"], found["train_s"]) == (1, 7)
    assert sorted(text for text in read if text in place) == sorted(place)


@pytest.mark.long
@pytest.mark.parametrize("name", ["textcat", "textcat-bow"])
def test_textcat_learns_until_it_gets_no_better_and_counts_the_time_to_its_best(name: str) -> None:
    found = raced(name, limit_s=60)
    assert found["top1"] == max(top1 for _, top1 in found["epochs"])
    assert found["train_s"] == pytest.approx(
        next(seconds for seconds, top1 in found["epochs"] if top1 == found["top1"]), abs=0.01
    )
    assert found["top1"] > 0.6


@pytest.mark.long
def test_textcat_begins_no_epoch_after_its_time() -> None:
    assert len(raced("textcat", limit_s=0.001)["epochs"]) == 1


@pytest.mark.long
@pytest.mark.parametrize("name", ["minilm", "salver-minilm"])
def test_a_pretrained_encoder_is_found_and_reads(name: str) -> None:
    found = raced(name, encoder=minilm_folder())
    assert found["top1"] > 0.7
    assert found["disk_mb"] > 90


@pytest.mark.long
@pytest.mark.skipif(not is_ready(default_folder()), reason="SetFit's environment is made by bench.side_by_side alone")
def test_setfit_learns_from_the_pairs_it_is_given_and_not_from_fewer_than_a_pair_a_text() -> None:
    found = raced("setfit", encoder=minilm_folder(), pairs=200)
    assert found["pairs"] == 2 * 2 * len(TRAIN)
    assert found["top1"] > 0.7
    with pytest.raises(NotRun, match=r"^it needs 96 pairs at least and was given 95 by --setfit-pairs$"):
        raced("setfit", encoder=minilm_folder(), pairs=95)
