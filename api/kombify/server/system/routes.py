"""Health and version. Who only asks whether the service lives needs no token."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Response

import kombify
from kombify.server.deps import ServiceDep

router = APIRouter(tags=["system"])


@router.get("/healthz")
async def alive() -> dict[str, str]:
    """Tell that the process answers."""
    return {"status": "alive"}


@router.get("/readyz")
async def ready(service: ServiceDep, response: Response) -> dict[str, object]:
    """Tell whether jobs can be taken, and what is wrong if not."""
    troubles = dict(service.engine.troubles.now())
    database = await asyncio.to_thread(service.database.answers)
    if database:
        troubles["database"] = database
    response.status_code = 503 if troubles else 200
    return {"status": "troubled" if troubles else "ready", "troubles": troubles}


@router.get("/system/version")
async def version() -> dict[str, str]:
    """Tell which version this is."""
    return {"version": kombify.__version__}
