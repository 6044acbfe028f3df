#!/usr/bin/python
# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the action of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: proxmox_vms
short_description: Make the virtual machines of a hypervisor what the plan says
version_added: 0.1.0
author: the kombify.stack authors (@kombify)
description:
  - Compares all virtual machines of one hypervisor with the plan, and does what differs - clone, cloud-init (user,
    keys, address, name servers), tags, CPU, memory, disks, network card, start. Nothing is done that is not needed.
  - All of them are worked on side by side; tasks of Proxmox are waited for together.
  - When something must not happen, such as a disk that would have to shrink or a VMID that another machine has, the
    task fails before anything is changed, with everything that speaks against it.
  - What fails later ends the work on that virtual machine only. One that was cloned and could not be finished is
    removed again.
  - After a run that was killed the next one waits for what Proxmox still does for it, and goes on from there.
  - A virtual machine that left the plan is listed in RV(removed), see O(prune).
extends_documentation_fragment: [kombify.stack.proxmox]
options:
  vms:
    description:
      - The virtual machines of the plan on this hypervisor, as the inventory publishes them in C(proxmox_vms).
      - Each has C(name) and C(vmid), and may have C(state) (C(present), C(running), C(stopped), C(maintenance) or
        C(absent)), C(template) (name or VMID), C(cores), C(memory_mib), C(disk_gib), C(disks_gib) (further disks by
        name), C(ip) (DHCP when left out), C(prefix), C(gateway), C(dns), C(bridge), C(vlan), C(mac), C(user), C(tags).
      - What is left out stays as the template has it.
    type: list
    elements: dict
    required: true
  planned:
    description: All virtual machines of the stack, on whatever hypervisor. None of them counts as removed.
    type: list
    elements: str
    default: []
  elsewhere:
    description: Virtual machines of the stack, each with C(name) and C(node), that another Proxmox has.
    type: list
    elements: dict
    default: []
  ssh_keys:
    description:
      - Public keys that may log in.
      - When left out, new virtual machines get C(~/.ssh/id_*.pub) of the user who runs Ansible, and others keep theirs.
    type: list
    elements: str
    default: []
  search_domain:
    description: The domain in which names are looked up.
    type: str
  template_images:
    description:
      - Cloud images to make missing templates from, by the name of the template; each with C(url) and
        C(checksum).
    type: dict
    default: {}
  image_storage:
    description: The storage that images are downloaded to. It has to allow the content C(import).
    type: str
    default: local
  bridge:
    description: The bridge of virtual machines for which neither plan nor template name one.
    type: str
    default: vmbr0
  clone:
    description: Whether a clone is a copy of the template, or shares its disk and needs it for ever.
    type: str
    choices: [full, linked]
    default: full
  prune:
    description:
      - Whether virtual machines that left the plan are shut down and retired - they get the tag C(kombify-retired), do
        not start by themselves, and keep their disks.
      - One whose C(state) is C(absent) is retired without this.
    type: bool
    default: false
  destroy_data:
    description: Whether virtual machines that would be retired are deleted with all their disks.
    type: bool
    default: false
  restart:
    description:
      - Whether virtual machines are restarted when a change needs it. When not, it becomes real with their next start,
        and a warning says so.
    type: bool
    default: false
  migrate:
    description: Whether virtual machines are moved here when another node of the cluster has them.
    type: bool
    default: false
  timeout:
    description: Seconds to wait for one task of Proxmox.
    type: int
    default: 900
  shutdown_timeout:
    description: Seconds that a virtual machine has to shut down.
    type: int
    default: 120
attributes:
  check_mode:
    description: Can run in check mode and tell what would be done, changing nothing.
    support: full
  diff_mode:
    description: Shows in diff mode what changes of each virtual machine.
    support: full
seealso:
  - module: kombify.stack.proxmox_info
"""

EXAMPLES = r"""
- name: Make two virtual machines
  kombify.stack.proxmox_vms:
    api: https://192.0.2.10:8006
    token: "{{ lookup('kombify.stack.secret', 'vault:kv/infra/proxmox#token') }}"
    ca: files/pve-root-ca.pem
    node: pve1
    storage: local-lvm
    stack: home
    vms:
      - {name: web-1, vmid: 101, template: debian-13, cores: 2, memory_mib: 2048, disk_gib: 20, ip: 192.0.2.21}
      - {name: web-2, vmid: 102, template: debian-13, cores: 2, memory_mib: 2048, disk_gib: 20, ip: 192.0.2.22}

- name: Retire all virtual machines of the stack, and keep their disks
  kombify.stack.proxmox_vms:
    api: https://192.0.2.10:8006
    token: "{{ lookup('kombify.stack.secret', 'vault:kv/infra/proxmox#token') }}"
    node: pve1
    stack: home
    vms: []
    prune: true
"""

RETURN = r"""
msg:
  description: What was done, or what is wrong and what to do about it.
  returned: always
  type: str
  sample: "web-1: clone template 9000, set ciuser, ipconfig0, grow scsi0 to 20 GiB, start"
vms:
  description: What was done to each virtual machine, and which settings wait for its next start.
  returned: success
  type: dict
  sample: {web-1: {vmid: 101, done: [clone template 9000, start], waits_for_restart: []}}
ready:
  description: The machines that are as they shall be, also when others failed.
  returned: when nothing spoke against the plan
  type: list
  elements: str
  sample: [web-1]
created:
  description: The virtual machines that were not there before. What was known of others by these names holds no more.
  returned: success
  type: list
  elements: str
  sample: [web-1]
removed:
  description: Virtual machines that left the plan.
  returned: success
  type: list
  elements: dict
  sample: [{name: old, vmid: 105, status: stopped, retired: true}]
"""
