# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What takes from machines, as one list: VMs from hypervisors, instances of services from machines and clusters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

from ansible_collections.kombify.stack.plugins.module_utils.plan.base import NOTHING, Resources
from ansible_collections.kombify.stack.plugins.module_utils.plan.requirements.model import NodeNeed, Requirements
from ansible_collections.kombify.stack.plugins.module_utils.spec.load import Spec

RESOURCES: tuple[Literal["memory", "storage", "cpu"], ...] = ("memory", "storage", "cpu")


class Claim(NamedTuple):
    """What a VM or an instance claims: where it may be, and where it is (``at``) once that is decided."""

    name: str
    owner: str
    kind: Literal["VM", "service"]
    needs: Resources
    targets: tuple[str, ...]
    at: str | None

    @property
    def seat(self) -> str | None:
        """Where it counts: its place, or the only one that it could have."""
        return self.at or (self.targets[0] if len(self.targets) == 1 else None)


def claims(requirements: Requirements, vms: Mapping[str, str], placed: Mapping[str, str]) -> list[Claim]:
    """Return everything that takes something from a machine or a cluster."""
    found = [
        Claim(node.name, node.name, "VM", node.size or NOTHING, node.hypervisors, vms.get(node.name))
        for node in requirements.nodes.values()
        if node.hypervisors and node.state != "absent"
    ]
    for service in requirements.services.values():
        if service.state != "absent":
            found += [
                Claim(one.name, service.name, "service", service.requests, one.targets, placed.get(one.name))
                for one in service.instances
            ]
    return found


def total(parts: Iterable[Resources]) -> Resources:
    """Add up resources."""
    memory = storage = cpu = 0
    for part in parts:
        memory, storage, cpu = memory + part.memory, storage + part.storage, cpu + part.cpu
    return Resources(memory=memory, storage=storage, cpu=cpu)


def schedulable(spec: Spec, requirements: Requirements) -> dict[str, tuple[NodeNeed, ...]]:
    """Return per cluster the machines that run its services: workers, and the control plane if it is allowed to."""
    found: dict[str, list[NodeNeed]] = {name: [] for name in spec.stack.clusters}
    for node in requirements.nodes.values():
        cluster = spec.stack.clusters.get(node.cluster or "")
        if cluster is None or node.state != "present":
            continue
        if "worker" in node.roles or (cluster.schedule_on_control_plane and "control_plane" in node.roles):
            found[node.cluster or ""].append(node)
    return {name: tuple(nodes) for name, nodes in found.items()}
