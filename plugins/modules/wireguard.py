#!/usr/bin/python
# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Set up WireGuard links."""

from __future__ import annotations

DOCUMENTATION = r"""
module: wireguard
short_description: Set up all WireGuard links of a machine
version_added: 0.1.0
author: the kombify.stack authors (@kombify)
description:
  - Writes a configuration for wg-quick for every link, and lets systemd bring it up, now and at every boot.
  - A link that runs is changed while it runs. Only a change of its address or MTU starts it again.
  - A peer whose key is not known in this run keeps the key that it had before.
options:
  links:
    description: The links, as the filter P(kombify.stack.pangolin_links#filter) makes them.
    type: list
    elements: dict
    required: true
  generation:
    description: The word for which the keys were made that come into use, see M(kombify.stack.wireguard_keys).
    type: str
    default: ""
  keepalive:
    description: Seconds between packets that keep a way through firewalls open; V(0) sends none.
    type: int
    default: 25
  mtu:
    description: The largest packet in bytes; V(0) lets wg-quick work it out from the way to the peers.
    type: int
    default: 0
  prune:
    description: Remove links that this module set up before, and that are not in O(links).
    type: bool
    default: true
requirements:
  - wireguard-tools, and wireguard-go where the kernel has no WireGuard
attributes:
  check_mode:
    description: Can run in check mode and return what would change.
    support: full
  diff_mode:
    description: Shows the configurations, without private keys.
    support: full
  platform:
    description: Target systems of the task.
    support: full
    platforms: posix
seealso:
  - module: kombify.stack.wireguard_keys
  - module: kombify.stack.wireguard_ping
  - plugin: kombify.stack.pangolin_links
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Set up the links
  kombify.stack.wireguard:
    links: >-
      {{ pangolin_links | kombify.stack.pangolin_links(inventory_hostname, hostvars, groups, ansible_play_hosts) }}

- name: Remove all links that were set up before
  kombify.stack.wireguard:
    links: []
"""

RETURN = r"""
written:
  description: Interfaces whose configuration was not as wanted.
  returned: success
  type: list
  elements: str
  sample: [wg-vpn]
restarted:
  description: Interfaces that were started, or started again.
  returned: success
  type: list
  elements: str
  sample: []
updated:
  description: Interfaces that were changed while they ran.
  returned: success
  type: list
  elements: str
  sample: [wg-vpn]
enabled:
  description: Interfaces that did not come up at boot.
  returned: success
  type: list
  elements: str
  sample: []
removed:
  description: Interfaces that were removed.
  returned: success
  type: list
  elements: str
  sample: []
kept:
  description: By link the peers that did not take part, and keep the key that they had.
  returned: success
  type: dict
  sample: {vpn: [nas]}
missing:
  description: By link the peers whose key was never known, so that they are not in the configuration.
  returned: success
  type: dict
  sample: {}
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.kombify.stack.plugins.module_utils.nodes.errors import NodeError
from ansible_collections.kombify.stack.plugins.module_utils.nodes.wireguard.setup import Links
from ansible_collections.kombify.stack.plugins.module_utils.nodes.wireguard.wg import run_program

ARGUMENTS = {
    "links": {"type": "list", "elements": "dict", "required": True},
    "generation": {"type": "str", "default": ""},
    "keepalive": {"type": "int", "default": 25, "no_log": False},
    "mtu": {"type": "int", "default": 0},
    "prune": {"type": "bool", "default": True},
}


def main() -> None:
    """Set up the links and answer."""
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    given = module.params
    links = Links(run_program, module.check_mode)
    try:
        links.apply(given["links"], given, prune=given["prune"])
    except NodeError as error:
        module.fail_json(msg=str(error))
    module.exit_json(changed=links.changed(), diff=links.diffs, **links.result)


if __name__ == "__main__":
    main()
