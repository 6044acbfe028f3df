"""The application: every subject's routes, and what holds for all of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI

import kombify
from kombify.server.access.gate import add_gate
from kombify.server.accounts import routes as accounts
from kombify.server.controller import routes as controller
from kombify.server.drift import routes as drift
from kombify.server.internal import routes as internal
from kombify.server.jobs import reading
from kombify.server.jobs import routes as jobs
from kombify.server.live import routes as live
from kombify.server.nodes import routes as nodes
from kombify.server.openapi import describe, operation_id
from kombify.server.problems import answer_problems
from kombify.server.schedules import routes as schedules
from kombify.server.service import Service
from kombify.server.stacks import routes as stacks
from kombify.server.system import routes as system
from kombify.server.workers import routes as workers
from kombify.server.workflows import routes as workflows

HOME = "/v1/orchestrator"
ALIAS = "/api/v1"

ROUTERS: tuple[APIRouter, ...] = (
    stacks.router,
    nodes.router,
    workers.router,
    jobs.router,
    reading.router,
    live.router,
    workflows.router,
    drift.router,
    schedules.router,
    accounts.router,
)
"""What is found under HOME and ALIAS."""
OTHERS: tuple[APIRouter, ...] = (system.router, internal.router, controller.router)
"""What has places of its own."""


def create_app(service: Service) -> FastAPI:
    """Return the application of a service. It starts and stops the service with itself."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await service.start()
        try:
            yield
        finally:
            await service.stop()

    app = FastAPI(
        title="kombify",
        version=kombify.__version__,
        description="Runs the jobs of stacks, and tells what happens.",
        lifespan=lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=operation_id,
    )
    app.state.service = service
    answer_problems(app)
    add_gate(app, service.settings, service.trail, service.watch.metrics.requests)
    for router in ROUTERS:
        app.include_router(router, prefix=HOME)
        app.include_router(router, prefix=ALIAS, include_in_schema=False)
    for router in OTHERS:
        app.include_router(router)
    describe(app)
    return app
