# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The stages of a run, in order. A stage's word names its role, playbook, tag and section of the docs."""

from __future__ import annotations

from typing import NamedTuple


class StageWord(NamedTuple):
    """A stage: its word, and the groups of hosts that it works on."""

    name: str
    hosts: str
    title: str


STAGES = (
    StageWord("prepare", "all:!proxmox_hypervisors", "Prepare machines"),
    StageWord("proxmox", "proxmox_hypervisors", "Create virtual machines"),
    StageWord("kubespray", "k8s_cluster", "Install Kubernetes"),
    StageWord("cni", "kube_control_plane", "Set up the pod network"),
    StageWord("storage", "kube_control_plane", "Set up volumes"),
    StageWord("pangolin", "gateways:links", "Join machines by VPN"),
    StageWord("infrastructure", "kube_control_plane:docker_hosts", "Deploy services"),
    StageWord("monitoring", "kube_control_plane:docker_hosts", "Verify metrics and alerts"),
    StageWord("backup", "kube_control_plane:docker_hosts", "Set up backups"),
)
