"""What is wrong with a configuration on this machine, all of it at once, and what to do."""

from __future__ import annotations

import ipaddress
import os
import ssl
from collections.abc import Iterator
from pathlib import Path

from limits import parse

from kombify.engine.stacks import SPEC, find_stacks
from kombify.server.access.guard import unsafe_settings
from kombify.server.access.local import is_loopback
from kombify.server.settings import Settings, wrong
from kombify.store.database import Database
from kombify.store.errors import StoreError


def find_problems(settings: Settings) -> list[str]:
    """Return what is wrong, a line each. Nothing is changed, nobody is contacted."""
    parts = (_folders, _stacks, _database, _openness, _certificate, _limits, unsafe_settings)
    return [problem for part in parts for problem in part(settings)]


def _folders(settings: Settings) -> Iterator[str]:
    for name, folder in (("data_dir", settings.data_dir), ("database_path", _folder_of_database(settings))):
        if folder is not None and (why := _not_writable(folder)):
            yield wrong(name, f"{why}; name a folder that this user can write to")


def _folder_of_database(settings: Settings) -> Path | None:
    return settings.database_path.parent if settings.database_path else None


def _not_writable(folder: Path) -> str:
    """Return why nothing can be written into a folder, which need not exist yet."""
    existing = folder.absolute()
    while not existing.exists():
        existing = existing.parent
    if not existing.is_dir():
        return f"{existing} is not a folder"
    return "" if os.access(existing, os.W_OK | os.X_OK) else f"{existing} cannot be written to"


def _stacks(settings: Settings) -> Iterator[str]:
    if not settings.stacks_dir.is_dir():
        yield wrong("stacks_dir", f"{settings.stacks_dir} is not a folder")
    elif not find_stacks(settings.stacks_dir).names():
        where = f"neither {settings.stacks_dir / SPEC} nor {settings.stacks_dir / '*' / SPEC} is there"
        yield wrong("stacks_dir", f"there is no stack: {where}; make one: kombify init")


def _database(settings: Settings) -> Iterator[str]:
    try:
        Database(settings.url_of_database)
    except StoreError as error:
        yield wrong("database_url", f"{error}; {error.hint}")


def _openness(settings: Settings) -> Iterator[str]:
    """Tokens travel with every request: other machines may only send them where nobody can read along."""
    if not is_loopback(settings.host) and settings.tls_cert is None and not settings.trusted_proxies:
        yield wrong(
            "host",
            f"{settings.host} can be reached by other machines, and without TLS they would send their tokens readable; "
            "set tls_cert and tls_key, or trusted_proxies if a proxy does that, or listen on 127.0.0.1",
        )


def _certificate(settings: Settings) -> Iterator[str]:
    if settings.tls_cert is None or settings.tls_key is None:
        return
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(settings.tls_cert, settings.tls_key)
    except ssl.SSLError as error:
        why = "is not the key of that certificate" if "MISMATCH" in str(error) else "or its key is not in PEM form"
        yield wrong("tls_key" if "MISMATCH" in str(error) else "tls_cert", f"{settings.tls_cert}: {why}")
    except OSError as error:
        paths = (("tls_cert", settings.tls_cert), ("tls_key", settings.tls_key))
        unreadable = [(name, path) for name, path in paths if not os.access(path, os.R_OK)] or paths[:1]
        yield from (wrong(name, f"{path} cannot be read: {error.strerror}") for name, path in unreadable)


def _limits(settings: Settings) -> Iterator[str]:
    try:
        if settings.rate_limit.strip() not in ("", "0"):
            parse(settings.rate_limit)
    except ValueError:
        yield wrong("rate_limit", f"'{settings.rate_limit}' is no limit; write it like 100/minute, or 0 for none")
    for proxy in settings.trusted_proxies:
        try:
            ipaddress.ip_network(proxy, strict=False)
        except ValueError:
            yield wrong("trusted_proxies", f"'{proxy}' is neither an address nor a network")
