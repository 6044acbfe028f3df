"""What a client reads back of a VM that it configured, as Proxmox keeps it."""

from __future__ import annotations

from typing import Any

import pytest
from proxmoxer import ResourceException


def kept(vm: Any, **values: Any) -> dict[str, Any]:
    vm.config.put(**values)
    found: dict[str, Any] = vm.config.get()
    return found


@pytest.mark.parametrize(
    ("key", "sent", "read"),
    [
        ("tags", "kombify,Demo,kombify", "demo;kombify"),
        ("description", "kombify.stack: demo/web-1\n", "kombify.stack: demo/web-1"),
        ("cores", "2", 2),
        ("memory", "2048", "2048"),
        ("onboot", "1", 1),
        ("cipassword", "a-password", "**********"),
        ("ide3", "none,media=cdrom", "none,media=cdrom"),
    ],
)
def test_a_value_is_kept_as_proxmox_keeps_it(cluster: Any, key: str, sent: str, read: Any) -> None:
    assert kept(cluster.clone(), **{key: sent})[key] == read


def test_a_network_card_without_an_address_gets_one_and_keeps_it(cluster: Any) -> None:
    vm = cluster.clone()
    card = kept(vm, net0="virtio,bridge=vmbr0")["net0"]
    assert card.startswith("virtio=BC:24:11:")
    assert kept(vm, net0=card)["net0"] == card


def test_a_new_disk_is_made_on_its_storage(cluster: Any) -> None:
    assert kept(cluster.clone(), scsi1="local-lvm:5")["scsi1"] == "local-lvm:vm-101-disk-1,size=5G"


def test_a_disk_grows(cluster: Any) -> None:
    vm = cluster.clone()
    assert cluster.done(vm.resize.put(disk="scsi0", size="20G")) == "OK"
    assert vm.config.get()["scsi0"] == "local-lvm:vm-101-disk-0,size=20G"
    assert cluster.done(vm.resize.put(disk="scsi0", size="+2G")) == "OK"
    assert vm.config.get()["scsi0"] == "local-lvm:vm-101-disk-0,size=22G"


def test_a_disk_does_not_shrink(cluster: Any) -> None:
    with pytest.raises(ResourceException, match="shrinking disks is not supported"):
        cluster.clone().resize.put(disk="scsi0", size="1G")


def test_a_removed_disk_stays_as_unused_until_it_is_removed_again(cluster: Any) -> None:
    vm = cluster.clone()
    vm.config.put(scsi1="local-lvm:5")
    config = kept(vm, delete="scsi1")
    assert "scsi1" not in config
    assert config["unused0"] == "local-lvm:vm-101-disk-1"
    assert "unused0" not in kept(vm, delete="unused0")
    volumes = [item["volid"] for item in cluster.api.nodes("pve").storage("local-lvm").content.get()]
    assert "local-lvm:vm-101-disk-1" not in volumes


def test_a_clone_has_a_drive_of_cloud_init_of_its_own(cluster: Any) -> None:
    assert cluster.clone().config.get()["ide2"] == "local-lvm:vm-101-cloudinit,media=cdrom,size=4M"
    assert cluster.vm(9000).config.get()["ide2"] == "local-lvm:vm-9000-cloudinit,media=cdrom,size=4M"


def test_a_running_vm_takes_disks_at_once_and_cores_later(cluster: Any) -> None:
    vm = cluster.started()
    config = kept(vm, scsi1="local-lvm:5", cores=4)
    assert config["scsi1"] == "local-lvm:vm-101-disk-1,size=5G"
    assert config["cores"] == 1
    assert [item["pending"] for item in vm.pending.get() if item["key"] == "cores"] == [4]


def test_a_vm_without_an_address_gets_one_from_its_bridge(cluster: Any) -> None:
    cluster.pve.guests.bridges = {"vmbr0": "10.77.1.0/24"}
    assert cluster.done(cluster.vm(9000).clone.post(newid=101, name="web-1")) == "OK"
    assert cluster.done(cluster.vm().status.start.post()) == "OK"
    assert cluster.lab.known["web-1"].address == "10.77.1.254/24"


def test_a_vm_without_an_address_on_a_bridge_without_one_does_not_start(cluster: Any) -> None:
    assert cluster.done(cluster.vm(9000).clone.post(newid=101, name="web-1")) == "OK"
    assert "the VM has no address" in cluster.done(cluster.vm().status.start.post())
