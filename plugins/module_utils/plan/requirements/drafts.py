# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Declared services with their kits, before anything is worked out about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ansible_collections.kombify.stack.plugins.module_utils.kits.catalogue import Catalogue
from ansible_collections.kombify.stack.plugins.module_utils.kits.model import Kit
from ansible_collections.kombify.stack.plugins.module_utils.plan.requirements.model import NodeNeed
from ansible_collections.kombify.stack.plugins.module_utils.plan.requirements.targets import Where, where
from ansible_collections.kombify.stack.plugins.module_utils.spec.load import Spec
from ansible_collections.kombify.stack.plugins.module_utils.spec.model.services import Service
from ansible_collections.kombify.stack.plugins.module_utils.spec.selectors import Scope


@dataclass(frozen=True)
class Draft:
    """A declared service with its kit, if it has one, and where it may run."""

    name: str
    service: Service
    kit: Kit | None
    where: Where


def kit_of(name: str, service: Service, catalogue: Catalogue) -> Kit | None:
    """Return the kit of a service: the one it names, else the one of its own name."""
    return catalogue.get(service.kit or name)


def drafts(spec: Spec, scope: Scope, catalogue: Catalogue, nodes: Mapping[str, NodeNeed]) -> dict[str, Draft]:
    """Return every service that is not gone, in the order of the file."""
    found = {}
    for name, service in spec.stack.services.items():
        if service.state != "absent":
            kit = kit_of(name, service, catalogue)
            found[name] = Draft(name, service, kit, where(service, kit, scope, nodes))
    return found
