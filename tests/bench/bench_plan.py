# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long our own work takes: reading, checking and planning the examples, without the start of Python."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import fleets
import harness

from ansible_collections.kombify.stack.plugins.module_utils.drivers.project import open_project


def measure(path: Path) -> list[str]:
    """Return a row: nodes, services, seconds to check and to plan."""
    project = open_project(path)
    checked = harness.best(lambda: open_project(path))
    planned = harness.best(project.plan)
    stack = project.spec.stack
    row = [f"{len(stack.nodes):,}", f"{len(stack.services)}", f"{checked:.3f}", f"{planned:.3f}"]
    return [*row, f"{checked + planned:.3f}"]


def main() -> None:
    """Measure the three examples and a stack of 10,000 nodes."""
    examples = harness.REPOSITORY / "inventories"
    rows = [[name, *measure(examples / name / "kombination.yaml")] for name in ("home", "platform", "fleet")]
    with TemporaryDirectory() as folder:
        rows.append(["10,000 nodes from ranges", *measure(fleets.write_spec(Path(folder), sites=40, each=250))])
    header = ["stack", "nodes", "services", "read and check (s)", "plan (s)", "together (s)"]
    harness.report("plan", "Checking and planning", harness.table(header, rows))


if __name__ == "__main__":
    main()
