"""The inventory: groups and variables as a whole, compared with a file, and the cases one by one."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.kombify.stack.plugins.module_utils.plan.unified.model import Unified
from ansible_collections.kombify.stack.plugins.module_utils.render.inventory.build import build_inventory
from ansible_collections.kombify.stack.plugins.module_utils.render.inventory.plan import as_script

FIXTURES = Path(__file__).parent / "fixtures"

MakeUnified = Callable[..., Unified]


def nodes(*changes: dict[str, Any]) -> dict[str, Any]:
    """Return machines by name, servers unless said otherwise."""
    return {one["name"]: {"type": "server", "state": "present", **one} for one in changes}


def cluster(name: str, node: str) -> dict[str, Any]:
    return {
        "name": name,
        "type": "kubespray",
        "version": "1.34.3",
        "control_plane": [node],
        "etcd": [node],
        "cni": {"name": "calico"},
        "storage": {"engine": "openebs"},
        "ports": {"api": "6443"},
        "pod_cidr": "10.2.0.0/16",
        "service_cidr": "10.3.0.0/16",
        "dns_domain": "cluster.local",
    }


def test_the_platform_becomes_the_inventory_of_the_fixture(unified: MakeUnified) -> None:
    expected = yaml.safe_load((FIXTURES / "platform.inventory.yaml").read_text(encoding="utf-8"))
    assert build_inventory(unified("platform")) == expected


def test_the_same_plan_gives_the_same_bytes_and_survives_json(unified: MakeUnified) -> None:
    first, second = (json.dumps(build_inventory(unified("platform"))) for _ in range(2))
    assert first == second
    assert json.loads(first) == build_inventory(unified("platform"))


def test_the_form_of_a_script_lays_templates_over_literals(unified: MakeUnified) -> None:
    shown = as_script(build_inventory(unified("platform")))
    assert shown["_meta"]["hostvars"]["k8s-worker-1"]["greeting"] == "{{ inventory_hostname }}"
    assert shown["cluster_k8s"]["vars"]["kube_proxy_mode"] == "{{ 'ipvs' }}"
    assert shown["k8s_cluster"] == {"children": ["kube_control_plane", "kube_node"]}


def test_a_variable_of_the_user_wins_over_ours(unified: MakeUnified) -> None:
    plan = unified("empty", nodes=nodes({"name": "nas", "address": "10.0.0.1", "vars": {"ansible_host": "nas.lan"}}))
    assert as_script(build_inventory(plan))["_meta"]["hostvars"]["nas"]["ansible_host"] == "nas.lan"


def test_several_clusters_have_groups_of_their_own_and_none_has_the_plain_ones(unified: MakeUnified) -> None:
    machines = nodes({"name": "a", "cluster": "one"}, {"name": "b", "cluster": "two-b"})
    plan = unified("empty", nodes=machines, clusters={"one": cluster("one", "a"), "two-b": cluster("two-b", "b")})
    groups = build_inventory(plan)["groups"]
    assert groups["kube_control_plane_one"]["hosts"] == ["a"]
    assert groups["kube_control_plane_two_b"]["hosts"] == ["b"]
    assert groups["k8s_cluster_two_b"]["children"] == ["kube_control_plane_two_b", "kube_node_two_b"]
    assert groups["cluster_two_b"]["children"] == ["k8s_cluster_two_b", "etcd_two_b"]
    assert {"kube_control_plane", "etcd", "kube_node", "k8s_cluster"} & groups.keys() == set()


def test_an_absent_node_is_only_in_the_group_of_absent_ones(unified: MakeUnified) -> None:
    gone = {
        "name": "gone",
        "state": "absent",
        "site": "hq",
        "labels": {"a": "b"},
        "docker": True,
        "address": "10.0.0.1",
    }
    plan = build_inventory(unified("empty", nodes=nodes(gone)))
    assert {name for name, group in plan["groups"].items() if "gone" in group["hosts"]} == {"state_absent"}
    assert plan["hostvars"]["gone"]["ansible_host"] == "10.0.0.1"
    assert "prepare_docker" not in plan["hostvars"]["gone"]


def test_a_node_in_maintenance_stays_in_its_groups(unified: MakeUnified) -> None:
    plan = build_inventory(unified("empty", nodes=nodes({"name": "n", "state": "maintenance", "site": "hq"})))
    member = {name for name, group in plan["groups"].items() if "n" in group["hosts"]}
    assert member == {"state_maintenance", "site_hq", "type_server"}


def test_a_vm_that_shall_go_is_named_to_its_hypervisor(unified: MakeUnified) -> None:
    vm = {"name": "vm", "type": "vm", "state": "absent", "hypervisor": "pve", "vmid": 100, "memory": 2**30 + 1}
    plan = build_inventory(unified("empty", nodes=nodes({"name": "pve", "type": "hypervisor"}, vm)))
    assert plan["hostvars"]["pve"]["proxmox_vms"] == [
        {"vmid": 100, "name": "vm", "state": "absent", "memory_mib": 1025, "user": "kombify"},
    ]


def test_a_hypervisor_of_another_kind_is_not_handed_to_proxmox(unified: MakeUnified) -> None:
    providers = {"kvm": {"name": "kvm", "type": "libvirt"}}
    machines = nodes({"name": "host", "type": "hypervisor", "provider": "kvm"})
    plan = build_inventory(unified("empty", nodes=machines, providers=providers))
    assert "proxmox_hypervisors" not in plan["groups"]
    assert "proxmox_vms" not in plan["hostvars"]["host"]
    assert plan["groups"]["type_hypervisor"]["hosts"] == ["host"]


def test_members_of_a_mesh_do_not_repeat_each_other(unified: MakeUnified) -> None:
    members = {f"n{number}": f"10.9.0.{number}" for number in range(1, 4)}
    link = {"name": "mesh", "type": "wireguard", "cidr": "10.9.0.0/24", "port": 51820, "protocol": "udp"}
    machines = nodes(*({"name": name, "links": {"mesh": address}} for name, address in members.items()))
    plan = build_inventory(unified("empty", nodes=machines, links={"mesh": {**link, "members": members}}))
    assert plan["groups"]["link_mesh"]["hosts"] == ["n1", "n2", "n3"]
    assert plan["groups"]["links"]["children"] == ["link_mesh"]
    assert plan["hostvars"]["n2"]["pangolin_links"] == [
        {
            "name": "mesh",
            "type": "wireguard",
            "role": "member",
            "address": "10.9.0.2/24",
            "cidr": "10.9.0.0/24",
            "port": 51820,
            "protocol": "udp",
        }
    ]


def test_labels_that_would_share_a_group_get_two(unified: MakeUnified) -> None:
    labels = [{"a.b": "c"}, {"a-b": "c"}, {"a": "b_c"}, {"plain": "yes"}]
    machines = nodes(*({"name": f"n{number}", "labels": one} for number, one in enumerate(labels)))
    groups = build_inventory(unified("empty", nodes=machines))["groups"]
    found = {name: group["hosts"] for name, group in groups.items() if name.startswith("label_")}
    assert sorted(host for hosts in found.values() for host in hosts) == ["n0", "n1", "n2", "n3"]
    assert all(len(hosts) == 1 for hosts in found.values())
    assert found["label_plain_yes"] == ["n3"]
