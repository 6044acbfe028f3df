#!/usr/bin/python
# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make the keys of WireGuard links."""

from __future__ import annotations

DOCUMENTATION = r"""
module: wireguard_keys
short_description: Make the keys of WireGuard links on the machine that uses them
version_added: 0.1.0
author: the kombify.stack authors (@kombify)
description:
  - Makes a private key for every link that has none. It never leaves the machine; the task returns only public keys.
  - A new key waits beside the configuration of its link until M(kombify.stack.wireguard) takes it into use, when the
    peers know it too. A run that is killed in between leaves all links as they were, and the next run goes on.
options:
  links:
    description: The names of the links.
    type: list
    elements: str
    required: true
  generation:
    description:
      - A word for the keys, such as V(2026-12). Keys that were made for another word are replaced.
      - With an empty word every key is kept.
    type: str
    default: ""
requirements:
  - wireguard-tools
attributes:
  check_mode:
    description: Can run in check mode; it then returns the keys that there are.
    support: full
  diff_mode:
    description: Shows nothing, because keys are secret.
    support: none
  platform:
    description: Target systems of the task.
    support: full
    platforms: posix
seealso:
  - module: kombify.stack.wireguard
"""

EXAMPLES = r"""
- name: Make keys
  kombify.stack.wireguard_keys:
    links: [vpn]
  register: keys

- name: Make new keys, once in this month
  kombify.stack.wireguard_keys:
    links: [vpn]
    generation: 2026-12
"""

RETURN = r"""
keys:
  description: By link the public key in use, and that of the key that waits; null when there is none.
  returned: success
  type: dict
  sample: {vpn: {public: xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=, next: null}}
made:
  description: The links that got a new key, or would get one.
  returned: success
  type: list
  elements: str
  sample: [vpn]
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.kombify.stack.plugins.module_utils.nodes.errors import NodeError
from ansible_collections.kombify.stack.plugins.module_utils.nodes.wireguard.keys import make_keys
from ansible_collections.kombify.stack.plugins.module_utils.nodes.wireguard.wg import run_program

ARGUMENTS = {
    "links": {"type": "list", "elements": "str", "required": True, "no_log": False},
    "generation": {"type": "str", "default": ""},
}


def main() -> None:
    """Make keys and answer."""
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    given = module.params
    try:
        result = make_keys(run_program, given["links"], given["generation"], module.check_mode)
    except NodeError as error:
        module.fail_json(msg=str(error))
    module.exit_json(**result)


if __name__ == "__main__":
    main()
