"""Features of the platform that its portal shows or hides. They loosen nothing: what a caller may do stays the same."""

from __future__ import annotations

from sqlalchemy.orm import Session

from kombify.server.internal.models import Flag, Flags
from kombify.store.database import Database
from kombify.store.models import Setting

KEY = "feature_flags"


def apply_flags(database: Database, wanted: Flags) -> Flags:
    """Store flags, and return all of them."""
    with database.begin() as session:
        flags: dict[Flag, bool] = {**_stored(session), **wanted.flags}
        session.merge(Setting(key=KEY, value=flags))
    return Flags(flags=flags)


def read_flags(database: Database) -> dict[str, bool]:
    """Return the flags that were ever set."""
    with database.read() as session:
        return {str(name): value for name, value in _stored(session).items()}


def _stored(session: Session) -> dict[Flag, bool]:
    row = session.get(Setting, KEY)
    return dict(row.value) if row is not None else {}
