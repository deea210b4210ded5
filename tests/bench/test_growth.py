"""How learning and reading grow with the number of cases."""

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

from bench.growth import cases_of, draw, measure
from bench.recombine import SAMPLE, parted, recombined, stock_of

ROWS = {
    "strom": ["Bei uns ist der Strom weg, {}.", "Seit {} haben wir keinen Strom im Haus.", "Der Strom fiel {} aus."],
    "karte": ["Wo bleibt meine neue Karte {}?", "Die Karte ist {} noch nicht da.", "Ich warte {} auf meine Karte."],
}
TIMES = ("heute", "gestern abend", "seit letzter Woche", "am Montag", "immer noch", "schon wieder")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    rows = [
        {"text": one.format(time), "intent": intent, "answer": f"Es geht um {intent}."}
        for intent, some in ROWS.items()
        for one in some
        for time in TIMES
    ]
    file = tmp_path / "rows.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    return file


def test_a_size_is_learned_and_read(data: Path) -> None:
    figures = measure(data, 300)
    assert figures["cases"] == 300
    assert figures["top1"] > 0.95
    assert all(value > 0 for value in figures.values())
    assert figures["search_ms"] < figures["single_ms"]


@pytest.mark.long
def test_each_size_has_a_process_of_its_own_and_they_make_a_picture(data: Path, tmp_path: Path) -> None:
    picture = tmp_path / "growth.svg"
    command = [sys.executable, "-m", "bench.growth", "--data", str(data), "--picture", str(picture), "--json"]
    done = subprocess.run([*command, "--sizes", "60,120"], capture_output=True, text=True, check=True)
    assert [row["cases"] for row in json.loads(done.stdout)] == [60, 120]
    assert re.findall(r"^(\d+): learned in", done.stderr, re.MULTILINE) == ["60", "120"]
    assert all(words in picture.read_text("utf-8") for words in ("Learning, seconds", "search alone"))


def test_the_same_figures_make_the_same_picture(tmp_path: Path) -> None:
    names = ("train_s", "train_cpu_s", "predict_per_s", "single_ms", "search_ms", "bundle_mb", "peak_mb")
    rows = [dict.fromkeys(names, size / 100) | {"cases": size} for size in (1000, 10_000)]
    for name in ("a.svg", "b.svg"):
        draw(rows, tmp_path / name)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


@pytest.mark.long
def test_from_a_thousand_cases_intents_are_told_better_than_a_plain_linear_model_tells_them() -> None:
    known, held = parted(stock_of(SAMPLE))
    cases = [one for _, one in cases_of(known, 1000)]
    read = list(recombined(held, 2000, seed=1))
    plain = make_pipeline(TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True), LinearSVC())
    plain.fit([one.text for one in cases], [one.intent for one in cases])
    right = np.mean(plain.predict([one.text for one in read]) == [one.intent for one in read])
    assert measure(SAMPLE, 1000)["top1"] > right + 0.02
