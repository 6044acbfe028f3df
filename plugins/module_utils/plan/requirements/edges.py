# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What depends on what: edges order a deployment, flows say which traffic must be possible."""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.kombify.stack.plugins.module_utils.plan.requirements.drafts import Draft
from ansible_collections.kombify.stack.plugins.module_utils.plan.requirements.model import Edge, Flow, ServiceNeed
from ansible_collections.kombify.stack.plugins.module_utils.spec.load import Spec


def build_edges(spec: Spec, drafts: Mapping[str, Draft], services: Mapping[str, ServiceNeed]) -> tuple[Edge, ...]:
    """Return the edges that the user wrote, then those that kits add; each pair once."""
    found: dict[tuple[str, str], Edge] = {}
    for name, draft in drafts.items():
        for kind, names in (("needs", draft.service.needs), ("uses", draft.service.uses)):
            for index, other in enumerate(names):
                if other in services and other != name:
                    origin = spec.origin("services", name, kind, index)
                    found.setdefault((name, other), Edge(service=name, needs=other, kind=kind, origin=origin))
    for name, service in services.items():
        for use in service.requires.values():
            if use.service is not None and use.service != name and use.service in services:
                origin = f"kit:{service.kit}@{service.kit_version}" if service.kit else service.origin["name"]
                edge = Edge(service=name, needs=use.service, origin=origin)
                found.setdefault((name, use.service), edge)
    return tuple(found[pair] for pair in sorted(found))


def build_flows(services: Mapping[str, ServiceNeed], edges: tuple[Edge, ...]) -> tuple[Flow, ...]:
    """Return the traffic that the edges imply: from a service to each port of what it needs."""
    flows = []
    for edge in edges:
        ports = services[edge.needs].ports
        for name in sorted(ports):
            port = ports[name]
            flows.append(
                Flow(
                    source=edge.service,
                    target=edge.needs,
                    port=port.port,
                    protocol=port.protocol,
                    reason=f"{edge.service} {edge.kind} {edge.needs}",
                )
            )
    return tuple(flows)
