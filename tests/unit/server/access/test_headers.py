"""Answers carry a number and headers that keep browsers from harm; pages of other sites are not let in."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from kombify.server.access.headers import SECURITY, RequestHeaders
from kombify.server.app import create_app
from kombify.server.service import Service
from kombify.server.settings import Settings
from kombify.store.migrate import migrate


@pytest.mark.parametrize("path", ["/healthz", "/nothing", "/v1/orchestrator/jobs"])
def test_every_answer_has_the_headers(anonymous: TestClient, path: str) -> None:
    answer = anonymous.get(path)
    assert {name: answer.headers.get(name) for name in SECURITY} == SECURITY
    assert "Strict-Transport-Security" not in answer.headers


def test_browsers_are_told_to_stay_with_https(anonymous: TestClient) -> None:
    answer = TestClient(anonymous.app, base_url="https://kombify.example").get("/healthz")
    assert "max-age" in answer.headers["Strict-Transport-Security"]


@pytest.mark.parametrize(
    ("given", "kept"), [("portal-12345678", True), ("short", False), ("x" * 65, False), ("a b c d e f", False)]
)
def test_a_request_keeps_the_number_that_it_has_if_it_is_harmless(
    anonymous: TestClient, given: str, kept: bool
) -> None:
    answer = anonymous.get("/healthz", headers={"X-Request-ID": given})
    assert (answer.headers["X-Request-ID"] == given) is kept
    assert len(answer.headers["X-Request-ID"]) >= 8


def test_a_fault_is_answered_with_a_problem_that_tells_nothing_about_it() -> None:
    app = FastAPI()

    @app.get("/fault")
    async def fault() -> None:
        raise RuntimeError("the password is hunter2")

    app.add_middleware(RequestHeaders)
    answer = TestClient(app).get("/fault")
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert "hunter2" not in answer.text
    assert answer.headers["X-Request-ID"]


def test_pages_of_other_sites_get_no_permission(anonymous: TestClient) -> None:
    origin = {"Origin": "https://evil.example"}
    asked = {**origin, "Access-Control-Request-Method": "POST"}
    for answer in (
        anonymous.get("/healthz", headers=origin),
        anonymous.options("/v1/orchestrator/jobs", headers=asked),
    ):
        assert not [name for name in answer.headers if name.startswith("access-control-")]


def test_a_page_of_a_named_site_gets_permission_and_no_other(tmp_path: Path, stack: Path) -> None:
    service = Service(
        Settings(data_dir=tmp_path / "data", stacks_dir=stack, jobs_at_once=0, cors_origins=("https://ui.example",))
    )
    migrate(service.database)
    with TestClient(create_app(service)) as client:
        for origin, allowed in (("https://ui.example", "https://ui.example"), ("https://evil.example", None)):
            answer = client.get("/healthz", headers={"Origin": origin})
            assert answer.headers.get("access-control-allow-origin") == allowed
            assert "access-control-allow-credentials" not in answer.headers
