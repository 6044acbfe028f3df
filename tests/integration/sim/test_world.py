"""`kombify sim up --spec`: a spec becomes a lab that Ansible reaches, with real nodes and a simulated Proxmox."""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kombify.sim.lab import Lab, open_lab
from kombify.sim.machine import Machine

PROGRAMS = Path(sys.executable).parent
HEAD = "plugin: kombify.stack.kombination\napiVersion: kombify.stack/v1\nname: small\n"
NETWORK = "networks: {lan: {cidr: 10.77.0.0/24, bridge: vmbr0}}\n"
PROVIDER = "providers: {pve: {type: proxmox, api: 'https://10.77.0.2:8006', token: env:TOKEN, template: debian-13}}\n"
GATEWAY = "  gateway: {type: vps, address: 198.51.100.7, memory: 512MiB}\n"
NAS = "  nas: {type: nas, network: lan, address: 10.77.0.10, user: admin, memory: 512MiB}\n"
PVE = "  pve: {type: hypervisor, provider: pve, network: lan, address: 10.77.0.2, cpu: 4, memory: 8GiB, disk: 99GiB}\n"
VM = "  vm: {runs_on: pve, network: lan, address: 10.77.0.11, cpu: 1, memory: 1GiB, disk: 10GiB}\n"

Up = Callable[..., dict[str, Any]]


@pytest.fixture
def name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, left_of: Callable[[Lab], list[str]]) -> Iterator[str]:
    """Name a lab that nobody else has; afterwards it is taken down and has left nothing."""
    monkeypatch.setenv("KOMBIFY_LABS", str(tmp_path / "labs"))
    # A lab has to be reached without what Ansible would take from this repository.
    (tmp_path / "ansible.cfg").touch()
    monkeypatch.setenv("ANSIBLE_CONFIG", str(tmp_path / "ansible.cfg"))
    chosen = f"test-{secrets.token_hex(4)}"
    yield chosen
    if (tmp_path / "labs" / chosen).exists():
        lab = open_lab(chosen)
        lab.down()
        assert left_of(lab) == []


@pytest.fixture
def up(name: str, tmp_path: Path, kombify: Callable[..., subprocess.CompletedProcess[str]]) -> Up:
    """Bring the lab up with the spec of these parts, and return what the command says."""

    def run(*parts: str) -> dict[str, Any]:
        spec = tmp_path / "kombination.yaml"
        spec.write_text(HEAD + "".join(parts), encoding="utf-8")
        ran = kombify("up", name, "--spec", str(spec), "--driver", "netns", "--format", "json")
        assert ran.returncode == 0, ran.stderr
        found: dict[str, Any] = json.loads(ran.stdout)
        return found

    return run


def inventory(program: str, folder: Path, lab: dict[str, Any], *words: str) -> dict[str, Any]:
    """Run a program of Ansible with both inventories and return what it says."""
    command = [PROGRAMS / program, "-i", folder / "kombination.yaml", "-i", lab["inventory"], *words]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def test_ansible_reaches_every_machine_of_a_spec_as_its_user(up: Up, tmp_path: Path) -> None:
    lab = up(NETWORK, "nodes:\n", GATEWAY, NAS)
    play = tmp_path / "play.yml"
    play.write_text(
        "- {hosts: all, gather_facts: false, tasks: [{ansible.builtin.command: {argv: [id, -un]}, register: who},"
        " {ansible.builtin.copy: {content: '{{ who.stdout }}', dest: '" + str(tmp_path) + "/{{ inventory_hostname }}'},"
        " delegate_to: localhost, connection: local, vars: {ansible_python_interpreter: '" + sys.executable + "'}}]}\n",
        encoding="utf-8",
    )
    command = [PROGRAMS / "ansible-playbook", "-i", "kombination.yaml", "-i", lab["inventory"], play]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert [(tmp_path / name).read_text(encoding="utf-8") for name in ("gateway", "nas")] == ["root", "admin"]


def test_up_again_changes_nothing_and_what_left_the_spec_is_removed(up: Up) -> None:
    assert up(NETWORK, "nodes:\n", GATEWAY, NAS)["changes"]["made"] == ["gateway", "nas"]
    assert up(NETWORK, "nodes:\n", GATEWAY, NAS)["changed"] is False
    after = up(NETWORK, "nodes:\n", GATEWAY)
    assert after["changes"]["removed"] == ["nas"]
    assert [node["name"] for node in after["nodes"]] == ["gateway"]


def test_hypervisors_are_played_and_their_machines_left_to_them(up: Up, tmp_path: Path) -> None:
    lab = up(NETWORK, PROVIDER, "nodes:\n", GATEWAY, PVE, VM)
    assert [node["name"] for node in lab["nodes"]] == ["gateway"]
    hosts = inventory("ansible-inventory", tmp_path, lab, "--list")["_meta"]["hostvars"]
    assert hosts["pve"]["proxmox_api"].startswith("https://127.0.0.1:")
    assert hosts["pve"]["proxmox_vms"][0]["name"] == "vm"
    assert hosts["vm"]["ansible_ssh_private_key_file"] == f"{lab['folder']}/id_ed25519"


def test_the_simulated_proxmox_answers_with_token_and_certificate_of_the_inventory(up: Up, tmp_path: Path) -> None:
    import requests

    lab = up(NETWORK, PROVIDER, "nodes:\n", PVE, VM)
    own = inventory("ansible-inventory", tmp_path, lab, "--host", "pve")
    token = Path(own["proxmox_token"].removeprefix("file:")).read_text(encoding="utf-8").strip()
    answer = requests.get(
        f"{own['proxmox_api']}/api2/json/nodes",
        headers={"Authorization": f"PVEAPIToken={token}"},
        verify=own["proxmox_ca"],
        timeout=30,
    )
    assert [node["node"] for node in answer.json()["data"]] == ["pve"]
    assert up(NETWORK, PROVIDER, "nodes:\n", PVE, VM)["changed"] is False


def test_without_hypervisors_in_the_spec_the_simulated_proxmox_ends(up: Up, tmp_path: Path) -> None:
    lab = up(NETWORK, PROVIDER, "nodes:\n", GATEWAY, PVE, VM)
    up(NETWORK, "nodes:\n", GATEWAY)
    assert list(Path(lab["folder"]).glob("proxmox.*")) == []
    assert sorted(inventory("ansible-inventory", tmp_path, lab, "--list")["_meta"]["hostvars"]) == ["gateway"]


def test_a_run_on_one_lab_never_reaches_a_machine_of_another_with_the_same_address(
    new_lab: Callable[[], Lab], tmp_path: Path
) -> None:
    seen = []
    for lab in (new_lab(), new_lab()):
        lab.up()
        lab.add(Machine("web", "10.77.0.11/24"))
        lab.wait("web", 60)
        command = [PROGRAMS / "ansible", "-i", lab.inventory, "web", "-m", "command", "-a", "cat /etc/machine-id"]
        ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        seen.append(ran.stdout.splitlines()[-1])
    assert len(set(seen)) == 2


def test_a_broken_spec_makes_no_lab(name: str, tmp_path: Path, kombify) -> None:
    (tmp_path / "kombination.yaml").write_text(HEAD + "nodes: {x: {type: nonsense}}\n", encoding="utf-8")
    ran = kombify("up", name, "--spec", str(tmp_path))
    assert ran.returncode == 2
    assert "K207" in ran.stderr
    assert not (tmp_path / "labs").exists()


def test_without_machines_only_the_api_answers(name: str, tmp_path: Path, kombify) -> None:
    spec = tmp_path / "kombination.yaml"
    spec.write_text(HEAD + NETWORK + PROVIDER + "nodes:\n" + GATEWAY + PVE + VM, encoding="utf-8")
    ran = kombify("up", name, "--spec", str(spec), "--driver", "api-only")
    assert ran.returncode == 0, ran.stderr
    assert "no machine exists: only the Proxmox API answers" in ran.stdout
