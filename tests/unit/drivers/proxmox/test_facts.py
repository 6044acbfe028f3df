"""Facts of a hypervisor reach the plan as those of any machine do."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.errors import ProxmoxError
from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.facts import setup_facts, vm_storage
from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.survey import Survey, survey
from ansible_collections.kombify.stack.plugins.module_utils.plan.gathered import node_facts

GIB = 2**30
STATUS = {
    "cpuinfo": {"cpus": 16},
    "memory": {"total": 64 * GIB, "used": 10 * GIB},
    "loadavg": ["0.10", "0.20", "1.60"],
    "current-kernel": {"machine": "x86_64"},
}


@pytest.fixture
def found(proxmox: Any) -> Survey:
    """Look at a hypervisor with one running VM of the stack, which uses 256 MiB and 4 GiB of disk."""
    template = proxmox.machines[9000]
    config = {"name": "web-1", "tags": "home;kombify", "description": "kombify.stack: home/web-1"}
    proxmox.machines[101] = type(template)("pve", config, status="running")
    return survey(proxmox, "pve")


def test_the_plan_learns_size_load_and_what_others_use(found: Survey) -> None:
    told = setup_facts(found, STATUS, vm_storage(found, None), "home")
    facts = node_facts({key.removeprefix("ansible_"): value for key, value in told.items()}, "now")
    assert (facts.cpu, facts.memory, facts.storage, facts.arch, facts.load) == (16, 64 * GIB, 500 * GIB, "amd64", 100)
    assert facts.foreign.memory == 10 * GIB - GIB // 4 - GIB // 2
    assert facts.foreign.storage == 36 * GIB


@pytest.mark.parametrize("status", [{}, {"memory": None, "loadavg": ["x"], "cpuinfo": {"cpus": "many"}}])
def test_what_the_api_does_not_tell_is_unknown(status: dict[str, Any], found: Survey) -> None:
    told = setup_facts(found, status, vm_storage(found, None), "home")
    facts = node_facts({key.removeprefix("ansible_"): value for key, value in told.items()}, "now")
    assert (facts.cpu, facts.memory) == (None, None)


def test_a_storage_that_is_not_there_is_said(found: Survey) -> None:
    with pytest.raises(ProxmoxError, match=r"pve has no storage tank; those for disks of VMs are: local-lvm"):
        vm_storage(found, "tank")
