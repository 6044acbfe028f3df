# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``ansible-inventory --list`` of 10,000 nodes: our plugin against Ansible's own YAML plugin with the same hosts."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import fleets
import harness
import yaml

from ansible_collections.kombify.stack.plugins.module_utils.drivers.project import open_project
from ansible_collections.kombify.stack.plugins.module_utils.render.inventory import build_inventory

SIZES = ((40, 25), (40, 250))
RUNS = 3


def flat(path: Path, target: Path) -> None:
    """Write the same hosts, groups and variables as a plain YAML inventory."""
    unified = open_project(path).plan().unified
    if unified is None:
        raise SystemExit("the spec of the benchmark has errors")
    inventory = build_inventory(unified)
    data = {
        "all": {
            "hosts": inventory.hosts,
            "children": {
                name: {
                    "hosts": dict.fromkeys(group.hosts),
                    "children": dict.fromkeys(group.children),
                    "vars": group.vars,
                }
                for name, group in inventory.groups.items()
            },
        }
    }
    plain = json.loads(json.dumps(data))
    target.write_text(yaml.dump(plain, Dumper=yaml.CSafeDumper, sort_keys=False), encoding="utf-8")


def measure(folder: Path, sites: int, each: int) -> list[list[str]]:
    """Return rows of ratios for one size."""
    spec = fleets.write_spec(folder, sites=sites, each=each)
    target = folder / "flat.yaml"
    flat(spec, target)
    cache = folder / "cache"
    ours = harness.command("ansible-inventory", "-i", str(spec), "--list", XDG_CACHE_HOME=str(cache))
    theirs = harness.command("ansible-inventory", "-i", str(target), "--list")
    tuned = harness.command("ansible-inventory", "-i", str(target), "--list", ANSIBLE_INVENTORY_ENABLED="yaml")

    def cold() -> None:
        shutil.rmtree(cache, ignore_errors=True)
        ours()

    rows = []
    for label, first, second in (
        ("first read, against the YAML plugin", cold, theirs),
        ("unchanged file, against the YAML plugin", ours, theirs),
        ("first read, against the YAML plugin alone (tuned)", cold, tuned),
        ("unchanged file, against the YAML plugin alone (tuned)", ours, tuned),
    ):
        pair = harness.in_turn(first, second, RUNS)
        mine, other = pair.medians
        rows.append([f"{sites * each:,}", label, f"{mine:.2f}", f"{other:.2f}", f"{1 / pair.ratio:.1f} times as fast"])
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
