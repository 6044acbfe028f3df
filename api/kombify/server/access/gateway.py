"""Tokens of the gateway: signed JWTs of one issuer, for one audience. Nothing else is believed.

What reads them takes megabytes of memory, so it is loaded only where a gateway is trusted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kombify.server.access.keys import Keys
from kombify.server.access.refusals import Refused
from kombify.server.settings import Settings
from kombify.store.tokens import Scope

LEEWAY = 30
"""Seconds by which two clocks may disagree."""
LONGEST = 8192
"""Characters of a token."""
LONGEST_SUBJECT = 200
CLAIMS = ("exp", "iat", "iss", "aud", "sub")
ROLES = {
    "viewer": Scope.READ,
    "operator": Scope.RUN,
    "admin": Scope.ADMIN,
    "admin:super": Scope.ADMIN,
}
"""Of the platform's own administrators, only the highest is one here."""


@dataclass(frozen=True)
class Claims:
    """What a token of the gateway says, once it is believed."""

    subject: str
    scope: Scope | None
    """What the roles allow; None when none of them means something here."""


class Gateway:
    """Reads the gateway's tokens."""

    def __init__(self, issuer: str, audience: str, keys: Keys, roles_claim: str = "roles") -> None:
        self.keys = keys
        self._issuer = issuer
        self._audience = audience
        self._roles_claim = roles_claim

    async def read(self, text: str) -> Claims:
        """Return what a token says, or raise :class:`Refused`."""
        import jwt

        if len(text) > LONGEST or not text.isascii():
            raise Refused("the gateway's token cannot be read")
        key = await self.keys.get(_key_id(text))
        if key is None:
            raise Refused("the gateway's token is signed with a key that is not known", self.keys.trouble)
        try:
            claims = jwt.decode(
                text,
                key,
                algorithms=[key.algorithm_name],
                issuer=self._issuer,
                audience=self._audience,
                leeway=LEEWAY,
                options={"require": list(CLAIMS), "enforce_minimum_key_length": True},
            )
        except jwt.PyJWTError as error:
            raise Refused(f"the gateway's token is not good: {error}") from error
        subject = str(claims["sub"])
        if not 0 < len(subject) <= LONGEST_SUBJECT or not subject.isprintable():
            raise Refused("the gateway's token does not say who it is for")
        return Claims(subject, scope_of(claims.get(self._roles_claim)))


def gateway_of(settings: Settings) -> Gateway | None:
    """Return the gateway that is trusted, if one is."""
    if not settings.gateway_issuer:
        return None
    keys = Keys(settings.gateway_jwks)
    return Gateway(settings.gateway_issuer, settings.gateway_audience, keys, settings.gateway_roles_claim)


def looks_signed(text: str) -> bool:
    """Tell whether this has the form of a JWT."""
    return text.count(".") == 2


def scope_of(roles: Any) -> Scope | None:
    """Return the most that roles allow. They are a list, a text with blanks, or, as Zitadel has it, keys."""
    words = roles.split() if isinstance(roles, str) else roles
    known = [ROLES[one] for one in words if isinstance(one, str) and one in ROLES] if _is_listing(words) else []
    return max(known, key=list(Scope).index, default=None)


def _is_listing(value: Any) -> bool:
    return isinstance(value, (list, Mapping))


def _key_id(text: str) -> str:
    import jwt

    try:
        header = jwt.get_unverified_header(text)
    except jwt.PyJWTError as error:
        raise Refused("the gateway's token cannot be read") from error
    key_id = header.get("kid")
    if not isinstance(key_id, str):
        raise Refused("the gateway's token does not say which key signed it")
    return key_id
