"""Errors as RFC 9457 problems. The only place that turns an error into a status number."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from madoguchi.adapters.http.state import of
from madoguchi.domain.audit.entries import Seen
from madoguchi.kernel.errors import InvalidInputError, Kind, MadoguchiError
from madoguchi.kernel.fields import InvalidFieldsError
from madoguchi.kernel.time import stamp

MEDIA_TYPE: Final = "application/problem+json"

STATUS: Final[Mapping[Kind, int]] = {
    Kind.INVALID: 422,
    Kind.FORBIDDEN: 403,
    Kind.NOT_FOUND: 404,
    Kind.CONFLICT: 409,
    Kind.UNAVAILABLE: 503,
}

STATUS_OF_CODE: Final[Mapping[str, int]] = {
    "sign_in_needed": 401,
    "wrong_credentials": 401,
    "second_factor_needed": 401,
    "wrong_code": 401,
    "too_many_requests": 429,
    "too_many_tries": 429,
    "too_fast": 429,
    "body_too_large": 413,
    "range_not_satisfiable": 416,
}
"""The few errors for which HTTP has a better number than their kind's."""

_CODES: Final[Mapping[int, str]] = {400: "bad_request", 404: "not_found", 405: "method_not_allowed"}
_RETRY_S: Final = "2"

_log = logging.getLogger(__name__)


class ForeignRequestError(MadoguchiError):
    """This request may come from another site."""

    kind = Kind.FORBIDDEN
    code = "foreign_request"


class TooManyRequestsError(MadoguchiError):
    """Too many requests; slow down."""

    kind = Kind.UNAVAILABLE
    code = "too_many_requests"


class BodyTooLargeError(MadoguchiError):
    """The request is too large."""

    kind = Kind.INVALID
    code = "body_too_large"


class RangeNotSatisfiableError(MadoguchiError):
    """The file has no such part."""

    kind = Kind.INVALID
    code = "range_not_satisfiable"


def status_of(error: MadoguchiError) -> int:
    """Return the HTTP status for `error`."""
    return STATUS_OF_CODE.get(error.code, STATUS[error.kind])


def problem(
    error: MadoguchiError, *, headers: Mapping[str, str] | None = None, changed: Sequence[Mapping[str, Any]] = ()
) -> JSONResponse:
    """Render `error` for a client that will switch on `code`, not on prose.

    `changed` is what others did meanwhile to what was to be changed.
    """
    status = status_of(error)
    known = {"field": error.field, "reason": error.reason, "position": getattr(error, "position", None)}
    extra: dict[str, Any] = {name: value for name, value in known.items() if value is not None}
    if isinstance(error, InvalidFieldsError):
        extra["errors"] = [asdict(each) for each in error.errors]
    if changed:
        extra["changed"] = list(changed)
    sent = dict(headers or {})
    if status in {HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS}:
        sent.setdefault("Retry-After", _RETRY_S)
    if status == HTTPStatus.UNAUTHORIZED:
        sent.setdefault("WWW-Authenticate", "Bearer")
    return _rendered(status, error.code, error.title, error.detail, extra, sent)


def invalid(errors: Sequence[Mapping[str, str]]) -> JSONResponse:
    """Render wrong inputs, one entry `{field, detail}` for each."""
    title = (InvalidInputError.__doc__ or "").strip()
    detail = "; ".join(f"{error['field']}: {error['detail']}" for error in errors)
    extra: dict[str, Any] = {"errors": list(errors)}
    if len(errors) == 1:
        extra["field"] = errors[0]["field"]
    return _rendered(STATUS[Kind.INVALID], InvalidInputError.code, title, detail, extra, {})


def install(app: FastAPI) -> None:
    """Make `app` answer every error with a problem."""

    async def known(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, MadoguchiError)  # noqa: S101 - registered for this class
        seen = getattr(error, "seen", None)
        return problem(error, changed=await _since(request, seen) if isinstance(seen, Seen) else ())

    async def unread(_request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class
        return invalid([_field_error(each) for each in error.errors()])

    async def protocol(_request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class
        if isinstance(error.__cause__, MadoguchiError):
            # FastAPI turns whatever goes wrong while it reads a body into a 400 of its own.
            return problem(error.__cause__)
        code = _CODES.get(error.status_code, "http_error")
        title = HTTPStatus(error.status_code).phrase
        return _rendered(error.status_code, code, title, "", {}, dict(error.headers or {}))

    async def bug(request: Request, error: Exception) -> JSONResponse:
        route = request.scope.get("route")
        where = getattr(route, "path", "unknown")
        _log.error("request failed", extra={"route": where, "method": request.method}, exc_info=error)
        return _rendered(500, "internal", "Something is wrong on our side.", "It has been logged.", {}, {})

    app.add_exception_handler(MadoguchiError, known)
    app.add_exception_handler(RequestValidationError, unread)
    app.add_exception_handler(HTTPException, protocol)
    app.add_exception_handler(Exception, bug)


async def _since(request: Request, seen: Seen) -> Sequence[Mapping[str, Any]]:
    """Return who has changed which fields since somebody saw a thing; nothing where that cannot be read just now."""
    try:
        records = await of(request).services.audit.since(seen)
    except MadoguchiError:
        return ()
    return [
        {
            "by": one.act.name,
            "at": stamp(one.at),
            "action": one.entry.action.value,
            "fields": [change.field for change in one.entry.changes],
        }
        for one in records
    ]


def _rendered(
    status: int, code: str, title: str, detail: str, extra: Mapping[str, Any], headers: Mapping[str, str]
) -> JSONResponse:
    body = {"type": f"urn:madoguchi:problem:{code}", "title": title, "status": status, "code": code, "detail": detail}
    return JSONResponse({**body, **extra}, status, headers=dict(headers), media_type=MEDIA_TYPE)


def _field_error(error: Mapping[str, Any]) -> dict[str, str]:
    """Name the input without the place it came from (`body`, `query` …) and say what is wrong, without its value."""
    if error["type"] == "json_invalid":
        return {"field": "body", "detail": "is not JSON"}
    place: Iterable[Any] = error["loc"]
    names = [str(part) for part in place]
    field = ".".join(names[1:]) if len(names) > 1 else names[0]
    return {"field": field, "detail": str(error["msg"])}
