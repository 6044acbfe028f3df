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


_CLUSTER = "kube_control_plane*"  # with several clusters the group carries the cluster's name
_HERE = ":!state_absent"

STAGES = (
    StageWord("prepare", f"all:!proxmox_hypervisors{_HERE}", "Prepare machines"),
    StageWord("proxmox", f"proxmox_hypervisors{_HERE}", "Create virtual machines"),
    StageWord("kubespray", f"k8s_cluster*{_HERE}", "Install Kubernetes"),
    StageWord("cni", f"{_CLUSTER}{_HERE}", "Set up the pod network"),
    StageWord("storage", f"{_CLUSTER}{_HERE}", "Set up volumes"),
    StageWord("pangolin", f"gateways:links{_HERE}", "Join machines by VPN"),
    StageWord("infrastructure", f"{_CLUSTER}:docker_hosts{_HERE}", "Deploy services"),
    StageWord("monitoring", f"{_CLUSTER}:docker_hosts{_HERE}", "Verify metrics and alerts"),
    StageWord("backup", f"{_CLUSTER}:docker_hosts{_HERE}", "Set up backups"),
)
