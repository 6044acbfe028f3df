"""The second inventory, as Ansible reads it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader

from kombify.sim.hypervisors import Endpoint
from kombify.sim.inventory import hypervisor_vars, render_inventory, write_inventory

SSH = {
    "ansible_ssh_private_key_file": "/labs/my lab/id_ed25519",
    "ansible_ssh_common_args": "-o 'ProxyCommand=python -IS \"/x y/fdpass.py\" %h %p' -o ProxyUseFdpass=yes",
}
AWKWARD = ["it's", 'say "no"', "a=b c", "# no comment", "{{ x }}", "True", "123", "", [], ["a b", "c'd"], 22, True]


def read(path: Path) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """Return the variables of all hosts, and of each."""
    manager = InventoryManager(DataLoader(), sources=[str(path)])
    shared = manager.groups["all"].get_vars()
    known = {"inventory_file", "inventory_dir"}
    return shared, {
        host.name: {key: value for key, value in host.vars.items() if key not in known} for host in manager.get_hosts()
    }


def test_what_all_machines_have_in_common_stands_once(tmp_path: Path) -> None:
    reached = {"web": {**SSH, "ansible_user": "root"}, "db": {**SSH, "ansible_user": "kombify"}}
    shared, own = read(write_inventory(tmp_path, reached, {}))
    assert shared == {"ansible_python_interpreter": "/usr/bin/python3", **SSH}
    assert own == {"web": {"ansible_user": "root"}, "db": {"ansible_user": "kombify"}}


@pytest.mark.parametrize("value", AWKWARD, ids=repr)
def test_every_value_is_read_as_it_was_written(value: object, tmp_path: Path) -> None:
    _shared, own = read(write_inventory(tmp_path, {"web": {}}, {"pve": {"thing": value, "other": "x"}}))
    assert own["pve"] == {"thing": value, "other": "x"}


@pytest.mark.parametrize("value", AWKWARD, ids=repr)
def test_so_is_every_value_that_is_common(value: object, tmp_path: Path) -> None:
    shared, _own = read(write_inventory(tmp_path, {"web": {"thing": value}}, {}))
    assert shared["thing"] == value


def test_a_hypervisor_is_told_where_the_simulated_api_is(tmp_path: Path) -> None:
    endpoint = Endpoint("https://127.0.0.1:8006", tmp_path / "proxmox.token", tmp_path / "proxmox.crt")
    variables = hypervisor_vars(endpoint, ["ssh-ed25519 AAAA lab"])
    _shared, own = read(write_inventory(tmp_path, {}, {"pve1": variables}))
    assert own == {
        "pve1": {
            "proxmox_api": "https://127.0.0.1:8006",
            "proxmox_token": f"file:{tmp_path}/proxmox.token",
            "proxmox_ca": f"{tmp_path}/proxmox.crt",
            "proxmox_ssh_keys": ["ssh-ed25519 AAAA lab"],
        }
    }


def test_a_lab_without_machines_has_an_inventory_without_hosts(tmp_path: Path) -> None:
    _shared, own = read(write_inventory(tmp_path, {}, {}))
    assert own == {}


def test_the_inventory_is_private(tmp_path: Path) -> None:
    assert write_inventory(tmp_path, {}, {}).stat().st_mode & 0o777 == 0o600


def test_it_says_how_it_is_used() -> None:
    assert "-i kombination.yaml -i" in render_inventory({}, {})
