# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Amounts in sentences, and how strictly each resource is taken."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from ansible_collections.kombify.stack.plugins.module_utils.plan.base import Resources
from ansible_collections.kombify.stack.plugins.module_utils.plan.claims import Claim
from ansible_collections.kombify.stack.plugins.module_utils.spec.load import Spec
from ansible_collections.kombify.stack.plugins.module_utils.spec.names import natural
from ansible_collections.kombify.stack.plugins.module_utils.spec.units import human_size

Resource = Literal["memory", "storage", "cpu"]

CODES: dict[Resource, str] = {"memory": "K401", "storage": "K402", "cpu": "K403"}
WORDS: dict[Resource, str] = {"memory": "memory", "storage": "storage", "cpu": "CPU"}
DEFAULTS = {"memory": "error", "storage": "error", "cpu": "warn"}
DEFAULT_FACTORS = {"memory": 1, "storage": 1, "cpu": 4}
SHOWN = 5


def value(resources: Resources, resource: Resource) -> int:
    """Return one amount of resources."""
    return int(getattr(resources, resource))


def shown(amount: int, resource: Resource) -> str:
    """Return an amount for people: ``30.0 GiB``, ``12.0 cores``."""
    return f"{amount / 1000:.1f} cores" if resource == "cpu" else human_size(amount)


def mode(spec: Spec, resource: Resource) -> str:
    """Return how over-commitment of a resource is taken: error, warn or off."""
    return getattr(spec.stack.policies.overcommit, resource).mode or DEFAULTS[resource]


def factor(spec: Spec, resource: Resource) -> int:
    """Return how many times a resource may be promised."""
    return getattr(spec.stack.policies.overcommit, resource).factor or DEFAULT_FACTORS[resource]


def largest(items: Iterable[Claim], resource: Resource) -> str:
    """Return the largest consumers with their amounts, in natural order: ``a 8.0 GiB, b 16.0 GiB and 3 more``."""
    wanting = [item for item in items if value(item.needs, resource)]
    top = sorted(wanting, key=lambda item: (-value(item.needs, resource), natural(item.name)))[:SHOWN]
    named = ", ".join(
        f"{item.name} {shown(value(item.needs, resource), resource)}"
        for item in sorted(top, key=lambda item: natural(item.name))
    )
    more = len(wanting) - len(top)
    return f"{named} and {more} more" if more else named


def counted(items: Iterable[Claim]) -> str:
    """Return how many there are of what: ``3 VMs and 1 service``, ``5 instances of 2 services``."""
    found = list(items)
    vms = sum(item.kind == "VM" for item in found)
    owners = {item.owner for item in found if item.kind == "service"}
    instances = len(found) - vms
    services = plural(len(owners), "service")
    if instances != len(owners):
        services = f"{plural(instances, 'instance')} of {services}"
    return " and ".join([plural(vms, "VM")] * bool(vms) + [services] * bool(owners))


def plural(count: int, word: str) -> str:
    """Return ``1 service`` or ``2 services``."""
    return f"{count} {word}{'' if count == 1 else 's'}"
