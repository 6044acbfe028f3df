"""From a plan to what a lab shall have: which machines stand there, and which the simulated Proxmox makes."""

from __future__ import annotations

from kombify.sim.hypervisors import ProxmoxNode
from kombify.sim.machine import Machine
from kombify.sim.world import World, describe_world

NETWORKS = "networks: {lan: {cidr: 10.77.0.0/26, bridge: vmbr1}}\n"
PROXMOX = """
providers:
  pve: {type: proxmox, api: "https://10.77.0.2:8006", token: env:TOKEN, template: debian-13, storage: tank}
nodes:
  pve1: {type: hypervisor, provider: pve, network: lan, address: 10.77.0.2, cpu: 8, memory: 16GiB, disk: 200GiB}
  pve2: {type: hypervisor, provider: pve, network: lan, address: 10.77.0.3}
  web: {runs_on: pve1, network: lan, address: 10.77.0.11, cpu: 1, memory: 1GiB, disk: 10GiB, vmid: 9000}
  db: {runs_on: pve2, network: lan, address: 10.77.0.12, cpu: 1, memory: 1GiB, disk: 10GiB, template: ubuntu-24.04}
"""


def test_machines_that_exist_already_stand_there(plan) -> None:
    world = describe_world(
        plan(
            NETWORKS
            + """
nodes:
  nas: {type: nas, network: lan, address: 10.77.0.10, memory: 512MiB, user: admin}
  gateway: {type: vps, address: 203.0.113.7}
"""
        )
    )
    assert world == World(
        machines={
            "gateway": Machine("gateway", "203.0.113.7/32"),
            "nas": Machine("nas", "10.77.0.10/26", memory=2**29, user="admin"),
        },
        reached=("gateway", "nas"),
    )


def test_absent_machines_do_not_and_stopped_ones_are_off(plan) -> None:
    world = describe_world(
        plan(
            """
nodes:
  old: {type: server, address: 10.0.0.1, state: absent}
  spare: {type: server, address: 10.0.0.2, state: stopped}
"""
        )
    )
    assert list(world.machines) == ["spare"]
    assert world.stopped == {"spare"}


def test_virtual_machines_are_left_to_the_simulated_proxmox(plan) -> None:
    world = describe_world(plan(NETWORKS + PROXMOX))
    assert world.machines == {}
    assert world.reached == ("db", "web")
    assert world.hypervisors == ("pve1", "pve2")


def test_the_simulated_proxmox_has_what_the_plan_counts_on(plan) -> None:
    settings = describe_world(plan(NETWORKS + PROXMOX)).proxmox
    assert settings is not None
    usual = ProxmoxNode()
    assert settings.nodes == {"pve1": ProxmoxNode(cores=8, memory=16 * 2**30), "pve2": usual}
    assert settings.bridges == {"vmbr1": "10.77.0.0/26"}
    assert list(settings.storages) == ["tank"]


def test_templates_have_numbers_that_no_vm_of_the_plan_has_on_any_hypervisor(plan) -> None:
    settings = describe_world(plan(NETWORKS + PROXMOX)).proxmox
    assert settings is not None
    assert settings.templates == {"debian-13": 9001, "ubuntu-24.04": 9002}


def test_a_virtual_machine_on_a_hypervisor_that_nobody_plays_stands_there(plan) -> None:
    world = describe_world(
        plan(
            NETWORKS
            + """
providers: {kvm: {type: libvirt, api: "qemu:///system"}}
nodes:
  host: {type: hypervisor, provider: kvm, network: lan, address: 10.77.0.2, cpu: 8, memory: 16GiB, disk: 200GiB}
  guest: {runs_on: host, network: lan, address: 10.77.0.11, cpu: 1, memory: 1GiB, disk: 10GiB}
"""
        )
    )
    assert list(world.machines) == ["guest"]
    assert world.proxmox is None
