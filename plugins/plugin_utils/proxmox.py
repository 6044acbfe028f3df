# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the actions that speak to a Proxmox share: how it is reached, and the way from its errors to a failed task."""

from __future__ import annotations

from abc import abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ansible.plugins.action import ActionBase

from ansible_collections.kombify.stack.plugins.plugin_utils.stack import what_is_missing

if TYPE_CHECKING:
    from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.client import Api

CONNECTION = {
    "api": {"type": "str", "required": True},
    "token": {"type": "str", "required": True, "no_log": True},
    "verify_tls": {"type": "bool", "default": True},
    "ca": {"type": "path"},
    "node": {"type": "str", "required": True},
    "stack": {"type": "str", "required": True},
    "storage": {"type": "str"},
}


class ProxmoxAction(ActionBase):
    """An action that speaks to the API of one Proxmox from the controller."""

    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False

    arguments: dict[str, Any] = CONNECTION
    given: dict[str, Any]

    @abstractmethod
    def answer(self, api: Api) -> dict[str, Any]:
        """Return the result of the task. Raises ``ProxmoxError``."""

    def run(self, tmp: None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Reach the API and answer."""
        result = super().run(tmp, task_vars)
        _checked, given = self.validate_argument_spec(self.arguments)
        self.given = plain(given)
        try:
            from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.client import Client
            from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.errors import ProxmoxError
        except ImportError as error:
            return result | {"failed": True, "msg": what_is_missing(error)}
        given, ca = self.given, self.given["ca"]
        try:
            if ca is not None and not Path(ca).is_file():
                raise ProxmoxError(f"proxmox_ca names the file {ca}, which is not there.")
            client = Client(given["api"], given["token"], verify_tls=given["verify_tls"], ca=ca)
            return result | {"changed": False, **self.answer(client)}
        except ProxmoxError as error:
            return result | {"failed": True, "msg": str(error)}


def plain(value: Any) -> Any:
    """Return a value without the marks that Ansible puts on text, which other libraries do not know."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return str(value) if isinstance(value, str) else value
