"""All of it together, below both of the prefixes that AWX's clients know."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from kombify.server.controller import job_routes, labels, output_routes, template_routes, things
from kombify.server.controller.answers import ControllerRoute, answer, gone
from kombify.server.controller.options import options_of
from kombify.server.controller.places import VERSION
from kombify.server.deps import Reader

HOMES = ("/api", "/api/controller")

end = APIRouter(route_class=ControllerRoute)
router = APIRouter(include_in_schema=False, route_class=ControllerRoute)


async def versions(request: Request) -> Response:
    """Tell which version of the API there is."""
    home = request.url.path.rstrip("/")
    version = f"{home}{VERSION}/"
    return answer(
        {
            "description": "AWX REST API, the part that kombify.stack speaks",
            "current_version": version,
            "available_versions": {"v2": version},
        }
    )


@end.options("/{path:path}")
async def options(_caller: Reader, path: str) -> Response:
    """Tell what can be done with something."""
    actions, methods = options_of(path)
    return answer(actions, headers={"Allow": methods})


@end.api_route("/{path:path}", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
async def nothing(request: Request, path: str) -> Response:
    """Send whoever forgot the slash at the end there; refuse the rest."""
    if request.method == "GET" and path and not path.endswith("/"):
        url = request.url.replace(path=f"{request.url.path}/")
        where = url.path + (f"?{url.query}" if url.query else "")
        return RedirectResponse(where, HTTPStatus.TEMPORARY_REDIRECT)
    raise gone()


PARTS = (things.router, labels.router, template_routes.router, job_routes.router, output_routes.router, end)

for prefix in HOMES:
    for slash in ("", "/"):
        router.add_api_route(f"{prefix}{slash}", versions, methods=["GET"])
    for part in PARTS:
        router.include_router(part, prefix=f"{prefix}{VERSION}")
