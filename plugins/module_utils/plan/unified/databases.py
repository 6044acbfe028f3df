# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Databases as they will be: where an instance is reached, and the tenants in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ansible_collections.kombify.stack.plugins.module_utils.plan.pooling import Pooling, PoolInstance, Seat
from ansible_collections.kombify.stack.plugins.module_utils.plan.requirements.drafts import Draft
from ansible_collections.kombify.stack.plugins.module_utils.plan.requirements.model import ServiceNeed
from ansible_collections.kombify.stack.plugins.module_utils.plan.unified.model import (
    DatabaseInstance,
    Tenant,
    UnifiedCluster,
)
from ansible_collections.kombify.stack.plugins.module_utils.plan.unified.secrets import SecretPlaces
from ansible_collections.kombify.stack.plugins.module_utils.plan.unified.services import cluster_host
from ansible_collections.kombify.stack.plugins.module_utils.spec.names import natural

PASSWORD_LENGTH = 32


@dataclass(frozen=True)
class Reach:
    """What tells under which name and port an instance is reached."""

    services: Mapping[str, ServiceNeed]
    drafts: Mapping[str, Draft]
    clusters: Mapping[str, UnifiedCluster]
    placed: Mapping[str, str]
    ports: Mapping[str, Mapping[str, int]]
    addresses: Mapping[str, str]


def build_databases(
    secrets: SecretPlaces, pooling: Pooling, service_of: Mapping[str, str], reach: Reach
) -> dict[str, DatabaseInstance]:
    """Return all instances that have a place, by name; what a kit brings for itself is its own affair."""
    found = {}
    shared = [one for one in pooling.instances if one.kind != "bundled"]
    for one in sorted(shared, key=lambda item: natural(item.name)):
        service = service_of.get(one.name, one.service)
        at = _at(one, service, reach)
        if at is None:
            continue
        found[one.name] = DatabaseInstance(
            name=one.name,
            engine=one.engine,
            version=one.version,
            service=service,
            unit=one.unit,
            host=at[0],
            port=at[1],
            extensions=tuple(one.extensions),
            dedicated=one.kind != "pooled",
            reason=one.reason,
            tenants=tuple(_tenant(secrets, one, seat) for seat in one.seats),
            memory=one.memory,
            memory_alone=one.memory_alone,
            connections=one.connections,
            max_connections=one.max_connections,
        )
    return found


def tenants_by_service(databases: Mapping[str, DatabaseInstance]) -> dict[str, dict[str, str]]:
    """Return for each consumer its engines and the instance that serves it."""
    found: dict[str, dict[str, str]] = {}
    for name, one in databases.items():
        for tenant in one.tenants:
            service, _slash, place = tenant.service.partition("/")
            key = f"{one.engine}/{place}" if place else one.engine
            found.setdefault(service, {})[key] = name
    return found


def _at(one: PoolInstance, service: str, reach: Reach) -> tuple[str, int] | None:
    """Return host and port, or None for an instance that waits for a place."""
    need = reach.services.get(service)
    draft = reach.drafts.get(service)
    if need is None or draft is None or draft.kit is None:
        return None
    provided = draft.kit.provided(one.engine)
    port_name = provided.port if provided and provided.port else next(iter(need.ports), None)
    if port_name is None or port_name not in need.ports:
        return None
    if need.cluster is not None:
        return cluster_host(need, draft, reach.clusters), need.ports[port_name].port
    instance = one.name if one.name in reach.placed else service
    address = reach.addresses.get(reach.placed.get(instance, ""))
    port = reach.ports.get(instance, {}).get(port_name)
    return (address, port) if address is not None and port is not None else None


def _tenant(secrets: SecretPlaces, one: PoolInstance, seat: Seat) -> Tenant:
    """Names follow the consumer; the password is only ever a reference."""
    owner = f"databases/{one.name}/{seat.consumer}"
    return Tenant(
        service=seat.consumer,
        database=seat.database,
        user=seat.database,
        password=secrets.place(owner, "password", PASSWORD_LENGTH),
        connections=seat.connections,
    )
