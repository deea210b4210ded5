"""The measurement of leaks: its canaries, that it finds a leak where there is one, and that salver has none."""

import json
from html import escape
from pathlib import Path
from random import Random

import pytest

from bench import leak
from bench.canaries import BY_MAIL, POSITIONS, SHAPES, Canary, drawn, plain
from bench.made_up import COMPANY, MadeUp, archive, as_mails, write
from salver.data.decision import AutoAnswer, Evidence, Reason
from salver.data.message import RawMessage
from salver.pipeline.read import read
from salver.training.gather import gather
from tests.gates.without import whole_replies


@pytest.fixture(scope="module")
def made() -> MadeUp:
    return archive(customers=150, replies=220, canaries=100)


def test_a_hundred_canaries_have_every_shape_in_every_position() -> None:
    found = drawn(100, Random(1))
    assert {(one.shape, one.position) for one in found} == {(s, p) for s in SHAPES for p in POSITIONS}
    assert len({one.plain for one in found}) == 100


@pytest.mark.parametrize(
    "written", ["Bo\u200bris MÜLLER", "boris\nmueller", "Boris M&uuml;ller", "Boris  Mu\u0308ller"]
)
def test_a_canary_is_seen_however_it_is_written(written: str) -> None:
    for name in ("Boris Müller", "Boris Mueller"):
        canary = Canary(text=name, shape="common_name", position="ps")
        assert canary.is_in(plain(f"Grüße an {written}, Ihren Freund."))


def test_every_canary_is_in_the_archive_on_both_sides(made: MadeUp, tmp_path: Path) -> None:
    cases = gather(write(made, tmp_path), COMPANY).cases
    said = plain(" ".join(f"{case.subject} {case.text}" for case in cases))
    replied = plain(" ".join(case.answer for case in cases))
    for canary in made.canaries.values():
        assert canary.is_in(replied) or canary.position in BY_MAIL, canary  # of a mail some lines are cut as a closing
        assert canary.is_in(said), canary


@pytest.mark.long
def test_the_sample_company_has_canaries_and_questions_too(tmp_path: Path) -> None:
    made = leak.sample(1000)
    assert len(made.canaries) == 1000
    assert len(gather(write(made, tmp_path), made.company).cases) == len(made.rows)
    assert len(list(leak.questions(made, 400))) == 400


def test_a_mail_has_its_canary_in_base64_or_in_an_alt_attribute(made: MadeUp) -> None:
    for row in made.rows:
        if "base64" in row or "alt" in row:
            mail = as_mails(row, COMPANY)[0]
            asked = read([RawMessage(content=mail.as_bytes(), source="test")], COMPANY)[0]
            canary = made.canaries[row["id"]]
            assert canary.is_in(plain(asked.body))
            assert ("base64" in row) == (mail["Content-Transfer-Encoding"] == "base64")
            assert ("alt" in row) == (f'alt="{escape(canary.text)}"' in mail.get_content())


def test_half_of_the_questions_are_near_a_source_and_none_is_by_a_customer(made: MadeUp) -> None:
    found = list(leak.questions(made, 800))
    assert sum(one.kind == "new" for one in found) == 400
    assert {one.kind for one in found} == {
        "new",
        "old_message",
        "old_mail",
        "old_without",
        "old_and_more",
        "what_was_said",
    }
    customers = {row["customer"]["email"] for row in made.rows}
    senders = {message.sender.email for message in read([one.raw for one in found], COMPANY) if message.sender}
    assert not customers & senders


def test_a_canary_in_an_answer_is_a_leak_unless_the_question_has_it(made: MadeUp) -> None:
    canary: Canary = next(iter(made.canaries.values()))
    found = leak._Found(made)
    answer = AutoAnswer(
        reason=Reason.RECURRING, because="", evidence=Evidence(bundle="b"), answer=f"Hallo {canary.text}!", template="t"
    )
    raw = RawMessage.of_text("Hallo")
    found.add(leak.Question(raw, "Hallo", "new"), answer)
    found.add(leak.Question(raw, f"Hier ist {canary.text}", "new"), answer)
    assert (found.leaked, found.echoed) == ([canary], 1)


@pytest.fixture
def words(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    sizes = ["--answers", "400", "--canaries", "100", "--customers", "150", "--only", "made_up"]
    monkeypatch.setattr("sys.argv", ["bench.leak", *sizes, "--json"])
    return sizes


@pytest.mark.long
def test_nothing_leaks(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        leak.main()
    figures = json.loads(capsys.readouterr().out)
    assert (ended.value.code, figures["leaks"], figures["canaries"], figures["answers"]) == (0, 0, 100, 400)
    assert figures["coverage"] >= 0.47


@pytest.mark.long
def test_without_gates_it_leaks_and_the_measurement_says_so(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("salver.pipeline.mask._masked", lambda text, *_: text)
    monkeypatch.setattr("salver.training.run.induce", whole_replies)
    monkeypatch.setattr("salver.pipeline.run.release", lambda decision, *_: decision)
    with pytest.raises(SystemExit) as ended:
        leak.main()
    figures = json.loads(capsys.readouterr().out)
    assert ended.value.code == 1
    assert figures["leaks"] > 10
