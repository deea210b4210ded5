"""What agents did with suggestions, told by what they sent."""

import json
from datetime import UTC, datetime

from salver.data.answer import Uses
from salver.data.correction import Correction
from salver.data.record import DecisionRecord
from salver.serve.uses import use_of, uses_of

AT = datetime(2026, 3, 4, tzinfo=UTC)
BOX = "Bitte schalten Sie die Wallbox aus und nach zehn Sekunden wieder ein, dann lädt sie."
METER = "Den Zählerstand können Sie im Portal, per Antwort oder am Telefon melden."
SENT = f"Guten Tag Frau Ott,\n\n{BOX}\n\nMit freundlichen Grüßen\nMara Lind"


def record(*suggestions: tuple[str | None, str, str]) -> DecisionRecord:
    """A routed message with these suggestions: template, case and text of each."""
    shown = [{"template": template, "cases": [case], "text": text} for template, case, text in suggestions]
    line = json.dumps({"suggestions": shown})
    return DecisionRecord(message="m", bundle="b", at=AT, kind="route", reason="not_sure", line=line)


def sent(answer: str | None, *suggestions: tuple[str | None, str, str]) -> dict[str, Uses]:
    correction = Correction(message="m", agent="mara", at=AT, answer=answer, intent="wallbox")
    return uses_of([correction], {"m": record(*suggestions)})


def test_what_is_sent_as_it_was_suggested_is_taken_and_what_stood_above_it_passed_over() -> None:
    found = sent(SENT, ("t-meter", "c1", METER), ("t-box", "c2", BOX), ("t-late", "c3", METER))
    assert found == {"t-meter": Uses(rejected=1), "t-box": Uses(taken=1)}


def test_a_past_answer_is_known_by_its_case() -> None:
    assert sent(SENT, (None, "c2", BOX)) == {"c2": Uses(taken=1)}


def test_what_is_sent_with_other_words_is_edited() -> None:
    assert use_of(BOX, SENT.replace("aus und nach zehn Sekunden wieder ein", "kurz aus und ein")) == Uses(edited=1)
    assert use_of(BOX, f"{SENT}\n{METER} {METER} {METER}") == Uses(edited=1)


def test_when_something_else_is_sent_all_were_passed_over() -> None:
    assert sent("Das sehen wir uns an.", ("t-meter", "c1", METER), ("t-box", "c2", BOX)) == {
        "t-meter": Uses(rejected=1),
        "t-box": Uses(rejected=1),
    }


def test_without_an_answer_nothing_is_told() -> None:
    assert sent(None, ("t-box", "c2", BOX)) == {}


def test_a_decision_whose_text_was_erased_tells_nothing() -> None:
    gone = DecisionRecord(message="m", bundle="b", at=AT, kind="route", reason="not_sure", line="")
    assert uses_of([Correction(message="m", agent="mara", at=AT, answer=SENT)], {"m": gone}) == {}
