"""Who has a good token comes in; who was refused is written down and slowed down."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, update

from kombify.server.app import create_app
from kombify.server.service import Service
from kombify.server.settings import Settings
from kombify.store.columns import now
from kombify.store.migrate import migrate
from kombify.store.models import AuditEntry, Token
from kombify.store.tokens import Scope, issue_token, revoke_token

JOBS = "/v1/orchestrator/jobs"
ISSUER = "https://gateway.example"


def audit(service: Service) -> list[AuditEntry]:
    with service.database.read() as session:
        return list(session.scalars(select(AuditEntry).order_by(AuditEntry.id)))


def used_at(service: Service) -> Any:
    with service.database.read() as session:
        return session.scalar(select(Token.used_at).where(Token.name == Scope.READ))


def ask(client: TestClient, token: str) -> int:
    return client.get(JOBS, headers={"Authorization": f"Bearer {token}"}).status_code


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic eDp5", "bearer kmb_none", "Bearer a.b.c", "Bearer é", "kmb_none"]
)
def test_who_shows_no_good_token_is_told_how_to_get_one(anonymous: TestClient, header: str) -> None:
    answer = anonymous.get(JOBS, headers={"Authorization": header.encode("latin-1")} if header else {})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert "kombify token create" in answer.json()["hint"]


def test_a_revoked_token_opens_nothing_from_then_on(
    service: Service, anonymous: TestClient, tokens: dict[str, str]
) -> None:
    assert ask(anonymous, tokens[Scope.READ]) == 200
    with service.database.begin() as session:
        revoke_token(session, Scope.READ)
    assert ask(anonymous, tokens[Scope.READ]) == 401


def test_a_token_that_has_expired_opens_nothing(service: Service, anonymous: TestClient) -> None:
    with service.database.begin() as session:
        text = issue_token(session, "old", Scope.ADMIN, expires_at=now() - timedelta(seconds=1))
    assert ask(anonymous, text) == 401


def test_the_last_use_is_noted_once_a_minute(service: Service, settings: Settings, tokens: dict[str, str]) -> None:
    with TestClient(create_app(service)) as client:
        assert ask(client, tokens[Scope.READ]) == 200
    first = used_at(service)
    assert first is not None
    service = Service(settings)
    with TestClient(create_app(service)) as client:
        assert ask(client, tokens[Scope.READ]) == 200
    assert used_at(service) == first
    with service.database.begin() as session:
        session.execute(update(Token).values(used_at=first - timedelta(minutes=2)))
    service = Service(settings)
    with TestClient(create_app(service)) as client:
        assert ask(client, tokens[Scope.READ]) == 200
    assert used_at(service) > first


def test_refused_logins_are_written_down_without_the_token(service: Service) -> None:
    with TestClient(create_app(service), client=("192.0.2.5", 1)) as client:
        assert ask(client, "kmb_secret-of-mine") == 401
    (entry,) = audit(service)
    assert (entry.who, entry.address, entry.action, entry.allowed) == ("nobody", "192.0.2.5", "login", False)
    assert "secret-of-mine" not in str(entry.details)


def test_whoever_may_not_do_it_is_told_so_and_written_down(service: Service, reader: TestClient) -> None:
    assert reader.post(JOBS, json={"playbook": "site"}).status_code == 403
    (entry,) = audit(service)
    assert (entry.who, entry.action, entry.subject, entry.allowed) == ("read", "refused", f"POST {JOBS}", False)


def test_refused_logins_are_slowed_down_and_good_tokens_are_not(tmp_path: Path, stack: Path) -> None:
    service = Service(Settings(data_dir=tmp_path / "data", stacks_dir=stack, jobs_at_once=0))
    migrate(service.database)
    with service.database.begin() as session:
        good = issue_token(session, "good", Scope.READ)
    with TestClient(create_app(service)) as client:
        codes = [ask(client, f"kmb_{number}") for number in range(20)]
        assert codes == [401] * 10 + [429] * 10
        assert ask(client, good) == 200
    assert len(audit(service)) == 10


@pytest.fixture
def with_gateway(tmp_path: Path, stack: Path, key_file: Any) -> Service:
    service = Service(
        Settings(
            data_dir=tmp_path / "data",
            stacks_dir=stack,
            jobs_at_once=0,
            rate_limit="0",
            gateway_issuer=ISSUER,
            gateway_jwks=str(key_file()),
        )
    )
    migrate(service.database)
    return service


@pytest.mark.parametrize(
    ("roles", "reads", "launches"),
    [(["viewer"], 200, 403), (["operator"], 200, 422), (["admin"], 200, 422), (["guest"], 401, 401)],
)
def test_roles_of_the_gateway_s_tokens_are_scopes(
    with_gateway: Service, signer: Any, roles: list[str], reads: int, launches: int
) -> None:
    headers = {"Authorization": f"Bearer {signer.token(roles=roles)}"}
    with TestClient(create_app(with_gateway)) as client:
        assert client.get(JOBS, headers=headers).status_code == reads
        assert client.post(JOBS, headers=headers, json={"playbook": "none"}).status_code == launches


def test_without_a_gateway_no_signed_token_is_believed(anonymous: TestClient, signer: Any) -> None:
    assert ask(anonymous, signer.token(roles=["admin"])) == 401
