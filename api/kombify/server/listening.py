"""The socket that the service listens on. It is opened before anything else, so that nobody is refused meanwhile."""

from __future__ import annotations

import errno
import socket

from kombify.server.settings import Settings, SettingsError, wrong

UNREAD_MS = 60_000
"""After which a connection ends whose other side takes nothing that was sent."""
ADVICE = {
    errno.EADDRINUSE: ("port", "{port} is taken by another program; choose another port, or stop that program"),
    errno.EADDRNOTAVAIL: ("host", "{host} is no address of this machine; 127.0.0.1 always is"),
    errno.EACCES: ("port", "{port} may only be opened by root; choose one above 1023"),
}


def listen(settings: Settings) -> socket.socket:
    """Open the socket, or raise :class:`SettingsError`."""
    try:
        family, kind, protocol, _name, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except socket.gaierror:
        raise SettingsError([wrong("host", f"'{settings.host}' is not known; write an address")]) from None
    opened = socket.socket(family, kind, protocol)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD_MS)
        opened.bind(address)
        opened.listen(2048)
    except OSError as error:
        opened.close()
        name, advice = ADVICE.get(error.errno or 0, ("host", "{host}:{port}: " + str(error.strerror)))
        raise SettingsError([wrong(name, advice.format(host=settings.host, port=settings.port))]) from None
    return opened


def url_of(settings: Settings) -> str:
    """Return where people find the service."""
    scheme = "https" if settings.tls_cert else "http"
    return f"{scheme}://{f'[{settings.host}]' if ':' in settings.host else settings.host}:{settings.port}"
