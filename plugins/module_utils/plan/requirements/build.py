# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From intent to requirements: the second stage, before databases are pooled and places chosen."""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.kombify.stack.plugins.module_utils.kits.catalogue import Catalogue
from ansible_collections.kombify.stack.plugins.module_utils.plan.facts import Facts
from ansible_collections.kombify.stack.plugins.module_utils.plan.requirements.drafts import Draft, drafts
from ansible_collections.kombify.stack.plugins.module_utils.plan.requirements.edges import build_edges, build_flows
from ansible_collections.kombify.stack.plugins.module_utils.plan.requirements.model import Requirements
from ansible_collections.kombify.stack.plugins.module_utils.plan.requirements.nodes import build_nodes
from ansible_collections.kombify.stack.plugins.module_utils.plan.requirements.providers import Providers
from ansible_collections.kombify.stack.plugins.module_utils.plan.requirements.services import build_service
from ansible_collections.kombify.stack.plugins.module_utils.spec.load import Spec
from ansible_collections.kombify.stack.plugins.module_utils.spec.selectors import Scope


@dataclass(frozen=True)
class Built:
    """Requirements, and the drafts with their kits that they were made from."""

    requirements: Requirements
    drafts: dict[str, Draft]


def build_requirements(spec: Spec, scope: Scope, catalogue: Catalogue, facts: Facts) -> Built:
    """Return what a stack needs."""
    nodes = build_nodes(spec, scope, facts)
    declared = drafts(spec, scope, catalogue, nodes)
    providers = Providers(spec, declared, catalogue)
    services = {name: build_service(draft, spec, nodes, providers) for name, draft in declared.items()}
    edges = build_edges(spec, declared, services)
    requirements = Requirements(
        stack=spec.stack.name,
        nodes=nodes,
        services=services,
        edges=edges,
        flows=build_flows(services, edges),
        unknowns=tuple(name for name, node in nodes.items() if node.size is None and node.state != "absent"),
    )
    return Built(requirements, declared)
