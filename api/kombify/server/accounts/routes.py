"""Tokens, the audit, settings."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from kombify.server.accounts.models import AuditEntry, KeptFor, Me, NewToken, Token, TokenWanted
from kombify.server.accounts.queries import (
    end_token,
    list_audit,
    list_tokens,
    make_token,
    read_retention,
    write_retention,
)
from kombify.server.deps import Admin, Reader, ServiceDep
from kombify.server.internal.flags import read_flags
from kombify.server.paging import Page, Paging
from kombify.server.problems import says

router = APIRouter(
    tags=["accounts"],
    responses=says(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.UNPROCESSABLE_ENTITY),
)
Name = Annotated[str, Path(pattern=r"^[\x21-\x7e]{1,200}$", description="The name of a token.", examples=["portal"])]
Word = Annotated[str | None, Query(max_length=200)]


@router.get("/me")
async def show_me(service: ServiceDep, caller: Reader) -> Me:
    """Tell who you are, and what you may do."""
    return Me.of(caller, await asyncio.to_thread(read_flags, service.database))


@router.get("/tokens")
async def list_all_tokens(service: ServiceDep, _caller: Admin, page: Paging) -> Page[Token]:
    """List tokens, the newest first. Nobody can see their texts."""
    async with service.reading() as connection:
        return await list_tokens(connection, page)


@router.post("/tokens", status_code=HTTPStatus.CREATED, responses=says(HTTPStatus.CONFLICT))
async def create_token(service: ServiceDep, caller: Admin, response: Response, body: TokenWanted) -> NewToken:
    """Make a token. Its text is in this answer, and never again in any other."""
    text = await asyncio.to_thread(
        make_token, service.database, body.name, body.scope, by=caller.name, expires_at=body.expires_at
    )
    await service.audit(caller, "token.create", body.name, scope=body.scope, expires_at=body.expires_at)
    response.headers["Cache-Control"] = "no-store"
    return NewToken(name=body.name, scope=body.scope, expires_at=body.expires_at, token=text)


@router.delete("/tokens/{name}", status_code=HTTPStatus.NO_CONTENT, responses=says(HTTPStatus.NOT_FOUND))
async def remove_token(service: ServiceDep, caller: Admin, name: Name) -> None:
    """Revoke a token. It opens nothing from now on; its name stays taken, so that the audit stays clear."""
    await asyncio.to_thread(end_token, service.database, name)
    await service.audit(caller, "token.revoke", name)


@router.get("/audit")
async def show_audit(
    service: ServiceDep,
    _caller: Admin,
    page: Paging,
    who: Word = None,
    action: Word = None,
    allowed: bool | None = None,
) -> Page[AuditEntry]:
    """List what was changed and who was refused, the newest first."""
    async with service.reading() as connection:
        return await list_audit(connection, page, who=who, action=action, allowed=allowed)


@router.get("/settings/retention")
async def show_retention(service: ServiceDep, _caller: Reader) -> KeptFor:
    """Tell how many days things are kept."""
    return await asyncio.to_thread(read_retention, service.database)


@router.put("/settings/retention")
async def change_retention(service: ServiceDep, caller: Admin, body: KeptFor) -> KeptFor:
    """Keep things so many days from now on. What is older goes within the hour."""
    before = await asyncio.to_thread(read_retention, service.database)
    await asyncio.to_thread(write_retention, service.database, body)
    await service.audit(caller, "settings.retention", before=before.model_dump(), after=body.model_dump())
    return body
