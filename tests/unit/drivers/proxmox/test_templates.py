"""A template that is missing is made from a cloud image, once, also after a run that was killed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.errors import ProxmoxError
from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.manage import Report, manage
from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.tasks import Pace
from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.templates import Image
from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.wanted import Vm, Wishes

UBUNTU = Image(
    url="https://images.example/noble/noble-server.img?x=1",
    checksum="sha256:AB01",
    bridge="vmbr0",
    disk_storage="local-lvm",
)


@pytest.fixture
def run(proxmox: Any, wishes: Wishes, pace: Pace, web: Vm) -> Any:
    def go(image: Image = UBUNTU, *, check: bool = False) -> Report:
        proxmox.calls.clear()
        vm = replace(web, template="ubuntu")
        return manage(proxmox, [vm], wishes, {"ubuntu": image}, check=check, pace=pace)

    return go


def given(proxmox: Any, words: str) -> dict[str, Any]:
    return next(given for method, path, given in proxmox.calls if f"{method} {path}".endswith(words))


def test_a_missing_template_is_downloaded_imported_and_converted(proxmox: Any, run: Any) -> None:
    report = run()
    assert report.errors == []
    template = proxmox.machines[9001]
    assert (template.config["name"], template.config["template"]) == ("ubuntu", 1)
    assert given(proxmox, "download-url") == {
        "content": "import",
        "filename": "noble-server.qcow2",
        "url": UBUNTU.url,
        "checksum-algorithm": "sha256",
        "checksum": "ab01",
    }
    assert "import-from=local:import/noble-server.qcow2" in given(proxmox, "post nodes/pve/qemu")["scsi0"]
    assert proxmox.machines[101].status == "running"


def test_a_template_that_is_there_is_not_made_again(proxmox: Any, run: Any) -> None:
    run()
    assert run().done == {}
    del proxmox.machines[101]
    assert list(run().done) == ["web-1"]


def test_check_mode_promises_the_template_and_the_machine(proxmox: Any, run: Any) -> None:
    promised = run(check=True)
    assert proxmox.changes == []
    assert promised.done == run().done


def test_an_image_without_checksum_is_refused(proxmox: Any, run: Any) -> None:
    with pytest.raises(ProxmoxError, match=r"must look like sha512:1f0c…, and is missing"):
        run(replace(UBUNTU, checksum=""))
    assert proxmox.changes == []


def test_a_storage_that_takes_no_images_says_what_to_do(proxmox: Any, run: Any) -> None:
    proxmox.refusals["download-url"] = "storage 'local' is not configured for content-type 'import'"
    with pytest.raises(ProxmoxError, match="Allow this content on the storage"):
        run()


def test_a_template_half_made_by_a_killed_run_is_finished(proxmox: Any, run: Any) -> None:
    run()
    length = len(proxmox.calls)
    for moment in range(length):
        proxmox.__dict__.update(type(proxmox)(kill_at=moment).__dict__)
        with pytest.raises(BaseException, match=r"^$"):
            run()
        proxmox.kill_at = None
        assert run().errors == [], moment
        names = sorted(machine.config["name"] for machine in proxmox.machines.values())
        assert names == ["debian-13", "ubuntu", "web-1"], moment
