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


CONTROL_PLANES = "kube_control_plane*"  # with several clusters the group carries the cluster's name
DOCKER_HOSTS = "docker_hosts"
AT_HAND = "!set_aside"  # not absent, not switched off, and made already

STAGES = (
    StageWord("proxmox", f"proxmox_hypervisors:{AT_HAND}", "Create virtual machines"),
    StageWord("prepare", f"all:!proxmox_hypervisors:{AT_HAND}", "Prepare machines"),
    StageWord("kubespray", f"k8s_cluster*:{AT_HAND}", "Install Kubernetes"),
    StageWord("cni", f"{CONTROL_PLANES}:{AT_HAND}", "Set up the pod network"),
    StageWord("storage", f"{CONTROL_PLANES}:{AT_HAND}", "Set up volumes"),
    StageWord("pangolin", f"gateways:links:{AT_HAND}", "Join machines by VPN"),
    StageWord("infrastructure", f"{CONTROL_PLANES}:{DOCKER_HOSTS}:{AT_HAND}", "Deploy services"),
    StageWord("monitoring", f"{CONTROL_PLANES}:{DOCKER_HOSTS}:{AT_HAND}", "Verify metrics and alerts"),
    StageWord("backup", f"{CONTROL_PLANES}:{DOCKER_HOSTS}:{AT_HAND}", "Set up backups"),
)
