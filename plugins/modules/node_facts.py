#!/usr/bin/python
# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read what every role has to know of a machine."""

from __future__ import annotations

DOCUMENTATION = r"""
module: node_facts
short_description: Read what every role has to know of a machine
version_added: 0.1.0
author: the kombify.stack authors (@kombify)
description:
  - Reads the few facts that the roles of this collection use, under the names that M(ansible.builtin.setup) gives them,
    and the state of the machine that they decide by.
  - It takes a few milliseconds and never asks the network, so a machine whose name server is down does not hold it up.
options:
  kernel_modules:
    description: Modules of the kernel to look for.
    type: list
    elements: str
    default: []
  moment:
    description: The time on the controller in seconds since 1970, to compare the machine's clock with.
    type: float
  folders:
    description: Folders whose free space is measured.
    type: list
    elements: path
    default: [/, /var]
attributes:
  check_mode:
    description: Can run in check mode and return the same as without it.
    support: full
  diff_mode:
    description: Has nothing to show in diff mode, because nothing can change.
    support: full
  platform:
    description: Target systems of the task.
    support: full
    platforms: posix
seealso:
  - module: ansible.builtin.setup
"""

EXAMPLES = r"""
- name: Read what the machine is
  kombify.stack.node_facts:
    kernel_modules: [wireguard]
  register: machine

- name: Stop when the disk is nearly full
  ansible.builtin.assert:
    that: machine.node.room['/var'].free_mib > 500
"""

RETURN = r"""
ansible_facts:
  description: Facts as M(ansible.builtin.setup) names them.
  returned: always
  type: dict
  sample:
    architecture: x86_64
    distribution: Debian
    distribution_major_version: "13"
    distribution_release: trixie
    distribution_version: "13"
    hostname: nas
    kernel: 6.12.48+deb13-amd64
    memtotal_mb: 7941
    os_family: Debian
    pkg_mgr: apt
    service_mgr: systemd
    swaptotal_mb: 0
node:
  description: What roles decide by.
  returned: always
  type: dict
  contains:
    clock_offset:
      description: Seconds that the machine's clock is ahead of O(moment), connecting included; null without O(moment).
      type: int
      sample: 0
    kernel_modules:
      description: For each module that was asked for, whether the kernel has it.
      type: dict
      sample: {wireguard: true}
    packages:
      description: Names of the packages that are installed and set up.
      type: list
      elements: str
      sample: [adduser, apt]
    packages_unfinished:
      description: Names of packages that are unpacked or half set up.
      type: list
      elements: str
      sample: []
    packages_interrupted:
      description: Whether dpkg died in the middle of a change.
      type: bool
      sample: false
    package_lists:
      description: Whether apt has any list of packages.
      type: bool
      sample: true
    room:
      description: Free space in MiB and number of free files by folder; C(-1) where files are not limited.
      type: dict
      sample: {/: {free_mib: 20480, free_files: 1300000}}
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.kombify.stack.plugins.module_utils.nodes.facts import ansible_facts, node_state


def main() -> None:
    """Read and answer."""
    module = AnsibleModule(
        argument_spec={
            "kernel_modules": {"type": "list", "elements": "str", "default": []},
            "moment": {"type": "float"},
            "folders": {"type": "list", "elements": "path", "default": ["/", "/var"]},
        },
        supports_check_mode=True,
    )
    given = module.params
    state = node_state(module.run_command, given["kernel_modules"], given["folders"], given["moment"])
    module.exit_json(changed=False, ansible_facts=ansible_facts(), node=state)


if __name__ == "__main__":
    main()
