"""The modules of community.proxmox work against the simulated Proxmox as they are."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from kombify.sim.hypervisors import ProxmoxSettings, start_proxmox
from kombify.sim.lab import Lab

PLAYBOOK = Path(__file__).parent / "fixtures/proxmox_modules.yml"


def test_a_vm_lives_its_whole_life_by_modules(lab: Lab, tmp_path: Path) -> None:
    endpoint = start_proxmox(lab, ProxmoxSettings())
    address = urlsplit(endpoint.url)
    variables = {"api_host": address.hostname, "api_port": address.port, "token_file": str(endpoint.token_file)}
    ran = subprocess.run(
        [
            Path(sys.executable).with_name("ansible-playbook"),
            *("--inventory", "localhost,", "--connection", "local", "--extra-vars", json.dumps(variables), PLAYBOOK),
        ],
        cwd=tmp_path,
        env={**os.environ, "REQUESTS_CA_BUNDLE": str(endpoint.ca_file), "ANSIBLE_HOME": str(tmp_path / "ansible")},
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert lab.machines() == {}
