"""VMs of the simulated Proxmox are real machines: booted, reached over SSH, grown, switched off, killed and removed."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from proxmoxer import ProxmoxAPI

from kombify.sim.hypervisors import (
    Endpoint,
    ProxmoxSettings,
    proxmox_running,
    set_fault,
    start_proxmox,
    stop_proxmox,
)
from kombify.sim.lab import Lab
from kombify.sim.login import ssh_command

PATIENCE = 60
ALLOCATE = "python3 -c 'bytearray(700 << 20)' 2> /dev/null; echo ended with $?"
"""Uses 700 MiB of memory for a moment."""


class Cluster:
    """A client of a lab's simulated Proxmox."""

    def __init__(self, lab: Lab, endpoint: Endpoint) -> None:
        self.lab, self.endpoint = lab, endpoint
        user, _, rest = endpoint.token_file.read_text(encoding="utf-8").strip().partition("!")
        name, _, value = rest.partition("=")
        address = urlsplit(endpoint.url).netloc
        self.api = ProxmoxAPI(address, user=user, token_name=name, token_value=value, verify_ssl=str(endpoint.ca_file))

    def vm(self, vmid: int = 101) -> Any:
        return self.api.nodes("pve").qemu(vmid)

    def status(self, vmid: int = 101) -> str:
        return str(self.vm(vmid).status.current.get()["status"])

    def done(self, *tasks: str) -> None:
        """Wait until tasks ended, all of them well."""
        end = time.monotonic() + PATIENCE
        for task in tasks:
            status: dict[str, str] = {"status": "running"}
            while status["status"] == "running":
                assert time.monotonic() < end, task
                time.sleep(0.02)
                status = self.api.nodes("pve").tasks(task).status.get()
            assert status["exitstatus"] == "OK", task

    def becomes(self, status: str, vmid: int = 101) -> None:
        end = time.monotonic() + PATIENCE
        while self.status(vmid) != status:
            assert time.monotonic() < end
            time.sleep(0.05)

    def boot(self, *vmids: int, **config: Any) -> None:
        """Clone, configure and start VMs named web-NUMBER, as a role does it: each step for all at once."""
        self.done(*(self.vm(9000).clone.post(newid=vmid, name=f"web-{vmid}") for vmid in vmids))
        for vmid in vmids:
            self.vm(vmid).config.put(ciuser="kombify", ipconfig0=f"ip=10.77.0.{vmid}/24,gw=10.77.0.1", **config)
        self.done(*(self.vm(vmid).status.start.post() for vmid in vmids))


def kill(lab: Lab) -> None:
    """Kill the process of the simulated Proxmox, which is our child."""
    pid = json.loads((lab.folder / "proxmox.run.json").read_text(encoding="utf-8"))["pid"]
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


@pytest.fixture
def cluster(lab: Lab) -> Iterator[Cluster]:
    yield Cluster(lab, start_proxmox(lab, ProxmoxSettings()))
    stop_proxmox(lab)


def test_started_vms_are_reached_with_the_user_and_the_key_of_their_cloud_init(
    cluster: Cluster, lab: Lab, tmp_path: Path
) -> None:
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    cluster.boot(101, 102, 103, sshkeys=quote(key.with_suffix(".pub").read_text(encoding="utf-8"), safe=""))
    for name in ("web-101", "web-102", "web-103"):
        lab.wait(name, PATIENCE)
        own = [word if word != str(lab.folder / "id_ed25519") else str(key) for word in ssh_command(lab, name)]
        command = [*own, "hostname; id -un; sudo -n id -un; systemctl is-system-running --wait"]
        ran = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE)
        assert ran.stdout.split() == [name, "kombify", "root", "running"], ran.stderr


def test_a_machine_that_powers_itself_off_is_a_stopped_vm_with_its_disk(
    cluster: Cluster, on: Callable[..., str]
) -> None:
    cluster.boot(101)
    on("web-101", "echo kept > note; sync; sudo systemd-run --quiet --on-active=0 systemctl poweroff")
    cluster.becomes("stopped")
    cluster.done(cluster.vm().status.start.post())
    assert on("web-101", "cat note") == "kept"


def test_a_machine_has_the_memory_of_its_vm_and_gets_more_with_a_reboot(
    cluster: Cluster, on: Callable[..., str]
) -> None:
    cluster.boot(101, memory=512)
    assert on("web-101", ALLOCATE).startswith("ended with 137")
    cluster.vm().config.put(memory=2048)
    cluster.done(cluster.vm().status.reboot.post())
    assert on("web-101", ALLOCATE) == "ended with 0"


def test_a_reset_is_a_new_boot(cluster: Cluster, on: Callable[..., str]) -> None:
    cluster.boot(101)
    before = on("web-101", "cat /proc/sys/kernel/random/boot_id")
    cluster.done(cluster.vm().status.reset.post())
    assert on("web-101", "cat /proc/sys/kernel/random/boot_id") != before


def test_a_changed_address_is_the_machines_after_a_reboot(cluster: Cluster, on: Callable[..., str]) -> None:
    cluster.boot(101)
    cluster.vm().config.put(ipconfig0="ip=10.77.0.201/24,gw=10.77.0.1")
    cluster.done(cluster.vm().status.reboot.post())
    assert "10.77.0.201/24" in on("web-101", "ip -brief address show dev eth0")


def test_vms_go_on_while_their_proxmox_is_killed_and_are_its_own_again(
    cluster: Cluster, lab: Lab, on: Callable[..., str]
) -> None:
    cluster.boot(101)
    boot = on("web-101", "cat /proc/sys/kernel/random/boot_id")
    kill(lab)
    assert on("web-101", "cat /proc/sys/kernel/random/boot_id") == boot
    again = Cluster(lab, start_proxmox(lab, ProxmoxSettings()))
    assert again.endpoint == cluster.endpoint
    assert again.status() == "running"
    again.done(again.vm().status.stop.post())
    again.done(again.vm().delete())
    assert lab.machines() == {}


def test_a_boot_in_which_the_proxmox_is_killed_makes_one_machine(
    cluster: Cluster, lab: Lab, on: Callable[..., str]
) -> None:
    cluster.done(cluster.vm(9000).clone.post(newid=101, name="web-101"))
    cluster.vm().config.put(ciuser="kombify", ipconfig0="ip=10.77.0.101/24,gw=10.77.0.1")
    cluster.vm().status.start.post()
    kill(lab)
    again = Cluster(lab, start_proxmox(lab, ProxmoxSettings()))
    if again.status() == "stopped":
        again.done(again.vm().status.start.post())
    assert on("web-101", "hostname") == "web-101"
    assert set(lab.machines()) == {"web-101"}


def test_a_vm_that_does_not_boot_is_on_and_has_no_machine(cluster: Cluster, lab: Lab) -> None:
    set_fault(lab, "no-boot", True, vm="101")
    cluster.boot(101, 102)
    assert [cluster.status(vmid) for vmid in (101, 102)] == ["running", "running"]
    assert set(lab.machines()) == {"web-102"}
    set_fault(lab, "no-boot", False)
    cluster.done(cluster.vm().status.reset.post())
    lab.wait("web-101", PATIENCE)


def test_an_address_that_is_taken_is_said_by_the_task(cluster: Cluster) -> None:
    cluster.boot(101)
    cluster.done(cluster.vm(9000).clone.post(newid=102, name="web-102"))
    cluster.vm(102).config.put(ipconfig0="ip=10.77.0.101/24,gw=10.77.0.1")
    with pytest.raises(AssertionError):
        cluster.done(cluster.vm(102).status.start.post())
    task = cluster.api.nodes("pve").tasks.get(vmid=102, limit=1)[0]
    assert task["status"].startswith("start failed: 10.77.0.101 is taken by web-101")
    assert cluster.status(102) == "stopped"


def test_stopping_ends_the_process_and_closes_its_port(cluster: Cluster, lab: Lab) -> None:
    cluster.boot(101)
    stop_proxmox(lab)
    assert not proxmox_running(lab)
    host, port = urlsplit(cluster.endpoint.url).netloc.split(":")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, int(port)), PATIENCE)
    assert not {"proxmox.run.json", "proxmox.lock"} & {path.name for path in lab.folder.iterdir()}
    assert lab.state("web-101") == "running"


def test_a_lab_that_is_taken_down_takes_its_proxmox_along(
    cluster: Cluster, lab: Lab, left_of: Callable[[Lab], list[str]]
) -> None:
    cluster.boot(101)
    lab.down()
    assert left_of(lab) == []
