# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The answer of M(kombify.stack.proxmox_info); its documentation is plugins/modules/proxmox_info.py."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ansible_collections.kombify.stack.plugins.plugin_utils.proxmox import ProxmoxAction

if TYPE_CHECKING:
    from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.client import Api


class ActionModule(ProxmoxAction):
    """Says what a hypervisor has."""

    def answer(self, api: Api) -> dict[str, Any]:
        """Return its facts, storages, templates and our VMs."""
        from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox import facts
        from ansible_collections.kombify.stack.plugins.module_utils.drivers.proxmox.survey import survey

        found = survey(api, self.given["node"])
        storage = facts.vm_storage(found, self.given["storage"])
        status = facts.node_status(api, found.node)
        return {
            "ansible_facts": facts.setup_facts(found, status, storage, self.given["stack"]),
            "node": found.node,
            "cluster": " ".join([found.cluster or self.given["api"], *sorted(found.nodes)]),
            "nodes": sorted(found.nodes),
            "quorate": found.quorate,
            "storage": storage.name,
            "storages": [facts.storage_entry(one) for one in found.storages if one.node == found.node],
            "templates": [facts.guest_entry(one) for one in found.guests if one.template],
            "vms": [facts.vm_entry(one) for one in found.owned(self.given["stack"]).values()],
        }
