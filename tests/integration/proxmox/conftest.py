"""A simulated Proxmox whose virtual machines are real ones, and the stage that makes them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.drivers.project import open_project
from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.client import Client
from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.manage import manage
from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.tasks import Pace
from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.wanted import Wishes
from kombify.sim.bring_up import bring_up
from kombify.sim.hypervisors import proxmox_endpoint, set_fault
from kombify.sim.world import describe_world

if TYPE_CHECKING:
    from conftest import NewSite, Ran, Site

SPEC = Path(__file__).parent / "fixtures/kombination.yaml"
STAGE = "kombify.stack.proxmox"


@dataclass(frozen=True)
class Stage:
    """The stage proxmox on a lab of its own."""

    site: Site

    def run(self, *arguments: str, **variables: Any) -> Ran:
        """Run the stage to its end."""
        return self.site.play(STAGE, *arguments, common_reach_timeout=60, **variables)

    def rewrite(self, old: str, new: str) -> None:
        """Change the spec."""
        text = self.site.inventory.read_text(encoding="utf-8")
        assert old in text
        self.site.inventory.write_text(text.replace(old, new), encoding="utf-8")

    def fault(self, name: str, *, on: bool = True, **which: str) -> None:
        """Switch a fault of the Proxmox on or off."""
        set_fault(self.site.lab, name, on, **which)

    def ask(self, path: str) -> Any:
        """Ask the Proxmox itself."""
        return self.api.call("get", path)

    @property
    def api(self) -> Client:
        """The API, as the role reaches it."""
        endpoint = proxmox_endpoint(self.site.lab)
        return Client(endpoint.url, endpoint.token_file.read_text(encoding="utf-8"), ca=str(endpoint.ca_file))

    def vms(self) -> dict[str, str]:
        """Return the VMs that there are, without templates, each with its status."""
        found = [one for one in self.ask("cluster/resources") if one["type"] == "qemu" and not one["template"]]
        assert len({one["name"] for one in found}) == len(found)
        return {one["name"]: one["status"] for one in found}

    def reset(self) -> None:
        """Go back to a Proxmox without machines, and to the spec as it was."""
        for fault in ("storage-full", "quorum-lost", "vm-locked"):
            self.fault(fault, on=False)
        manage(self.api, [], Wishes("home", "pve-1", prune=True, destroy_data=True), {}, check=False, pace=Pace())
        manage(self.api, [], Wishes("home", "pve-2", prune=True, destroy_data=True), {}, check=False, pace=Pace())
        self.site.inventory.write_bytes(SPEC.read_bytes())


@pytest.fixture(scope="module")
def fresh(new_site: NewSite, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """Return a fresh Proxmox in a lab of its own."""
    spec = tmp_path_factory.mktemp("stack") / "kombination.yaml"
    spec.write_bytes(SPEC.read_bytes())
    site = new_site(spec)
    unified = open_project(spec).plan().unified
    assert unified is not None
    bring_up(site.lab, describe_world(unified), lambda _text: None)
    return Stage(site)


@pytest.fixture
def stage(fresh: Stage) -> Iterator[Stage]:
    """Return a Proxmox without machines, and leave one."""
    yield fresh
    fresh.reset()
