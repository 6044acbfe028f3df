"""Reading machines, and proposing a change of them. The spec is only ever read: a change of it is a person's."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter

from kombify.server.deps import Reader, ServiceDep
from kombify.server.jobs.launching import stack_named
from kombify.server.nodes.models import NodeProposal, Proposal
from kombify.server.nodes.proposal import propose_node
from kombify.server.problems import not_found, says

router = APIRouter(tags=["nodes"], responses=says(HTTPStatus.UNAUTHORIZED, HTTPStatus.UNPROCESSABLE_ENTITY))


@router.get("/nodes")
async def list_nodes(service: ServiceDep, _caller: Reader, stack: str = "") -> list[dict[str, Any]]:
    """List the machines of a stack as the plan has them."""
    name = stack_named(service, stack)
    plan = await asyncio.to_thread(service.plans.of, name)
    nodes = plan.unified.nodes if plan.unified else {}
    return [node.model_dump(mode="json", exclude={"origin"}) for node in nodes.values()]


@router.get("/nodes/{name}", responses=says(HTTPStatus.NOT_FOUND))
async def show_node(service: ServiceDep, _caller: Reader, name: str, stack: str = "") -> dict[str, Any]:
    """Show a machine, and where each of its values comes from."""
    plan = await asyncio.to_thread(service.plans.of, stack_named(service, stack))
    if plan.unified is None or name not in plan.unified.nodes:
        raise not_found("machine", f"'{name}'", "see: GET /nodes")
    return plan.unified.nodes[name].model_dump(mode="json")


@router.post("/nodes", responses=says(HTTPStatus.CONFLICT))
async def propose(service: ServiceDep, _caller: Reader, body: NodeProposal) -> Proposal:
    """Say how the spec would have to change for a new machine. Nothing is written: the spec is yours."""
    folder = service.stacks.folder(stack_named(service, body.stack))
    change = await asyncio.to_thread(propose_node, folder, body.name, body.node)
    wrong = any(problem["severity"] == "error" for problem in change.problems)
    return Proposal(patch=change.patch, diff=change.diff, valid=not wrong, problems=change.problems)
