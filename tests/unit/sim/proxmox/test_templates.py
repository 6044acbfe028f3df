"""A template is made from a cloud image, as one does it on a new hypervisor, and VMs from it."""

from __future__ import annotations

from typing import Any

import pytest

IMAGE = "local:import/debian-13.qcow2"
SETTINGS = {
    "name": "my-debian",
    "scsi0": f"local-lvm:0,import-from={IMAGE},discard=on",
    "ide2": "local-lvm:cloudinit",
    "boot": "order=scsi0",
    "net0": "virtio,bridge=vmbr0",
}


@pytest.fixture
def image(cluster: Any) -> None:
    storage = cluster.api.nodes("pve").storage("local")
    given = {"content": "import", "filename": "debian-13.qcow2", "url": "https://images.example/debian-13.qcow2"}
    assert cluster.done(storage("download-url").post(**given)) == "OK"
    assert [item["volid"] for item in storage.content.get(content="import")] == [IMAGE]


@pytest.mark.usefixtures("image")
def test_a_template_is_made_from_an_image_that_was_downloaded(cluster: Any) -> None:
    assert cluster.done(cluster.api.nodes("pve").qemu.post(vmid=9500, **SETTINGS)) == "OK"
    assert cluster.vm(9500).config.get()["scsi0"] == "local-lvm:vm-9500-disk-0,discard=on,size=4G"
    assert cluster.done(cluster.vm(9500).template.post()) == "OK"
    config = cluster.vm(9500).config.get()
    assert config["template"] == 1
    assert config["scsi0"] == "local-lvm:base-9500-disk-0,discard=on,size=4G"
    assert config["ide2"] == "local-lvm:vm-9500-cloudinit,media=cdrom,size=4M"


@pytest.mark.usefixtures("image")
def test_a_vm_is_made_from_such_a_template(cluster: Any) -> None:
    assert cluster.done(cluster.api.nodes("pve").qemu.post(vmid=9500, **SETTINGS)) == "OK"
    assert cluster.done(cluster.vm(9500).template.post()) == "OK"
    assert cluster.done(cluster.vm(9500).clone.post(newid=101, name="web-1")) == "OK"
    cluster.vm().config.put(ipconfig0="ip=10.77.0.11/24")
    assert cluster.done(cluster.vm().status.start.post()) == "OK"
    assert cluster.lab.running == {"web-1"}


def test_without_the_image_no_vm_is_made(cluster: Any) -> None:
    end = cluster.done(cluster.api.nodes("pve").qemu.post(vmid=9500, **SETTINGS))
    assert end == f"unable to create VM 9500 - volume '{IMAGE}' does not exist"
    assert [vm["vmid"] for vm in cluster.api.cluster.resources.get(type="vm")] == [9000]
