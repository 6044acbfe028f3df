"""What a client may say over the WebSocket."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints, TypeAdapter, ValidationError

LONGEST = 16_384
"""Characters of one message."""
Channel = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Channels = Annotated[list[Channel], Field(min_length=1, max_length=100)]
Counter = Annotated[int, Field(ge=0, le=2**62)]


class BadRequest(Exception):
    """A message that asks for nothing that there is; the connection stays."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class Authenticate(BaseModel):
    """Who the client is."""

    action: Literal["authenticate"]
    token: Annotated[str, StringConstraints(max_length=8192)]


class Subscribe(BaseModel):
    """What it wants to hear; of jobs, behind which counters."""

    action: Literal["subscribe"]
    channels: Channels
    after: dict[str, Counter] = {}


class Unsubscribe(BaseModel):
    """What it does not want to hear any more."""

    action: Literal["unsubscribe"]
    channels: Channels


class Ping(BaseModel):
    """Whether anybody is there."""

    action: Literal["ping"]


Request = Annotated[Authenticate | Subscribe | Unsubscribe | Ping, Field(discriminator="action")]
_REQUEST: TypeAdapter[Authenticate | Subscribe | Unsubscribe | Ping] = TypeAdapter(Request)


def read_request(text: str | None) -> Authenticate | Subscribe | Unsubscribe | Ping:
    """Read a message, or raise :class:`BadRequest`."""
    if text is None:
        raise BadRequest("messages are text", "send JSON as text")
    if len(text) > LONGEST:
        raise BadRequest(f"the message is longer than {LONGEST} characters", "send several")
    try:
        return _REQUEST.validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(one) for one in first["loc"][1:])
        what = f"{place}: {first['msg']}" if place else str(first["msg"])
        raise BadRequest(what, 'send {"action": "subscribe", "channels": ["jobs.7"]}') from None
