"""The gateway, and only the gateway, exchanges logins and switches features; by default nobody does."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from kombify.server.service import Service
from kombify.store.models import Token
from kombify.store.tokens import Scope, issue_token

EXCHANGE = "/api/internal/sso/exchange"
FLAGS = "/api/internal/feature-flags/apply"
ANN = {"subject": "231845", "roles": ["operator"], "seconds": 300}


@pytest.mark.parametrize(("path", "body"), [(EXCHANGE, ANN), (FLAGS, {"flags": {"drift": True}})])
class TestWhoMay:
    """The same for both."""

    def test_there_is_nothing_by_default(self, tokens: Any, admin: TestClient, path: str, body: Any) -> None:
        service: Service = admin.app.state.service  # type: ignore[attr-defined]
        object.__setattr__(service.settings, "internal_api", False)
        assert admin.post(path, json=body).status_code == 404

    def test_the_gateway_itself_may(self, client: TestClient, as_of: Any, path: str, body: Any) -> None:
        assert client.post(path, json=body, headers=as_of("kong")).status_code == 200

    def test_nobody_else_whom_the_gateway_vouches_for_may(
        self, client: TestClient, as_of: Any, path: str, body: Any
    ) -> None:
        answer = client.post(path, json=body, headers=as_of("ann", roles=["admin"]))
        assert answer.status_code == 403

    def test_no_token_of_ours_may(self, client: TestClient, path: str, body: Any) -> None:
        service: Service = client.app.state.service  # type: ignore[attr-defined]
        with service.database.begin() as session:
            text = issue_token(session, "kong", Scope.ADMIN)
        for headers in ({}, {"Authorization": f"Bearer {text}"}):
            assert client.post(path, json=body, headers=headers).status_code == 401


def test_whom_the_gateway_let_in_gets_a_token_for_a_while(client: TestClient, as_of: Any) -> None:
    made = client.post(EXCHANGE, json=ANN, headers=as_of("kong"))
    assert made.headers["Cache-Control"] == "no-store"
    me = client.get("/v1/orchestrator/me", headers={"Authorization": f"Bearer {made.json()['token']}"}).json()
    assert (me["name"], me["scope"]) == ("sso:231845", "run")
    again = client.post(EXCHANGE, json=ANN, headers=as_of("kong")).json()
    assert again["token"] != made.json()["token"]


def test_tokens_of_an_exchange_go_when_they_have_expired(
    client: TestClient, as_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import timedelta

    from kombify.store.columns import now

    client.post(EXCHANGE, json=ANN, headers=as_of("kong"))
    monkeypatch.setattr("kombify.server.internal.exchange.now", lambda: now() + timedelta(hours=1))
    client.post(EXCHANGE, json=ANN, headers=as_of("kong"))
    service: Service = client.app.state.service  # type: ignore[attr-defined]
    with service.database.read() as session:
        assert len(session.scalars(select(Token.name)).all()) == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"roles": ["admin:tools"]}, "roles"),
        ({"roles": []}, "roles"),
        ({"subject": "a#b"}, "subject"),
        ({"subject": ""}, "subject"),
        ({"seconds": 86400}, "seconds"),
        ({"scope": "admin"}, "scope"),
    ],
)
def test_an_exchange_that_makes_no_sense_is_refused(
    client: TestClient, as_of: Any, wrong: dict[str, Any], field: str
) -> None:
    answer = client.post(EXCHANGE, json={**ANN, **wrong}, headers=as_of("kong"))
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


def test_flags_stay_until_they_are_switched_again_and_callers_see_them(client: TestClient, as_of: Any) -> None:
    client.post(FLAGS, json={"flags": {"drift": True, "agents": False}}, headers=as_of("kong"))
    answer = client.post(FLAGS, json={"flags": {"drift": False}}, headers=as_of("kong")).json()
    assert answer == {"flags": {"drift": False, "agents": False}}
    me = client.get("/v1/orchestrator/me", headers=as_of("ann", roles=["viewer"])).json()
    assert me["features"] == {"drift": False, "agents": False}


@pytest.mark.parametrize("flags", [{"root": True}, {"drift": "perhaps"}, {"drift": None}])
def test_only_known_flags_can_be_switched(client: TestClient, as_of: Any, flags: dict[str, Any]) -> None:
    assert client.post(FLAGS, json={"flags": flags}, headers=as_of("kong")).status_code == 422
