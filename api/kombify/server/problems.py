"""What goes wrong, as an answer of the form ``application/problem+json`` (RFC 9457): what, where, what to do."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from kombify.engine.errors import EngineError, KeyReused, NotFound, StalePlan
from kombify.store.errors import StoreError

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER = 5
"""Seconds after which it may be tried again when the database does not answer."""

log = logging.getLogger(__name__)


class FieldProblem(BaseModel):
    """What is wrong with one field of a request."""

    field: str = Field(description="Where it is: `limit[0]`, `query.page`.")
    message: str


class ProblemBody(BaseModel):
    """The body of an answer that is no success."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str = Field("", description="What happened.")
    hint: str = Field("", description="What to do about it.")
    errors: list[FieldProblem] = []
    changed: list[str] = Field([], description="What changed since the plan was made.")


class Problem(Exception):
    """A request that gets no good answer."""

    def __init__(
        self,
        status: HTTPStatus,
        detail: str,
        hint: str = "",
        *,
        errors: Sequence[tuple[str, str]] = (),
        changed: Sequence[str] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.headers = dict(headers or {})
        self.body = ProblemBody(
            title=status.phrase,
            status=status,
            detail=detail,
            hint=hint,
            errors=[FieldProblem(field=field, message=message) for field, message in errors],
            changed=list(changed),
        )

    def answer(self) -> Response:
        """Return the answer that says so."""
        body = self.body.model_dump(exclude_defaults=True) | {"type": self.body.type}
        return Response(orjson.dumps(body), self.status, self.headers, MEDIA_TYPE)


def wrong_field(field: str, message: str, hint: str = "") -> Problem:
    """Return the problem of a request whose one field cannot be right."""
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"{field}: {message}", hint, errors=[(field, message)])


def not_found(what: str, name: object, hint: str = "") -> Problem:
    """Return the problem of a request for something that is not there."""
    return Problem(HTTPStatus.NOT_FOUND, f"there is no {what} {name}", hint)


def problem_of(error: Exception) -> Problem:
    """Return an error as a problem. What nobody expected is logged, and its words stay here."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, RequestValidationError):
        return _invalid(error)
    if isinstance(error, HTTPException):
        status = HTTPStatus(error.status_code)
        said = "" if error.detail == status.phrase else str(error.detail)
        return Problem(status, said, headers=error.headers)
    if isinstance(error, EngineError):
        return _refused(error)
    if isinstance(error, StoreError):
        return Problem(HTTPStatus.CONFLICT, str(error), error.hint)
    if isinstance(error, (SQLAlchemyError, OSError)):
        log.warning("a request could not be answered: %s", error)
        return Problem(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "the service cannot reach its database or its disk",
            "try again; /readyz says what is wrong",
            headers={"Retry-After": str(RETRY_AFTER)},
        )
    log.error("a request met a fault of the service", exc_info=error)
    return Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "the service made a mistake", "its log says more")


def _refused(error: EngineError) -> Problem:
    if isinstance(error, NotFound):
        return Problem(HTTPStatus.NOT_FOUND, str(error), error.hint)
    if isinstance(error, StalePlan):
        return Problem(HTTPStatus.CONFLICT, str(error), error.hint, changed=error.changed)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if isinstance(error, KeyReused) else HTTPStatus.CONFLICT
    return Problem(status, str(error), error.hint)


def _invalid(error: RequestValidationError) -> Problem:
    found = [(_place(one["loc"]), str(one["msg"]).removeprefix("Value error, ")) for one in error.errors()]
    status = HTTPStatus.BAD_REQUEST if any(one["type"] == "json_invalid" for one in error.errors()) else None
    detail = "; ".join(f"{field}: {message}" if field else message for field, message in found[:5])
    return Problem(status or HTTPStatus.UNPROCESSABLE_ENTITY, detail, errors=found)


def _place(location: Sequence[int | str]) -> str:
    """Return where something is, as people write it; the body is what they speak of anyway."""
    words = list(location[1:] if location[:1] == ("body",) else location)
    text = ""
    for word in words:
        text += f"[{word}]" if isinstance(word, int) else f".{word}" if text else str(word)
    return text


async def _answer(_request: Request, error: Exception) -> Response:
    return problem_of(error).answer()


def answer_problems(app: FastAPI) -> None:
    """Let an application answer every error like this."""
    for kind in (Problem, RequestValidationError, HTTPException, EngineError, StoreError, SQLAlchemyError, OSError):
        app.add_exception_handler(kind, _answer)
    app.add_exception_handler(Exception, _answer)


def says(*statuses: HTTPStatus) -> dict[int | str, dict[str, Any]]:
    """Return what the API's description says about answers that are no success."""
    content = {MEDIA_TYPE: {"schema": ProblemBody.model_json_schema()}}
    return {int(one): {"description": one.phrase, "content": content} for one in statuses}
