"""Who asks: the holder of an API token, or somebody whom the gateway vouches for."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from sqlalchemy import or_, select, update

from kombify.server.access.gateway import Claims, Gateway, looks_signed
from kombify.server.access.journal import Journal
from kombify.server.access.refusals import Refused
from kombify.store.columns import now
from kombify.store.database import Database
from kombify.store.models import Token
from kombify.store.tokens import Scope

USE_NOTED = timedelta(minutes=1)
"""How exactly it is known when a token was last used."""
UNKNOWN = "this token is not known, has expired or was revoked"
MARK = "#"
"""What follows it in the name of a token tells apart tokens of one person."""


@dataclass(frozen=True)
class Caller:
    """Somebody whom the service knows."""

    name: str
    """The name of the token, or the subject of the gateway's."""
    scope: Scope
    address: str = ""
    kind: str = "token"
    """``token`` or ``gateway``."""


NOBODY = Caller("nobody", Scope.READ)


class Callers:
    """Finds out who asks. A token is looked up each time: one that was revoked opens nothing from then on."""

    def __init__(self, database: Database, journal: Journal, gateway: Gateway | None) -> None:
        self.gateway = gateway
        self._database = database
        self._journal = journal

    async def find(self, text: str, address: str) -> Caller:
        """Return who holds a token, or raise :class:`Refused`."""
        if not looks_signed(text):
            return await self._holder(text, address)
        claims = await self.vouched(text)
        if claims.scope is None:
            raise Refused("the gateway's token has no role that means something here")
        return Caller(f"gateway:{claims.subject}", claims.scope, address, "gateway")

    async def vouched(self, text: str) -> Claims:
        """Return what a token of the gateway says, or raise :class:`Refused`."""
        if self.gateway is None:
            raise Refused(UNKNOWN, "a signed token came, and no gateway is set up")
        return await self.gateway.read(text)

    async def _holder(self, text: str, address: str) -> Caller:
        digest = sha256(text.encode(errors="surrogateescape")).hexdigest()
        wanted = select(Token.id, Token.name, Token.digest, Token.scope, Token.expires_at, Token.used_at)
        async with self._database.async_engine.connect() as connection:
            found = await connection.execute(wanted.where(Token.digest == digest, Token.revoked_at.is_(None)))
            token = found.one_or_none()
        # An index finds the digest of the text, of which nobody can choose a beginning; the rest takes the same time.
        if token is None or not hmac.compare_digest(token.digest, digest):
            raise Refused(UNKNOWN)
        moment = now()
        if token.expires_at is not None and token.expires_at <= moment:
            raise Refused(UNKNOWN, f"token '{token.name}' has expired")
        if token.used_at is None or moment - token.used_at > USE_NOTED or token.used_at > moment:
            unnoted = or_(Token.used_at.is_(None), Token.used_at == token.used_at)
            self._journal.put(update(Token).where(Token.id == token.id, unnoted).values(used_at=moment))
        return Caller(token.name.partition(MARK)[0], Scope(token.scope), address)
