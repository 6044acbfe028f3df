# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""K710, K711: notes about single machines on which everything stands."""

from __future__ import annotations

from ansible_collections.kombify.stack.plugins.module_utils.spec.load import Spec
from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Problems
from ansible_collections.kombify.stack.plugins.module_utils.spec.selectors import BadTerm, Scope


def check_control_planes(spec: Spec, scope: Scope, problems: Problems) -> None:
    """K710: a cluster with one control plane node cannot be changed while that node is away."""
    for name, cluster in spec.stack.clusters.items():
        try:
            members = scope.select(cluster.control_plane)
        except BadTerm:
            continue
        if len(members) == 1:
            message = f"cluster '{name}' has one control plane node, '{members[0]}'"
            hint = "with three, the cluster stays manageable when one of them fails"
            problems.note("K710", message, spec.place("clusters", name, "control_plane"), hint)


def check_hypervisors(spec: Spec, scope: Scope, problems: Problems) -> None:
    """K711: all VMs on one hypervisor fail together."""
    machines = [node for node in spec.stack.nodes.values() if node.runs_on and node.state != "absent"]
    hosts: set[str] = set()
    for terms in {node.runs_on for node in machines if node.runs_on}:
        try:
            hosts.update(scope.select(terms))
        except BadTerm:
            return
    if len(hosts) == 1 and len(machines) > 1:
        host = hosts.pop()
        message = f"all VMs ({len(machines)}) run on one hypervisor, '{host}'"
        problems.note("K711", message, spec.key_place("nodes", host), "with a second one they need not fail together")
