# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Host ports of placed instances: required ones as they are, others kept from the lock or the lowest free one."""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.kombify.stack.plugins.module_utils.plan.lock import Lock
from ansible_collections.kombify.stack.plugins.module_utils.plan.requirements.model import ServiceNeed

FIRST_FREE = 20_000
LAST_FREE = 32_767

Taken = dict[str, set[tuple[int, str]]]


def host_ports(services: Mapping[str, ServiceNeed], placed: Mapping[str, str], lock: Lock) -> dict[str, dict[str, int]]:
    """Return, per instance on a machine, the host's port of each of its ports.

    A port that two instances require on one machine is left to the rules to report (K505).
    """
    waiting: list[tuple[int, str, str, ServiceNeed]] = []
    taken: Taken = {}
    for name in sorted(services):
        service = services[name]
        for instance in service.instances:
            node = placed.get(instance.name)
            if node is None or service.cluster is not None or not service.ports:
                continue
            for port in service.ports.values():
                if port.host is not None:
                    taken.setdefault(node, set()).add((port.host, port.protocol))
            waiting.append((0 if instance.name in lock.ports else 1, instance.name, node, service))
    return {
        instance: _ports_of(service, taken.setdefault(node, set()), lock.ports.get(instance, {}))
        for _order, instance, node, service in sorted(waiting, key=lambda one: one[:2])
    }


def _ports_of(service: ServiceNeed, taken: set[tuple[int, str]], locked: Mapping[str, int]) -> dict[str, int]:
    found = {}
    for name in sorted(service.ports):
        port = service.ports[name]
        if port.host is not None:
            found[name] = port.host
            continue
        wishes = [number for number in (locked.get(name), port.port) if number is not None]
        number = next((one for one in wishes if (one, port.protocol) not in taken), None)
        if number is None:
            number = _lowest_free(taken, port.protocol)
        taken.add((number, port.protocol))
        found[name] = number
    return found


def _lowest_free(taken: set[tuple[int, str]], protocol: str) -> int:
    """There are 12,768 numbers; a machine with more ports than that has other troubles."""
    return next(number for number in range(FIRST_FREE, LAST_FREE + 1) if (number, protocol) not in taken)
