"""Routes for labels: words by which clients find jobs again."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Response

from kombify.server.controller.answers import ControllerRoute, answer, gone
from kombify.server.controller.bodies import BodyDep
from kombify.server.controller.catalogue import Catalogue, known_numbers, numbers_of, read_catalogue
from kombify.server.controller.places import Places, PlacesDep
from kombify.server.controller.queries import LABEL, label_names, labels_page
from kombify.server.controller.query import QueryDep
from kombify.server.deps import Reader, Runner, ServiceDep
from kombify.server.problems import wrong_field
from kombify.store.database import Database

LONGEST = 512
router = APIRouter(prefix="/labels", route_class=ControllerRoute)


@router.get("/")
async def list_all(service: ServiceDep, _caller: Reader, places: PlacesDep, query: QueryDep) -> Response:
    """List labels."""
    async with service.reading() as connection:
        found = await labels_page(connection, query)
    return answer(query.page_of([label(row["id"], row["name"], places) for row in found.rows], found.total))


@router.get("/{number}/")
async def show(service: ServiceDep, _caller: Reader, places: PlacesDep, number: int) -> Response:
    """Show a label."""
    async with service.reading() as connection:
        names = await label_names(connection, [number])
    if number not in names:
        raise gone()
    return answer(label(number, names[number], places))


@router.post("/")
async def create(service: ServiceDep, _caller: Runner, places: PlacesDep, body: BodyDep) -> Response:
    """Make a label. One that is there already is refused with the words by which clients know that."""
    name = _checked(body, await asyncio.to_thread(read_catalogue, service))
    number, new = await asyncio.to_thread(_made, service.database, name)
    if not new:
        raise wrong_field("__all__", "Label with this Name and Organization already exists.")
    return answer(label(number, name, places), HTTPStatus.CREATED)


def label(number: int, name: str, places: Places) -> dict[str, Any]:
    """Return a label. It belongs to no organization: the same word is the same label in all of them."""
    return {
        "id": number,
        "type": LABEL,
        "url": places.of("labels", number),
        "related": {},
        "summary_fields": {},
        "name": name,
        "organization": None,
    }


def _checked(body: Mapping[str, Any], catalogue: Catalogue) -> str:
    name, organization = body.get("name"), body.get("organization")
    if not isinstance(name, str) or not name.strip():
        raise wrong_field("name", "This field is required.")
    if len(name) > LONGEST or not name.isprintable():
        raise wrong_field("name", f"A label has up to {LONGEST} printable characters.")
    if organization is None:
        raise wrong_field("organization", "This field is required.")
    if not isinstance(organization, int) or catalogue.stack_with("organization", organization) is None:
        raise wrong_field("organization", f'Invalid pk "{str(organization)[:80]}" - object does not exist.')
    return name.strip()


def _made(database: Database, name: str) -> tuple[int, bool]:
    before = known_numbers(database, [(LABEL, name)])
    return numbers_of(database, [(LABEL, name)])[LABEL, name], not before
