"""The report of a store: what was decided last counts, what was answered waits no longer."""

from pathlib import Path

from salver.data.correction import Correction
from salver.data.lines import tray_line
from salver.data.message import RawMessage
from salver.data.standing import Standing
from salver.data.store import Store
from salver.serve.overview import draw, newest_lines
from salver.serve.recording import record_of
from tests.pipeline.small_bundle import NOON
from tests.serve.door import pipeline

OUTAGE = RawMessage.of_text("Stromausfall in Steinau, wann kommt der Strom wieder?")
SLOW = RawMessage.of_text("Das Internet ruckelt, die Geschwindigkeit ist schlecht")


def decided(store: Store, raws: list[RawMessage]) -> None:
    own = pipeline()
    store.take_in(raws)
    trays = own.decide(raws)
    store.decided([record_of(tray, tray_line(tray, own.bundle.name), NOON) for tray in trays])


def test_a_message_that_was_decided_twice_is_counted_once(tmp_path: Path) -> None:
    with Store.open(str(tmp_path / "store.db")) as store:
        decided(store, [OUTAGE, SLOW])
        decided(store, [OUTAGE])
        assert [line["id"] for line in newest_lines(store)] == [SLOW.key, OUTAGE.key]


def test_what_an_agent_answered_waits_no_longer_and_proves_nothing_of_the_others(tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    with Store.open(str(tmp_path / "store.db")) as store:
        decided(store, [OUTAGE])
        draw(store, pipeline().bundle, Standing(), out)
        assert "1 message waits in 1 queue" in out.read_text("utf-8")
        store.correct(Correction(message=OUTAGE.key, agent="anna", at=NOON, intent="complaint", answer="Ja."))
        draw(store, pipeline().bundle, Standing(), out)
        assert "No message waits for a person." in out.read_text("utf-8")
        assert "gold labels" not in out.read_text("utf-8")
        draw(store, pipeline().bundle, Standing(), out, {OUTAGE.key: "power_outage"})
        assert "Of 1 message with gold labels 0.0% got the true intent." in out.read_text("utf-8")
