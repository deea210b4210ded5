"""What the finding of answers is measured on, and against."""

import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench.answers import bm25, cases_of, figures, measure, places_of

MATTERS = {
    "Strom": "Die Leitung wird repariert, der Strom kommt heute Abend wieder.",
    "Rechnung": "Die Rechnung finden Sie im Portal unter Dokumente, sie ist bis Freitag zu zahlen.",
    "Router": "Bitte den Router zehn Sekunden ausschalten, danach startet er von selbst neu.",
    "Umzug": "Wir melden Sie zum Tag des Umzugs an der neuen Adresse an.",
}
ASKED = ("Mein {} macht Sorgen", "Was ist mit {} los?", "{} geht schon wieder nicht", "Frage zum Thema {}, bitte")


def rows(count: int = 60) -> list[dict[str, Any]]:
    """Rows out of order; every tenth is answered in words that nobody else was sent."""
    chance = random.Random(3)
    found = []
    for at in range(count):
        name, answer = chance.choice(list(MATTERS.items()))
        words = f" {chance.choice(('Hallo', 'Guten Tag', 'Servus'))} {at}"
        own = f"Zu Vorgang {name} schreibt Ihnen Kollege {chr(97 + at % 26) * 5} noch eigens." if at % 10 == 9 else ""
        found.append({"question": chance.choice(ASKED).format(name) + words, "answer": own or answer, "created": at})
    chance.shuffle(found)
    return found


def test_rows_are_sorted_by_time_and_those_without_one_are_oldest() -> None:
    some = [
        {"question": "c", "answer": "a", "created": "2026-03-01"},
        {"question": "b", "answer": "a", "created": "2026-02-01T10:00:00+01:00"},
        {"question": "a", "answer": "a"},
        {"question": "", "answer": "a", "created": "2026-01-01"},
        {"question": "d", "answer": None, "created": 4},
    ]
    assert [case.question for case in cases_of(some)] == ["a", "b", "c"]
    assert [case.answered_at is None for case in cases_of(some)] == [True, False, False]
    numbers = [{"question": "abc"[n], "answer": "a", "created": 2 - n} for n in range(3)]
    assert [case.question for case in cases_of(numbers)] == ["c", "b", "a"]


def test_the_rows_of_an_archive_will_do() -> None:
    (case,) = cases_of([{"subject": "Re: Strom", "text": "Er ist weg", "answer": "a", "answered_at": "2026-03-01"}])
    assert case.question == "Strom\nEr ist weg"
    assert case.answered_at is not None


def test_greetings_and_numbers_do_not_make_answers_different() -> None:
    letters = [
        ("Guten Tag Frau Ott", "123", "Mit freundlichen Grüßen\nMara"),
        ("Hallo Herr Nagy", "456", "Grüße\nFelix"),
    ]
    one, other = cases_of(
        {"question": "Wann?", "answer": f"{hello},\n\n{MATTERS['Strom']} Vorgang {number}.\n\n{end}", "created": number}
        for hello, number, end in letters
    )
    assert one.answer == other.answer


def test_both_are_measured_on_the_newest_fifth() -> None:
    found = measure(cases_of(rows()), "history")
    assert found["n"] == 12
    assert found["pool"] == len(MATTERS) + 6
    assert 0 < found["recall@1"] <= found["recall@5"] <= found["recall@10"] <= 1
    assert found["bm25"]["by"] in ("answer", "questions", "both")
    assert found["asked"]["n"] <= 12
    assert found["mrr"] >= found["bm25"]["mrr"]


def test_bm25_is_the_formula_of_the_book() -> None:
    texts = ["der Strom", "der Router der Router", ""]
    (scores,) = bm25(texts, ["Router"])
    rarity = np.log(1 + (3 - 1 + 0.5) / (1 + 0.5))
    length = 1 - 0.75 + 0.75 * 4 / 2
    assert scores.tolist() == [0, pytest.approx(rarity * 2 * 2.2 / (2 + 1.2 * length)), 0]


def test_what_ties_shares_its_places() -> None:
    assert places_of([0, 2], [np.array([1.0, 3.0, 2.0]), np.array([1.0, 1.0, 1.0])]).tolist() == [2, 1]
    assert figures(np.array([0.0, 4.0])) == {"recall@1": 0.5, "recall@5": 1.0, "recall@10": 1.0, "mrr": 0.6}
    assert figures(np.zeros(0)) == {}


@pytest.mark.long
def test_the_command_prints_one_object(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows()), "utf-8")
    command = [sys.executable, "-m", "bench.answers", "--data", str(file), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert {"recall@1", "recall@5", "recall@10", "mrr", "bm25", "asked", "n", "pool"} == set(json.loads(done.stdout))
