# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lookup that turns references to secrets into their values."""

from __future__ import annotations

DOCUMENTATION = r"""
name: secret
short_description: Read a secret by its reference
version_added: 0.1.0
author: the kombify.stack authors (@kombify)
description:
  - Returns the value that a reference such as C(vault:kv/apps/nextcloud#admin) names.
  - Values are read when a task needs them and are kept nowhere. Give tasks that use them C(no_log=true).
options:
  _terms:
    description:
      - References to secrets.
      - C(env:NAME) is a variable of the environment, C(file:PATH) the text in a file without white space around it.
      - C(vault:MOUNT/PATH#KEY) is an entry of Vault or OpenBao (key-value engine, version 2).
        C(VAULT_TOKEN), C(VAULT_ADDR) and C(VAULT_CACERT) are taken from the environment.
      - C(sops:FILE#KEY) and C(ansible-vault:FILE#KEY) are entries of closed files, C(keychain:NAME) is an entry of
        the system's keychain.
      - Paths of files count from the folder of the inventory.
    type: list
    elements: str
    required: true
  vault_address:
    description: The address of Vault when C(VAULT_ADDR) is not set.
    type: str
    vars:
      - name: kombify_vault_address
notes:
  - Nothing is written. A secret that does not exist is an error, also when its reference says how to make it.
"""

EXAMPLES = r"""
- name: Ask the hypervisors what they have
  kombify.stack.proxmox_info:
    api: https://192.0.2.10:8006
    node: pve1
    token: "{{ lookup('kombify.stack.secret', 'vault:kv/infra/proxmox#token') }}"
  no_log: true
"""

RETURN = r"""
_raw:
  description: The values, in the order of the references.
  type: list
  elements: str
"""

from pathlib import Path
from typing import Any

from ansible.errors import AnsibleError
from ansible.plugins.lookup import LookupBase

from ansible_collections.kombify.stack.plugins.module_utils.drivers.secrets.read import Surroundings, read_secret
from ansible_collections.kombify.stack.plugins.module_utils.drivers.secrets.unreadable import SecretUnreadable


class LookupModule(LookupBase):
    """Reads secrets by their references."""

    def run(self, terms: list[str], variables: dict[str, Any] | None = None, **options: Any) -> list[str]:
        """Return the value of each reference."""
        self.set_options(var_options=variables, direct=options)
        folder = Path((variables or {}).get("inventory_dir") or self._loader.get_basedir())
        around = Surroundings(folder, vault_address=self.get_option("vault_address"), decrypt=self._decrypt)
        try:
            return [read_secret(str(term), around) for term in terms]
        except SecretUnreadable as error:
            raise AnsibleError(f"A secret cannot be read: {error.what}. What to do: {error.remedy}.") from None

    def _decrypt(self, path: Path) -> Any:
        if not path.exists():
            raise SecretUnreadable(f"{path} does not exist", "check the path of the reference")
        return self._loader.load_from_file(str(path), cache="none")
