"""The HTTP door: the same decisions as everywhere, stored first, with a token, limits, and errors that say what to do.

Handlers are async and quick; what needs the pipeline waits its turn for one thread, so that health, readiness and
refusals are answered however much there is to decide.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from typing import Annotated, Any, TypeVar

from fastapi import Depends, FastAPI, Query, Request, Response, Security
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.security import HTTPBearer
from pydantic import ValidationError

from salver.data.approval import Verdict
from salver.data.correction import Correction
from salver.data.errors import StoreError
from salver.data.message import RawMessage
from salver.data.store import Store
from salver.pipeline.run import Pipeline
from salver.serve import metrics
from salver.serve.http import problems
from salver.serve.http.docs import completed, docs_page, responses, taking_mail
from salver.serve.http.forms import Change, Key, NewMessage, Question, Shown, Which, Word
from salver.serve.http.guard import Guard, Limits
from salver.serve.http.problems import Refused
from salver.serve.http.replies import Health, Learned, Line, Pending, Queue, Template, Templates, Wellbeing
from salver.serve.http.service import Service
from salver.serve.http.tokens import demand_token, digests
from salver.serve.settings import Settings

MAIL = "message/rfc822"
JSON = "application/json"
SOURCE = "http"

One = TypeVar("One")


class Json(JSONResponse):
    """JSON in which half a surrogate pair, which some mails hold, becomes an escape."""

    def render(self, content: Any) -> bytes:
        return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")


def create_app(pipeline: Pipeline, store: Store, settings: Settings) -> FastAPI:
    """The application. It closes the store when it ends.

    Raises SettingsError when it is to listen to others than this machine, and no token is set.
    """
    demand_token(settings)
    figures = metrics.Metrics(pipeline.bundle)
    service = Service(pipeline, store, figures, settings.bound_days)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.worker = ThreadPoolExecutor(1, "salver-pipeline")
        yield
        await run_in_threadpool(app.state.worker.shutdown)
        service.close()

    app = FastAPI(
        title="salver",
        summary="Reads customers' messages, answers what recurs, and brings the rest to the agent who solves it best.",
        version="1",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        default_response_class=Json,
    )
    app.state.service, app.state.figures, app.state.settings = service, figures, settings
    problems.install(app)
    limits = Limits(tokens=digests(settings.tokens), body_bytes=settings.body_limit)
    app.add_middleware(Guard, limits=limits, answered=figures.answered)
    _add_decisions(app)
    _add_found(app)
    _add_people(app)
    _add_templates(app)
    _add_operations(app)
    plain = app.openapi
    app.openapi = lambda: completed(plain())  # type: ignore[method-assign]
    return app


async def _in_turn(request: Request, work: Callable[[], One]) -> One:
    """Do something with the pipeline, after whatever came before."""
    return await asyncio.get_running_loop().run_in_executor(request.app.state.worker, work)


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


def _demand_json(request: Request) -> None:
    if _media(request) != JSON:
        raise _other_media(JSON)


Door = Annotated[Service, Depends(_service)]
_PRIVATE = [Security(HTTPBearer(auto_error=False, description="A token of the settings, where there are any."))]
_WITH_JSON = [*_PRIVATE, Depends(_demand_json)]


def _add_decisions(app: FastAPI) -> None:
    @app.post(
        "/v1/suggest",
        summary="Say what would be decided of a text; nothing is kept",
        response_model=Line,
        responses=responses(400, 413, 415, 422),
        dependencies=_WITH_JSON,
    )
    async def suggest(request: Request, service: Door, asked: Question) -> Response:
        raw = RawMessage.of_text(asked.text, subject=asked.subject, source=SOURCE, **asked.known())
        return Json(await _in_turn(request, partial(service.suggest, raw)))

    @app.post(
        "/v1/messages",
        summary="Take in a message: it is stored, then decided",
        status_code=HTTPStatus.CREATED,
        response_model=Line,
        response_description="It was new, and is decided",
        responses={
            200: {"model": Line, "description": "It was known; its decision is the same as before"},
            202: {"model": Pending, "description": "It is kept, and set aside for a person"},
            **responses(400, 410, 413, 415, 422),
        },
        dependencies=_PRIVATE,
        openapi_extra=taking_mail(),
    )
    async def take_in(request: Request, service: Door) -> Response:
        line, new = await _in_turn(request, partial(service.take_in, await _message(request)))
        status = _kept_status(line, HTTPStatus.CREATED if new else HTTPStatus.OK)
        return Json(line, status, {"Location": f"/v1/messages/{line['id']}"})


def _add_found(app: FastAPI) -> None:
    @app.get(
        "/v1/messages/{key}",
        summary="Give the decision of a message",
        response_model=Line,
        responses={
            202: {"model": Pending, "description": "It is kept, but not decided yet"},
            **responses(404, 410, 422),
        },
        dependencies=_PRIVATE,
    )
    async def found(service: Door, key: Key) -> Response:
        line = await run_in_threadpool(service.found, key)
        return Json(line, _kept_status(line, HTTPStatus.OK))


def _add_people(app: FastAPI) -> None:
    @app.post(
        "/v1/corrections",
        summary="Take in what an agent changed; it helps at once",
        status_code=HTTPStatus.CREATED,
        response_model=Learned,
        responses=responses(400, 404, 413, 415, 422),
        dependencies=_WITH_JSON,
    )
    async def correct(request: Request, service: Door, change: Change) -> Response:
        correction = Correction(**change.model_dump() | {"at": change.at or datetime.now(UTC)})
        return Json(await _in_turn(request, partial(service.correct, correction)), HTTPStatus.CREATED)

    @app.get(
        "/v1/queue",
        summary="List what waits for a person, first due first",
        response_model=Queue,
        responses=responses(422),
        dependencies=_PRIVATE,
    )
    async def queue(service: Door, which: Annotated[Which, Query()]) -> Response:
        return Json(await run_in_threadpool(service.waiting, which.agent, which.limit))


def _add_templates(app: FastAPI) -> None:
    @app.get(
        "/v1/templates",
        summary="List the texts that may be sent, those first that wait for a person's word",
        response_model=Templates,
        responses=responses(422),
        dependencies=_PRIVATE,
    )
    async def templates(service: Door, shown: Annotated[Shown, Query()]) -> Response:
        return Json(await run_in_threadpool(service.templates, shown.state, shown.intent))

    @app.get(
        "/v1/templates/{template}",
        summary="Give a text with its slots and what speaks for it",
        response_model=Template,
        responses=responses(404, 422),
        dependencies=_PRIVATE,
    )
    async def template(service: Door, template: str) -> Response:
        return Json(await run_in_threadpool(service.template, template))

    @app.post(
        "/v1/templates/{template}/approval",
        summary="Take in a person's word on a text; it counts at once",
        status_code=HTTPStatus.CREATED,
        response_model=Template,
        responses=responses(400, 404, 409, 413, 415, 422),
        dependencies=_WITH_JSON,
    )
    async def judge(request: Request, service: Door, template: str, word: Word) -> Response:
        said = partial(service.judge, template, Verdict(word.verdict), word.by, word.sha256, word.text)
        return Json(await _in_turn(request, said), HTTPStatus.CREATED)


def _add_operations(app: FastAPI) -> None:
    @app.get("/healthz", summary="Say whether the server is alive", response_model=Health)
    async def healthz(service: Door) -> Response:
        return Json({"status": "alive", "bundle": service.bundle})

    @app.get("/readyz", summary="Say whether messages can be taken in", response_model=Health, responses=responses(503))
    async def readyz(service: Door) -> Response:
        await run_in_threadpool(service.check)
        return Json({"status": "ready", "bundle": service.bundle})

    @app.get(
        "/health",
        summary="Say whether customers' mail waits: mailboxes, decisions, uncertain answers, the store",
        response_model=Wellbeing,
        responses={503: {"model": Wellbeing, "description": "Somebody must look now"}},
    )
    async def health(request: Request, service: Door) -> Response:
        found = await run_in_threadpool(service.health, request.app.state.settings)
        status = "red" if found.red else "needs a person" if found.concerns else "well"
        known = [{"code": one.code, "of": one.of, "red": one.red} for one in found.concerns]
        code = HTTPStatus.SERVICE_UNAVAILABLE if found.red else HTTPStatus.OK
        return Json({"status": status, "concerns": known}, code)

    @app.get(
        "/metrics",
        summary="Give figures for Prometheus",
        response_class=Response,
        responses={200: {"content": {"text/plain": {"schema": {"type": "string", "examples": [metrics.EXAMPLE]}}}}},
    )
    async def figures(request: Request, service: Door) -> Response:
        try:
            lengths = await run_in_threadpool(service.lengths)
        except StoreError:
            lengths = {}
        text = request.app.state.figures.text(lengths, service.standing)
        return Response(text, media_type=metrics.MEDIA_TYPE)

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return docs_page(app.openapi())


async def _message(request: Request) -> RawMessage:
    """The message of a request, by its media type."""
    media = _media(request)
    content = await request.body()
    if media == MAIL:
        if not content.strip():
            raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, "The body is empty. Send the mail as its bytes are.")
        return RawMessage(content=content, source=SOURCE)
    if media != JSON:
        raise _other_media(f"{JSON} or {MAIL}")
    try:
        known = NewMessage.model_validate_json(content)
    except ValidationError as error:
        raise problems.invalid(error.errors()) from error
    return RawMessage.of_text(known.text, subject=known.subject, source=SOURCE, **known.known())


def _media(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _other_media(wanted: str) -> Refused:
    headers = {"Accept": wanted.replace(" or ", ", ")}
    return Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"Send the body as Content-Type: {wanted}.", headers=headers)


def _kept_status(line: dict[str, Any], usual: HTTPStatus) -> HTTPStatus:
    return HTTPStatus.ACCEPTED if "state" in line else usual
