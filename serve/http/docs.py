"""The documentation of the HTTP door: what OpenAPI cannot know by itself, and a page that needs nothing remote."""

import json
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from importlib.resources import files
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, StrictUndefined

from salver.serve.http import problems
from salver.serve.http.forms import MAIL_EXAMPLE, NewMessage
from salver.serve.http.replies import Trouble

_CSP = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_EVERYWHERE = (401, 408, 421, 429, 500, 503)

Spec = Mapping[str, Any]


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problems that an operation may answer with, beside those that every one may."""
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Trouble"}}},
        }
        for status in sorted({*statuses, *_EVERYWHERE})
    }


def taking_mail() -> dict[str, Any]:
    """The request body of what takes a mail or a text."""
    form = NewMessage.model_json_schema()
    mail = {"schema": {"type": "string", "minLength": 1, "pattern": r"\S"}, "examples": MAIL_EXAMPLE}
    return {
        "requestBody": {"required": True, "content": {"application/json": {"schema": form}, "message/rfc822": mail}}
    }


def completed(spec: dict[str, Any]) -> dict[str, Any]:
    """A document of FastAPI's with the form of problems, which no operation returns as its own."""
    spec.setdefault("components", {}).setdefault("schemas", {})["Trouble"] = Trouble.model_json_schema()
    return spec


def docs_page(spec: Spec) -> HTMLResponse:
    """All operations on one page, each with an example."""
    source = (files("salver.serve") / "pages/docs.html").read_text("utf-8")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    text = environment.from_string(source).render(info=spec["info"], operations=list(_operations(spec)))
    return HTMLResponse(text, headers={"Content-Security-Policy": _CSP})


def _operations(spec: Spec) -> Iterator[dict[str, Any]]:
    for path, methods in spec["paths"].items():
        for method, one in methods.items():
            yield {
                "method": method.upper(),
                "path": path,
                "summary": one["summary"],
                "parameters": one.get("parameters", []),
                "sends": list(_sends(spec, one)),
                "answers": [(status, about["description"], _answer(spec, about)) for status, about in _own(one)],
            }


def _own(operation: Spec) -> Iterator[tuple[str, Spec]]:
    """The answers of an operation that not every other may give too."""
    for status, about in sorted(operation["responses"].items()):
        if int(status) not in _EVERYWHERE:
            yield status, about


def _sends(spec: Spec, operation: Spec) -> Iterator[tuple[str, str]]:
    for media, about in operation.get("requestBody", {}).get("content", {}).items():
        yield media, _example(spec, about)


def _answer(spec: Spec, about: Spec) -> str:
    content = about.get("content", {})
    return next((_example(spec, one) for media, one in content.items() if media != problems.MEDIA_TYPE), "")


def _example(spec: Spec, about: Spec) -> str:
    if "examples" in about:
        return str(next(iter(about["examples"].values()))["value"])
    schema = about["schema"]
    if "$ref" in schema:
        schema = spec["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    example = schema.get("examples", [""])[0]
    return example if isinstance(example, str) else json.dumps(example, ensure_ascii=False, indent=2)
