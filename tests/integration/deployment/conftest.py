"""A stack on a simulated Proxmox and a gateway, and a worker that deploys it and can be killed."""

from __future__ import annotations

import importlib.util
import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from multiprocessing.context import ForkProcess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from ansible_collections.kombify.stack.plugins.module_utils.drivers.project import open_project
from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.client import Client
from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.manage import manage
from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.tasks import Pace
from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.wanted import Wishes
from kombify.engine.engine import Engine
from kombify.runner.processes import end_all
from kombify.sim.bring_up import bring_up
from kombify.sim.hypervisors import proxmox_endpoint
from kombify.sim.world import describe_world
from kombify.store.database import Database
from kombify.store.models import Drift, Event, Job, Notice, Run

if TYPE_CHECKING:
    from conftest import NewSite, Site

HERE = Path(__file__).parent
SPEC = HERE / "fixtures/kombination.yaml"
LONG = 1200
"""Seconds after which a test gives up."""
FORK = multiprocessing.get_context("fork")
STUCK = "cd /etc && mkdir -p wireguard && mount --bind wireguard wireguard && mount -o remount,ro,bind wireguard"
LOOSE = "while umount /etc/wireguard 2>/dev/null; do :; done"
GIVEN_UP = """
while umount /etc/wireguard 2>/dev/null; do :; done
systemctl disable --now kombify-firewall.service wg-quick@wg-vpn.service 2>/dev/null
find /etc -depth -name '*kombify*' -exec rm -rf {} +
rm -rf /etc/wireguard/*
sed -i '/BEGIN.*kombify/,/END.*kombify/d' /etc/hosts
systemctl daemon-reload
systemctl reload ssh
"""
"""Brings the gateway back to where the tests begin."""


def _worker_module() -> Any:
    spec = importlib.util.spec_from_file_location("kombify_test_deploying_worker", HERE / "worker.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


WORKER = _worker_module()


@dataclass
class Home:
    """The stack, its machines, and who deploys it."""

    site: Site
    folder: Path
    data: Path
    url: str
    database: Database
    engine: Engine
    workers: list[ForkProcess] = field(default_factory=list)

    @property
    def spec(self) -> Path:
        return self.folder / "kombination.yaml"

    def start(self) -> None:
        """Start the worker. It is a fork: to import everything takes its time."""
        words = (self.url, self.data, self.engine.deployments._stacks, self.data / "worker.log")
        self.workers.append(FORK.Process(target=WORKER.work, args=words))
        self.workers[-1].start()

    def kill(self) -> None:
        """Kill the worker with all its threads, at once. The processes of its jobs go on."""
        worker = self.workers.pop()
        assert worker.pid is not None
        os.kill(worker.pid, signal.SIGKILL)
        worker.join(LONG)

    def rewrite(self, old: str, new: str) -> None:
        """Change the spec."""
        text = self.spec.read_text(encoding="utf-8")
        assert old in text
        self.spec.write_text(text.replace(old, new), encoding="utf-8")

    def job(self, job_id: int) -> Job:
        with self.database.read() as session:
            return session.get_one(Job, job_id)

    def jobs(self, workflow_id: int) -> dict[str, str]:
        """Return the jobs of a workflow in the order in which they ran, and how each ended."""
        with self.database.read() as session:
            found = session.scalars(select(Job).where(Job.parent_id == workflow_id).order_by(Job.id)).all()
        assert len({job.title for job in found}) == len(found), "something ran twice"
        return {job.title: job.state for job in found}

    def until(self, true: Callable[[], bool]) -> None:
        deadline = time.monotonic() + LONG
        while not true():
            assert time.monotonic() < deadline, (self.data / "worker.log").read_text()
            assert all(worker.is_alive() for worker in self.workers), (self.data / "worker.log").read_text()
            time.sleep(0.1)

    def ended(self, job_id: int) -> Job:
        self.until(lambda: self.job(job_id).ended_at is not None)
        return self.job(job_id)

    def deploy(self) -> Job:
        """Deploy the stack as its files are now."""
        return self.ended(self.engine.deployments.deploy("home").id)

    def deployed(self) -> Job:
        """Deploy the stack, which goes well."""
        done = self.deploy()
        assert done.state == "running", self.why(done.id)
        return done

    def drift(self) -> Drift:
        """Look for drift, and return what was found."""
        job = self.ended(self.engine.deployments.look_for_drift("home").id)
        with self.database.read() as session:
            return session.scalars(select(Drift).where(Drift.job_id == job.id)).one()

    def why(self, workflow_id: int) -> str:
        """Return what failed in a workflow, for the message of a test that did not expect it."""
        with self.database.read() as session:
            of_it = select(Event.stdout).join(Job, Job.id == Event.job_id).where(Job.parent_id == workflow_id)
            said = session.scalars(of_it.where(Event.failed).order_by(Event.job_id, Event.counter)).all()
        return "\n".join([f"{self.job(workflow_id).message}: {self.jobs(workflow_id)}", *said])

    @property
    def api(self) -> Client:
        endpoint = proxmox_endpoint(self.site.lab)
        return Client(endpoint.url, endpoint.token_file.read_text(encoding="utf-8"), ca=str(endpoint.ca_file))

    def machines(self) -> dict[str, tuple[str, int, bool]]:
        """Return the virtual machines that there are: status, MiB of memory, and whether they are retired."""
        found = [one for one in self.api.call("get", "cluster/resources") if one["type"] == "qemu"]
        return {
            one["name"]: (one["status"], self._memory(one["vmid"]), "kombify-retired" in (one.get("tags") or ""))
            for one in found
            if not one["template"]
        }

    def _memory(self, vmid: int) -> int:
        return int(self.api.call("get", f"nodes/pve-1/qemu/{vmid}/config")["memory"])

    def gateway(self) -> dict[str, str]:
        """Return what deployments change on the gateway: settings, link, firewall."""
        files = "/etc/ssh/sshd_config.d /etc/kombify /etc/wireguard /etc/hosts /etc/systemd/system/*kombify*"
        return {
            "files": self.site.look("gateway", f"find {files} -type f 2>/dev/null | sort | xargs -r sha256sum"),
            "link": self.site.look("gateway", "wg show all allowed-ips 2>/dev/null | cut -f 3 | sort"),
            "firewall": self.site.look("gateway", "systemctl is-active kombify-firewall.service"),
        }

    def jam(self) -> None:
        """Let nothing be changed that has to do with WireGuard on the gateway."""
        self.site.look("gateway", STUCK)

    def free(self) -> None:
        """End that."""
        self.site.look("gateway", LOOSE)

    def forget(self) -> None:
        """Go back to machines on which nothing was done, and to the spec as it was."""
        manage(self.api, [], Wishes("home", "pve-1", prune=True, destroy_data=True), {}, check=False, pace=Pace())
        self.site.look("gateway", GIVEN_UP)
        self.spec.write_bytes(SPEC.read_bytes())
        (self.folder / "kombination.lock").unlink(missing_ok=True)

    def notices(self) -> list[Notice]:
        with self.database.read() as session:
            return list(session.scalars(select(Notice).order_by(Notice.id)))


@pytest.fixture(scope="module")
def lab(new_site: NewSite, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Return machines on which nothing was done yet: a Proxmox without virtual machines, and a gateway."""
    spec = tmp_path_factory.mktemp("stack") / "kombination.yaml"
    spec.write_bytes(SPEC.read_bytes())
    site = new_site(spec)
    unified = open_project(spec).plan().unified
    assert unified is not None
    bring_up(site.lab, describe_world(unified), lambda _text: None)
    return site


@pytest.fixture
def home(lab: Site, tmp_path: Path) -> Iterator[Home]:
    """Return the stack, a worker that deploys it, and machines on which nothing was done yet."""
    folder = lab.inventory.parent
    stacks = WORKER.LabStack("home", folder, lab.lab.inventory)
    url = f"sqlite:///{tmp_path / 'kombify.db'}"
    engine = WORKER.engine_of(url, tmp_path / "data", stacks)
    engine.prepare()
    (tmp_path / "data").mkdir(mode=0o700)
    home = Home(lab, folder, tmp_path / "data", url, Database(url), engine)
    home.start()
    yield home
    for worker in home.workers:
        worker.kill()
        worker.join(LONG)
    with home.database.read() as session:
        folders = session.scalars(select(Run.folder)).all()
    for path in folders:
        end_all(Path(path), grace=0)
    home.forget()
    home.database.close()
