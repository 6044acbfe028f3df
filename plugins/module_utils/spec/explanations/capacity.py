# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""K4: whether everything fits."""

from __future__ import annotations

from ansible_collections.kombify.stack.plugins.module_utils.spec.explanations.code import Code
from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Severity

CAPACITY = (
    Code(
        code="K401",
        policy=True,
        title="Memory is over-committed",
        explanation=(
            "The virtual machines or services of a host ask for more memory than it can give after its reserve. "
            "Memory cannot be shared: the kernel would end processes."
        ),
        remedy=(
            "Make them smaller, move some, or give the host more; policies.overcommit.memory allows it with a reason."
        ),
        wrong="""
            nodes:
              pve: {type: hypervisor, address: 10.0.0.2, memory: 32GiB}
              vm-[1:3]: {runs_on: pve, address: "10.0.0.{1+10}", memory: 16GiB}
            """,
        right="""
            nodes:
              pve: {type: hypervisor, address: 10.0.0.2, memory: 64GiB}
              vm-[1:3]: {runs_on: pve, address: "10.0.0.{1+10}", memory: 16GiB}
            """,
    ),
    Code(
        code="K402",
        policy=True,
        title="Storage is over-committed",
        explanation=(
            "Volumes or disks ask for more than the disks below them have. Hostpath and thin storage enforce nothing, "
            "so the disk fills up one day and every service on it fails at once."
        ),
        remedy="Ask for less, or add disks; policies.overcommit.storage allows it with a reason.",
        wrong="""
            nodes:
              nas: {address: 10.0.0.10, disk: 100GiB}
            services:
              jellyfin: {runs_on: nas, storage: 500Gi}
            """,
        right="""
            nodes:
              nas: {address: 10.0.0.10, disk: 1TB}
            services:
              jellyfin: {runs_on: nas, storage: 500Gi}
            """,
    ),
    Code(
        code="K403",
        severity=Severity.WARNING,
        policy=True,
        title="CPU is over-committed beyond its factor",
        explanation=(
            "CPU can be shared, so asking for a few times more than there is does no harm. Beyond the factor (4 "
            "unless policies.overcommit.cpu says otherwise) everything becomes slow."
        ),
        remedy="Ask for less, move some services, or raise the factor with a reason.",
        wrong="""
            nodes:
              pve: {type: hypervisor, address: 10.0.0.2, cpu: 4}
              vm-[1:5]: {runs_on: pve, address: "10.0.0.{1+10}", cpu: 4}
            """,
        right="""
            nodes:
              pve: {type: hypervisor, address: 10.0.0.2, cpu: 8}
              vm-[1:5]: {runs_on: pve, address: "10.0.0.{1+10}", cpu: 4}
            """,
    ),
    Code(
        code="K404",
        title="One instance is larger than the largest node",
        explanation="No node is large enough for this instance, even if it were empty.",
        remedy="Ask for less, or add a larger node.",
        wrong="""
            nodes:
              mini: {address: 10.0.0.11, memory: 8GiB}
            services:
              portal: {runs_on: mini, resources: {memory: 16GiB}}
            """,
        right="""
            nodes:
              mini: {address: 10.0.0.11, memory: 8GiB}
            services:
              portal: {runs_on: mini, resources: {memory: 2GiB}}
            """,
    ),
    Code(
        code="K405",
        title="A service cannot be placed",
        explanation=(
            "Every node was looked at, and each has a reason why this instance cannot run there: too little memory, a "
            "taint, another architecture, another site, a rule that keeps services apart."
        ),
        remedy="The message lists every node with its reason; change the one that is easiest to change.",
        wrong="""
            nodes:
              mini: {address: 10.0.0.11, arch: amd64}
            services:
              status-page: {runs_on: mini, replicas: 2, placement: {apart: status-page}}
            """,
        right="""
            nodes:
              mini-[1:2]: {address: "10.0.0.{1+10}", arch: amd64}
            services:
              status-page: {runs_on: "mini-*", replicas: 2, placement: {apart: status-page}}
            """,
    ),
    Code(
        code="K406",
        severity=Severity.WARNING,
        title="No room to lose the largest node",
        explanation=(
            "If the largest node fails, its services do not fit on the others, so they stay down until it is back."
        ),
        remedy="Add a node, or make the named services smaller.",
        wrong="""
            nodes:
              mini-1: {address: 10.0.0.11, memory: 32GiB}
              mini-2: {address: 10.0.0.12, memory: 8GiB}
            services:
              portal: {runs_on: "mini-*", replicas: 6, resources: {memory: 4GiB}}
            """,
        right="""
            nodes:
              mini-[1:3]: {address: "10.0.0.{1+10}", memory: 32GiB}
            services:
              portal: {runs_on: "mini-*", replicas: 6, resources: {memory: 4GiB}}
            """,
    ),
    Code(
        code="K407",
        severity=Severity.WARNING,
        title="Facts are missing or old",
        explanation=(
            "The size of this node is neither in the spec nor in facts of the last seven days, so the plan cannot "
            "check whether everything fits, and only places there what is pinned to it."
        ),
        remedy=(
            "Gather facts with `ansible-playbook -i kombination.yaml kombify.stack.facts`, or write cpu, memory and "
            "disk in the spec."
        ),
        wrong="""
            nodes:
              nas: 192.168.1.10
            """,
        right="""
            nodes:
              nas: {address: 192.168.1.10, cpu: 4, memory: 16GiB, disk: 4TB}
            """,
    ),
)
