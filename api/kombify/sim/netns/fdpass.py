"""Make a connection inside a lab and hand it to ssh, which called us with ProxyUseFdpass.

Run as ``python -IS fdpass.py NAMESPACE HOST PORT``: for every connection, so only what starts fast is imported.
"""

from __future__ import annotations

import ctypes
import os
import socket
import sys

SECONDS = 10


def main(namespace: str, host: str, port: str) -> None:
    """Connect, and pass the socket to the program that reads our standard output."""
    try:
        handle = os.open(namespace, os.O_RDONLY)
    except FileNotFoundError:
        sys.exit(f"the lab is down: there is no {namespace} (kombify sim up)")
    except PermissionError:
        sys.exit("the lab can be reached by root only: use sudo")
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(handle, 0) != 0:
        sys.exit(f"cannot enter {namespace}: {os.strerror(ctypes.get_errno())} (root is needed)")
    try:
        connection = socket.create_connection((host, int(port)), SECONDS)
    except OSError as error:
        sys.exit(f"{host} port {port}: {error.strerror or error}")
    connection.setblocking(True)
    with socket.socket(fileno=os.dup(sys.stdout.fileno())) as ssh:
        socket.send_fds(ssh, [b"\0"], [connection.fileno()])


if __name__ == "__main__":
    main(*sys.argv[1:])
