# Copyright (c) 2026, the kombify.stack authors
# GNU Affero General Public License v3.0+ (see README.md beside this file or https://www.gnu.org/licenses/agpl-3.0.txt)
# SPDX-License-Identifier: AGPL-3.0-or-later

"""The program: serve the simulated Proxmox of one lab until it is told to end."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

from ansible_collections.kombify.stack.plugins.module_utils.drivers.files import write_private
from kombify.sim.errors import SimError
from kombify.sim.hypervisors import CERTIFICATE, KEY, LOCK, RUN, TOKEN, ProxmoxSettings
from kombify.sim.lab import open_lab
from kombify.sim.locks import PidFile
from kombify.sim.proxmox.fake import make_cert
from kombify.sim.proxmox.machines import Machines
from kombify.sim.proxmox.server import SimulatedProxmox

CERTIFICATE_LASTS = 20 * 24 * 3600
"""Seconds after which a new certificate is made; fakepve's are valid for 30 days."""


LOOK_EVERY = 1.0
"""Seconds after which we see that our lab was taken down."""


def main() -> int:
    """Serve the lab whose folder is the only argument."""
    if len(sys.argv) != 2:
        print("usage: python -m kombify.sim.proxmox LABFOLDER", file=sys.stderr)
        return 2
    folder = Path(sys.argv[1]).resolve()
    try:
        asyncio.run(serve(folder))
    except (SimError, OSError) as error:
        print(f"{error}", file=sys.stderr)
        return 1
    return 0


async def serve(folder: Path) -> None:
    """Listen until SIGTERM or SIGINT."""
    if not PidFile(folder / LOCK).hold():
        raise SimError("The simulated Proxmox of this lab runs already.")
    settings = ProxmoxSettings.load(folder)
    token = (folder / TOKEN).read_text(encoding="utf-8").strip()
    pve = SimulatedProxmox(folder, settings, token, open_machines(folder))
    certify(folder, settings.host)
    await listen(pve, folder)
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    pve.save()
    write_private(folder / RUN, json.dumps({"pid": os.getpid(), "port": pve.port, "url": pve.url}))
    print(f"{time.strftime('%H:%M:%S')} listening on {pve.url}", flush=True)
    try:
        while not ended.is_set() and (folder / RUN).exists():
            with suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), LOOK_EVERY)
    finally:
        await pve.stop()
        # A lab that was taken down meanwhile has no place for anything any more.
        if (folder / RUN).exists():
            pve.save()
            (folder / RUN).unlink(missing_ok=True)


def certify(folder: Path, host: str) -> None:
    """Make the lab's certificate, when there is none or it is old."""
    certificate = folder / CERTIFICATE
    if not certificate.exists() or time.time() - certificate.stat().st_mtime > CERTIFICATE_LASTS:
        make_cert(str(folder), name=certificate.stem, hosts=(host,))


async def listen(pve: SimulatedProxmox, folder: Path) -> None:
    """Listen on the port that it had before, or on a free one when another program has that."""
    files = (str(folder / CERTIFICATE), str(folder / KEY))
    try:
        await pve.start(*files)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        await pve.stop()
        pve.port = 0
        await pve.start(*files)


def open_machines(folder: Path) -> Machines:
    """Return the lab whose folder this is."""
    os.environ["KOMBIFY_LABS"] = str(folder.parent)
    return open_lab(folder.name)


if __name__ == "__main__":
    sys.exit(main())
