"""The measurement of the bound: its command on a small file, and that it finds a bound that does not hold."""

import json
from pathlib import Path

import numpy as np
import pytest

from bench.bound import Figures, Pool, at, main, measure, tried
from tests.training.small import ASKED

KEYS = set(Figures.__dataclass_fields__)


def rows(path: Path) -> Path:
    """120 questions of three intents, some of which say little; and one row out of scope."""
    lines = [
        {"text": f"{opening} {text}, Nummer {number}", "intent": intent, "lang": "de"}
        for number, opening in enumerate(["Guten Tag,", "Hallo,", "", "Eine Frage:"])
        for intent, texts in ASKED.items()
        for text in [*texts, "Bitte um Antwort", "Wann höre ich etwas?"]
    ]
    lines.append({"text": "Wie wird das Wetter?", "intent": "oos", "oos": True})
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return path


def calibrated(count: int = 4000) -> Pool:
    """Confidences that are true."""
    chance = np.random.default_rng(0)
    wrong = 0.4 * chance.random(count) ** 3
    return Pool(sure=1 - wrong, right=chance.random(count) >= wrong)


def test_the_command_prints_a_line_of_json_for_each_bound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data = str(rows(tmp_path / "rows.jsonl"))
    words = ["--data", data, "--splits", "40", "--calibrate", "0.5", "--max-error", "0.1", "--max-error", "0.3"]
    monkeypatch.setattr("sys.argv", ["bench.bound", *words, "--json"])
    main()
    strict, lax = map(json.loads, capsys.readouterr().out.splitlines())
    assert strict.keys() == KEYS
    assert [(one["max_error"], one["n"], one["calibrated"], one["splits"]) for one in (strict, lax)] == [
        (0.1, 120, 60, 40),
        (0.3, 120, 60, 40),
    ]
    assert 0.75 < lax["top1"] < 0.95
    assert strict["coverage_median"] <= lax["coverage_median"]
    assert lax["coverage_median"] > 0.5
    assert lax["violations"] == round(lax["violations_share"] * 40)


def test_the_bound_holds_where_confidences_are_true() -> None:
    found = measure(calibrated(), 0.02, 200)
    assert found.violations <= 20
    assert found.violations_true <= 20
    assert 0 < found.coverage_p10 <= found.coverage_median < 0.65
    assert 0 < found.error_median < 0.02


def test_nothing_is_answered_and_nothing_broken_where_the_calibration_part_is_too_small() -> None:
    found = measure(calibrated(400), 0.01, 20)
    assert (found.calibrated, found.coverage_median, found.violations, found.error_median) == (80, 0.0, 0, 0.0)


def test_a_threshold_is_tried_on_all_who_reach_it() -> None:
    part = Pool(sure=np.array([0.9, 0.5, 0.9, 0.7]), right=np.array([True, True, False, True]))
    assert (tried(part, 0.7).answered, tried(part, 0.7).wrong) == (0.75, 1 / 3)
    assert (tried(part, None).answered, tried(part, None).wrong) == (0.0, 0.0)
    assert at(part, 0.02) is None
