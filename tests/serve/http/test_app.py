"""The HTTP door decides what everybody else decides, stores first, and says what is wrong with a request."""

import json
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from salver.data.errors import StoreError
from salver.data.lines import tray_line
from salver.data.message import RawMessage
from salver.data.store import Store
from salver.models.personal import PersonalIndex
from tests.serve.door import open_door, pipeline

MAIL = (
    b"From: Jo Doe <jo@posthorn.example>\r\nTo: service@elmtalwerke.example\r\nSubject: Strom\r\n"
    b"Message-ID: <1@posthorn.example>\r\n\r\nBei uns ist der Strom weg, die ganze Stra\xdfe ist dunkel\r\n"
)
AS_MAIL = {"Content-Type": "message/rfc822"}
READING = "ich habe den Zähler 1EMT0043218876 abgelesen, der Stand ist 9283"
PROBLEM = "application/problem+json"


@pytest.fixture
def door(tmp_path: Path) -> Iterator[TestClient]:
    with open_door(tmp_path) as client:
        yield client


def without(line: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in line.items() if name not in names}


def test_a_suggestion_is_what_the_function_gives(door: TestClient) -> None:
    answered = door.post("/v1/suggest", json={"text": READING, "subject": "Zählerstand"})
    own = pipeline()
    assert answered.status_code == 200
    assert answered.json() == tray_line(own.suggest(READING, "Zählerstand"), own.bundle.name) | {
        "id": answered.json()["id"]
    }


def test_a_suggestion_keeps_nothing_and_gives_nobody_work(door: TestClient, tmp_path: Path) -> None:
    sent = {"text": "Der Strom ist ausgefallen"}
    assert len({door.post("/v1/suggest", json=sent).json()["agent"] for _ in range(9)}) == 1
    with Store.open(str(tmp_path / "store.db")) as store:
        assert store.counts().received == 0
        assert store.loads() == {}


def test_a_mail_is_stored_byte_for_byte_and_decided_as_a_batch_would(door: TestClient, tmp_path: Path) -> None:
    answered = door.post("/v1/messages", content=MAIL, headers=AS_MAIL)
    own, raw = pipeline(), RawMessage(content=MAIL, source="a.mbox")
    assert answered.status_code == 201
    assert answered.json() == tray_line(own.decide([raw])[0], own.bundle.name)
    assert answered.headers["Location"] == f"/v1/messages/{raw.key}"
    with Store.open(str(tmp_path / "store.db")) as store:
        stored = store.message(raw.key)
    assert stored is not None
    assert stored.raw.content == MAIL
    assert stored.state == "done"


def test_the_same_mail_again_by_another_way_has_the_same_decision(door: TestClient) -> None:
    first = door.post("/v1/messages", content=MAIL, headers=AS_MAIL)
    again = door.post("/v1/messages", content=b"Received: by mx\r\n" + MAIL, headers=AS_MAIL)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert door.get(first.headers["Location"]).json() == first.json()
    assert door.get("/v1/queue").json()["waiting"] == 1


def test_twenty_at_once_of_one_message_are_decided_once(door: TestClient, tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda _: door.post("/v1/messages", content=MAIL, headers=AS_MAIL), range(20)))
    assert sorted(one.status_code for one in done) == [200] * 19 + [201]
    with Store.open(str(tmp_path / "store.db")) as store:
        assert len(list(store.trail())) == 1
        assert store.counts().copies == 19


def test_a_text_is_a_message_with_the_fields_it_came_with(door: TestClient) -> None:
    sent = {"text": READING, "from": "Jo <jo@posthorn.example>", "channel": "web_form", "message_id": "form-7"}
    line = door.post("/v1/messages", json=sent).json()
    assert line["message_id"] == "form-7"
    other = door.post("/v1/messages", json=sent | {"message_id": "form-8"})
    assert other.status_code == 201
    assert other.json()["id"] != line["id"]


def test_a_message_that_an_earlier_run_stored_and_did_not_decide_is_decided(door: TestClient, tmp_path: Path) -> None:
    raw = RawMessage(content=MAIL, source="a.mbox")
    with Store.open(str(tmp_path / "store.db")) as store:
        store.take_in([raw])
    waits = door.get(f"/v1/messages/{raw.key}")
    assert (waits.status_code, waits.json()["state"]) == (202, "waiting")
    assert door.post("/v1/messages", content=MAIL, headers=AS_MAIL).status_code == 200
    assert door.get(f"/v1/messages/{raw.key}").json()["decision"] == "route"


def test_a_message_that_was_set_aside_stays_so(door: TestClient, tmp_path: Path) -> None:
    raw = RawMessage(content=MAIL, source="a.mbox")
    with Store.open(str(tmp_path / "store.db")) as store:
        store.take_in([raw])
        store.quarantine(raw.key, "its bytes are damaged")
    told = {"id": raw.key, "state": "quarantined", "because": "its bytes are damaged"}
    assert door.get(f"/v1/messages/{raw.key}").json() == told
    again = door.post("/v1/messages", content=MAIL, headers=AS_MAIL)
    assert (again.status_code, again.json()) == (202, told)


def test_half_a_surrogate_pair_and_nul_in_a_mail_are_no_error(door: TestClient) -> None:
    head = b"From: a@b.example\nSubject: =?utf-8?q?=ED=A0=80?=\nContent-Type: text/plain; charset=utf-7\n\n"
    odd = head + b"+2AA-\x00 Strom weg\n"
    line = door.post("/v1/messages", content=odd, headers=AS_MAIL)
    assert line.status_code == 201
    assert door.get(line.headers["Location"]).json()["id"] == line.json()["id"]


def test_the_queue_is_in_the_order_in_which_it_is_due(door: TestClient) -> None:
    ids = [
        door.post("/v1/messages", json={"text": text}).json()["id"]
        for text in (
            "Ich beschwere mich über Ihren Kundendienst, das ist unverschämt",
            "Stromausfall in Steinau, wann kommt der Strom wieder?",
        )
    ]
    found = door.get("/v1/queue").json()
    assert found["waiting"] == 2
    assert [one["id"] for one in found["messages"]] == ids[::-1]
    assert found["messages"][0]["intent"] == "power_outage"
    assert [one["due"] for one in found["messages"]] == sorted(one["due"] for one in found["messages"])
    agent = found["messages"][0]["agent"]
    assert {one["agent"] for one in door.get("/v1/queue", params={"agent": agent}).json()["messages"]} == {agent}
    assert len(door.get("/v1/queue", params={"limit": 1}).json()["messages"]) == 1


def test_a_correction_helps_with_the_next_message(door: TestClient) -> None:
    text = "Das Ding im Flur blinkt seit gestern so komisch lila"
    first = door.post("/v1/messages", json={"text": text}).json()
    answer = "bitte starten Sie die ElmBox neu, dann leuchtet sie wieder blau."
    change = {"message": first["id"], "agent": "anna", "intent": "internet_slow", "answer": answer}
    told = door.post("/v1/corrections", json=change)
    assert (told.status_code, told.json()) == (201, {"message": first["id"], "learned": True, "checked": False})
    then = door.post("/v1/suggest", json={"text": text + "!"}).json()
    assert any("starten Sie die ElmBox neu" in one["text"] for one in then["suggestions"])
    assert door.get("/v1/queue").json()["waiting"] == 0


def test_a_correction_may_give_the_message_to_another_agent(door: TestClient) -> None:
    first = door.post("/v1/messages", json={"text": "Stromausfall in Steinau, wann kommt der Strom wieder?"}).json()
    change = {"message": first["id"], "agent": "anna", "assignee": "bela"}
    told = door.post("/v1/corrections", json=change).json()
    assert told == {"message": first["id"], "learned": False, "checked": False}
    assert door.get("/v1/queue", params={"agent": "bela"}).json()["waiting"] == 1
    refused = door.post("/v1/corrections", json=change | {"assignee": "nobody"})
    assert refused.status_code == 422
    assert refused.json()["detail"] == "assignee: there is no such agent. There are anna, bela, cleo."


WRONG: dict[str, tuple[str, str, dict[str, Any], int, str]] = {
    "no text": ("POST", "/v1/suggest", {"json": {}}, 422, "text: Field required. See /docs for what is expected."),
    "an unknown field": (
        "POST", "/v1/suggest", {"json": {"text": "x", "txt": 1}}, 422,
        "txt: Extra inputs are not permitted. See /docs for what is expected.",
    ),
    "half JSON": (
        "POST", "/v1/suggest", {"content": b'{"text": ', "headers": {"Content-Type": "application/json"}}, 400,
        "The body is not JSON. Send a JSON object, encoded as UTF-8.",
    ),
    "yes in place of true": (
        "POST", "/v1/corrections", {"json": {"message": "0" * 32, "agent": "anna", "right": "yes"}}, 422,
        "right: Input should be a valid boolean. See /docs for what is expected.",
    ),
    "half JSON as a message": (
        "POST", "/v1/messages", {"content": b'{"text": ', "headers": {"Content-Type": "application/json"}}, 400,
        "The body is not JSON. Send a JSON object, encoded as UTF-8.",
    ),
    "a form": (
        "POST", "/v1/suggest", {"data": {"text": "x"}}, 415, "Send the body as Content-Type: application/json.",
    ),
    "a PDF": (
        "POST", "/v1/messages", {"content": b"%PDF", "headers": {"Content-Type": "application/pdf"}}, 415,
        "Send the body as Content-Type: application/json or message/rfc822.",
    ),
    "an empty mail": (
        "POST", "/v1/messages", {"content": b" \n", "headers": AS_MAIL}, 422,
        "The body is empty. Send the mail as its bytes are.",
    ),
    "no such message": (
        "GET", f"/v1/messages/{'0' * 32}", {}, 404, f"No message {'0' * 32} was ever taken in here.",
    ),
    "no id": (
        "GET", "/v1/messages/7", {}, 422,
        "path.key: String should match pattern '^[0-9a-f]{32}$'. See /docs for what is expected.",
    ),
    "no such place": ("GET", "/v2/suggest", {}, 404, "There is nothing at this address; /docs lists what there is."),
    "another method": ("GET", "/v1/suggest", {}, 405, "Use one of the methods in the Allow header."),
    "a limit too large": (
        "GET", "/v1/queue?limit=501", {}, 422,
        "query.limit: Input should be less than or equal to 500. See /docs for what is expected.",
    ),
    "a correction of nothing": (
        "POST", "/v1/corrections", {"json": {"message": "0" * 32, "agent": "anna"}}, 422,
        "body: it changes nothing: give intent, urgency, answer, assignee or right. See /docs for what is expected.",
    ),
    "a correction of no message": (
        "POST", "/v1/corrections", {"json": {"message": "0" * 32, "agent": "anna", "urgency": "low"}}, 404,
        f"No message {'0' * 32} was ever taken in here.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_a_problem_that_says_what_to_do(case: str, door: TestClient) -> None:
    method, path, sent, status, detail = WRONG[case]
    told = door.request(method, path, **sent)
    assert told.headers["content-type"] == PROBLEM
    assert (told.status_code, told.json()["status"], told.json()["detail"]) == (status, status, detail)
    assert set(told.json()) <= {"type", "title", "status", "detail", "errors"}


def test_what_was_sent_is_never_repeated_in_a_problem(door: TestClient) -> None:
    told = door.post("/v1/suggest", json={"text": ["mein IBAN ist DE89"], "subject": 4711_0815})
    assert told.status_code == 422
    assert "DE89" not in told.text
    assert "47110815" not in told.text


def test_json_nested_a_hundred_thousand_deep_is_refused(door: TestClient) -> None:
    for path in ("/v1/suggest", "/v1/messages", "/v1/corrections"):
        deep = b'{"text": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
        told = door.post(path, content=deep, headers={"Content-Type": "application/json"})
        assert told.status_code in (400, 422)
        assert told.headers["content-type"] == PROBLEM


def test_a_store_that_fails_is_503_and_nothing_is_acknowledged(
    door: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = door.app.state.service._store  # type: ignore[attr-defined]

    def full(*_: object) -> None:
        raise StoreError("The disk is full", where="/secret/place", todo="Make room and try again.")

    monkeypatch.setattr(store, "decided", full)
    told = door.post("/v1/messages", content=MAIL, headers=AS_MAIL)
    assert told.status_code == 503
    assert told.headers["Retry-After"] == "5"
    assert told.json()["detail"] == "The disk is full. Nothing was lost that was acknowledged; try again."
    monkeypatch.undo()
    assert door.post("/v1/messages", content=MAIL, headers=AS_MAIL).json()["decision"] == "route"


def test_a_fault_of_ours_is_500_without_its_words(
    door: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    service = door.app.state.service  # type: ignore[attr-defined]

    def broken(*_: object) -> None:
        raise ValueError("Bei uns ist der Strom weg")

    monkeypatch.setattr(service._store, "take_in", broken)
    told = door.post("/v1/messages", content=MAIL, headers=AS_MAIL)
    assert (told.status_code, told.headers["content-type"]) == (500, PROBLEM)
    assert "ValueError in broken" in caplog.text
    assert "Strom" not in told.text + caplog.text


def test_alive_is_not_ready_when_the_store_is_gone(door: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    assert door.get("/readyz").json() == {"status": "ready", "bundle": "small"}

    def gone() -> None:
        raise StoreError("The server does not answer")

    monkeypatch.setattr(door.app.state.service._store, "loads", gone)  # type: ignore[attr-defined]
    assert door.get("/readyz").status_code == 503
    assert door.get("/healthz").json() == {"status": "alive", "bundle": "small"}
    assert door.get("/metrics").status_code == 200


def test_metrics_count_decisions_seconds_and_what_waits(door: TestClient) -> None:
    door.post("/v1/messages", content=MAIL, headers=AS_MAIL)
    door.post("/v1/messages", content=MAIL, headers=AS_MAIL)
    text = door.get("/metrics").text
    line = door.get("/v1/queue").json()["messages"][0]
    assert 'salver_decisions_total{decision="route",reason="urgent"} 1.0' in text
    assert "salver_decide_seconds_count 1.0" in text
    assert f'salver_queue_length{{agent="{line["agent"]}"}} 1.0' in text
    assert 'name="small"' in text
    assert 'salver_responses_total{status="201"} 1.0' in text


def test_an_answer_stopped_at_the_way_out_is_an_alarm_that_names_nobody(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    asked = {"text": "Mein Internet ist seit Tagen sehr langsam, Seiten laden ewig"}
    leads = PersonalIndex.build({"c007": (["5 ghz"], ())})
    with open_door(tmp_path, decides=pipeline(personal=leads)) as door:
        line = door.post("/v1/messages", json=asked).json()
        text = door.get("/metrics").text
    assert (line["decision"], line["reason"], line["cases"]) == ("route", "may_leak", ["c007"])
    assert "salver_leaks_stopped_total 1.0" in text
    assert line["because"] in caplog.text
    assert "GHz" not in line["because"]


def test_the_documentation_shows_every_operation_with_an_example_and_nothing_remote(door: TestClient) -> None:
    page = door.get("/docs")
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert "://" not in page.text
    spec = door.get("/openapi.json").json()
    for path, methods in spec["paths"].items():
        assert path in page.text
        for operation in methods.values():
            assert operation["summary"]
            for about in operation.get("requestBody", {}).get("content", {}).values():
                assert "example" in json.dumps(about) or _form(spec, about)["examples"]
            good = operation["responses"]["201" if "201" in operation["responses"] else "200"]["content"]
            for about in good.values():
                assert about["schema"].get("examples") or _form(spec, about)["examples"]


def _form(spec: dict[str, Any], about: dict[str, Any]) -> dict[str, Any]:
    name = about["schema"]["$ref"].rpartition("/")[2]
    form: dict[str, Any] = spec["components"]["schemas"][name]
    return form


def test_the_store_is_closed_when_the_server_ends(tmp_path: Path) -> None:
    with open_door(tmp_path) as client:
        client.post("/v1/messages", content=MAIL, headers=AS_MAIL)
    with sqlite3.connect(tmp_path / "store.db") as connection:
        assert connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
        assert connection.execute("SELECT count(*) FROM decisions").fetchone() == (1,)
