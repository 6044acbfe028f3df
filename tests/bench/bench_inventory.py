# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``ansible-inventory --list`` of 10,000 nodes: our plugin against Ansible's own YAML plugin with the same hosts."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import fleets
import harness

from ansible_collections.kombify.stack.plugins.module_utils.drivers.project import open_project
from ansible_collections.kombify.stack.plugins.module_utils.render.inventory.build import build_inventory
from ansible_collections.kombify.stack.plugins.module_utils.render.static_inventory import inventory_text

SIZES = ((40, 25), (40, 250))
RUNS = 2


def flat(path: Path, target: Path) -> None:
    """Write the same hosts, groups and variables as a plain YAML inventory."""
    unified = open_project(path).plan().unified
    if unified is None:
        raise SystemExit("the spec of the benchmark has errors")
    target.write_text(inventory_text(build_inventory(unified)), encoding="utf-8")


def measure(folder: Path, sites: int, each: int) -> list[list[str]]:
    """Return rows of ratios for one size."""
    spec = fleets.write_spec(folder, sites=sites, each=each)
    target = folder / "flat.yaml"
    flat(spec, target)
    cache = folder / "cache"
    last = f"site-{sites:02}-n{each:03}"
    ours = harness.command(
        "ansible-inventory", "-i", str(spec), "--list", says=last, cwd=folder, XDG_CACHE_HOME=str(cache)
    )
    theirs = harness.command("ansible-inventory", "-i", str(target), "--list", says=last, cwd=folder)
    tuned = harness.command(
        "ansible-inventory", "-i", str(target), "--list", says=last, cwd=folder, ANSIBLE_INVENTORY_ENABLED="yaml"
    )

    def cold() -> None:
        shutil.rmtree(cache, ignore_errors=True)
        ours()

    times = harness.rounds({"cold": cold, "warm": ours, "yaml": theirs, "tuned": tuned}, RUNS)
    rows = []
    for label, mine, other in (
        ("first read, against the YAML plugin", "cold", "yaml"),
        ("unchanged file, against the YAML plugin", "warm", "yaml"),
        ("first read, against the YAML plugin alone (tuned)", "cold", "tuned"),
        ("unchanged file, against the YAML plugin alone (tuned)", "warm", "tuned"),
    ):
        pair = harness.Pair(times[mine], times[other])
        one, two = pair.medians
        rows.append([f"{sites * each:,}", label, f"{one:.2f}", f"{two:.2f}", f"{1 / pair.ratio:.1f} times as fast"])
    return rows


def main() -> None:
    """Measure 1,000 and 10,000 nodes."""
    rows = []
    for sites, each in SIZES:
        with TemporaryDirectory() as folder:
            rows += measure(Path(folder), sites, each)
    header = ["nodes", "what", "ours (s)", "theirs (s)", "ratio"]
    harness.report("inventory", "Inventory", harness.table(header, rows))


if __name__ == "__main__":
    main()
