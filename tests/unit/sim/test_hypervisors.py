"""The process of the simulated Proxmox: started, found, stopped, killed, and what it leaves."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests

from kombify.sim import hypervisors
from kombify.sim.errors import SimError
from kombify.sim.hypervisors import (
    GIB,
    Endpoint,
    ProxmoxNode,
    ProxmoxSettings,
    Storage,
    proxmox_endpoint,
    proxmox_running,
    remove_proxmox,
    start_proxmox,
    stop_proxmox,
)
from kombify.sim.lab import Lab, create_lab

PATIENCE = 20


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    """A lab without real machines, and nothing that runs for it afterwards."""
    monkeypatch.setenv("KOMBIFY_LABS", str(tmp_path / "labs"))
    lab = create_lab("try", "api-only")
    yield lab
    if lab.folder.exists():
        stop_proxmox(lab)


def run_of(lab: Lab) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((lab.folder / "proxmox.run.json").read_text(encoding="utf-8"))
    return found


def ask(endpoint: Endpoint, path: str, method: str = "GET", **data: Any) -> Any:
    token = endpoint.token_file.read_text(encoding="utf-8").strip()
    answer = requests.request(
        method,
        f"{endpoint.url}/api2/json/{path}",
        headers={"Authorization": f"PVEAPIToken={token}"},
        verify=str(endpoint.ca_file),
        data=data,
        timeout=PATIENCE,
    )
    answer.raise_for_status()
    return answer.json()["data"]


def process_ends(pid: int) -> bool:
    """Wait for the end of a process that is our child."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if os.waitpid(pid, os.WNOHANG)[0] == pid:
            return True
        time.sleep(0.02)
    return False


def test_settings_are_read_as_they_were_written(tmp_path: Path) -> None:
    settings = ProxmoxSettings(
        nodes={"alpha": ProxmoxNode(8, 32 * GIB)},
        templates={"debian-13": 9000},
        bridges={"vmbr0": "10.77.0.0/24", "vmbr1": None},
        storages={"nas": Storage("nfs", 900 * GIB, shared=True)},
        port=8006,
    )
    settings.save(tmp_path)
    assert ProxmoxSettings.load(tmp_path) == settings


def test_it_answers_with_its_token_and_certificate(lab: Lab) -> None:
    endpoint = start_proxmox(lab, ProxmoxSettings())
    assert proxmox_running(lab)
    assert proxmox_endpoint(lab) == endpoint
    assert [node["node"] for node in ask(endpoint, "nodes")] == ["pve"]


def test_its_secrets_are_in_files_for_nobody_else_and_nowhere_else(lab: Lab) -> None:
    endpoint = start_proxmox(lab, ProxmoxSettings())
    ask(endpoint, "nodes")
    for name in ("proxmox.token", "proxmox.key", "proxmox.log", "proxmox.state.json", "proxmox.json"):
        assert (lab.folder / name).stat().st_mode & 0o777 == 0o600, name
    secret = endpoint.token_file.read_text(encoding="utf-8").strip().partition("=")[2]
    process = Path("/proc", str(run_of(lab)["pid"]))
    seen = [process / "cmdline", process / "environ", lab.folder / "proxmox.log", lab.folder / "proxmox.state.json"]
    assert [path for path in seen if secret.encode() in path.read_bytes()] == []


def test_starting_it_again_changes_nothing(lab: Lab) -> None:
    first = start_proxmox(lab, ProxmoxSettings())
    pid = run_of(lab)["pid"]
    assert start_proxmox(lab, ProxmoxSettings()) == first
    assert run_of(lab)["pid"] == pid


def test_starting_it_twice_at_once_starts_one(lab: Lab) -> None:
    with ThreadPoolExecutor() as threads:
        first, second = threads.map(lambda _: start_proxmox(lab, ProxmoxSettings()), range(2))
    assert first == second
    assert ask(first, "version")


def test_other_settings_start_it_anew_with_what_it_knows(lab: Lab) -> None:
    first = start_proxmox(lab, ProxmoxSettings())
    ask(first, "nodes/pve/qemu/9000/clone", "POST", newid=101, name="web-1")
    second = start_proxmox(lab, ProxmoxSettings(nodes={"pve": ProxmoxNode(), "pve2": ProxmoxNode()}))
    assert second == first
    assert [node["node"] for node in ask(second, "nodes")] == ["pve", "pve2"]
    assert {vm["vmid"] for vm in ask(second, "cluster/resources?type=vm")} == {101, 9000, 9100}


def test_after_a_kill_it_is_started_where_it_was(lab: Lab) -> None:
    first = start_proxmox(lab, ProxmoxSettings())
    ask(first, "nodes/pve/qemu/9000/clone", "POST", newid=101, name="web-1")
    ask(first, "nodes/pve/qemu/101/config", "PUT", cores=3)
    os.kill(run_of(lab)["pid"], signal.SIGKILL)
    assert process_ends(run_of(lab)["pid"])
    assert not proxmox_running(lab)
    assert start_proxmox(lab, ProxmoxSettings()) == first
    assert ask(first, "nodes/pve/qemu/101/config")["cores"] == 3


def test_stopping_leaves_neither_process_nor_port_nor_file(lab: Lab) -> None:
    start_proxmox(lab, ProxmoxSettings())
    run = run_of(lab)
    stop_proxmox(lab)
    assert not Path("/proc", str(run["pid"])).exists()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", run["port"]), PATIENCE)
    assert {path.name for path in lab.folder.glob("proxmox.*")} == {
        *("proxmox.json", "proxmox.token", "proxmox.crt", "proxmox.key", "proxmox.state.json", "proxmox.log")
    }
    stop_proxmox(lab)


def test_removing_it_leaves_nothing_of_it(lab: Lab) -> None:
    start_proxmox(lab, ProxmoxSettings())
    remove_proxmox(lab)
    assert list(lab.folder.glob("*proxmox*")) == []


def test_it_ends_when_its_lab_is_gone(lab: Lab) -> None:
    start_proxmox(lab, ProxmoxSettings())
    pid = run_of(lab)["pid"]
    shutil.rmtree(lab.folder)
    assert process_ends(pid)
    assert not lab.folder.exists()


def test_another_port_is_taken_when_its_own_is_in_use(lab: Lab) -> None:
    first = start_proxmox(lab, ProxmoxSettings())
    port = run_of(lab)["port"]
    stop_proxmox(lab)
    with socket.create_server(("127.0.0.1", port)):
        second = start_proxmox(lab, ProxmoxSettings())
        assert second.url != first.url
        assert ask(second, "version")


def test_two_labs_have_one_each(lab: Lab) -> None:
    other = create_lab("other", "api-only")
    endpoints = {start_proxmox(each, ProxmoxSettings()).url for each in (lab, other)}
    assert len(endpoints) == 2
    stop_proxmox(other)


def test_it_does_not_belong_to_the_job_that_starts_it(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOMBIFY_JOB", "/a/job")
    start_proxmox(lab, ProxmoxSettings())
    assert b"KOMBIFY_JOB" not in Path("/proc", str(run_of(lab)["pid"]), "environ").read_bytes()


def test_without_its_packages_it_says_how_to_get_them(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hypervisors, "find_spec", lambda name: None)
    with pytest.raises(SimError, match=r'pip install "kombify\[sim\]"'):
        start_proxmox(lab, ProxmoxSettings())


def test_a_start_that_fails_says_why(lab: Lab) -> None:
    with pytest.raises(SimError, match=r"did not start: .*192\.0\.2\.1"):
        start_proxmox(lab, ProxmoxSettings(host="192.0.2.1"))
    assert not proxmox_running(lab)


def test_one_that_does_not_run_cannot_be_reached(lab: Lab) -> None:
    with pytest.raises(SimError, match="does not run"):
        proxmox_endpoint(lab)
