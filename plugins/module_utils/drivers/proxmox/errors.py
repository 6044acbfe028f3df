# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can go wrong with a Proxmox API, in words for the user: what happened, where, and what to do."""

from __future__ import annotations

import re


class ProxmoxError(Exception):
    """Something that the user can understand and mend."""


class ProxmoxRefusal(ProxmoxError):
    """The API was reached and said no; ``reason`` is what it said."""

    def __init__(self, what: str, reason: str, token: str = "TOKEN") -> None:  # noqa: S107 - a word in a command
        self.reason = reason.strip().rstrip(".")
        advice = advice_for(self.reason, token)
        super().__init__(f"{what}: {self.reason}." + (f" {advice}" if advice else ""))


ADVICE = (
    (
        r"no space left|not enough (?:free )?space|insufficient free|out of space|free space .* threshold|quota",
        "The storage is full: free space there, or choose another one with providers.NAME.storage.",
    ),
    (
        r"quorum",
        "The cluster has no quorum, so nothing can be changed. Bring its other nodes back; 'pvecm status' shows them.",
    ),
    (
        r"is locked|can't lock file|unable to (?:acquire|create) lock",
        "Another task works on this VM. Wait until it has ended and run again. If none is left: qm unlock VMID",
    ),
    (
        r"already exists",
        "The VMID is taken by a machine that this token does not see. Give the node another one with vmid.",
    ),
    (
        r"Permission check failed \((?P<path>[^,)]+), (?P<privilege>[^,)]+)",
        "The token lacks {privilege} on {path}. Try: pveum acl modify {path} --tokens '{token}' --roles PVEAdmin",
    ),
    (
        r"Permission check failed|permission denied",
        "The token lacks a permission; the README of the role proxmox lists what is needed.",
    ),
    (
        r"bridge '?(?P<bridge>[\w.]+)'? does not exist|no such device.*vmbr",
        "Make the bridge on the hypervisor, or name another one with networks.NAME.bridge.",
    ),
    (
        r"storage '(?P<storage>[^']+)' (?:does not exist|is not (?:online|available|enabled))",
        "Name a storage of this hypervisor with providers.NAME.storage, or bring {storage} back.",
    ),
    (
        r"is not configured for content-type|does not support (?:content|vm images)|content type",
        "Allow this content on the storage (Datacenter, Storage, Edit, Content), or choose another storage.",
    ),
    (
        r"KVM virtuali[sz]ation configured, but not available",
        "Switch on virtualization (VT-x or AMD-V) in the firmware of the hypervisor.",
    ),
    (
        r"quit/powerdown failed|VM still running",
        "The guest did not shut down in time. Shut it down inside, or stop it in Proxmox, and run again.",
    ),
    (
        r"checksum (?:mismatch|verification)|wrong checksum",
        "What was downloaded is not what the checksum promises: look at url and checksum of the image.",
    ),
    (
        r"no route to host|hostname lookup",
        "This node of the cluster is not reachable from the one whose API was asked. Is it powered on?",
    ),
)
"""What Proxmox says, and what to do about it."""


def advice_for(reason: str, token: str = "TOKEN") -> str:  # noqa: S107 - a word in a command, not a secret
    """Return what to do about a message of Proxmox, or nothing."""
    for pattern, advice in ADVICE:
        match = re.search(pattern, reason, re.IGNORECASE)
        if match is not None:
            return advice.format(**{"token": token, **match.groupdict("")})
    return ""


def unreachable(url: str, reason: str) -> ProxmoxError:
    """The API does not answer at all."""
    return ProxmoxError(
        f"The Proxmox API {url} cannot be reached: {reason}. Is the hypervisor powered on, is the address right"
        f" (providers.NAME.api), and may this machine reach it? Try: curl -k {url}"
    )


def untrusted(url: str, reason: str, ca: str | None) -> ProxmoxError:
    """The API's certificate was not accepted."""
    advice = "Copy /etc/pve/pve-root-ca.pem of the hypervisor to this machine, and set proxmox_ca to its path"
    if ca is not None:
        advice = f"{ca} did not sign it, or it was made for another name or address than the one in providers.NAME.api"
    return ProxmoxError(f"The certificate of the Proxmox API {url} is not trusted: {reason}. {advice}.")


def wrong_token(url: str, token: str) -> ProxmoxError:
    """The API does not know the token, or its secret is another."""
    return ProxmoxError(
        f"The Proxmox API {url} refused the token {token}: unknown, expired, or its secret is another."
        f" Look at providers.NAME.token; make one with: pveum user token add USER@REALM NAME"
    )


def bad_token() -> ProxmoxError:
    """What the reference led to is no token. It is not shown: it may be another secret."""
    return ProxmoxError(
        "The token for the Proxmox API must look like USER@REALM!NAME=UUID. Look at providers.NAME.token"
    )
