"""Who asks."""

from __future__ import annotations

from dataclasses import dataclass

from kombify.store.tokens import Scope


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
