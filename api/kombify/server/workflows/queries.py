"""Reading workflows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from kombify.server.jobs.queries import listing
from kombify.server.paging import Page, PageQuery, cut
from kombify.server.problems import not_found
from kombify.server.workflows.models import Phase, Workflow, WorkflowDetails
from kombify.store.models import Job as Row
from kombify.store.models import Phase as PhaseRow

TABLE = Row.__table__


async def find_row(connection: AsyncConnection, workflow_id: int) -> Mapping[Any, Any]:
    """Return the row of a workflow, or raise the problem that there is none."""
    of_it = select(TABLE).where(Row.id == workflow_id, Row.kind == "workflow")
    row = (await connection.execute(of_it)).mappings().first()
    if row is None:
        raise not_found("workflow", workflow_id, "see: GET /workflows")
    return row


async def find_workflow(connection: AsyncConnection, workflow_id: int) -> WorkflowDetails:
    """Return a workflow with its phases."""
    row = await find_row(connection, workflow_id)
    phases = await _phases(connection, workflow_id)
    return WorkflowDetails(**_plain(row), snapshot=row["request"].get("snapshot"), phases=phases)


async def list_workflows(
    connection: AsyncConnection, page: PageQuery, *, stack: str | None, state: str | None
) -> Page[Workflow]:
    """Return a page of workflows, the newest first."""
    rows = (await connection.execute(listing(page, kind="workflow", stack=stack, state=state))).mappings().all()
    found, more = cut(rows, page.limit)
    return Page(items=[Workflow(**_plain(row)) for row in found], next=str(found[-1]["id"]) if more else None)


async def differences_in(connection: AsyncConnection, workflow_id: int) -> list[dict[str, Any]]:
    """Return what the jobs of a plan found to be different."""
    of_it = select(TABLE.c.artifacts).where(Row.parent_id == workflow_id).order_by(Row.id)
    told = (await connection.execute(of_it)).scalars()
    return [one for artifacts in told for one in artifacts.get("differences", [])]


async def _phases(connection: AsyncConnection, workflow_id: int) -> list[Phase]:
    of_it = select(PhaseRow.__table__).where(PhaseRow.workflow_id == workflow_id).order_by(PhaseRow.position)
    rows = (await connection.execute(of_it)).mappings().all()
    jobs = await connection.execute(select(Row.id, Row.state).where(Row.parent_id == workflow_id))
    states = {job.id: job.state for job in jobs}
    return [
        Phase(
            **{name: row[name] for name in ("name", "state", "job_id", "undo_job_id")},
            job_state=states.get(row["job_id"]),
            undo_job_state=states.get(row["undo_job_id"]),
        )
        for row in rows
    ]


def _plain(row: Mapping[Any, Any]) -> dict[str, Any]:
    request = row["request"]
    asked = {
        "check": request.get("check", False),
        "prune": request.get("prune", False),
        "labels": request.get("labels", []),
    }
    return {**{name: row[name] for name in Workflow.model_fields if name not in asked}, **asked}
