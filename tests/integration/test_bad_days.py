"""Bad days of the whole demo: runs that are killed, machines that go away, and what people then read.

The stack is the one of `kombify demo`: three virtual machines on one Proxmox host, and a gateway, joined by WireGuard.
"""

from __future__ import annotations

import os
import random
import re
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kombify.runner import processes
from kombify.runner.follow import follow
from kombify.runner.job import Job, jobs_folder, jobs_of
from kombify.runner.status import State
from kombify.sim.lab import Lab, open_lab
from kombify.sim.login import ssh_command
from kombify.sim.machine import Machine

REPOSITORY = Path(__file__).parents[2]
PATIENCE = 600
SEED = 20261121
MOMENTS = 20
EVENTS = 300
"""How many events a run of the whole stack has at least."""
VICTIMS = ("everything", "job", "playbook", "worker", "viewer")
MACHINES = ["db-1", "gateway", "web-1", "web-2"]


@dataclass(frozen=True)
class Demo:
    """The stack in a folder of its own, and the lab that it lives in."""

    folder: Path
    lab: Lab

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Start the command and do not wait for it."""
        return subprocess.Popen(
            [Path(sys.executable).with_name("kombify"), *words],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *words: str) -> tuple[int, str]:
        """Run the command to its end; return its exit code and what it wrote."""
        process = self.start(*words)
        written, _nothing = process.communicate(timeout=PATIENCE)
        return process.returncode, written

    def up(self, *words: str) -> tuple[int, str]:
        """Bring the stack up in its lab."""
        return self.run("up", "--lab", self.lab.name, *words)

    def log_in(self, name: str, command: str) -> subprocess.Popen[str]:
        """Start a command as root on a machine, in a login of its own."""
        words = [*ssh_command(self.lab, name), f"sudo sh -c '{command}'"]
        return subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def on(self, name: str, command: str) -> str:
        """Run a command as root on a machine and return what it wrote."""
        return self.log_in(name, command).communicate(timeout=PATIENCE)[0].strip()

    @contextmanager
    def broken(self, name: str, breaking: str, mending: str) -> Iterator[None]:
        """Break something on a machine for a while; the login that mends it stays open."""
        login = self.log_in(name, f"{breaking}; echo broken; read line; {mending}")
        try:
            assert login.stdout.readline() == "broken\n"
            yield
        finally:
            login.communicate("mend\n", timeout=PATIENCE)

    def hang_up(self) -> None:
        """End the SSH connections that earlier runs left open, so that the next one logs in anew."""
        for name in self.lab.machines():
            sockets = self.lab.driver.connection_vars(name).get("ansible_control_path_dir")
            for socket in Path(sockets).glob("*") if sockets else ():
                socket.unlink(missing_ok=True)

    def jobs(self) -> list[Job]:
        """Return the jobs of the stack, the oldest first."""
        return jobs_of(jobs_folder(self.folder))


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Simulate the hardware; nothing of it is left after the tests of the module."""
    folder = tmp_path_factory.mktemp("demo")
    shutil.copy(REPOSITORY / "inventories/demo/kombination.yaml", folder)
    name = f"bad-{secrets.token_hex(4)}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KOMBIFY_LABS", str(tmp_path_factory.mktemp("labs")))
        for variable in [name for name in os.environ if name.startswith(("ANSIBLE_", "KOMBIFY_JOB"))]:
            patch.delenv(variable)
        program = Path(sys.executable).with_name("kombify")
        try:
            subprocess.run([program, "sim", "up", name, "--spec", folder], check=True, timeout=PATIENCE)
            yield Demo(folder, open_lab(name))
        finally:
            for job in jobs_of(jobs_folder(folder)):
                processes.end_all(job.folder, grace=0)
            subprocess.run([program, "sim", "down", name], check=True, timeout=PATIENCE)


@pytest.fixture
def running(demo: Demo) -> Demo:
    """The stack as it shall be, whatever an earlier test left."""
    if not demo.jobs() or demo.jobs()[-1].status().state is not State.SUCCESSFUL:
        code, written = demo.up()
        assert code == 0, written
    return demo


def wait_for_events(viewer: subprocess.Popen[str], demo: Demo, before: list[Job], number: int) -> Job:
    """Wait until the newest run has written this many events, or has ended, and return its job."""
    while True:
        newest = demo.jobs()[-1:]
        if newest and newest[0] not in before and (events_of(newest[0]) >= number or newest[0].status().state.ended):
            return newest[0]
        assert viewer.poll() is None, viewer.communicate()[0]
        time.sleep(0.02)


def events_of(job: Job) -> int:
    return job.events.read_bytes().count(b"\n") if job.events.exists() else 0


def is_done(event: dict[str, Any], role: str, host: str) -> bool:
    data = event["event_data"]
    return (event["event"], data.get("role"), data.get("host")) == ("runner_on_ok", role, host)


def kill(victim: str, job: Job) -> None:
    """Kill processes of a job with no chance to say a word."""
    leader = job.recorded().pid
    playbooks = processes.children_of(leader, job.folder)
    workers = [pid for playbook in playbooks for pid in processes.children_of(playbook, job.folder)]
    found = {
        "everything": processes.processes_of(job.folder),
        "job": [leader],
        "playbook": playbooks,
        "worker": workers[:1],
        "viewer": [],
    }
    for pid in found[victim]:
        processes.send(pid, job.folder, signal.SIGKILL)


def test_runs_that_are_killed_at_any_moment_end_in_one_whole_stack(demo: Demo) -> None:
    chance = random.Random(SEED)
    for number in range(MOMENTS):
        moment = chance.randrange(EVENTS)
        before = demo.jobs()
        viewer = demo.start("up", "--lab", demo.lab.name)
        job = wait_for_events(viewer, demo, before, moment)
        kill(VICTIMS[number % len(VICTIMS)], job)
        viewer.kill()
        viewer.communicate()

    code, written = demo.up()
    assert code == 0, written
    assert sorted(demo.lab.machines()) == MACHINES
    assert [name for name in MACHINES if demo.lab.state(name) != "running"] == []
    peers = {name: demo.on(name, "wg show all peers | wc -l") for name in MACHINES}
    assert peers == {"gateway": "3", "db-1": "1", "web-1": "1", "web-2": "1"}
    statuses = [job.status().state for job in demo.jobs()]
    assert all(state.ended for state in statuses)
    assert statuses[-1] is State.SUCCESSFUL
    assert [pid for job in demo.jobs() for pid in processes.processes_of(job.folder)] == []
    code, written = demo.up()
    assert (code, "nothing changed" in written) == (0, True), written


def test_a_machine_that_is_powered_off_in_mid_run_fails_alone_and_is_mended_by_the_next_run(running: Demo) -> None:
    before = running.jobs()
    viewer = running.start("up", "--lab", running.lab.name)
    job = wait_for_events(viewer, running, before, 0)
    for recorded in follow(job):
        if recorded and is_done(recorded.event, "prepare", "web-1"):
            break
    running.lab.stop("web-1", force=True)
    written, _nothing = viewer.communicate(timeout=PATIENCE)
    assert viewer.returncode == 1
    failures = re.findall(r"^(\S+) failed in stage (\w+), task '.+'$", written, re.MULTILINE)
    assert failures == [("web-1", "prepare")]
    assert "What happened: web-1 does not answer: it is powered off, or its network is cut" in written
    assert running.jobs()[-1].status().state is State.FAILED

    code, written = running.up()
    assert code == 0, written
    assert running.lab.state("web-1") == "running"


BROKEN = {
    "db-1": (
        "mv /home/kombify/.ssh/authorized_keys /root",
        "mv /root/authorized_keys /home/kombify/.ssh",
        "db-1 refuses our SSH key\n  What to do:    Put your public key there",
    ),
    "web-1": (
        "mount -t tmpfs -o size=1m tmpfs /var",
        "umount -l /var",
        "web-1: /var has less than 300 MiB left. Free some space",
    ),
    "web-2": (
        "dpkg -P prometheus-node-exporter >&2; rm -rf /var/lib/apt/lists/*; sed -i s,//,//no., /etc/apt/sources.list",
        "sed -i s,//no.,//, /etc/apt/sources.list",
        "web-2: prometheus-node-exporter cannot be installed. The package sources cannot be reached from the machine.",
    ),
}
"""What is broken on a machine, how that is mended, and what people read: a key, a full disk, packages out of reach."""


def test_what_is_broken_on_machines_is_said_once_for_each_with_what_to_do(running: Demo) -> None:
    with ExitStack() as stack:
        for name, (breaking, mending, _said) in BROKEN.items():
            stack.enter_context(running.broken(name, breaking, mending))
        running.hang_up()
        code, written = running.up("--stage", "prepare", "--limit", ",".join(BROKEN))
    assert code == 1
    assert written.count("What happened: ") == len(BROKEN)
    for _breaking, _mending, said in BROKEN.values():
        assert f"What happened: {said}" in written


def test_an_address_that_another_machine_has_is_said_with_what_to_do(running: Demo) -> None:
    spec = running.folder / "kombination.yaml"
    text = spec.read_text(encoding="utf-8")
    running.lab.add(Machine("stranger", "192.0.2.30/26"))
    spec.write_text(f"{text}  web-3: {{runs_on: pve1, network: lan, address: 192.0.2.30, cpu: 1, memory: 1GiB}}\n")
    try:
        code, written = running.up("--stage", "proxmox")
        assert code == 1
        assert "What happened: the address 192.0.2.30 is taken by another machine\n  What to do:" in written
    finally:
        spec.write_text(text, encoding="utf-8")
        running.lab.rm("stranger")
    code, written = running.up("--stage", "proxmox", "--prune", "--destroy-data")
    assert code == 0, written
    assert sorted(running.lab.machines()) == MACHINES
