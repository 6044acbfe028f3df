"""Tokens are shown once, and are good until they expire or are revoked."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from kombify.store.columns import now
from kombify.store.database import Database
from kombify.store.errors import StoreError
from kombify.store.models import Token
from kombify.store.tokens import Scope, find_token, issue_token, revoke_token


def test_a_token_is_found_by_its_text_which_is_not_stored(database: Database) -> None:
    with database.begin() as session:
        text = issue_token(session, "portal", Scope.RUN, created_by="ann")
    with database.read() as session:
        found = find_token(session, text)
        stored = session.execute(select(Token.__table__)).one()
    assert found is not None
    assert (found.name, found.scope) == ("portal", "run")
    assert text not in map(str, stored)


def test_only_the_whole_text_opens(database: Database) -> None:
    with database.begin() as session:
        text = issue_token(session, "portal", Scope.READ)
        assert find_token(session, text[:-1]) is None
        assert find_token(session, "") is None


@pytest.mark.parametrize(("days", "good"), [(1, True), (-1, False)])
def test_a_token_ends_when_it_expires(database: Database, days: int, good: bool) -> None:
    with database.begin() as session:
        text = issue_token(session, "portal", Scope.READ, expires_at=now() + timedelta(days=days))
        assert (find_token(session, text) is not None) is good


def test_a_revoked_token_opens_nothing_and_keeps_its_name(database: Database) -> None:
    with database.begin() as session:
        text = issue_token(session, "portal", Scope.READ)
        revoke_token(session, "portal")
        assert find_token(session, text) is None
        with pytest.raises(StoreError, match="already"):
            issue_token(session, "portal", Scope.READ)


def test_a_scope_allows_what_the_ones_before_it_do() -> None:
    allowed = {(have, want) for have in Scope for want in Scope if have.allows(want)}
    assert allowed == {
        *((Scope.ADMIN, want) for want in Scope),
        (Scope.RUN, Scope.RUN),
        (Scope.RUN, Scope.READ),
        (Scope.READ, Scope.READ),
    }
