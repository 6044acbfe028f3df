# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Three virtual machines, made and reached: our stage against the modules of community.proxmox. Needs root.

Both make the same machines (clone, cloud-init, CPU, disk, start, SSH) on the same simulated Proxmox, in turn;
between the runs the machines are destroyed.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import harness

from ansible_collections.kombify.stack.plugins.module_utils.drivers.project import open_project
from kombify.sim.bring_up import bring_up
from kombify.sim.hypervisors import proxmox_endpoint
from kombify.sim.lab import Lab, create_lab
from kombify.sim.world import describe_world

FILES = Path(__file__).parent / "proxmox"
RUNS = 3


def playbooks(lab: Lab, spec: Path, cache: Path) -> Callable[..., Callable[[], None]]:
    """Return what makes calls of ansible-playbook on the lab."""
    endpoint = proxmox_endpoint(lab)
    api = urlsplit(endpoint.url)
    variables = {"api_host": api.hostname, "api_port": api.port, "token_file": str(endpoint.token_file)}

    def play(playbook: str, **more: object) -> Callable[[], None]:
        return harness.command(
            *("ansible-playbook", "-i", str(spec), "-i", str(lab.inventory), playbook),
            *("-e", json.dumps(variables | more)),
            says=" failed=0 ",
            cwd=harness.REPOSITORY,
            REQUESTS_CA_BUNDLE=str(endpoint.ca_file),
            XDG_CACHE_HOME=str(cache),
        )

    return play


def measure(folder: Path) -> list[list[str]]:
    """Return rows of seconds and ratios."""
    os.environ["KOMBIFY_LABS"] = str(folder / "labs")
    spec = Path(shutil.copy(FILES / "kombination.yaml", folder))
    unified = open_project(spec).plan().unified
    if unified is None:
        raise SystemExit("the spec of the benchmark has errors")
    lab = create_lab("bench-proxmox", "netns")
    try:
        lab.up()
        bring_up(lab, describe_world(unified), lambda _text: None)
        play = playbooks(lab, spec, folder / "cache")
        ours, theirs = play("kombify.stack.proxmox"), play(str(FILES / "modules.yml"))
        destroy = play(str(FILES / "destroy.yml"))
        pairs = []
        for _run in range(RUNS):
            mine = harness.seconds(ours)
            destroy()
            pairs.append((mine, harness.seconds(theirs)))
            destroy()
        made = harness.Pair(tuple(one for one, _two in pairs), tuple(two for _one, two in pairs))
        ours()
        again = harness.Pair(tuple(harness.seconds(ours) for _run in range(RUNS)), (1.0,) * RUNS)
    finally:
        lab.down()
    one, two = made.medians
    return [
        ["3 machines made, booted and reached", f"{one:.1f}", f"{two:.1f}", f"{1 / made.ratio:.1f} times as fast"],
        ["once more: nothing to do", f"{again.medians[0]:.1f}", "", ""],
    ]


def main() -> None:
    """Measure."""
    with TemporaryDirectory() as folder:
        rows = measure(Path(folder))
    header = ["what", "the stage proxmox (s)", "community.proxmox (s)", "ratio"]
    harness.report("proxmox", "Virtual machines", harness.table(header, rows))


if __name__ == "__main__":
    main()
