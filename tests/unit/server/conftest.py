"""A service with one stack that takes orders and leaves them to other workers: what it answers is all that is asked."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from kombify.server.app import create_app
from kombify.server.service import Service
from kombify.server.settings import Settings
from kombify.store.migrate import migrate
from kombify.store.tokens import Scope, issue_token

FIXTURES = Path(__file__).parent / "fixtures"


@pytest.fixture
def stack(tmp_path: Path) -> Path:
    """Return the folder of the stack `home`."""
    return Path(shutil.copytree(FIXTURES / "stack", tmp_path / "home"))


@pytest.fixture
def settings(tmp_path: Path, stack: Path) -> Settings:
    """Return the settings of the service."""
    return Settings(data_dir=tmp_path / "data", stacks_dir=stack, jobs_at_once=0, rate_limit="0")


@pytest.fixture
def service(settings: Settings) -> Service:
    """Return the service with a token of each scope."""
    service = Service(settings)
    migrate(service.database)
    return service


@pytest.fixture
def tokens(service: Service) -> dict[str, str]:
    """Return a token of each scope, by the scope; tokens are called like their scope."""
    with service.database.begin() as session:
        return {scope: issue_token(session, scope, scope) for scope in Scope}


@pytest.fixture
def anonymous(service: Service) -> Iterator[TestClient]:
    """Return a client without a token."""
    with TestClient(create_app(service), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def reader(anonymous: TestClient, tokens: dict[str, str]) -> TestClient:
    """Return a client that may read."""
    return _with(anonymous, tokens[Scope.READ])


@pytest.fixture
def runner(anonymous: TestClient, tokens: dict[str, str]) -> TestClient:
    """Return a client that may run jobs."""
    return _with(anonymous, tokens[Scope.RUN])


@pytest.fixture
def admin(anonymous: TestClient, tokens: dict[str, str]) -> TestClient:
    """Return a client that may do everything."""
    return _with(anonymous, tokens[Scope.ADMIN])


def _with(client: TestClient, token: str) -> TestClient:
    return TestClient(client.app, raise_server_exceptions=False, headers={"Authorization": f"Bearer {token}"})
