"""A person's word on templates over HTTP: it counts at once, and only for the text that was read."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from salver.data.store import Store
from tests.pipeline.small_bundle import SLOW
from tests.serve.door import HERE, open_door
from tests.serve.office import approve_all

ASKED = {"text": "Das Internet ruckelt, die Geschwindigkeit ist schlecht"}
BETTER = "Bitte starten Sie den Router neu und wählen Sie das Netz mit 5 GHz."


@pytest.fixture
def door(tmp_path: Path) -> Iterator[TestClient]:
    with open_door(tmp_path, approved=False) as door:
        yield door


def found(door: TestClient, template: str = "t-slow") -> dict[str, Any]:
    one: dict[str, Any] = door.get(f"/v1/templates/{template}").json()
    return one


def say(door: TestClient, verdict: str, **more: Any) -> Any:
    said = {"verdict": verdict, "by": "anna", "sha256": found(door)["sha256"]}
    return door.post("/v1/templates/t-slow/approval", json=said | more)


def test_templates_are_listed_with_what_speaks_for_them(door: TestClient) -> None:
    listed = door.get("/v1/templates").json()
    assert (listed["waiting"], len(listed["templates"])) == (4, 4)
    assert found(door) | {"cases": []} == {
        "id": "t-slow",
        "state": "waiting",
        "intent": "internet_slow",
        "lang": "de",
        "text": SLOW,
        "sha256": found(door)["sha256"],
        "slots": [],
        "edited": False,
        "claims": "",
        "by": None,
        "at": None,
        "customers": 23,
        "agents": 4,
        "first": None,
        "last": None,
        "reopened": 0,
        "thanked": 0,
        "corrected": 0,
        "cases": [],
    }
    assert say(door, "approved").status_code == 201
    ids = [one["id"] for one in door.get("/v1/templates?state=approved").json()["templates"]]
    assert ids == ["t-slow"]
    few = door.get("/v1/templates?intent=meter_reading").json()
    assert (few["waiting"], len(few["templates"])) == (3, 3)


def test_a_word_counts_from_the_next_message_on(door: TestClient) -> None:
    assert door.post("/v1/suggest", json=ASKED).json()["reason"] == "not_approved"
    told = say(door, "approved")
    assert (told.status_code, told.json()["state"], told.json()["by"]) == (201, "approved", "anna")
    assert door.post("/v1/suggest", json=ASKED).json()["template"] == "t-slow"
    say(door, "edited", text=BETTER)
    assert door.post("/v1/suggest", json=ASKED).json()["reason"] == "not_approved"
    say(door, "approved")
    assert BETTER in door.post("/v1/suggest", json=ASKED).json()["answer"]
    say(door, "rejected")
    assert door.post("/v1/suggest", json=ASKED).json()["reason"] == "not_approved"


def test_a_word_through_another_door_is_heard(door: TestClient, tmp_path: Path) -> None:
    with Store.open(f"{tmp_path}/store.db") as store:
        approve_all(store, door.app.state.service._pipeline.bundle.templates)  # type: ignore[attr-defined]
    assert door.post("/v1/suggest", json=ASKED).json()["decision"] == "auto_answer"


def test_a_word_on_a_text_that_has_changed_meanwhile_is_refused(door: TestClient) -> None:
    read = found(door)["sha256"]
    say(door, "edited", text=BETTER)
    refused = say(door, "approved", sha256=read)
    assert (refused.status_code, refused.headers["content-type"]) == (409, "application/problem+json")
    assert "Read it again; nothing was kept." in refused.json()["detail"]
    assert found(door)["state"] == "waiting"


@pytest.mark.parametrize(
    ("more", "status", "says"),
    [
        ({"sha256": "00"}, 422, "sha256"),
        ({"sha256": None}, 422, "sha256"),
        ({"by": " "}, 422, "by"),
        ({"verdict": "perhaps"}, 422, "verdict"),
        ({"verdict": "edited"}, 422, 'give a text with the verdict "edited", and only then'),
        ({"text": BETTER}, 422, 'give a text with the verdict "edited", and only then'),
        ({"verdict": "edited", "text": "Danke, {iban}."}, 422, "{iban} is no slot of this template"),
        ({"verdict": "edited", "text": "  "}, 422, "text"),
    ],
)
def test_what_cannot_be_said_is_refused_and_nothing_is_kept(
    door: TestClient, more: dict[str, Any], status: int, says: str
) -> None:
    refused = say(door, **{"verdict": "approved"} | more)
    assert (refused.status_code, says in refused.json()["detail"]) == (status, True)
    assert found(door)["state"] == "waiting"


def test_a_template_that_is_not_there_is_told(door: TestClient) -> None:
    said = {"verdict": "approved", "by": "anna", "sha256": "0" * 64}
    for refused in (door.get("/v1/templates/nothing"), door.post("/v1/templates/nothing/approval", json=said)):
        assert (refused.status_code, "GET /v1/templates lists them" in refused.json()["detail"]) == (404, True)


def test_templates_are_guarded_like_everything_else(tmp_path: Path) -> None:
    with open_door(tmp_path, base=HERE, tokens=("a-token-that-is-long-enough",)) as door:
        assert door.get("/v1/templates").status_code == 401
        assert door.post("/v1/templates/t-slow/approval", json={}).status_code == 401


def test_what_agents_corrected_stands_beside_a_text(tmp_path: Path) -> None:
    with open_door(tmp_path) as door:
        line = door.post("/v1/messages", json=ASKED).json()
        assert line["template"] == "t-slow"
        said = {"message": line["id"], "agent": "anna", "answer": "Das Netz ist heute gestört, bitte warten Sie."}
        door.post("/v1/corrections", json=said)
        assert (found(door)["corrected"], found(door, "t-how")["corrected"]) == (1, 0)
