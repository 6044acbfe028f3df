"""The form of AWX's answers: lists, refusals, and who it says that it is."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from kombify.engine.errors import EngineError
from kombify.server.problems import Problem, problem_of
from kombify.store.errors import StoreError

AWX_VERSION = "24.6.1"
"""The version of AWX whose words we speak; the modules of ``awx.awx`` compare it with their own."""
PRODUCT = {"X-API-Product-Name": "AWX", "X-API-Product-Version": AWX_VERSION}
KNOWN = (Problem, RequestValidationError, HTTPException, EngineError, StoreError, SQLAlchemyError, OSError)
FIELDS = {"variables": "extra_vars", "tags": "job_tags"}
"""AWX's names of fields that have another one with us."""


def answer(body: Any, status: HTTPStatus = HTTPStatus.OK, headers: Mapping[str, str] | None = None) -> Response:
    """Return an answer of JSON."""
    return Response(orjson.dumps(body), status, headers, "application/json")


def refusal(status: HTTPStatus, detail: str) -> Problem:
    """Return the problem of a request that AWX would refuse in these words."""
    return Problem(status, detail)


def gone() -> Problem:
    """Return the problem of a request for something that is not there."""
    return refusal(HTTPStatus.NOT_FOUND, "Not found.")


class ControllerRoute(APIRoute):
    """A route that answers and refuses as AWX does."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler of the route."""
        handle = super().get_route_handler()

        async def answered(request: Request) -> Response:
            try:
                response = await handle(request)
            except KNOWN as error:
                response = refused(problem_of(error))
            response.headers.update(PRODUCT)
            return response

        return answered


def refused(problem: Problem) -> Response:
    """Return a problem in AWX's form: what is wrong with which field, or what is wrong at all."""
    status = problem.status
    if status is HTTPStatus.UNPROCESSABLE_ENTITY:
        status = HTTPStatus.BAD_REQUEST
    return answer(_body(problem), status, problem.headers)


def _body(problem: Problem) -> dict[str, Any]:
    said: dict[str, list[str]] = {}
    hint = f" ({problem.body.hint})" if problem.body.hint else ""
    for error in problem.body.errors:
        field, _, inside = error.field.replace("[", ".").partition(".")
        place = f"{inside}: " if field == "variables" and inside else ""
        said.setdefault(FIELDS.get(field, field), []).append(f"{place}{error.message}{hint}")
    if said and problem.status is HTTPStatus.UNPROCESSABLE_ENTITY:
        return dict(said)
    return {"detail": f"{problem.body.detail or problem.body.title}{hint}"}
