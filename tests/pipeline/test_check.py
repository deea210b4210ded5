"""What a person sends or says instead tells whether an answer that was set aside was right."""

from datetime import UTC, datetime
from typing import Any

import pytest

from salver.data.correction import Correction
from salver.pipeline.check import says, verdict

AT = datetime(2026, 3, 4, 11, tzinfo=UTC)
ANSWER = "Ihren Zählerstand 9283 können Sie im Portal melden, per Antwort auf diese E-Mail oder am Telefon."
LETTER = f"Guten Tag Frau Ott,\n\n{ANSWER}\n\nSchöne Ostern!\nMara Lind"


def found(**said: Any) -> bool | None:
    return verdict(Correction(message="k", agent="mara", at=AT, **said), "meter_reading", ANSWER)


@pytest.mark.parametrize(
    ("said", "right"),
    [
        ({"answer": LETTER}, True),
        ({"answer": LETTER.replace("Telefon", "Apparat")}, True),
        ({"answer": LETTER.replace("können", "können nicht")}, False),
        ({"answer": "Das klären wir, Frau Ott."}, False),
        ({"intent": "refund"}, False),
        ({"intent": "refund", "answer": LETTER}, False),
        ({"intent": "meter_reading", "answer": LETTER}, True),
        ({"intent": "meter_reading"}, None),
        ({"urgency": "high", "assignee": "nora"}, None),
        ({"right": True}, True),
        ({"right": False}, False),
        ({"right": True, "answer": "Das klären wir, Frau Ott."}, True),
        ({"right": False, "answer": LETTER}, False),
    ],
)
def test_a_correction_finds_an_answer_right_or_wrong_or_leaves_it_open(said: dict[str, Any], right: bool) -> None:
    assert found(**said) is right


def test_of_an_answer_that_was_erased_only_what_is_said_outright_tells_anything() -> None:
    said = Correction(message="k", agent="mara", at=AT, intent="refund", answer=LETTER)
    assert verdict(said, "", "") is None
    assert verdict(Correction(message="k", agent="mara", at=AT, right=False), "", "") is False


def test_lines_added_by_hand_do_not_make_an_answer_another_but_a_denial_does() -> None:
    assert says(LETTER, ANSWER)
    assert not says(LETTER.replace("können", "können nicht"), ANSWER)
    assert not says("", ANSWER)
