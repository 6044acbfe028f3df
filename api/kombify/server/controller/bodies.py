"""Reading what a client sends: a JSON object, or nothing."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any

import orjson
from fastapi import Depends, Request

from kombify.server.controller.answers import refusal


async def read_object(request: Request) -> dict[str, Any]:
    """Return the object in the body of a request."""
    text = await request.body()
    try:
        given = orjson.loads(text) if text.strip() else {}
    except orjson.JSONDecodeError as error:
        raise refusal(HTTPStatus.BAD_REQUEST, f"JSON parse error - {error}") from None
    if not isinstance(given, dict):
        raise refusal(HTTPStatus.BAD_REQUEST, "Invalid data. Expected a dictionary.")
    return given


BodyDep = Annotated[dict[str, Any], Depends(read_object)]
