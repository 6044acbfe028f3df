"""Adding, changing, removing schedules; and launching now what one launches."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from fastapi import Request as HttpRequest
from sqlalchemy import select

from kombify.engine.from_spec import BY
from kombify.engine.launching import Launched
from kombify.engine.timetable import Timetable
from kombify.server.access.callers import Caller
from kombify.server.deps import Reader, Runner, ServiceDep
from kombify.server.jobs.launching import asked_for, check_hosts, stack_named
from kombify.server.jobs.models import JobDetails
from kombify.server.jobs.routes import Key, accepted
from kombify.server.problems import Problem, says
from kombify.server.schedules.models import NAME, NewSchedule, Request, Schedule, ScheduleChange, ScheduledJob
from kombify.server.service import Service
from kombify.store.models import Schedule as Row

router = APIRouter(tags=["schedules"], responses=says(HTTPStatus.UNAUTHORIZED, HTTPStatus.UNPROCESSABLE_ENTITY))
Name = Annotated[str, Path(pattern=NAME, description="The name of a schedule.")]


@router.get("/schedules")
async def list_schedules(
    service: ServiceDep, _caller: Reader, stack: Annotated[str | None, Query(max_length=100)] = None
) -> list[Schedule]:
    """List the schedules by name."""
    wanted = select(Row.__table__).order_by(Row.name)
    async with service.reading() as connection:
        rows = await connection.execute(wanted if stack is None else wanted.where(Row.stack == stack))
        return [_shown(row) for row in rows]


@router.post("/schedules", status_code=HTTPStatus.CREATED, responses=says(HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT))
async def add_schedule(service: ServiceDep, caller: Runner, response: Response, body: NewSchedule) -> Schedule:
    """Add a schedule."""

    def add() -> Row:
        stack = stack_named(service, body.stack)
        timezone = body.timezone or _timezone_of(service, stack)
        more = {"timezone": timezone, "enabled": body.enabled, "created_by": caller.name}
        request = _asked(service, caller, stack, body.request)
        return Timetable(service.database).add(body.name, stack, body.when, request, **more)

    added = await asyncio.to_thread(add)
    await service.audit(caller, "schedule.add", body.name, when=body.when)
    response.headers["Location"] = f"schedules/{body.name}"
    return _shown(added)


@router.get("/schedules/{name}", responses=says(HTTPStatus.NOT_FOUND))
async def show_schedule(service: ServiceDep, _caller: Reader, name: Name) -> Schedule:
    """Show a schedule."""
    return _shown(await asyncio.to_thread(Timetable(service.database).find, name))


@router.patch(
    "/schedules/{name}",
    responses=says(HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
async def change_schedule(service: ServiceDep, caller: Runner, name: Name, body: ScheduleChange) -> Schedule:
    """Change a schedule. Times that it was off for are not made up for."""

    def change() -> Row:
        timetable = Timetable(service.database)
        if body.model_fields_set - {"enabled"}:
            _refuse_of_spec(timetable.find(name))
        values: dict[str, Any] = body.model_dump(exclude_none=True, exclude={"when", "request"})
        if body.when is not None:
            values["cron"] = body.when
        if body.request is not None:
            values["request"] = _asked(service, caller, timetable.find(name).stack, body.request)
        return timetable.change(name, **values)

    changed = await asyncio.to_thread(change)
    await service.audit(caller, "schedule.change", name, fields=sorted(body.model_fields_set))
    return _shown(changed)


@router.delete(
    "/schedules/{name}",
    status_code=HTTPStatus.NO_CONTENT,
    responses=says(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
async def remove_schedule(service: ServiceDep, caller: Runner, name: Name) -> None:
    """Remove a schedule. What it launched goes on."""

    def remove() -> None:
        timetable = Timetable(service.database)
        _refuse_of_spec(timetable.find(name))
        timetable.remove(name)

    await asyncio.to_thread(remove)
    await service.audit(caller, "schedule.remove", name)


@router.post(
    "/schedules/{name}/run",
    status_code=HTTPStatus.ACCEPTED,
    responses=says(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
async def run_schedule(
    service: ServiceDep, caller: Runner, request: HttpRequest, response: Response, name: Name, key: Key = None
) -> JobDetails:
    """Launch now what a schedule launches. Its times stay as they are."""

    def order() -> Launched:
        schedule = Timetable(service.database).find(name)
        return service.engine.schedules.run_now(schedule, by=caller.name, key=key)

    launched = await asyncio.to_thread(order)
    if launched.new:
        await service.audit(caller, "schedule.run", name, job=launched.id)
    answer = await accepted(service, request, response, launched)
    if answer.kind == "workflow":
        response.headers["Location"] = request.app.url_path_for("show_workflow", job_id=str(launched.id))
    return answer


def _refuse_of_spec(schedule: Row) -> None:
    """A schedule of a spec can be switched off here, and nothing else."""
    if schedule.created_by == BY:
        raise Problem(
            HTTPStatus.CONFLICT,
            f"'{schedule.name}' stands in the spec of {schedule.stack}",
            "change execution.schedules there, or switch it off here",
        )


def _timezone_of(service: Service, stack: str) -> str:
    """Return the time zone of all schedules of a stack, which its spec says."""
    plan = service.plans.of(stack).unified
    return plan.timezone if plan is not None else "UTC"


def _asked(service: Service, caller: Caller, stack: str, request: Request) -> dict[str, Any]:
    """Return what a schedule launches as the engine knows it. It may launch what its author may."""
    if isinstance(request, ScheduledJob):
        _stack, wanted = asked_for(service, caller, request.model_copy(update={"stack": stack}))
        return wanted.model_dump(mode="json")
    check_hosts(service, stack, getattr(request, "limit", ()))
    return request.model_dump(mode="json")


def _shown(row: Any) -> Schedule:
    values = {name: getattr(row, name) for name in Schedule.model_fields if name != "when"}
    return Schedule(**values, when=row.cron)
