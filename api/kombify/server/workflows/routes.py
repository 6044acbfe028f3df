"""Planning, deploying, canceling; and applying a plan."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from kombify.engine.drift import by_host
from kombify.engine.errors import NotFound
from kombify.engine.launching import Launched
from kombify.server.deps import Reader, Runner, ServiceDep
from kombify.server.drift.models import Difference
from kombify.server.jobs.launching import stack_named
from kombify.server.jobs.routes import JobId, Key
from kombify.server.paging import Page, Paging
from kombify.server.problems import Problem, says
from kombify.server.service import Service
from kombify.server.workflows.models import Plan, Workflow, WorkflowDetails, WorkflowLaunch
from kombify.server.workflows.queries import differences_in, find_row, find_workflow, list_workflows

router = APIRouter(tags=["workflows"], responses=says(HTTPStatus.UNAUTHORIZED, HTTPStatus.UNPROCESSABLE_ENTITY))


@router.get("/workflows")
async def list_all_workflows(
    service: ServiceDep, _caller: Reader, page: Paging, stack: str | None = None, state: str | None = None
) -> Page[Workflow]:
    """List workflows, the newest first."""
    async with service.reading() as connection:
        return await list_workflows(connection, page, stack=stack, state=state)


@router.post("/workflows", status_code=HTTPStatus.ACCEPTED, responses=says(HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT))
async def launch_workflow(
    service: ServiceDep, caller: Runner, request: Request, response: Response, body: WorkflowLaunch, key: Key = None
) -> WorkflowDetails:
    """Deploy a stack as its files are now, or plan to."""

    def order() -> Launched:
        deployments = service.engine.deployments
        launch = deployments.plan if body.check else deployments.deploy
        stack = stack_named(service, body.stack)
        return launch(stack, prune=body.prune, labels=body.labels, by=caller.name, key=key)

    launched = await asyncio.to_thread(order)
    if launched.new:
        action = "workflow.plan" if body.check else "workflow.deploy"
        await service.audit(caller, action, str(launched.id), prune=body.prune)
    return await workflow_accepted(service, request, response, launched)


@router.get("/workflows/{job_id}", responses=says(HTTPStatus.NOT_FOUND))
async def show_workflow(service: ServiceDep, _caller: Reader, job_id: JobId) -> WorkflowDetails:
    """Show a workflow with its phases."""
    async with service.reading() as connection:
        return await find_workflow(connection, job_id)


@router.post(
    "/workflows/{job_id}/cancel",
    status_code=HTTPStatus.ACCEPTED,
    responses=says(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
async def cancel_workflow(service: ServiceDep, caller: Runner, job_id: JobId) -> WorkflowDetails:
    """Ask a workflow to end. What it did is undone first."""
    async with service.reading() as connection:
        await find_row(connection, job_id)
    if not await asyncio.to_thread(service.orders.cancel, job_id, by=caller.name):
        raise Problem(HTTPStatus.CONFLICT, f"workflow {job_id} has ended already")
    await service.audit(caller, "workflow.cancel", str(job_id))
    async with service.reading() as connection:
        return await find_workflow(connection, job_id)


@router.get("/workflows/{job_id}/plan", responses=says(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT))
async def show_plan(service: ServiceDep, _caller: Reader, job_id: JobId) -> Plan:
    """Show what a plan found that would be changed, and whether it can still be applied."""
    async with service.reading() as connection:
        row = await find_row(connection, job_id)
        if not row["request"].get("check"):
            raise Problem(HTTPStatus.CONFLICT, f"workflow {job_id} is no plan", "see its jobs for what it changed")
        found = await differences_in(connection, job_id)
    return Plan(
        workflow_id=job_id,
        stack=row["stack"],
        state=row["state"],
        applied_by=row["artifacts"].get("applied_by"),
        stale=await asyncio.to_thread(_stale, service, job_id),
        hosts=by_host(found),
        differences=[Difference(**one) for one in found],
    )


@router.post(
    "/workflows/{job_id}/apply",
    status_code=HTTPStatus.ACCEPTED,
    responses=says(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
async def apply_plan(
    service: ServiceDep, caller: Runner, request: Request, response: Response, job_id: JobId
) -> WorkflowDetails:
    """Deploy what was planned, once: who asks again gets the same deployment. A stale plan is refused."""
    launched = await asyncio.to_thread(service.engine.deployments.apply, job_id, by=caller.name)
    if launched.new:
        await service.audit(caller, "workflow.apply", str(launched.id), plan=job_id)
    return await workflow_accepted(service, request, response, launched)


async def workflow_accepted(
    service: Service, request: Request, response: Response, launched: Launched
) -> WorkflowDetails:
    """Answer with the workflow that was launched, and say where it is found."""
    response.headers["Location"] = request.app.url_path_for("show_workflow", job_id=str(launched.id))
    if not launched.new:
        response.headers["Idempotency-Replayed"] = "true"
    async with service.reading() as connection:
        return await find_workflow(connection, launched.id)


def _stale(service: Service, plan_id: int) -> list[str]:
    """Return what changed; of a stack that is gone, everything."""
    try:
        return service.engine.deployments.changed_since(plan_id)
    except NotFound as gone:
        return [str(gone)]
