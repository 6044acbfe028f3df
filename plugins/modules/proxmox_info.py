#!/usr/bin/python
# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the action of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: proxmox_info
short_description: Ask a Proxmox hypervisor what it has
version_added: 0.1.0
author: the kombify.stack authors (@kombify)
description:
  - Returns storages, templates and the virtual machines of a stack, and sets the facts that the plan needs.
  - The facts have the names that M(ansible.builtin.setup) gives them, so M(kombify.stack.facts_file) keeps them as if
    the hypervisor had been logged in to. Memory and disks of our own virtual machines do not count as in use.
  - A hypervisor that cannot be used fails the task with what to do about it.
extends_documentation_fragment: [kombify.stack.proxmox]
attributes:
  check_mode:
    description: Can run in check mode and return the same as without it.
    support: full
  diff_mode:
    description: Has nothing to show in diff mode, because nothing can change.
    support: full
seealso:
  - module: kombify.stack.proxmox_vms
  - module: kombify.stack.facts_file
"""

EXAMPLES = r"""
- name: Ask what the hypervisor has
  kombify.stack.proxmox_info:
    api: https://192.0.2.10:8006
    token: "{{ lookup('kombify.stack.secret', 'vault:kv/infra/proxmox#token') }}"
    ca: files/pve-root-ca.pem
    node: pve1
    stack: home
  register: hypervisor
"""

RETURN = r"""
ansible_facts:
  description: Architecture, cores, memory, load and the file system of the virtual machines, as setup names them.
  returned: success
  type: dict
  sample: {ansible_architecture: x86_64, ansible_processor_nproc: 16, ansible_memtotal_mb: 65536}
node:
  description: The hypervisor.
  returned: success
  type: str
  sample: pve1
cluster:
  description: What tells this Proxmox from others.
  returned: success
  type: str
  sample: homelab pve1 pve2
nodes:
  description: The nodes of its cluster, itself among them.
  returned: success
  type: list
  elements: str
  sample: [pve1, pve2]
quorate:
  description: Whether the cluster can be changed.
  returned: success
  type: bool
  sample: true
storage:
  description: The storage whose size became a fact.
  returned: success
  type: str
  sample: local-lvm
storages:
  description: The storages of the hypervisor; sizes in bytes.
  returned: success
  type: list
  elements: dict
  sample: [{name: local-lvm, content: [images, rootdir], total: 536870912000, used: 4299161600}]
templates:
  description: The templates of the cluster.
  returned: success
  type: list
  elements: dict
  sample: [{name: debian-13, vmid: 9000, node: pve1, status: stopped}]
vms:
  description: The virtual machines of the stack in the cluster, by the names that the plan has for them.
  returned: success
  type: list
  elements: dict
  sample: [{name: web-1, vmid: 101, node: pve1, status: running}]
"""
