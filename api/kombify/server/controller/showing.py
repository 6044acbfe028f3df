"""Pages of jobs, and single ones, as answers."""

from __future__ import annotations

import asyncio
from typing import Any

from sqlalchemy import ColumnElement

from kombify.server.controller import jobs
from kombify.server.controller.answers import gone
from kombify.server.controller.catalogue import Catalogue, read_catalogue
from kombify.server.controller.places import Places
from kombify.server.controller.queries import jobs_page, labels_of, one_job
from kombify.server.controller.query import Query
from kombify.server.service import Service


async def page_of_jobs(
    service: Service, places: Places, query: Query, *fixed: ColumnElement[bool], catalogue: Catalogue | None = None
) -> dict[str, Any]:
    """Return the page of jobs that is asked for."""
    known = catalogue if catalogue is not None else await asyncio.to_thread(read_catalogue, service)
    async with service.reading() as connection:
        found = await jobs_page(connection, query, known, *fixed)
        labels = await labels_of(connection, found.rows)
    return query.page_of([jobs.job(row, known, labels, places) for row in found.rows], found.total)


async def shown_job(service: Service, places: Places, job_id: int, kind: str) -> dict[str, Any]:
    """Return a job, or a workflow."""
    known = await asyncio.to_thread(read_catalogue, service)
    async with service.reading() as connection:
        row = await one_job(connection, job_id, kind)
        labels = await labels_of(connection, [row] if row else [])
    if row is None:
        raise gone()
    return jobs.job(row, known, labels, places)
