"""The API of a simulated AWX."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from kombify.sim.awx.kinds import KINDS, TOGETHER
from kombify.sim.awx.things import Thing, Things, Wrong

ROOT = "/api/v2"
VERSION = "24.6.1"
PRODUCT = {"X-API-Product-Name": "AWX", "X-API-Product-Version": VERSION}
NOT_FIELDS = ("page", "page_size", "order_by")
PAGE = 25


class Awx:
    """Answers requests from what is there."""

    def __init__(self, things: Things) -> None:
        self._things = things

    async def root(self, _request: Request) -> Response:
        """Say where the API is."""
        versions = {"v2": f"{ROOT}/"}
        return JSONResponse({"current_version": f"{ROOT}/", "available_versions": versions})

    async def ping(self, _request: Request) -> Response:
        """Say who we are."""
        return JSONResponse({"version": VERSION, "active_node": "simulated", "ha": False})

    async def collection(self, request: Request) -> Response:
        """List things, or make one."""
        kind = request.path_params["kind"]
        if kind not in (*KINDS, TOGETHER):
            return _missing()
        if request.method == "GET":
            return self._page(request, kind, self._things.find(kind, _filter(request.query_params)))
        if kind == TOGETHER:
            return _not_allowed(request)
        return JSONResponse(self._shown(kind, self._things.make(kind, await request.json())), 201)

    async def thing(self, request: Request) -> Response:
        """Show, change or remove a thing."""
        kind, number = request.path_params["kind"], request.path_params["number"]
        if kind not in KINDS or self._things.get(kind, number) is None:
            return _missing()
        if request.method == "DELETE":
            self._things.remove(kind, number)
            return Response(status_code=204)
        if request.method == "PATCH":
            return JSONResponse(self._shown(kind, self._things.change(kind, number, await request.json())))
        return JSONResponse(self._shown(kind, self._things.get(kind, number) or {}))

    async def part(self, request: Request) -> Response:
        """Show or change what a thing has: a survey, or a list of other things."""
        kind, number, name = (request.path_params[word] for word in ("kind", "number", "name"))
        thing = self._things.get(kind, number) if kind in KINDS else None
        if thing is None:
            return _missing()
        if name == "survey_spec" and KINDS[kind].survey:
            return await self._survey(request, kind, thing)
        if name not in KINDS[kind].lists:
            return _missing()
        if request.method == "GET":
            return self._page(request, KINDS[kind].lists[name], self._things.listed(kind, number, name))
        body = await request.json()
        self._things.connect(kind, number, name, int(body["id"]), cut=bool(body.get("disassociate")))
        return Response(status_code=204)

    async def _survey(self, request: Request, kind: str, thing: Thing) -> Response:
        if request.method == "POST":
            self._things.change(kind, thing["id"], {"_survey": await request.json()})
            return JSONResponse({})
        return JSONResponse(thing.get("_survey", {}))

    def _page(self, request: Request, kind: str, found: list[Thing]) -> Response:
        number = int(request.query_params.get("page", 1))
        size = min(int(request.query_params.get("page_size", PAGE)), 200)
        shown = [self._shown(kind, thing) for thing in found[(number - 1) * size : number * size]]
        more = request.url.include_query_params(page=number + 1) if len(found) > number * size else None
        after = f"{more.path}?{more.query}" if more else None
        return JSONResponse({"count": len(found), "next": after, "previous": None, "results": shown})

    def _shown(self, kind: str, thing: Thing) -> Thing:
        """Return a thing as AWX shows it, with the addresses of what belongs to it."""
        kind = next(name for name, rules in KINDS.items() if rules.type == thing["type"])
        url = f"{ROOT}/{kind}/{thing['id']}/"
        related = {
            name: f"{url}{name}/" for name in (*KINDS[kind].lists, *(["survey_spec"] if KINDS[kind].survey else []))
        }
        summary: dict[str, Any] = {}
        for name, other in KINDS[kind].points_to.items():
            pointed = self._things.get(other, int(thing[name])) if thing.get(name) else None
            if pointed is not None:
                related[name] = f"{ROOT}/{other}/{pointed['id']}/"
                summary[name] = {"id": pointed["id"], "name": pointed.get("name", "")}
        public = {name: value for name, value in thing.items() if not name.startswith("_")}
        return {**public, "url": url, "related": related, "summary_fields": summary}


def create_awx(things: Things, token: str) -> Starlette:
    """Return the application; every request but the first two needs the token."""
    awx = Awx(things)
    everything = ["GET", "POST", "PATCH", "DELETE"]
    routes = [
        Route("/api/", awx.root),
        Route(f"{ROOT}/ping/", awx.ping),
        Route(ROOT + "/{kind}/", awx.collection, methods=["GET", "POST"]),
        Route(ROOT + "/{kind}/{number:int}/", awx.thing, methods=everything),
        Route(ROOT + "/{kind}/{number:int}/{name}/", awx.part, methods=["GET", "POST"]),
    ]

    async def refused(_request: Request, error: Exception) -> Response:
        return JSONResponse(error.fields if isinstance(error, Wrong) else {}, 400)

    return Starlette(routes=routes, exception_handlers={Wrong: refused}, middleware=[Middleware(Door, token=token)])


class Door:
    """Lets in who has the token, and says with every answer what this is."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        open_to_all = request.url.path in ("/api/", f"{ROOT}/ping/")
        app = self._app
        if not open_to_all and not hmac.compare_digest(given.encode(), self._token.encode()):
            app = JSONResponse({"detail": "Authentication credentials were not provided."}, 401)
        await app(scope, receive, _saying_what_this_is(send))


def _saying_what_this_is(send: Send) -> Send:
    async def wrapped(message: Any) -> None:
        if message["type"] == "http.response.start":
            message["headers"] += [(name.lower().encode(), value.encode()) for name, value in PRODUCT.items()]
        await send(message)

    return wrapped


def _filter(query: Mapping[str, str]) -> Callable[[Thing], bool]:
    """Return what a query asks for: fields with these values, and of those that begin with ``or__`` one at least."""
    wanted = {name: value for name, value in query.items() if name not in NOT_FIELDS and not name.startswith("or__")}
    either = {name.removeprefix("or__"): value for name, value in query.items() if name.startswith("or__")}

    def matches(thing: Thing) -> bool:
        every = all(_is(thing, name, value) for name, value in wanted.items())
        return every and (not either or any(_is(thing, name, value) for name, value in either.items()))

    return matches


def _is(thing: Thing, name: str, value: str) -> bool:
    if name.endswith("__in"):
        return str(thing.get(name.removesuffix("__in"))) in value.split(",")
    return str(thing.get(name)) == value


def _missing() -> Response:
    return JSONResponse({"detail": "Not found."}, 404)


def _not_allowed(request: Request) -> Response:
    return JSONResponse({"detail": f'Method "{request.method}" not allowed.'}, 405)
