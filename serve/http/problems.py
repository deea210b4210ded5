"""Every error of the HTTP door, as `application/problem+json` (RFC 9457). What was sent is never repeated in it."""

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from salver.data.errors import InputError, SalverError

MEDIA_TYPE = "application/problem+json"
RETRY_S = 5
"""After how many seconds to try again when the store or the machine is busy."""

_log = logging.getLogger("salver.http")
_TODO = {
    404: "There is nothing at this address; /docs lists what there is.",
    405: "Use one of the methods in the Allow header.",
}


class Refused(HTTPException):
    """A request that is not carried out. `detail` says what is wrong and what to do."""

    def __init__(
        self, status: HTTPStatus, detail: str, *, headers: Mapping[str, str] | None = None, errors: Sequence[Any] = ()
    ) -> None:
        super().__init__(status, detail, dict(headers or {}))
        self.errors = tuple(errors)


def busy(detail: str) -> Refused:
    """Not now: try again in some seconds."""
    return Refused(HTTPStatus.SERVICE_UNAVAILABLE, detail, headers={"Retry-After": str(RETRY_S)})


def problem(error: HTTPException) -> JSONResponse:
    """The response that tells of an error."""
    status = HTTPStatus(error.status_code)
    detail = error.detail if error.detail != status.phrase else _TODO.get(error.status_code, error.detail)
    content: dict[str, Any] = {"type": "about:blank", "title": status.phrase, "status": status.value, "detail": detail}
    if isinstance(error, Refused) and error.errors:
        content["errors"] = list(error.errors)
    return JSONResponse(content, status.value, dict(error.headers or {}), MEDIA_TYPE)


def invalid(found: Sequence[Mapping[str, Any]]) -> Refused:
    """What pydantic found wrong with a request. A body that is no JSON at all is 400, anything else 422."""
    if any(one["type"] == "json_invalid" for one in found):
        return Refused(HTTPStatus.BAD_REQUEST, "The body is not JSON. Send a JSON object, encoded as UTF-8.")
    errors = [{"where": _place(one["loc"]), "what": _sentence(one["msg"])} for one in found]
    detail = "; ".join(f"{one['where']}: {one['what']}" for one in errors[:3])
    return Refused(HTTPStatus.UNPROCESSABLE_ENTITY, f"{detail}. See /docs for what is expected.", errors=errors)


def install(app: FastAPI) -> None:
    """Make every error of an application a problem."""

    @app.exception_handler(HTTPException)
    async def refused(_request: Request, error: HTTPException) -> JSONResponse:
        return problem(error)

    @app.exception_handler(RequestValidationError)
    async def not_valid(_request: Request, error: RequestValidationError) -> JSONResponse:
        return problem(invalid(error.errors()))

    @app.exception_handler(SalverError)
    async def known(request: Request, error: SalverError) -> JSONResponse:
        if isinstance(error, InputError):
            return problem(Refused(HTTPStatus.UNPROCESSABLE_ENTITY, str(error)))
        _log.error("%s %s: %s", request.method, request.url.path, error)
        return problem(busy(f"{error.what}. Nothing was lost that was acknowledged; try again."))


def _place(where: Sequence[Any]) -> str:
    """Where in a request something is wrong: `text`, or `limit` of the query."""
    names = [str(one) for one in where if one != "body"]
    return ".".join(names) or "body"


def _sentence(words: str) -> str:
    return words.removeprefix("Value error, ").rstrip(".")
