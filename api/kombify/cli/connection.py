"""Which service a command talks to, and with which token."""

from __future__ import annotations

import os
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from kombify.cli.ending import Refused, Stop

if TYPE_CHECKING:
    from kombify.server.settings import Settings

TOKEN = "KOMBISTACK_TOKEN"  # noqa: S105 - the name of a variable
ANYWHERE = ("0.0.0.0", "::")  # noqa: S104 - compared with, not listened on


class Connection(NamedTuple):
    """Where a service is, and what opens it."""

    url: str
    token: str


def find_connection(url: str | None) -> Connection:
    """Return the service that was named, or the one that is configured here.

    The token comes from the environment. The token file of the service here is for the service here: it is never sent
    to another machine.
    """
    found = _checked(url) if url else _url_of(_settings())
    token = os.environ.get(TOKEN, "").strip()
    if not token and is_local(found):
        token = read_token(_settings().admin_token)
    if not token:
        raise Stop(f"there is no token for {found}", f"set {TOKEN}; its admin makes one: kombify token create NAME")
    return Connection(found, token)


def is_local(url: str) -> bool:
    """Tell whether a URL leads to this machine without a detour."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def read_token(path: Path) -> str:
    """Return the token in a file that nobody else can read."""
    try:
        if path.stat().st_mode & 0o077:
            raise Refused(f"{path} can be read by others", f"chmod 600 {path}, or better: revoke that token")
        return path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        raise Stop(
            f"there is no token: {path} does not exist",
            f"run this where kombify serve runs, or set KOMBISTACK_DATA_DIR to its data folder, or set {TOKEN}",
        ) from None
    except PermissionError:
        raise Refused(f"{path} is not yours to read", f"ask for a token of your own, and set {TOKEN}") from None


def _settings() -> Settings:
    from kombify.server.settings import SettingsError, load_settings

    try:
        return load_settings()
    except SettingsError as error:
        wrong = "\n  ".join(("the configuration is not right:", *error.problems))
        raise Stop(wrong, "see: kombify serve --check") from None


def _checked(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Stop(f"'{url}' is not the URL of a service", "write it like http://127.0.0.1:5260")
    return url.rstrip("/")


def _url_of(settings: Settings) -> str:
    scheme = "https" if settings.tls_cert else "http"
    host = "127.0.0.1" if settings.host in ANYWHERE else settings.host
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{settings.port}"
