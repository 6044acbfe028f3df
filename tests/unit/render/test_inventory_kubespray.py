"""Kubespray takes our inventory: what its role validate_inventory and its first checks demand, as data.

Each rule is a sentence and a test of the inventory in the form of ``ansible-inventory --list``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.drivers.project import open_project
from ansible_collections.kombify.stack.plugins.module_utils.plan.unified.model import Unified
from ansible_collections.kombify.stack.plugins.module_utils.render.inventory.build import build_inventory
from ansible_collections.kombify.stack.plugins.module_utils.render.inventory.kubespray import (
    kubespray_vars,
    member_vars,
    version_text,
)
from ansible_collections.kombify.stack.plugins.module_utils.render.inventory.plan import as_script

MakeUnified = Callable[..., Unified]

INVENTORIES = Path(__file__).parents[3] / "inventories"

Inventory = dict[str, Any]
HOSTNAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$")
PLUGINS = {"calico", "flannel", "cloud", "cilium", "cni", "kube-ovn", "kube-router", "macvlan", "custom_cni", "none"}
MODES = {"Always", "CrossSubnet", "Never"}
REMOVED = {"kubelet_static_pod_path", "eviction_hard_control_plane", "ipip", "ipip_mode", "containerd_config"}


def members(inventory: Inventory, group: str) -> list[str]:
    """Return the hosts of a group and of the groups below it."""
    entry = inventory.get(group, {})
    below = [host for child in entry.get("children", []) for host in members(inventory, child)]
    return list(dict.fromkeys([*entry.get("hosts", []), *below]))


def variables(inventory: Inventory) -> dict[str, Any]:
    """Return the variables that all members of the cluster see."""
    clusters = [name for name in inventory if name.startswith("cluster_")]
    return {} if not clusters else dict(inventory[clusters[0]]["vars"])


def pods_fit(inventory: Inventory) -> bool:
    found = variables(inventory)
    prefix = found["kube_network_node_prefix"]
    blocks = 2 ** (prefix - ip_network(found["kube_pods_subnet"]).prefixlen)
    enough_pods = 2 ** (32 - prefix) - 2 >= 110
    return found["kube_network_plugin"] == "calico" or (
        enough_pods and blocks >= len(members(inventory, "k8s_cluster"))
    )


def apart(inventory: Inventory) -> bool:
    found = variables(inventory)
    return not ip_network(found["kube_pods_subnet"]).overlaps(ip_network(found["kube_service_addresses"]))


def calico_modes(inventory: Inventory) -> bool:
    found = variables(inventory)
    ipip, vxlan = found.get("calico_ipip_mode", "Never"), found.get("calico_vxlan_mode", "Always")
    return {ipip, vxlan} <= MODES and "Never" in (ipip, vxlan)


def etcd_named(inventory: Inventory) -> bool:
    hostvars = inventory["_meta"]["hostvars"]
    etcd = members(inventory, "etcd")
    return [hostvars[host]["etcd_member_name"] for host in etcd] == [f"etcd{number + 1}" for number in range(len(etcd))]


RULES: dict[str, Callable[[Inventory], bool]] = {
    "kube_control_plane is not empty": lambda inv: members(inv, "kube_control_plane") != [],
    "etcd is not empty": lambda inv: members(inv, "etcd") != [],
    "the number of etcd hosts is odd": lambda inv: len(members(inv, "etcd")) % 2 == 1,
    "k8s_cluster is kube_control_plane and kube_node": lambda inv: (
        set(members(inv, "k8s_cluster")) == {*members(inv, "kube_control_plane"), *members(inv, "kube_node")}
    ),
    "host names are allowed": lambda inv: all(HOSTNAME.match(host) for host in inv["_meta"]["hostvars"]),
    "the network plugin is known": lambda inv: variables(inv)["kube_network_plugin"] in PLUGINS,
    "pod and service networks are apart": apart,
    "the pod network is large enough": pods_fit,
    "calico uses IPIP or VXLAN, not both": calico_modes,
    "no removed variable is used": lambda inv: not REMOVED & set(variables(inv)),
    "etcd members are named in order": etcd_named,
    "labels are a map and taints a list of text": lambda inv: all(
        isinstance(found.get("node_labels", {}), dict) and all(isinstance(t, str) for t in found.get("node_taints", []))
        for found in inv["_meta"]["hostvars"].values()
    ),
}


@pytest.mark.parametrize("rule", RULES)
def test_kubespray_takes_the_platform(rule: str, unified: MakeUnified) -> None:
    assert RULES[rule](as_script(build_inventory(unified("platform"))))


@pytest.mark.parametrize("example", ["platform", "fleet"])
def test_kubespray_takes_the_examples(example: str) -> None:
    plan = open_project(INVENTORIES / example).plan()
    assert plan.unified is not None
    inventory = as_script(build_inventory(plan.unified))
    assert [rule for rule, holds in RULES.items() if not holds(inventory)] == []


@pytest.mark.parametrize("cni", ["calico", "cilium", "flannel", "kube-ovn"])
@pytest.mark.parametrize("mode", ["IPIP", "IPIPCrossSubnet", "VXLAN", "VXLANCrossSubnet", "None", None])
def test_kubespray_takes_every_pod_network(cni: str, mode: str | None, unified: MakeUnified) -> None:
    cluster = json.loads(unified("platform").clusters["k8s"].model_dump_json())
    cluster["cni"] = {"name": cni, "version": "1.2.3", "encapsulation": mode}
    inventory = as_script(build_inventory(unified("platform", clusters={"k8s": cluster})))
    assert [rule for rule, holds in RULES.items() if not holds(inventory)] == []


@pytest.mark.parametrize(
    ("release", "version"),
    [
        ("v2.26.1", "v1.28.5"),
        ("v2.27.0", "v1.28.5"),
        ("v2.28.0", "1.28.5"),
        ("2.31.0", "1.28.5"),
        ("master", "1.28.5"),
        (None, "1.28.5"),
    ],
)
def test_a_version_has_a_v_only_for_releases_that_want_one(release: str | None, version: str) -> None:
    assert version_text("1.28.5", release) == version
    assert version_text("v1.28.5", release) == version


@pytest.mark.parametrize(
    ("mode", "ipip", "vxlan", "backend"),
    [
        ("IPIP", "Always", "Never", "bird"),
        ("IPIPCrossSubnet", "CrossSubnet", "Never", "bird"),
        ("VXLAN", "Never", "Always", "vxlan"),
        ("VXLANCrossSubnet", "Never", "CrossSubnet", "vxlan"),
        ("None", "Never", "Never", "bird"),
    ],
)
def test_calico_gets_its_modes(mode: str, ipip: str, vxlan: str, backend: str, unified: MakeUnified) -> None:
    cluster = unified("platform").clusters["k8s"].model_copy(update={"cni": {"name": "calico", "encapsulation": mode}})
    found = kubespray_vars(cluster)
    assert (found["calico_ipip_mode"], found["calico_vxlan_mode"], found["calico_network_backend"]) == (
        *(ipip, vxlan),
        backend,
    )


def test_a_small_pod_network_is_cut_into_smaller_parts(unified: MakeUnified) -> None:
    cluster = unified("platform").clusters["k8s"].model_copy(update={"pod_cidr": "10.1.0.0/23"})
    assert kubespray_vars(cluster)["kube_network_node_prefix"] == 25


@pytest.mark.parametrize(
    ("key", "value", "taken"),
    [
        ("gpu", "yes", True),
        ("topology.kubernetes.io/zone", "eu-1", True),
        ("empty", "", True),
        ("gpu", "{{ lookup('pipe', 'id') }}", False),
        ("{{ x }}", "yes", False),
        ("note", "two words", False),
        ("long", "x" * 64, False),
    ],
)
def test_only_labels_that_kubernetes_takes_reach_kubespray(
    key: str, value: str, taken: bool, unified: MakeUnified
) -> None:
    plan = unified("platform")
    node = plan.nodes["k8s-worker-1"].model_copy(update={"labels": {key: value}})
    assert (key in member_vars(plan.clusters["k8s"], node)["node_labels"]) is taken


def test_a_host_name_is_no_address_to_bind_to(unified: MakeUnified) -> None:
    plan = unified("platform")
    node = plan.nodes["k8s-worker-1"].model_copy(update={"address": "worker.example.net"})
    assert "ip" not in member_vars(plan.clusters["k8s"], node)
