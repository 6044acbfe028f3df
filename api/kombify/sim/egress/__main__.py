"""The process that a lab's nodes reach the world through: it listens inside, and goes out from the host's network."""

from __future__ import annotations

import asyncio
import socket
import sys
import time
from pathlib import Path

from kombify.sim.egress.cache import PackageCache
from kombify.sim.egress.dns import Lookup, NameServer
from kombify.sim.egress.ports import DNS_PORT, PROXY_PORT, SERVICES_ADDRESS
from kombify.sim.egress.proxy import PackageProxy
from kombify.sim.egress.sources import allowed_sites
from kombify.sim.errors import SimError
from kombify.sim.folders import cache_folder
from kombify.sim.locks import PidFile
from kombify.sim.netns import services
from kombify.sim.netns.cgroups import LabGroups
from kombify.sim.netns.linux import inside
from kombify.sim.order import read_order

_HEAD_LIMIT = 1 << 18
_A_DAY = 24 * 3600


def addresses(nodes: Path) -> Lookup:
    """Return how to find the address of a machine: by what is on the disk at that moment."""

    def lookup(name: str) -> str | None:
        if "/" in name or name.startswith("."):
            return None
        try:
            return read_order(nodes / name).address.partition("/")[0]
        except (OSError, ValueError):
            return None

    return lookup


async def serve(listener: socket.socket, names: socket.socket, folder: Path, reply_to: int) -> None:
    """Serve until somebody ends us."""
    debs = cache_folder() / "debs"
    debs.mkdir(mode=0o700, parents=True, exist_ok=True)
    cache = PackageCache(debs)
    cache.sweep(time.time() - _A_DAY)
    proxy = PackageProxy(allowed_sites(), cache)
    loop = asyncio.get_running_loop()
    await loop.create_datagram_endpoint(lambda: NameServer(addresses(folder / "nodes")), sock=names)
    server = await asyncio.start_server(proxy.serve, sock=listener, limit=_HEAD_LIMIT)
    services.answer(reply_to, services.READY)
    await server.serve_forever()


def main(lab: str, folder: str, network: str, reply_to: str) -> None:
    """Join the lab, listen inside, and serve."""
    try:
        LabGroups.of(lab).join_services()
        with inside(Path(network)):
            listener = socket.create_server((SERVICES_ADDRESS, PROXY_PORT), backlog=128)
            names = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            names.bind((SERVICES_ADDRESS, DNS_PORT))
        names.setblocking(False)
        if not PidFile(Path(folder) / "egress.pid").hold():
            raise SimError("it runs already")
    except (OSError, SimError) as error:
        services.answer(int(reply_to), str(error))
        raise SystemExit(1) from error
    asyncio.run(serve(listener, names, Path(folder), int(reply_to)))


if __name__ == "__main__":
    main(*sys.argv[1:])
