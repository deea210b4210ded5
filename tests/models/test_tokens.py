"""spaCy's tokenizer as it is set up here."""

import subprocess
import sys
import time

import pytest

from salver.data.company import Company
from salver.models.entities import CompanyEntities
from salver.models.sentences import SpacySentences

ENDLESS = [")" * 30_000, "!?" * 15_000, "_" * 30_000, "x" + "'s" * 15_000, "\"'" * 15_000]


@pytest.mark.parametrize("run", ENDLESS)
def test_a_line_of_marks_that_never_ends_is_read_in_a_moment(run: str) -> None:
    started = time.process_time()
    sentences = SpacySentences().split([f"Mein Strom ist weg. Bitte helfen Sie {run}"])[0]
    assert sentences[0] == "Mein Strom ist weg."
    assert "".join(sentences[1:]) == f"Bitte helfen Sie {run}"
    assert time.process_time() - started < 5


@pytest.mark.parametrize("run", ENDLESS)
def test_a_name_is_found_beside_such_a_line(run: str) -> None:
    started = time.process_time()
    (found,) = CompanyEntities(Company(name="Stadtwerke", languages=("de",))).find([f"Anna Meier {run} Anna Meier"])
    assert [one.text for one in found if one.kind == "name"] == ["Anna Meier", "Anna Meier"]
    assert time.process_time() - started < 5


def test_neither_torch_nor_the_command_line_of_spacy_is_taken_along() -> None:
    code = (
        "import sys; from salver.models.sentences import SpacySentences; SpacySentences();"
        "print([one for one in ('torch', 'typer', 'spacy.cli', 'sklearn') if one in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
