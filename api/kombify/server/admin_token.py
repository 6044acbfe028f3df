"""The first key to the API: made when nobody could come in otherwise, and left in a file of the data folder."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from ansible_collections.kombify.stack.plugins.module_utils.drivers.files import write_private
from kombify.store.columns import now
from kombify.store.database import Database
from kombify.store.models import Token
from kombify.store.tokens import Scope, issue_token

NAME = "admin"
MAKER = "kombify serve"


def ensure_admin_token(database: Database, file: Path, *, renew: bool = False) -> bool:
    """Make an admin's token if there is none that is still good, and tell whether one was made.

    ``renew`` makes one in any case, and ends those that were made like this before. The file is written first: should
    the machine go down in between, the file holds nothing that opens anything, and the next start makes another.
    """
    with database.begin() as session:
        if renew:
            for old in session.scalars(select(Token).where(Token.created_by == MAKER, Token.revoked_at.is_(None))):
                old.revoked_at = now()
        elif _has_admin(session):
            return False
        write_private(file, issue_token(session, _free_name(session), Scope.ADMIN, created_by=MAKER) + "\n")
    return True


def _has_admin(session: Session) -> bool:
    alive = (Token.revoked_at.is_(None), or_(Token.expires_at.is_(None), Token.expires_at > now()))
    return session.scalar(select(Token.id).where(Token.scope == Scope.ADMIN, *alive).limit(1)) is not None


def _free_name(session: Session) -> str:
    """Return a name that no token had: those of revoked ones stay taken."""
    taken = set(session.scalars(select(Token.name)))
    names = (NAME if number == 1 else f"{NAME}-{number}" for number in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)
