"""The first token: there is always a way in, and never more ways than needed."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from kombify.server.admin_token import ensure_admin_token
from kombify.store.columns import now
from kombify.store.database import Database
from kombify.store.migrate import migrate
from kombify.store.tokens import Scope, find_token, issue_token, revoke_token


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    made = Database(database_url)
    migrate(made)
    yield made
    made.close()


def opens(database: Database, text: str) -> str:
    with database.read() as session:
        token = find_token(session, text.strip())
        return token.name if token is not None else ""


def test_the_first_start_makes_one_and_the_next_ones_leave_it(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "admin.token"
    assert ensure_admin_token(database, file)
    text = file.read_text()
    assert (stat.S_IMODE(file.stat().st_mode), opens(database, text)) == (0o600, "admin")
    assert not ensure_admin_token(database, file)
    assert file.read_text() == text


def test_an_admin_who_removed_the_file_gets_no_other_one(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "admin.token"
    ensure_admin_token(database, file)
    file.unlink()
    assert not ensure_admin_token(database, file)
    assert not file.exists()


@pytest.mark.parametrize("how", ["revoked", "expired", "never made"])
def test_when_no_admin_can_come_in_any_more_another_one_is_made(how: str, database: Database, tmp_path: Path) -> None:
    file = tmp_path / "admin.token"
    file.write_text("kmb_from-a-start-that-was-cut-off\n")
    with database.begin() as session:
        issue_token(session, "portal", Scope.RUN)
        if how != "never made":
            expires = now() - timedelta(days=1) if how == "expired" else None
            issue_token(session, "admin", Scope.ADMIN, expires_at=expires)
            session.flush()
        if how == "revoked":
            revoke_token(session, "admin")
    assert ensure_admin_token(database, file)
    assert opens(database, file.read_text()) == ("admin" if how == "never made" else "admin-2")


def test_a_new_one_ends_those_made_like_it_and_no_other(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "admin.token"
    ensure_admin_token(database, file)
    first = file.read_text()
    with database.begin() as session:
        mine = issue_token(session, "mine", Scope.ADMIN)
    assert ensure_admin_token(database, file, renew=True)
    assert [opens(database, text) for text in (first, mine, file.read_text())] == ["", "mine", "admin-2"]


def test_a_token_whose_file_cannot_be_written_opens_nothing(database: Database, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        ensure_admin_token(database, tmp_path / "file/admin.token")
    assert ensure_admin_token(database, tmp_path / "admin.token")
    assert opens(database, (tmp_path / "admin.token").read_text()) == "admin"
