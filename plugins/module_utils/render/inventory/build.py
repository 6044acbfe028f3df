# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the unified plan to an inventory: groups, hosts and variables, as plain data."""

from __future__ import annotations

from typing import Any

from ansible_collections.kombify.stack.plugins.module_utils.plan.unified.model import Unified, UnifiedCluster
from ansible_collections.kombify.stack.plugins.module_utils.render.inventory.groups import build_groups
from ansible_collections.kombify.stack.plugins.module_utils.render.inventory.hostvars import host_vars
from ansible_collections.kombify.stack.plugins.module_utils.render.inventory.kubespray import kubespray_vars
from ansible_collections.kombify.stack.plugins.module_utils.render.inventory.names import group_name
from ansible_collections.kombify.stack.plugins.module_utils.render.inventory.plan import InventoryPlan, Vars
from ansible_collections.kombify.stack.plugins.module_utils.render.inventory.workloads import Workloads


def build_inventory(unified: Unified) -> InventoryPlan:
    """Return the inventory of a plan; the same plan gives the same inventory, in the same order."""
    workloads = Workloads(unified)
    groups = build_groups(unified)
    groups["all"]["vars"] = _stack_vars(unified)
    for name, cluster in unified.clusters.items():
        group = groups[group_name("cluster", name)]
        group["vars"] = {**kubespray_vars(cluster), **_role_vars(cluster), **workloads.of_cluster(name)}
        group["templates"] = dict(cluster.vars)
    return InventoryPlan(
        groups=dict(groups),
        hostvars={name: host_vars(node, unified, workloads) for name, node in unified.nodes.items()},
        templates={name: dict(node.vars) for name, node in unified.nodes.items() if node.vars},
    )


def _stack_vars(unified: Unified) -> Vars:
    """Return what every host knows; it is repeated for each of them in every listing, so it is little."""
    found: Vars = {"kombify_stack": unified.stack, "prepare_timezone": unified.timezone}
    if unified.domain is not None:
        found["kombify_domain"] = unified.domain
    if unified.vault is not None:
        found["kombify_vault_address"] = unified.vault
    return found


def _role_vars(cluster: UnifiedCluster) -> Vars:
    """Return the inputs of our own roles for a cluster."""
    values: dict[str, Any] = {
        "kubespray_cluster": cluster.name,
        "kubespray_version": cluster.kubespray,
        "cni_plugin": cluster.cni["name"],
        "cni_version": cluster.cni.get("version"),
        "cni_encapsulation": cluster.cni.get("encapsulation"),
        "storage_engine": cluster.storage["engine"],
        "storage_mode": cluster.storage.get("mode"),
        "infrastructure_namespaces": list(cluster.namespaces) or None,
        "infrastructure_ingress": cluster.ingress,
    }
    return {name: value for name, value in values.items() if value is not None}
