"""What Proxmox says comes with what to do about it."""

from __future__ import annotations

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.client import Client
from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.errors import ProxmoxError, ProxmoxRefusal


@pytest.mark.parametrize(
    ("said", "advice"),
    [
        ("unable to write to storage 'local-lvm': No space left on device", "The storage is full"),
        ("Cannot create new thin volume, free space in thin pool pve/data reached threshold.", "The storage is full"),
        ("cluster not ready - no quorum?", "has no quorum"),
        ("VM is locked (backup)", "qm unlock VMID"),
        ("can't lock file '/var/lock/qemu-server/lock-101.conf' - got timeout", "qm unlock VMID"),
        ("unable to create VM 101: config file already exists", "The VMID is taken"),
        (
            "Permission check failed (/storage/tank, Datastore.AllocateSpace)",
            "lacks Datastore.AllocateSpace on /storage/t",
        ),
        ("bridge 'vmbr7' does not exist", "Make the bridge"),
        ("storage 'tank' does not exist", "Name a storage of this hypervisor"),
        ("VM quit/powerdown failed - got timeout", "did not shut down in time"),
        ("No route to host", "Is it powered on?"),
    ],
)
def test_a_refusal_says_what_to_do(said: str, advice: str) -> None:
    assert advice in str(ProxmoxRefusal("web-1: could not start", said))


def test_the_command_for_a_missing_permission_can_be_copied() -> None:
    said = str(ProxmoxRefusal("x", "Permission check failed (/vms/101, VM.Clone)", "kombify@pve!stack"))
    assert "pveum acl modify /vms/101 --tokens 'kombify@pve!stack'" in said


def test_an_unknown_refusal_is_repeated_as_it_is() -> None:
    assert (
        str(ProxmoxRefusal("web-1: could not start", "the moon is full")) == "web-1: could not start: the moon is full."
    )


@pytest.mark.parametrize("token", ["", "secret", "root@pam=0815", "root@pam!x"])
def test_a_token_of_another_form_is_refused_and_not_shown(token: str) -> None:
    with pytest.raises(ProxmoxError, match="must look like USER@REALM!NAME=UUID") as caught:
        Client("pve", token)
    assert token == "" or token not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("192.0.2.1", "https://192.0.2.1:8006"),
        ("https://pve.example:443/", "https://pve.example:443"),
        ("https://[2001:db8::1]:8006", "https://[2001:db8::1]:8006"),
    ],
)
def test_an_address_may_be_short(url: str, wanted: str) -> None:
    assert Client(url, "root@pam!x=1-2").url == wanted
