"""A person's word on templates, as it is typed: which wait, what speaks for each, what becomes of their messages."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from salver.data.approval import Approvals
from salver.data.store import Store
from salver.models.bundle import save
from salver.pipeline.run import Pipeline
from salver.serve.approvals import Listener, judged
from salver.serve.backlog import Backlog, Desk
from salver.serve.cli import app
from salver.serve.outfile import OutFile
from tests.pipeline.small_bundle import HOW, NOTED, SLOW, small_bundle
from tests.serve.door import pipeline
from tests.serve.office import approve_all, bundle_folder, draft, lines_of, mail, mailbox, salver

SLOW_ASKED = "Das Internet ruckelt, die Geschwindigkeit ist schlecht"
BETTER = "Bitte starten Sie den Router neu und wählen Sie das Netz mit 5 GHz."


class Office:
    """The commands with one bundle and one store."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = str(folder / "store.db")

    def run(self, *words: str, bundle: Path | None = None) -> Result:
        return CliRunner().invoke(app, [*words, "--bundle", str(bundle or bundle_folder()), "--store", self.url])

    def templates(self, *words: str, bundle: Path | None = None) -> Result:
        return self.run("templates", *words, bundle=bundle)

    def states(self, bundle: Path | None = None) -> dict[str, str]:
        lines = self.templates("list", "--json", bundle=bundle).stdout.splitlines()
        return {one["id"]: one["state"] for one in map(json.loads, lines)}

    def decided(self, text: str, bundle: Path | None = None) -> dict[str, object]:
        file = self.folder / "one.eml"
        file.write_text(mail(7, text), "utf-8")
        told = self.run("explain", str(file), "--json", bundle=bundle)
        line: dict[str, object] = json.loads(told.stdout)["decided"]
        return line


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def test_nothing_is_sent_until_somebody_has_read_and_approved_the_text(office: Office) -> None:
    before = office.decided(SLOW_ASKED)
    assert (before["decision"], before["reason"]) == ("route", "not_approved")
    assert before["because"] == "Nobody has approved this text yet: salver templates approve t-slow"
    assert before["suggestions"][0]["text"] == SLOW  # type: ignore[index]
    assert set(office.states().values()) == {"waiting"}
    done = office.templates("approve", "t-slow", "--by", "anna")
    assert (done.exit_code, done.stdout) == (0, "1 text approved: t-slow\n")
    assert office.states()["t-slow"] == "approved"
    assert (office.decided(SLOW_ASKED)["decision"], office.decided(SLOW_ASKED)["template"]) == ("auto_answer", "t-slow")
    office.templates("reject", "t-slow", "--by", "bela")
    assert "but bela rejected this text on" in str(office.decided(SLOW_ASKED)["because"])


def test_the_list_has_those_first_that_wait_and_says_how_to_go_on(office: Office) -> None:
    office.templates("approve", "t-how")
    lines = [json.loads(one) for one in office.templates("--json").stdout.splitlines()]
    assert [one["state"] for one in lines] == ["waiting", "waiting", "waiting", "approved"]
    assert lines[-1]["id"] == "t-how"
    assert (lines[-1]["customers"], lines[-1]["agents"], lines[-1]["lang"]) == (23, 4, "de")
    assert [json.loads(one)["id"] for one in office.templates("list", "--waiting", "--json").stdout.splitlines()] == [
        "t-noted",
        "t-noted-en",
        "t-slow",
    ]
    told = office.templates().stdout
    assert "internet_slow" in told
    assert "3 texts wait for a word." in told


def test_a_text_is_shown_with_its_slots_and_what_speaks_for_it(office: Office) -> None:
    told = office.templates("show", "t-noted").stdout
    assert all(f"    {line}\n" in told for line in NOTED.splitlines())
    assert "slots     {reading}, {meter_no}" in told
    assert "sent      to 23 customers by 4 agents" in told
    assert 'beware    t-noted says that something is done ("haben wir")' in told


def test_all_that_wait_of_an_intent_are_approved_at_once_and_the_rejected_stay_so(office: Office) -> None:
    office.templates("reject", "t-how")
    done = office.templates("approve", "--all-of", "meter_reading", "--json")
    assert json.loads(done.stdout) == {"approved": ["t-noted", "t-noted-en"]}
    assert "a person must do and send it" in done.stderr, "a text that claims a deed is never sent, and this is said"
    assert office.states() == {
        "t-noted": "approved",
        "t-noted-en": "approved",
        "t-slow": "waiting",
        "t-how": "rejected",
    }


def test_an_edited_text_asks_again_and_once_approved_it_is_what_is_sent(office: Office) -> None:
    office.templates("approve", "t-slow")
    done = office.templates("edit", "t-slow", "--text", BETTER)
    assert done.stdout == "t-slow has another text now, which waits: salver templates approve t-slow\n"
    assert office.states()["t-slow"] == "waiting"
    waits = office.decided(SLOW_ASKED)
    assert (waits["reason"], waits["suggestions"][0]["text"]) == ("not_approved", BETTER)  # type: ignore[index]
    office.templates("approve", "t-slow")
    sent = office.decided(SLOW_ASKED)
    assert sent["decision"] == "auto_answer"
    assert BETTER in str(sent["answer"])
    assert SLOW not in str(sent["answer"])
    file = office.folder / "text.txt"
    file.write_text(SLOW, "utf-8")
    office.templates("edit", "t-slow", "--file", str(file))
    shown = json.loads(office.templates("show", "t-slow", "--json").stdout)
    assert (shown["text"], shown["edited"], shown["state"]) == (SLOW, False, "waiting"), "back to its own text"


def test_a_text_without_its_claim_can_be_sent(office: Office) -> None:
    asked = "Der Stand meines Zählers lautet 18447, abgelesen am Montag, Stand 18447"
    assert office.decided(asked)["reason"] == "claims_a_deed"
    office.templates("edit", "t-noted", "--text", "Danke für den Zählerstand {reading}. Sie müssen nichts weiter tun.")
    office.templates("approve", "t-noted")
    sent = office.decided(asked)
    assert (sent["decision"], "Danke für den Zählerstand 18447." in str(sent["answer"])) == ("auto_answer", True)


def test_a_bundle_with_another_text_under_the_same_id_asks_again(office: Office) -> None:
    office.templates("approve", "t-slow", "t-how")
    other = office.folder / "other"
    changed = tuple(replace(one, text=BETTER) if one.id == "t-slow" else one for one in draft().templates)
    save(replace(draft(), name="other", templates=changed), other)
    assert office.states(other) == {
        "t-noted": "waiting",
        "t-noted-en": "waiting",
        "t-slow": "waiting",
        "t-how": "approved",
    }
    assert office.decided(SLOW_ASKED, other)["reason"] == "not_approved"
    assert office.states()["t-slow"] == "approved"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["approve"], "No template is named. Name its ID: salver templates lists them."),
        (["approve", "t-slow", "t-nothing"], 'There is no template "t-nothing" in this bundle.'),
        (["show", "t-nothing"], "See which there are: salver templates"),
        (
            ["approve", "--all-of", "wallbox"],
            'no template of the intent "wallbox". There are templates of internet',
        ),
        (
            ["approve", "t-slow", "--sha256", "00000000"],
            "t-slow: This was said of the text 00000000…, but the text is ",
        ),
        (["approve", "t-slow", "--sha256", "0"], "Read it again; nothing was kept."),
        (["approve", "t-slow", "t-how", "--sha256", "00000000"], "A sha256 is that of one text."),
        (["edit", "t-noted", "--text", "Danke, {iban}."], "{iban} is no slot of this template"),
        (["edit", "t-noted", "--text", "Danke, {{ Reading }}."], "its slots are: {reading}, {meter_no}. Write it"),
        (["edit", "t-slow", "--text", " \n"], "t-slow: The text is empty."),
        (["edit", "t-slow"], "Give the new text once. Use --text TEXT or --file FILE."),
        (["edit", "t-slow", "--file", "nowhere"], "nowhere: This file cannot be read as text."),
    ],
)
def test_what_cannot_be_said_is_refused_in_a_sentence_and_nothing_is_kept(
    office: Office, words: list[str], says: str
) -> None:
    done = office.templates(*words)
    assert done.exit_code == 2
    assert says in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert set(office.states().values()) == {"waiting"}


def test_only_the_text_that_was_read_is_approved(office: Office) -> None:
    read = json.loads(office.templates("show", "t-slow", "--json").stdout)["sha256"]
    office.templates("edit", "t-slow", "--text", BETTER)
    refused = office.templates("approve", "t-slow", "--sha256", read)
    assert (refused.exit_code, office.states()["t-slow"]) == (2, "waiting")
    now = json.loads(office.templates("show", "t-slow", "--json").stdout)["sha256"]
    assert office.templates("approve", "t-slow", "--sha256", now[:12]).exit_code == 0


def test_batch_sends_what_nobody_has_read_only_when_told_so_and_says_it(tmp_path: Path) -> None:
    source = mailbox(tmp_path / "in.mbox", 60)
    plain = salver("batch", source, "--bundle", bundle_folder(), "--out", tmp_path / "a.jsonl", "--workers", "0")
    assert "--auto-approve" not in plain.stderr
    loud = salver(
        "batch", source, "--bundle", bundle_folder(), "--out", tmp_path / "b.jsonl", "--workers", "2", "--auto-approve"
    )
    assert "every text that nobody has rejected counts as approved, although nobody has read it" in loud.stderr
    reasons = [{line["reason"] for line in lines_of(tmp_path / name)} for name in ("a.jsonl", "b.jsonl")]
    assert "recurring" not in reasons[0] >= {"not_approved"}
    assert "not_approved" not in reasons[1] >= {"recurring"}
    with Store.open(f"{tmp_path}/b.jsonl.store.db") as store:
        assert store.approvals() == [], "nobody is said to have approved anything"


@pytest.mark.parametrize("workers", [0, pytest.param(2, marks=pytest.mark.long)])
def test_a_running_batch_hears_of_a_word_from_the_next_chunk_on(tmp_path: Path, workers: int) -> None:
    own, out = Pipeline(small_bundle(), audit_share=0.0), tmp_path / "out.jsonl"
    with Store.open(f"{tmp_path}/store.db") as store, OutFile(out, "small") as file:
        desk = Desk(pipeline=own, folder=bundle_folder(), store=store, own_store=True, workers=workers)

        def meanwhile(_: int) -> None:
            if not store.newest_approval():
                approve_all(store, own.bundle.templates)

        Backlog(mailbox(tmp_path / "in.mbox", 400), file, desk, meanwhile).work_off()
    reasons = [line["reason"] for line in lines_of(out)]
    assert "not_approved" in reasons[:128]
    assert "recurring" not in reasons[:128]
    assert "recurring" in reasons[128:]
    assert "not_approved" not in reasons[128:]


def test_a_pipeline_hears_of_an_edit_made_elsewhere(tmp_path: Path) -> None:
    own, office = pipeline(), Office(tmp_path)
    with Store.open(office.url) as store:
        ear = Listener(own, store)
        assert own.approvals == Approvals()
        office.templates("edit", "t-slow", "--text", BETTER)
        office.templates("approve", "t-slow")
        assert own.suggest(SLOW_ASKED).decision.reason == "not_approved"
        ear.listen()
        assert BETTER in own.suggest(SLOW_ASKED).decision.answer  # type: ignore[union-attr]
        assert {one.template.id: one.template.text for one in judged(own.bundle.templates, store)}["t-how"] == HOW
