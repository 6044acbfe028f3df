"""Settings with which strangers could come in are problems; who listens for a proxy lets nobody else in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from kombify.server.access.guard import unsafe_settings
from kombify.server.app import create_app
from kombify.server.checks import find_problems
from kombify.server.service import Service
from kombify.server.settings import Settings, load_settings
from kombify.store.migrate import migrate

EXAMPLES = Path(__file__).parents[4] / "docs/examples/service"
GATEWAY = {"gateway_issuer": "https://gateway.example"}


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({**GATEWAY, "gateway_jwks": "http://keys.example/jwks"}, "plain HTTP"),
        ({**GATEWAY, "gateway_jwks": "ftp://keys.example/jwks"}, "neither"),
        ({**GATEWAY, "gateway_jwks": "/nowhere/jwks.json"}, "neither"),
        ({**GATEWAY, "gateway_jwks": "https://keys.example/jwks"}, ""),
        ({**GATEWAY, "gateway_jwks": "http://127.0.0.1:8080/jwks"}, ""),
        ({**GATEWAY, "gateway_jwks": "https://keys.example/jwks", "internal_api": True}, "gateway_services"),
        ({"internal_api": True, "gateway_services": ("kong",)}, "gateway_issuer"),
        ({}, ""),
    ],
)
def test_what_strangers_could_use_is_a_problem(given: dict[str, Any], problem: str) -> None:
    problems = list(unsafe_settings(Settings(**given)))
    assert problem in " ".join(problems)
    assert bool(problems) is bool(problem)


@pytest.mark.parametrize("name", ["gateway", "internal", "proxy"])
def test_the_examples_of_the_guide_are_safe(name: str) -> None:
    settings = load_settings(EXAMPLES / f"{name}.yaml")
    assert list(unsafe_settings(settings)) == []
    assert settings != Settings()


def test_a_key_that_everybody_can_read_is_a_problem(tmp_path: Path) -> None:
    key = tmp_path / "key.pem"
    key.write_text("key")
    key.chmod(0o644)
    settings = Settings(tls_cert=key, tls_key=key)
    assert "chmod o=" in "".join(unsafe_settings(settings))
    key.chmod(0o640)
    assert list(unsafe_settings(settings)) == []


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        ({"host": "0.0.0.0"}, True),  # noqa: S104
        ({"host": "::"}, True),
        ({"host": "192.0.2.1"}, True),
        ({"host": "127.0.0.1"}, False),
        ({"host": "::1"}, False),
        ({"host": "0.0.0.0", "trusted_proxies": ("10.0.0.1",)}, False),  # noqa: S104
    ],
)
def test_nobody_listens_to_others_without_tls(
    tmp_path: Path, stack: Path, given: dict[str, Any], refused: bool
) -> None:
    problems = find_problems(Settings(data_dir=tmp_path / "data", stacks_dir=stack, **given))
    assert bool([one for one in problems if "TLS" in one]) is refused


@pytest.mark.parametrize(("address", "status"), [("10.0.0.1", 200), ("127.0.0.1", 200), ("192.0.2.1", 403)])
def test_who_listens_for_a_proxy_lets_nobody_else_in(tmp_path: Path, stack: Path, address: str, status: int) -> None:
    settings = Settings(
        host="0.0.0.0",  # noqa: S104
        data_dir=tmp_path / "data",
        stacks_dir=stack,
        jobs_at_once=0,
        trusted_proxies=("10.0.0.0/24",),
    )
    service = Service(settings)
    migrate(service.database)
    with TestClient(create_app(service), client=(address, 1)) as client:
        headers = {"X-Forwarded-For": "127.0.0.1"}
        assert client.get("/healthz", headers=headers).status_code == status
