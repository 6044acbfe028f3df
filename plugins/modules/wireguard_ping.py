#!/usr/bin/python
# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Prove that WireGuard links work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: wireguard_ping
short_description: Prove that WireGuard links work
version_added: 0.1.0
author: the kombify.stack authors (@kombify)
description:
  - Pings machines through the links of this machine, all at once, until every one has answered.
  - When one stays silent, the task fails and says whether keys were agreed on with it, and where to look.
options:
  links:
    description: The links, as the filter P(kombify.stack.pangolin_links#filter) makes them.
    type: list
    elements: dict
    required: true
  wait:
    description: Seconds after which machines that are silent count as out of reach.
    type: int
    default: 20
requirements:
  - wireguard-tools
  - iputils-ping
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
  - module: kombify.stack.wireguard
"""

EXAMPLES = r"""
- name: Reach the others
  kombify.stack.wireguard_ping:
    links: >-
      {{ pangolin_links | kombify.stack.pangolin_links(inventory_hostname, hostvars, groups, ansible_play_hosts) }}
"""

RETURN = r"""
reached:
  description: By link the machines that answered.
  returned: success
  type: dict
  sample: {vpn: [gateway, nas]}
handshakes:
  description: By link and peer when keys were last agreed on, in seconds since 1970; 0 for never.
  returned: always
  type: dict
  sample: {vpn: {gateway: 1795219200}}
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.kombify.stack.plugins.module_utils.nodes.wireguard.reach import (
    handshakes,
    problems_of,
    silent_targets,
    targets_of,
)
from ansible_collections.kombify.stack.plugins.module_utils.nodes.wireguard.wg import run_program

ARGUMENTS = {
    "links": {"type": "list", "elements": "dict", "required": True},
    "wait": {"type": "int", "default": 20},
}


def main() -> None:
    """Reach the others and answer."""
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    links = module.params["links"]
    silent = silent_targets(targets_of(links), module.params["wait"])
    moments = handshakes(run_program, links)
    if silent:
        module.fail_json(msg="\n".join(problems_of(run_program, links, silent)), handshakes=moments)
    reached = {link["name"]: [one["name"] for one in link["reach"]] for link in links}
    module.exit_json(changed=False, reached=reached, handshakes=moments)


if __name__ == "__main__":
    main()
