# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The third stage: everything decided, put together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.kombify.stack.plugins.module_utils.plan.facts import Facts
from ansible_collections.kombify.stack.plugins.module_utils.plan.lock import Lock
from ansible_collections.kombify.stack.plugins.module_utils.plan.order import waves
from ansible_collections.kombify.stack.plugins.module_utils.plan.pooling import Pooling
from ansible_collections.kombify.stack.plugins.module_utils.plan.requirements.build import Built
from ansible_collections.kombify.stack.plugins.module_utils.plan.requirements.model import Requirements
from ansible_collections.kombify.stack.plugins.module_utils.plan.unified.backups import build_backups
from ansible_collections.kombify.stack.plugins.module_utils.plan.unified.databases import (
    Reach,
    build_databases,
    tenants_by_service,
)
from ansible_collections.kombify.stack.plugins.module_utils.plan.unified.machines import (
    build_clusters,
    build_links,
    build_networks,
    build_node,
    build_providers,
    node_addresses,
    vmids,
)
from ansible_collections.kombify.stack.plugins.module_utils.plan.unified.model import BackupJob, Unified
from ansible_collections.kombify.stack.plugins.module_utils.plan.unified.ports import host_ports
from ansible_collections.kombify.stack.plugins.module_utils.plan.unified.references import resolve_references
from ansible_collections.kombify.stack.plugins.module_utils.plan.unified.secrets import SecretPlaces, locked_secrets
from ansible_collections.kombify.stack.plugins.module_utils.plan.unified.services import Settled, build_service
from ansible_collections.kombify.stack.plugins.module_utils.spec.load import Spec
from ansible_collections.kombify.stack.plugins.module_utils.spec.selectors import Scope


@dataclass(frozen=True)
class Places:
    """Where things go: VMs on hypervisors, instances on machines and clusters."""

    vms: Mapping[str, str]
    instances: Mapping[str, str]


def build_unified(
    spec: Spec,
    scope: Scope,
    built: Built,
    places: Places,
    pooling: Pooling,
    service_of: Mapping[str, str],
    facts: Facts,
    lock: Lock,
) -> Unified:
    """Return the unified plan of a stack without errors."""
    requirements = built.requirements
    services = requirements.services
    addresses = node_addresses(spec, requirements.nodes, lock)
    clusters = build_clusters(spec, requirements.nodes)
    links = build_links(spec, scope, addresses, lock)
    ports = host_ports(services, places.instances, lock)
    reach = Reach(services, built.drafts, clusters, places.instances, ports, addresses)
    secrets = SecretPlaces(spec.stack, lock.secrets)
    databases = build_databases(secrets, pooling, service_of, reach)
    backups = build_backups(spec, scope, services)
    order = waves(services, requirements.edges)
    settled = Settled(
        spec=spec,
        drafts=built.drafts,
        services=services,
        clusters=clusters,
        placed=places.instances,
        ports=ports,
        addresses=addresses,
        waves={name: number for number, wave in enumerate(order, start=1) for name in wave},
        needs=_needs(requirements),
        databases=tenants_by_service(databases),
        backups=_policies(backups),
        secrets=secrets,
    )
    numbers = vmids(spec, places.vms, lock)
    on_node = _on_node(requirements, places)
    unified = Unified(
        stack=spec.stack.name,
        domain=spec.stack.domain,
        timezone=spec.stack.timezone,
        vault=spec.stack.secrets.vault.address,
        spec_digest=spec.digest,
        facts_digest=facts.digest,
        providers=build_providers(spec),
        nodes={
            name: build_node(
                need, spec, _placed(name, spec, places, addresses, numbers, lock), links, on_node.get(name, ())
            )
            for name, need in requirements.nodes.items()
        },
        networks=build_networks(spec),
        links=links,
        clusters=clusters,
        services={name: build_service(name, settled) for name in sorted(services)},
        databases=databases,
        waves=order,
        backups=backups,
        unchecked=_unchecked(spec),
    )
    return resolve_references(unified, spec)


def _needs(requirements: Requirements) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for edge in requirements.edges:
        if edge.kind == "needs":
            found.setdefault(edge.service, []).append(edge.needs)
    return {name: tuple(needs) for name, needs in found.items()}


def _policies(backups: Mapping[str, BackupJob]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for name, job in backups.items():
        for service in job.of:
            found.setdefault(service, []).append(name)
    return {service: tuple(names) for service, names in found.items()}


def _on_node(requirements: Requirements, places: Places) -> dict[str, tuple[str, ...]]:
    """Return per machine the services that have an instance there."""
    found: dict[str, list[str]] = {}
    for name in sorted(requirements.services):
        for instance in requirements.services[name].instances:
            node = places.instances.get(instance.name)
            if node in requirements.nodes and name not in found.setdefault(node, []):
                found[node].append(name)
    return {node: tuple(names) for node, names in found.items()}


def _placed(
    name: str,
    spec: Spec,
    places: Places,
    addresses: Mapping[str, str],
    numbers: Mapping[str, int],
    lock: Lock,
) -> dict[str, Any]:
    """Return address, hypervisor and VMID of a machine, each with its origin."""
    written = spec.stack.nodes[name]
    found: dict[str, Any] = {}
    for key, value, own, locked in (
        ("address", addresses.get(name), written.address, lock.addresses.get(name)),
        ("vmid", numbers.get(name), written.vmid, lock.vmids.get(name)),
        ("hypervisor", places.vms.get(name), None, lock.vms.get(name)),
    ):
        found[key] = value
        if own is not None:
            found[f"{key}_origin"] = spec.origin("nodes", name, key)
        else:
            found[f"{key}_origin"] = "lock" if value is not None and value == locked else "plan"
    return found


def _unchecked(spec: Spec) -> tuple[str, ...]:
    """Return the escape hatches in use: what they hold is passed on as it is."""
    found = [f"nodes.{name}.vars" for name, node in spec.stack.nodes.items() if node.vars]
    found += [f"clusters.{name}.vars" for name, cluster in spec.stack.clusters.items() if cluster.vars]
    for name, service in spec.stack.services.items():
        found += [f"services.{name}.{key}" for key in ("values", "compose") if getattr(service, key)]
    return tuple(sorted(found))


def next_lock(unified: Unified, places: Places, built: Built, pooling: Pooling) -> Lock:
    """Return the lock that keeps what this plan decided."""
    nodes = unified.nodes
    services = unified.services.values()
    on_machine = {one.name: dict(one.ports) for service in services for one in service.instances if one.ports}
    return Lock.model_validate(
        {
            "placement": dict(places.instances),
            "vms": dict(places.vms),
            "vmids": {name: node.vmid for name, node in nodes.items() if node.vmid is not None},
            "addresses": {name: node.address for name, node in nodes.items() if node.address},
            "links": {name: dict(link.members) for name, link in unified.links.items()},
            "ports": on_machine,
            "kits": {
                name: {"version": draft.kit.version, "digest": draft.kit.digest, "app_version": draft.kit.app_version}
                for name, draft in built.drafts.items()
                if draft.kit is not None
            },
            "databases": pooling.to_lock(),
            "secrets": locked_secrets({one.name: one.secrets for one in services}, unified.databases),
            "volumes": _volumes(built, places),
        }
    )


def _volumes(built: Built, places: Places) -> dict[str, str]:
    """Return which machine holds the data of each instance."""
    found = {}
    for service in built.requirements.services.values():
        if service.stateful and service.cluster is None:
            for instance in service.instances:
                if instance.name in places.instances:
                    found[instance.name] = places.instances[instance.name]
    return found
