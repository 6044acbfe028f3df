#!/usr/bin/python
# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the action of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: plan_info
short_description: Return the plan that follows from a spec
version_added: 0.1.0
author: the kombify.stack authors (@kombify)
description:
  - Makes the plan of a C(kombination.yaml) from the spec, the kits, the facts and the lock beside it, and returns it.
    Machines have their addresses and hypervisors, services their places, ports and databases.
  - A spec with errors fails the task with all its errors, also those that only a plan can find, such as memory that
    does not suffice.
extends_documentation_fragment: [kombify.stack.stack]
attributes:
  diff_mode:
    description: Returns in diff mode how the plan would change the lock, as RV(diff).
    support: full
seealso:
  - module: kombify.stack.spec_info
  - plugin: kombify.stack.kombination
    plugin_type: inventory
"""

EXAMPLES = r"""
- name: Make the plan of this inventory
  kombify.stack.plan_info:
  run_once: true
  register: stack

- name: Show where each service runs
  ansible.builtin.debug:
    msg: "{{ item.key }}: {{ item.value.instances | map(attribute='on') | join(', ') }}"
  loop: "{{ stack.plan.services | dict2items }}"
  loop_control:
    label: "{{ item.key }}"
  run_once: true
"""

RETURN = r"""
path:
  description: The spec that was read.
  returned: success
  type: str
  sample: /srv/home/kombination.yaml
plan:
  description: The plan. Secrets are references.
  returned: success
  type: dict
  sample:
    stack: home
    nodes: {nas: {name: nas, type: server, state: present, address: 192.168.1.10, services: [jellyfin]}}
    services: {jellyfin: {name: jellyfin, target: compose, wave: 1, instances: [{name: jellyfin, "on": nas}]}}
waves:
  description: The services in the order in which they are deployed; those of one wave at the same time.
  returned: success
  type: list
  elements: list
  sample: [[jellyfin, uptime-kuma, vaultwarden]]
lock_changed:
  description: Whether the plan differs from what C(kombination.lock) holds.
  returned: success
  type: bool
  sample: true
diff:
  description: The lock as it is and as the plan would have it. Nothing writes it here.
  returned: success and diff mode
  type: dict
  sample:
    before: ""
    after: |
      placement:
        jellyfin: nas
    before_header: /srv/home/kombination.lock
    after_header: /srv/home/kombination.lock
problems:
  description:
    - Warnings and notes; errors too when the task fails.
    - Each with its code, severity, message, hint, place and related places.
  returned: always
  type: list
  elements: dict
  sample:
    - code: K407
      severity: warning
      message: facts of 'nas' are missing
      hint: gather facts
      place: {file: kombination.yaml, line: 8, column: 3, width: 3, text: "  nas: 192.168.1.10"}
      related: []
"""
