"""The description of the API: what FastAPI says of each route, and what holds for all of them."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from kombify.server.problems import MEDIA_TYPE, ProblemBody

Json = dict[str, Any]
SCHEMAS = "#/components/schemas/{model}"
PROBLEM = "#/components/responses/{name}"
ABOUT = """\
Durable jobs over REST. What is wrong is answered with `application/problem+json` (RFC 9457): what happened, in which
field, what to do. Lists come in pages: send `next` as `cursor`. What takes time is answered with 202 and a `Location`.
Everything under `/v1/orchestrator` is also found under `/api/v1`.
"""
TAGS = {
    "stacks": "What there is: each stack is a folder with a `kombination.yaml`.",
    "nodes": "The machines of a stack. Changing them is a proposal: the file stays yours.",
    "workers": "Processes that run jobs.",
    "jobs": "Runs of playbooks.",
    "workflows": "Jobs in order, with undo.",
    "drift": "What is different from the plan.",
    "schedules": "What is launched again and again.",
    "live": "Following what happens.",
    "accounts": "Tokens, audit, settings.",
    "system": "Health, figures, version.",
    "internal": "For the gateway itself; off by default.",
}
ALWAYS = (HTTPStatus.BAD_REQUEST, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
"""What any request can be answered with: it cannot be read, comes too often, or the database is away."""
SECURED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
WITH_BODY = (HTTPStatus.REQUEST_ENTITY_TOO_LARGE,)
PROBLEMS = {
    400: ("BadRequest", "The request cannot be read: broken JSON, or JSON that can be read in two ways."),
    401: ("Unauthorized", "There is no token, or it is not known, has expired or was revoked."),
    403: ("Forbidden", "The token does not allow this."),
    404: ("NotFound", "There is no such thing."),
    409: ("Conflict", "It cannot be done as things are now."),
    413: ("TooLarge", "The body is longer than allowed."),
    422: ("Unprocessable", "Fields are wrong; `errors` says which, and why."),
    429: ("TooManyRequests", "This address asks too often, or was refused too often."),
    503: ("Unavailable", "The database or the disk does not answer; nothing was done."),
}
"""Names and meanings, the same for every version of Python."""
OPEN = {"/readyz", "/metrics"}
"""Whoever asks on the service's own machine needs no token for these."""
PLAIN = {"/healthz"}
"""These look at nothing, so that there is nothing to go wrong."""
METHODS = {"get", "put", "post", "delete", "patch"}


def operation_id(route: APIRoute) -> str:
    """Return a name for programs that are made from the description."""
    return f"{route.tags[0]}_{route.name}" if route.tags else route.name


def describe(app: FastAPI) -> None:
    """Let an application describe itself with what holds for all routes, at ``/openapi.json``."""

    def openapi() -> Json:
        if app.openapi_schema is None:
            app.openapi_schema = complete(
                get_openapi(title=app.title, version=app.version, description=ABOUT, routes=app.routes)
            )
        return app.openapi_schema

    async def answer(_request: Request) -> Response:
        # It takes its time when it is asked for first: nobody else shall wait for that.
        return Response(await asyncio.to_thread(lambda: orjson.dumps(openapi())), media_type="application/json")

    app.openapi = openapi  # type: ignore[method-assign]
    app.add_route("/openapi.json", answer, include_in_schema=False)


def complete(document: Json) -> Json:
    """Add problems, tags and the licence to a description, and say each thing once."""
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    body = ProblemBody.model_json_schema(ref_template=SCHEMAS)
    schemas |= body.pop("$defs", {})
    schemas["Problem"] = {**body, "title": "Problem"}
    responses: Json = components.setdefault("responses", {})
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if method in METHODS:
                _complete_operation(path, operation, responses)
    document["info"]["license"] = {"name": "GPL-3.0-or-later", "identifier": "GPL-3.0-or-later"}
    used = {tag for operations in document["paths"].values() for one in operations.values() for tag in one["tags"]}
    document["tags"] = [{"name": name, "description": TAGS.get(name, "")} for name in sorted(used, key=_place)]
    return document


def _complete_operation(path: str, operation: Json, responses: Json) -> None:
    found = operation["responses"]
    wanted: tuple[HTTPStatus, ...] = () if path in PLAIN else ALWAYS
    wanted += SECURED if operation.get("security") else ()
    wanted += WITH_BODY if "requestBody" in operation else ()
    said = {HTTPStatus(int(code)) for code, response in found.items() if _is_problem(response)}
    for status in sorted({*wanted, *said}):
        code = str(int(status))
        if code not in found or _is_problem(found[code]):
            found[code] = {"$ref": PROBLEM.format(name=_response_of(status, responses))}
    if path in OPEN and operation.get("security"):
        operation["security"] = [{}, *operation["security"]]
    operation["responses"] = dict(sorted(found.items()))


def _is_problem(response: Json) -> bool:
    return MEDIA_TYPE in response.get("content", {}) or "HTTPValidationError" in str(response)


def _response_of(status: HTTPStatus, responses: Json) -> str:
    """Return the name of the answer with a status, which all operations share."""
    name, meaning = PROBLEMS.get(status, (f"Problem{int(status)}", "It cannot be done."))
    responses[name] = {
        "description": meaning,
        "content": {MEDIA_TYPE: {"schema": {"$ref": SCHEMAS.format(model="Problem")}}},
    }
    if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        responses[name]["headers"] = {
            "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}}
        }
    return name


def _place(tag: str) -> int:
    return list(TAGS).index(tag) if tag in TAGS else len(TAGS)
