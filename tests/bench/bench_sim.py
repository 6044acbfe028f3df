# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long a simulated node takes until SSH answers, alone and as one of twenty. Needs root."""

from __future__ import annotations

import secrets
import statistics
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import harness

from kombify.sim import doctor
from kombify.sim.host import ThisHost
from kombify.sim.lab import Lab, create_lab, labs_folder
from kombify.sim.machine import Machine

NODES = 20
AT_ONCE = 2
PATIENCE = 120
MACHINES = [Machine(f"n{number}", f"10.77.0.{number}/24", user="kombify") for number in range(11, 11 + NODES)]


@contextmanager
def lab() -> Iterator[Lab]:
    """A lab that is up, and gone afterwards."""
    made = create_lab(f"bench-{secrets.token_hex(4)}", "netns")
    try:
        made.up()
        yield made
    finally:
        made.down()


def bring_up(made: Lab, machine: Machine) -> None:
    """From the order to SSH."""
    made.add(machine)
    made.wait(machine.name, PATIENCE)


def alone() -> list[float]:
    """Return the seconds of each of several nodes, made one after the other, each the only one of its lab."""
    times = []
    with lab() as made:
        for machine in MACHINES:
            times.append(harness.seconds(lambda machine=machine: bring_up(made, machine)))  # type: ignore[misc]
            made.rm(machine.name)
    return times


def together() -> tuple[float, float]:
    """Return the seconds until all nodes of one lab answer, and until the lab is gone."""
    made = create_lab(f"bench-{secrets.token_hex(4)}", "netns")
    try:
        made.up()
        with ThreadPoolExecutor(AT_ONCE) as threads:
            booted = harness.seconds(lambda: list(threads.map(lambda machine: bring_up(made, machine), MACHINES)))
    finally:
        gone = harness.seconds(made.down)
    return booted, gone


def main() -> None:
    """Measure."""
    doctor.require(ThisHost(labs_folder()), NODES)
    times = alone()
    p95 = statistics.quantiles(times, n=20, method="inclusive")[-1]
    booted, gone = together()
    rows = [
        ["a node from the order to SSH, median of 20", f"{statistics.median(times):.2f}"],
        ["a node from the order to SSH, 95 % of 20 are faster", f"{p95:.2f}"],
        ["20 nodes of one lab from the order to SSH", f"{booted:.2f}"],
        ["this lab removed, with its nodes running", f"{gone:.2f}"],
    ]
    harness.report("sim", "Simulated nodes", harness.table(["what", "seconds"], rows))


if __name__ == "__main__":
    main()
