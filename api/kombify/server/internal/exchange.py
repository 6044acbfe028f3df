"""From somebody whom the gateway has let in to a short-lived token of our own."""

from __future__ import annotations

import secrets
from datetime import timedelta

from sqlalchemy import delete

from kombify.server.access.callers import MARK
from kombify.server.access.gateway import scope_of
from kombify.server.internal.models import Exchange, Exchanged
from kombify.server.problems import wrong_field
from kombify.store.columns import now
from kombify.store.database import Database
from kombify.store.models import Token
from kombify.store.tokens import issue_token

PREFIX = "sso:"
"""No token that people make can be called like this."""


def exchange(database: Database, wanted: Exchange, *, by: str) -> Exchanged:
    """Make a token for somebody, and remove those that have expired: they come by the hundreds."""
    scope = scope_of(wanted.roles)
    if scope is None:
        raise wrong_field("roles", "none of these means something here", "known: viewer, operator, admin")
    moment = now()
    expires_at = moment + timedelta(seconds=wanted.seconds)
    name = f"{PREFIX}{wanted.subject}{MARK}{secrets.token_hex(4)}"
    with database.begin() as session:
        session.execute(delete(Token).where(Token.name.startswith(PREFIX), Token.expires_at < moment))
        text = issue_token(session, name, scope, created_by=by, expires_at=expires_at)
    return Exchanged(token=text, name=name, scope=scope, expires_at=expires_at)
