"""Keys and tokens of a gateway."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

ISSUER = "https://gateway.example"
AUDIENCE = "kombify"
Private = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass
class Signer:
    """A gateway with its private keys."""

    keys: dict[str, Private] = field(default_factory=dict)

    def add(self, name: str, kind: str = "ec") -> None:
        self.keys[name] = (
            ec.generate_private_key(ec.SECP256R1()) if kind == "ec" else rsa.generate_private_key(65537, 2048)
        )

    def jwks(self) -> dict[str, Any]:
        return {"keys": [{**self._public(key), "kid": name, "use": "sig"} for name, key in self.keys.items()]}

    def pem(self, name: str) -> bytes:
        return self.keys[name].public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def token(self, name: str = "one", *, leave_out: tuple[str, ...] = (), **claims: Any) -> str:
        now = int(time.time())
        said = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": "ann",
            "iat": now,
            "exp": now + 60,
            "roles": ["viewer"],
            **claims,
        }
        said = {claim: value for claim, value in said.items() if claim not in leave_out}
        key = self.keys[name]
        algorithm = "ES256" if isinstance(key, ec.EllipticCurvePrivateKey) else "RS256"
        return jwt.encode(said, key, algorithm, {"kid": name})

    @staticmethod
    def _public(key: Private) -> dict[str, Any]:
        if isinstance(key, rsa.RSAPrivateKey):
            return RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
        return ECAlgorithm.to_jwk(key.public_key(), as_dict=True)


@pytest.fixture
def signer() -> Signer:
    signer = Signer()
    signer.add("one")
    return signer


@pytest.fixture
def key_file(tmp_path: Path, signer: Signer) -> Callable[[], Path]:
    """Write the public keys of the gateway as they are now, and return the file."""

    def write() -> Path:
        path = tmp_path / "jwks.json"
        path.write_text(json.dumps(signer.jwks()))
        return path

    return write
