"""Settings with which strangers could come in: the service does not start with them."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from kombify.server.access.local import is_loopback
from kombify.server.settings import Settings, wrong


def unsafe_settings(settings: Settings) -> Iterator[str]:
    """Return what is unsafe, a line each."""
    yield from _key_that_others_read(settings)
    yield from _keys_from_anybody(settings)
    if settings.internal_api and not (settings.gateway_issuer and settings.gateway_services):
        yield wrong("internal_api", "needs gateway_issuer, and gateway_services: the subjects of the gateway itself")


def _key_that_others_read(settings: Settings) -> Iterator[str]:
    key = settings.tls_key
    if key is not None and key.is_file() and stat.S_IMODE(key.stat().st_mode) & 0o007:
        yield wrong("tls_key", f"everybody on this machine can use {key}; take that away: chmod o= {key}")


def _keys_from_anybody(settings: Settings) -> Iterator[str]:
    source = urlsplit(settings.gateway_jwks)
    if source.scheme == "http" and not is_loopback(source.hostname or ""):
        yield wrong("gateway_jwks", "keys that come over plain HTTP can be anybody's; use https, or a file")
    elif settings.gateway_jwks and source.scheme not in ("http", "https") and not Path(settings.gateway_jwks).is_file():
        yield wrong("gateway_jwks", f"{settings.gateway_jwks} is neither a URL with https nor a file")
