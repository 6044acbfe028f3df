#!/usr/bin/python
# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the action of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: facts_file
short_description: Keep the facts of machines for the plan
version_added: 0.1.0
author: the kombify.stack authors (@kombify)
description:
  - Writes what was found on the machines of the play to C(.kombify/facts.json) beside the spec, which the plan reads.
    The folder has mode 0700, the file 0600.
  - The playbook C(kombify.stack.facts) gathers what is needed and calls this.
  - Machines that were not reached keep their older facts with their own date. Machines that the spec no longer has
    are forgotten.
  - Memory is what C(setup) calls C(memtotal_mb). CPU is the number of cores that processes may use.
  - Storage is the size of the file system that holds C(/var/lib), where services keep their data; that is C(/), unless
    C(/var) or C(/var/lib) has its own. Write C(disk) and C(disks) into the spec to count others.
  - Load is the average of the last 15 minutes divided by the cores, in steps of five percent.
  - Devices are C(/dev/dri), C(/dev/kvm), C(/dev/nvidia*), C(/dev/ttyUSB*) and C(/dev/ttyACM*), when the fact
    C(kombify_devices) lists them. The label C(gpu=yes) tells of a graphics card to compute with, the label
    C(virtualization) of what a guest runs in.
  - What is not of the expected type and size is left out, as if unknown. Nothing a machine says is taken as a template.
extends_documentation_fragment: [kombify.stack.stack]
options:
  hosts:
    description:
      - The hosts whose facts are taken.
      - When left out, those of the play that did not fail.
    type: list
    elements: str
  foreign_use:
    description:
      - How to find out what is used by things that we do not manage. The plan does not promise it again.
      - It is the memory in use without caches and without the 512 MiB that every system needs, and the storage in use
        on the file system that holds C(/var/lib).
      - With V(once) it is measured when a machine is new, before our services run there, and kept.
      - With V(again) it is what is used now. Choose it when the machine has changed and none of our services run there.
      - With V(never) nothing is counted. Choose it for machines that ran our services before their facts were gathered.
    type: str
    choices: [once, again, never]
    default: once
attributes:
  diff_mode:
    description: Shows in diff mode how the file changes.
    support: full
notes:
  - The task has changed something only when more than dates differs. Dates are renewed all the same.
seealso:
  - module: kombify.stack.plan_info
  - module: ansible.builtin.setup
  - module: ansible.builtin.mount_facts
"""

EXAMPLES = r"""
- name: Keep the facts of all machines that were reached
  kombify.stack.facts_file:
  run_once: true

- name: Measure anew what others use on the machine nas
  kombify.stack.facts_file:
    hosts: [nas]
    foreign_use: again
  run_once: true
"""

RETURN = r"""
path:
  description: The spec that was read.
  returned: success
  type: str
  sample: /srv/home/kombination.yaml
facts_file:
  description: The file that holds the facts.
  returned: success
  type: str
  sample: /srv/home/.kombify/facts.json
gathered:
  description: The machines whose facts are new.
  returned: success
  type: list
  elements: str
  sample: [nas]
kept:
  description: The machines whose facts are those of an earlier time.
  returned: success
  type: list
  elements: str
  sample: [mini]
unknown:
  description: The machines of which nothing is known.
  returned: success
  type: list
  elements: str
  sample: []
problems:
  description:
    - Warnings and notes; errors too when the task fails.
    - Each with its code, severity, message, hint, place and related places.
  returned: always
  type: list
  elements: dict
  sample: []
"""
