"""The documented door, walked by schemathesis: it never breaks, does as it says, and no way leads past the token."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    negative_data_rejection,
    positive_data_acceptance,
    response_schema_conformance,
    status_code_conformance,
)

from salver.data.store import Store
from salver.serve.http.app import create_app
from salver.serve.settings import Settings
from tests.serve.door import pipeline

OWN = {"Authorization": "Bearer walked"}
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
    positive_data_acceptance,
    ignored_auth,
)
OPERATIONS = (
    ("/v1/suggest", "POST"),
    ("/v1/messages", "POST"),
    ("/v1/messages/{key}", "GET"),
    ("/v1/corrections", "POST"),
    ("/v1/queue", "GET"),
    ("/v1/templates", "GET"),
    ("/v1/templates/{template}", "GET"),
    ("/v1/templates/{template}/approval", "POST"),
    ("/healthz", "GET"),
    ("/readyz", "GET"),
    ("/health", "GET"),
    ("/metrics", "GET"),
)
UNSOUND = tuple(one for one in OPERATIONS if one[0].startswith("/v1"))
"""Those to which one can send something wrong: a body, a query, a name in the path."""
WALK = settings(
    max_examples=30, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None
)


@schemathesis.serializer("message/rfc822")
def mail(_context: Any, value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogateescape")


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    store = Store.open(str(tmp_path_factory.mktemp("door") / "store.db"))
    app = create_app(pipeline(), store, Settings(tokens=("walked",)))
    yield schemathesis.openapi.from_asgi("/openapi.json", app)
    store.close()


def test_every_operation_is_walked(described: Any) -> None:
    known = {(one.ok().path, one.ok().method.upper()) for one in described.get_all_operations()}
    assert known == set(OPERATIONS)
    operations = {one: described[one[0]][one[1]] for one in OPERATIONS}
    taking = {one for one, it in operations.items() if it.body or it.path_parameters or it.query}
    assert taking == set(UNSOUND)


@pytest.mark.parametrize(
    ("path", "method", "mode"),
    [(*one, GenerationMode.POSITIVE) for one in OPERATIONS] + [(*one, GenerationMode.NEGATIVE) for one in UNSOUND],
)
def test_every_operation_does_as_it_says(path: str, method: str, mode: GenerationMode, described: Any) -> None:
    operation = described[path][method]

    @WALK
    @given(operation.as_strategy(generation_mode=mode))
    def walk(case: Any) -> None:
        any_bytes = case.media_type == "message/rfc822"
        case.call_and_validate(
            headers=OWN, checks=CHECKS, excluded_checks=[negative_data_rejection] if any_bytes else []
        )

    walk()


@pytest.mark.parametrize(("path", "method"), UNSOUND)
def test_no_operation_answers_without_the_token(path: str, method: str, described: Any) -> None:
    @WALK
    @given(described[path][method].as_strategy())
    def walk(case: Any) -> None:
        for sent in ({}, {"Authorization": "Bearer walke"}, {"Authorization": "Basic walked"}):
            assert case.call(headers=sent).status_code == 401

    walk()
