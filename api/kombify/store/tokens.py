"""Keys to the API: shown once, kept as SHA-256."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from kombify.store.columns import now
from kombify.store.errors import StoreError
from kombify.store.models import Token

PREFIX = "kmb_"
"""So that people and secret scanners recognise one."""


class Scope(StrEnum):
    """What a token allows; each allows what the one before does."""

    READ = "read"
    RUN = "run"
    ADMIN = "admin"

    def allows(self, wanted: Scope) -> bool:
        """Tell whether this is enough for what is wanted."""
        order = list(Scope)
        return order.index(self) >= order.index(wanted)


def issue_token(
    session: Session, name: str, scope: Scope, *, created_by: str = "", expires_at: datetime | None = None
) -> str:
    """Make a token and return it; nobody can see it again."""
    if session.scalar(select(Token.id).where(Token.name == name)) is not None:
        raise StoreError(f"there is a token '{name}' already", "take another name, or revoke that one")
    text = PREFIX + secrets.token_urlsafe(32)
    session.add(Token(name=name, digest=_digest(text), scope=scope, created_by=created_by, expires_at=expires_at))
    return text


def find_token(session: Session, text: str) -> Token | None:
    """Return the token with this text if it is still good."""
    token = session.scalar(select(Token).where(Token.digest == _digest(text)))
    if token is None or token.revoked_at is not None:
        return None
    return None if token.expires_at is not None and token.expires_at <= now() else token


def revoke_token(session: Session, name: str) -> None:
    """End a token at once. Its name stays taken, so that the audit stays clear."""
    token = session.scalar(select(Token).where(Token.name == name))
    if token is None:
        raise StoreError(f"there is no token '{name}'", "see: kombify token list")
    token.revoked_at = token.revoked_at or now()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
