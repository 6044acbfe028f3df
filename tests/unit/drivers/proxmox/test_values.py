"""The one-line texts of Proxmox, read and written."""

from __future__ import annotations

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox import values
from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.wanted import same

CARD = "virtio=BC:24:11:00:00:01,bridge=vmbr0,firewall=1,tag=5"


@pytest.mark.parametrize(
    ("text", "changes", "wanted"),
    [
        (None, {}, "virtio,bridge=br"),
        (CARD, {}, CARD),
        (CARD, {"bridge": "vmbr0", "vlan": 5}, CARD),
        (CARD, {"bridge": "vmbr1"}, "virtio=BC:24:11:00:00:01,bridge=vmbr1,firewall=1"),
        (CARD, {"mac": "02:00:00:00:00:0a"}, "virtio=02:00:00:00:00:0A,bridge=vmbr0,firewall=1,tag=5"),
        ("e1000,bridge=vmbr0", {"mac": "02:00:00:00:00:0a"}, "e1000=02:00:00:00:00:0A,bridge=vmbr0"),
        ("e1000,bridge=vmbr0", {}, "e1000,bridge=vmbr0"),
    ],
)
def test_a_network_card_changes_only_where_it_is_wanted(
    text: str | None, changes: dict[str, object], wanted: str
) -> None:
    given = {"bridge": None, "vlan": None, "mac": None, **changes}
    card = values.network_card(text, default="br", **given)  # type: ignore[arg-type]
    assert sorted(card.split(",")) == sorted(wanted.split(","))


def test_a_card_without_address_gets_a_new_one() -> None:
    assert values.without_mac(CARD) == "virtio,bridge=vmbr0,firewall=1,tag=5"
    assert values.without_mac("virtio,bridge=vmbr0") == "virtio,bridge=vmbr0"


@pytest.mark.parametrize(("text", "size"), [("8G", 8 * 2**30), ("512M", 2**29), ("1.5T", 3 * 2**39), ("junk", 0)])
def test_sizes_are_read(text: str, size: int) -> None:
    assert values.size_bytes(text) == size


@pytest.mark.parametrize(
    ("config", "slot"),
    [
        ({"boot": "order=net0;virtio1;scsi0", "virtio1": "a:b,size=1G", "scsi0": "a:c,size=1G"}, "virtio1"),
        ({"bootdisk": "sata0", "sata0": "a:b,size=1G"}, "sata0"),
        ({"boot": "cdn", "scsi0": "a:b,size=1G"}, "scsi0"),
        ({"boot": "order=ide2", "ide2": "a:b,media=cdrom"}, None),
    ],
)
def test_the_disk_that_a_machine_starts_from_is_found(config: dict[str, str], slot: str | None) -> None:
    assert values.boot_drive(config) == slot


@pytest.mark.parametrize(
    ("key", "one", "other"),
    [
        ("memory", "2048", 2048),
        ("tags", "Home;kombify", "kombify home"),
        ("ipconfig0", "gw=192.0.2.1,ip=192.0.2.2/24", "ip=192.0.2.2/24,gw=192.0.2.1"),
        ("nameserver", "192.0.2.1  192.0.2.2", "192.0.2.1 192.0.2.2"),
        ("sshkeys", "ssh-ed25519%20AAAA%20me%0A", "ssh-ed25519%20AAAA%20me"),
        ("description", "kombify.stack: home/web-1\n", "kombify.stack: home/web-1"),
        ("sockets", None, 1),
    ],
)
def test_what_means_the_same_is_no_change(key: str, one: object, other: object) -> None:
    assert same(key, one, other)


def test_the_mark_is_read_from_notes_with_other_text() -> None:
    assert values.owner("Mine.\nkombify.stack: home/web-1 \nOld.") == ("home", "web-1")
    assert values.owner("see kombify.stack: home/web-1") is None
    assert values.owner(None) is None
