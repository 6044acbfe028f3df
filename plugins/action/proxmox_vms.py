# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The work of M(kombify.stack.proxmox_vms); its documentation is plugins/modules/proxmox_vms.py."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ansible_collections.kombify.stack.plugins.plugin_utils.proxmox import CONNECTION, ProxmoxAction

if TYPE_CHECKING:
    from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.client import Api

YES_OR_NO = {"type": "bool", "default": False}
NAMES = {"type": "list", "elements": "str", "default": []}


class ActionModule(ProxmoxAction):
    """Makes the virtual machines of a hypervisor what the plan says."""

    arguments = CONNECTION | {
        "vms": {"type": "list", "elements": "dict", "required": True},
        "planned": NAMES,
        "elsewhere": {"type": "list", "elements": "dict", "default": []},
        "ssh_keys": NAMES,
        "search_domain": {"type": "str"},
        "template_images": {"type": "dict", "default": {}},
        "image_storage": {"type": "str", "default": "local"},
        "bridge": {"type": "str", "default": "vmbr0"},
        "clone": {"type": "str", "choices": ["full", "linked"], "default": "full"},
        "prune": YES_OR_NO,
        "destroy_data": YES_OR_NO,
        "restart": YES_OR_NO,
        "migrate": YES_OR_NO,
        "timeout": {"type": "int", "default": 900},
        "shutdown_timeout": {"type": "int", "default": 120},
    }

    def answer(self, api: Api) -> dict[str, Any]:
        """Do what is to be done, or in check mode only say it."""
        from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.inputs import (
            read_images,
            read_vms,
            read_wishes,
        )
        from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.manage import manage
        from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.tasks import Pace

        report = manage(
            api,
            read_vms(self.given),
            read_wishes(self.given, own_keys=Path("~/.ssh").expanduser()),
            read_images(self.given),
            check=self._task.check_mode,
            pace=Pace(task_seconds=self.given["timeout"]),
        )
        result = report.as_dict()
        if self._task.diff:
            result["diff"] = report.as_diff(self.given["node"])
        if report.errors:
            result |= {"failed": True, "msg": "\n".join(report.errors)}
        return result
