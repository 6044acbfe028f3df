"""A token of the gateway opens only when the gateway signed it, for us, and not too long ago."""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jwt
import pytest

from kombify.server.access.gateway import Claims, Gateway, looks_signed, scope_of
from kombify.server.access.keys import Keys, usable
from kombify.server.access.refusals import Refused
from kombify.store.tokens import Scope

ISSUER = "https://gateway.example"


@pytest.fixture
def read(key_file: Callable[[], Path]) -> Callable[[str], Claims]:
    """Read one token with the keys as they are."""

    def read(token: str) -> Claims:
        return asyncio.run(Gateway(ISSUER, "kombify", Keys(str(key_file()))).read(token))

    return read


@pytest.mark.parametrize("kind", ["ec", "rsa"])
def test_a_signed_token_tells_who_comes_and_what_he_may(read: Any, signer: Any, kind: str) -> None:
    signer.add("two", kind)
    assert read(signer.token("two", roles=["operator", "admin:tools"])) == Claims("ann", Scope.RUN)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"iss": "https://evil.example"}, "issuer"),
        ({"aud": "others"}, "[Aa]udience"),
        ({"exp": int(time.time()) - 120}, "expired"),
        ({"nbf": int(time.time()) + 3600}, "not yet valid"),
        ({"iat": int(time.time()) + 3600}, "not yet valid"),
        ({"sub": ""}, "who it is for"),
        ({"sub": "ann\0"}, "who it is for"),
        ({"sub": "ann\nbob"}, "who it is for"),
        ({"sub": "x" * 201}, "who it is for"),
        ({"leave_out": ("exp",)}, "exp"),
        ({"leave_out": ("sub",)}, "sub"),
        ({"leave_out": ("aud",)}, "aud"),
        ({"leave_out": ("iss",)}, "iss"),
    ],
)
def test_a_token_for_others_or_of_another_time_is_refused(
    read: Any, signer: Any, changed: dict[str, Any], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        read(signer.token(**changed))


def test_clocks_may_disagree_a_little(read: Any, signer: Any) -> None:
    assert read(signer.token(exp=int(time.time()) - 5)).subject == "ann"


def test_an_unsigned_token_is_refused(read: Any, signer: Any) -> None:
    _header, payload, _signature = signer.token().split(".")
    for algorithm in ("none", "None", "NONE", ""):
        with pytest.raises(Refused):
            read(f"{_part({'alg': algorithm, 'kid': 'one'})}.{payload}.")


@pytest.mark.parametrize("algorithm", ["HS256", "HS512"])
def test_a_public_key_is_no_secret_to_sign_with(read: Any, signer: Any, algorithm: str) -> None:
    signer.add("rsa", "rsa")
    for name in ("one", "rsa"):
        body = f"{_part({'alg': algorithm, 'kid': name})}.{signer.token(name).split('.')[1]}"
        digest = hmac.new(signer.pem(name), body.encode(), "sha256" if algorithm == "HS256" else "sha512").digest()
        with pytest.raises(Refused):
            read(f"{body}.{_text(digest)}")


def test_a_key_of_the_token_s_own_is_not_asked(read: Any, signer: Any) -> None:
    class_of = type(signer)
    stranger = class_of()
    stranger.add("one")
    public = stranger.jwks()["keys"][0]
    token = jwt.encode(
        jwt.decode(stranger.token(), options={"verify_signature": False}),
        stranger.keys["one"],
        "ES256",
        {"kid": "one", "jwk": public, "jku": "http://127.0.0.1:1/keys"},
    )
    with pytest.raises(Refused, match="not good"):
        read(token)


@pytest.mark.parametrize("header", [{"alg": "ES256"}, {"alg": "ES256", "kid": 7}, {"alg": "ES256", "kid": "unknown"}])
def test_the_key_has_to_be_named_and_known(read: Any, signer: Any, header: dict[str, Any]) -> None:
    _header, payload, signature = signer.token().split(".")
    with pytest.raises(Refused):
        read(f"{_part(header)}.{payload}.{signature}")


@pytest.mark.parametrize("text", ["..", "a.b.c", "é.é.é", "x" * 9000 + "..", "\ud800.a.b"])
def test_what_is_no_token_is_refused_and_nothing_breaks(read: Any, text: str) -> None:
    assert looks_signed(text)
    with pytest.raises(Refused):
        read(text)


def test_only_public_keys_for_signatures_are_used(signer: Any) -> None:
    signer.add("rsa", "rsa")
    one, rsa = signer.jwks()["keys"]
    others = [
        {"kty": "oct", "k": "c2VjcmV0", "kid": "secret"},
        {**one, "kid": "encrypts", "use": "enc"},
        {**one, "kid": "other", "alg": "HS256"},
        {**rsa, "kid": "pss", "alg": "PS256"},
        {**one, "kid": "private", "d": "AQ"},
        {**one, "kid": 5},
        {"kty": "RSA", "n": "AQAB", "e": "AQAB", "kid": "short"},
        "no key",
    ]
    assert set(usable({"keys": [one, rsa, *others]})) == {"one", "rsa"}


@pytest.mark.parametrize(
    ("roles", "scope"),
    [
        (["viewer"], Scope.READ),
        (["operator", "viewer"], Scope.RUN),
        ({"admin": {"org": "x"}}, Scope.ADMIN),
        ("viewer admin", Scope.ADMIN),
        (["admin:super"], Scope.ADMIN),
        (["admin:tools", "admin:billing"], None),
        (["Admin"], None),
        ([], None),
        (None, None),
        (5, None),
        ([["admin"]], None),
    ],
)
def test_roles_are_scopes_and_unknown_ones_are_nothing(roles: Any, scope: Scope | None) -> None:
    assert scope_of(roles) == scope


def _part(data: dict[str, Any]) -> str:
    return _text(json.dumps(data).encode())


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
