"""Reading workers."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter
from sqlalchemy import select

from kombify.server.deps import Reader, ServiceDep
from kombify.server.problems import says
from kombify.server.workers.models import Worker
from kombify.store.models import Worker as Row

router = APIRouter(tags=["workers"], responses=says(HTTPStatus.UNAUTHORIZED))


@router.get("/workers")
async def list_workers(service: ServiceDep, _caller: Reader) -> list[Worker]:
    """List the workers."""
    columns = [Row.__table__.c[name] for name in Worker.model_fields]
    async with service.reading() as connection:
        rows = (await connection.execute(select(*columns).order_by(Row.id))).mappings().all()
    return [Worker(**row) for row in rows]
