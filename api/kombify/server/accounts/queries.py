"""Reading tokens and the audit, changing tokens."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncConnection

from kombify.server.accounts.models import AuditEntry, KeptFor, Token
from kombify.server.paging import Page, PageQuery, cut
from kombify.server.problems import not_found, wrong_field
from kombify.store import models
from kombify.store.columns import now
from kombify.store.database import Database
from kombify.store.errors import StoreError
from kombify.store.settings import Retention, retention, set_retention
from kombify.store.tokens import Scope, issue_token, revoke_token

AUDIT = models.AuditEntry.__table__
TOKENS = models.Token.__table__


async def list_audit(connection: AsyncConnection, page: PageQuery, **wanted: Any) -> Page[AuditEntry]:
    """Return a page of the audit, the newest first."""
    conditions: list[ColumnElement[bool]] = [
        AUDIT.c[name] == value for name, value in wanted.items() if value is not None
    ]
    if page.cursor is not None:
        conditions.append(AUDIT.c.id < page.cursor)
    query = select(AUDIT).where(*conditions).order_by(AUDIT.c.id.desc()).limit(page.limit + 1)
    found, more = cut((await connection.execute(query)).mappings().all(), page.limit)
    return Page(items=[AuditEntry(**row) for row in found], next=str(found[-1]["id"]) if more else None)


async def list_tokens(connection: AsyncConnection, page: PageQuery) -> Page[Token]:
    """Return a page of tokens, the newest first."""
    columns = [TOKENS.c[name] for name in ("id", *Token.model_fields)]
    query = select(*columns).order_by(TOKENS.c.id.desc()).limit(page.limit + 1)
    if page.cursor is not None:
        query = query.where(TOKENS.c.id < page.cursor)
    found, more = cut((await connection.execute(query)).mappings().all(), page.limit)
    return Page(items=[Token(**row) for row in found], next=str(found[-1]["id"]) if more else None)


def make_token(database: Database, name: str, scope: Scope, *, by: str, expires_at: datetime | None) -> str:
    """Make a token and return its text."""
    if expires_at is not None and expires_at <= now():
        raise wrong_field("expires_at", "this is over already")
    with database.begin() as session:
        return issue_token(session, name, scope, created_by=by, expires_at=expires_at)


def end_token(database: Database, name: str) -> None:
    """Revoke a token. That is no news to one that was revoked already."""
    with database.begin() as session:
        try:
            revoke_token(session, name)
        except StoreError as error:
            raise not_found("token", name, error.hint) from None


def read_retention(database: Database) -> KeptFor:
    """Return how long things are kept."""
    with database.read() as session:
        return KeptFor.model_validate(retention(session), from_attributes=True)


def write_retention(database: Database, wanted: KeptFor) -> None:
    """Keep things as long as wanted, or raise the problem of what makes no sense."""
    try:
        kept = Retention(**wanted.model_dump())
    except StoreError as error:
        raise wrong_field("events", str(error), error.hint) from None
    with database.begin() as session:
        set_retention(session, kept)
