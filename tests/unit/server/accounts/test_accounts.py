"""Admins make and end tokens, see the audit, and say how long things are kept."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

HOME = "/v1/orchestrator"


def make(admin: TestClient, **token: Any) -> Any:
    return admin.post(f"{HOME}/tokens", json={"name": "portal", "scope": "run", **token})


def test_a_token_is_shown_once_and_works(admin: TestClient, anonymous: TestClient) -> None:
    made = make(admin)
    assert (made.status_code, made.headers["Cache-Control"]) == (201, "no-store")
    text = made.json()["token"]
    me = anonymous.get(f"{HOME}/me", headers={"Authorization": f"Bearer {text}"}).json()
    assert (me["name"], me["scope"], me["kind"]) == ("portal", "run", "token")
    assert text not in admin.get(f"{HOME}/tokens").text
    assert text not in admin.get(f"{HOME}/audit").text


def test_an_ended_token_opens_nothing_and_is_still_listed(admin: TestClient, anonymous: TestClient) -> None:
    headers = {"Authorization": f"Bearer {make(admin).json()['token']}"}
    assert admin.delete(f"{HOME}/tokens/portal").status_code == 204
    assert anonymous.get(f"{HOME}/me", headers=headers).status_code == 401
    listed = {one["name"]: one for one in admin.get(f"{HOME}/tokens").json()["items"]}
    assert listed["portal"]["revoked_at"]
    assert make(admin).status_code == 409
    assert admin.delete(f"{HOME}/tokens/nobody").status_code == 404


@pytest.mark.parametrize(
    ("token", "field"),
    [
        ({"name": "sso:ann"}, "name"),
        ({"name": "a b"}, "name"),
        ({"name": ""}, "name"),
        ({"name": "x" * 64}, "name"),
        ({"scope": "root"}, "scope"),
        ({"expires_at": "2001-01-01T00:00:00Z"}, "expires_at"),
        ({"expires_at": "2999-01-01T00:00:00"}, "expires_at"),
        ({"expires_at": "never"}, "expires_at"),
        ({"more": 1}, "more"),
    ],
)
def test_a_token_that_makes_no_sense_is_refused_with_its_field(
    admin: TestClient, token: dict[str, Any], field: str
) -> None:
    answer = make(admin, **token)
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == [field]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/tokens", None),
        ("POST", "/tokens", {"name": "x"}),
        ("DELETE", "/tokens/read", None),
        ("GET", "/audit", None),
        ("PUT", "/settings/retention", {}),
    ],
)
def test_only_admins_may(reader: TestClient, runner: TestClient, method: str, path: str, body: Any) -> None:
    for client in (reader, runner):
        assert client.request(method, HOME + path, json=body).status_code == 403


def test_the_audit_says_who_did_what_newest_first_page_by_page(admin: TestClient, runner: TestClient) -> None:
    for name in ("one", "two", "three"):
        make(admin, name=name)
    runner.get(f"{HOME}/audit")
    page = admin.get(f"{HOME}/audit", params={"limit": 2}).json()
    assert [(one["who"], one["action"], one["allowed"]) for one in page["items"]] == [
        ("run", "refused", False),
        ("admin", "token.create", True),
    ]
    rest = admin.get(f"{HOME}/audit", params={"limit": 2, "cursor": page["next"]}).json()
    assert [one["subject"] for one in rest["items"]] == ["two", "one"]
    assert rest["next"] is None
    refused = admin.get(f"{HOME}/audit", params={"allowed": False}).json()["items"]
    assert [one["who"] for one in refused] == ["run"]


def test_retention_can_be_read_and_changed(reader: TestClient, admin: TestClient) -> None:
    wanted = {"jobs": 30, "events": 7, "folders": 2, "audit": 60}
    assert reader.get(f"{HOME}/settings/retention").json()["events"] == 90
    assert admin.put(f"{HOME}/settings/retention", json=wanted).json() == wanted
    assert reader.get(f"{HOME}/settings/retention").json() == wanted
    (entry,) = admin.get(f"{HOME}/audit").json()["items"]
    assert entry["details"]["after"] == wanted


@pytest.mark.parametrize(
    ("wanted", "field"), [({"jobs": 5, "events": 9}, "events"), ({"jobs": 0}, "jobs"), ({"audit": 10**9}, "audit")]
)
def test_retention_that_makes_no_sense_is_refused(admin: TestClient, wanted: dict[str, int], field: str) -> None:
    answer = admin.put(f"{HOME}/settings/retention", json=wanted)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
