"""Who is on this machine."""

from __future__ import annotations

import ipaddress

from starlette.datastructures import Headers
from starlette.types import Scope

FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")
NAMES = {"localhost", "127.0.0.1", "::1", "[::1]"}


def is_loopback(address: str) -> bool:
    """Tell whether an address is this machine's own."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address == "localhost"
    mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
    return (mapped or parsed).is_loopback


def asks_from_here(scope: Scope) -> bool:
    """Tell whether somebody on this machine asks for this machine.

    Not a proxy on it that speaks for others, and not a browser that was told that a stranger's name is this machine.
    """
    address = str((scope.get("client") or ("",))[0])
    headers = Headers(scope=scope)
    name = headers.get("host", "").rsplit(":", 1)[0] if "]" not in headers.get("host", "") else "[::1]"
    forwarded = any(one in headers for one in FORWARDED)
    return is_loopback(address) and not forwarded and (name in NAMES or is_loopback(name))
