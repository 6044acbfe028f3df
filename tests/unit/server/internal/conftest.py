"""A service that trusts a gateway."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from fastapi.testclient import TestClient
from jwt.algorithms import ECAlgorithm

from kombify.server.app import create_app
from kombify.server.service import Service
from kombify.server.settings import Settings
from kombify.store.migrate import migrate

ISSUER = "https://gateway.example"


@pytest.fixture
def key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@pytest.fixture
def settings(tmp_path: Path, stack: Path, key: ec.EllipticCurvePrivateKey) -> Settings:
    public = {**ECAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": "one"}
    (tmp_path / "jwks.json").write_text(json.dumps({"keys": [public]}))
    return Settings(
        data_dir=tmp_path / "data",
        stacks_dir=stack,
        jobs_at_once=0,
        rate_limit="0",
        gateway_issuer=ISSUER,
        gateway_jwks=str(tmp_path / "jwks.json"),
        gateway_services=("kong",),
        internal_api=True,
    )


@pytest.fixture
def client(settings: Settings) -> Iterator[TestClient]:
    service = Service(settings)
    migrate(service.database)
    with TestClient(create_app(service)) as client:
        yield client


@pytest.fixture
def as_of(key: ec.EllipticCurvePrivateKey) -> Callable[[str], dict[str, str]]:
    """Return the headers of a request with a token of the gateway for somebody."""

    def headers(subject: str, **claims: Any) -> dict[str, str]:
        now = int(time.time())
        said = {"iss": ISSUER, "aud": "kombify", "sub": subject, "iat": now, "exp": now + 60, **claims}
        return {"Authorization": f"Bearer {jwt.encode(said, key, 'ES256', {'kid': 'one'})}"}

    return headers
