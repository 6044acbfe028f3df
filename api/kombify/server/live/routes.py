"""Where to listen."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response, WebSocket

from kombify.server.deps import Bearer, Reader, ServiceDep
from kombify.server.jobs.events import check_job
from kombify.server.jobs.routes import JobId
from kombify.server.live.patient import PatientResponse
from kombify.server.live.socket import Socket
from kombify.server.live.sse import job_stream
from kombify.server.problems import says

router = APIRouter(
    tags=["live"], responses=says(HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY)
)
MEDIA_TYPE = "text/event-stream"
UNBUFFERED = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


# FastAPI would read the function as a generator of messages if it were told that class of answers.
@router.get("/jobs/{job_id}/stream", response_class=Response, responses={200: {"content": {MEDIA_TYPE: {}}}})
async def stream(
    service: ServiceDep,
    request: Request,
    _caller: Reader,
    token: Bearer,
    job_id: JobId,
    after: Annotated[int, Query(ge=0, le=2**62, description="Only events behind this one.")] = 0,
    last: Annotated[
        str, Header(alias="Last-Event-ID", pattern=r"^[0-9]{0,18}$", description="Where a stream was left.")
    ] = "",
) -> PatientResponse:
    """Follow a job: its state, its events as they are stored, its end. See the guide for what is sent."""
    async with service.reading() as connection:
        await check_job(connection, job_id)

    async def still_good() -> bool:
        return await service.passes.still_good(request, token)

    content = job_stream(service.pulse, job_id, int(last) if last else after, still_good)
    return PatientResponse(content, UNBUFFERED, MEDIA_TYPE)


@router.websocket("/ws")
async def socket(websocket: WebSocket) -> None:
    """Listen to channels. See the guide for what is said."""
    await Socket(websocket, websocket.app.state.service).serve()
