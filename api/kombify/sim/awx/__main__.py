"""The program: serve a simulated AWX on 127.0.0.1 until it is told to end."""

from __future__ import annotations

import secrets
import socket
import sys
from pathlib import Path

import uvicorn

from ansible_collections.kombify.stack.plugins.module_utils.drivers.files import write_private
from kombify.sim.awx.app import create_awx
from kombify.sim.awx.things import Things

KEY = "key"
URL = "url"


def main() -> int:
    """Serve what is kept in the folder that is the only argument; its files ``url`` and ``key`` tell how to ask."""
    if len(sys.argv) != 2:
        print("usage: python -m kombify.sim.awx FOLDER", file=sys.stderr)
        return 2
    folder = Path(sys.argv[1])
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not (folder / KEY).exists():
        write_private(folder / KEY, secrets.token_urlsafe(24))
    app = create_awx(Things(folder / "things.json"), (folder / KEY).read_text(encoding="utf-8"))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        write_private(folder / URL, url)
        print(f"listening on {url}", flush=True)
        uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listening])
    return 0


if __name__ == "__main__":
    sys.exit(main())
