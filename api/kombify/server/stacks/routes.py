"""Reading stacks."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from fastapi import APIRouter

from kombify.engine.playbooks import allowed_playbooks
from kombify.server.deps import Reader, ServiceDep
from kombify.server.problems import says
from kombify.server.service import Service
from kombify.server.stacks.models import Stack, StackDetails

router = APIRouter(tags=["stacks"], responses=says(HTTPStatus.UNAUTHORIZED))


@router.get("/stacks")
async def list_stacks(service: ServiceDep, _caller: Reader) -> list[Stack]:
    """List the stacks."""
    return [Stack(name=name, playbooks=sorted(_playbooks(service, name))) for name in service.stacks.names()]


@router.get("/stacks/{name}", responses=says(HTTPStatus.NOT_FOUND))
async def show_stack(service: ServiceDep, _caller: Reader, name: str) -> StackDetails:
    """Show a stack, and everything that is wrong with its spec."""
    plan = await asyncio.to_thread(service.plans.of, name)
    return StackDetails(
        name=name,
        playbooks=sorted(_playbooks(service, name)),
        fingerprint=service.stacks.fingerprint(name),
        valid=plan.unified is not None,
        nodes=sorted(plan.hosts),
        services=sorted(plan.unified.services) if plan.unified else [],
        problems=list(plan.problems),
    )


def _playbooks(service: Service, stack: str) -> dict[str, str]:
    return allowed_playbooks(service.stacks.folder(stack))
