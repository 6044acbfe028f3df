# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Services as they will be: their places, names, ports and URLs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.kombify.stack.plugins.module_utils.plan.requirements.drafts import Draft
from ansible_collections.kombify.stack.plugins.module_utils.plan.requirements.model import ServiceNeed
from ansible_collections.kombify.stack.plugins.module_utils.plan.unified.model import (
    Instance,
    UnifiedCluster,
    UnifiedService,
)
from ansible_collections.kombify.stack.plugins.module_utils.plan.unified.secrets import SecretPlaces, service_secrets
from ansible_collections.kombify.stack.plugins.module_utils.spec.load import Spec


@dataclass(frozen=True)
class Settled:
    """What was decided before services are put together."""

    spec: Spec
    drafts: Mapping[str, Draft]
    services: Mapping[str, ServiceNeed]
    clusters: Mapping[str, UnifiedCluster]
    placed: Mapping[str, str]
    ports: Mapping[str, Mapping[str, int]]
    addresses: Mapping[str, str]
    waves: Mapping[str, int]
    needs: Mapping[str, tuple[str, ...]]
    databases: Mapping[str, Mapping[str, str]]
    backups: Mapping[str, tuple[str, ...]]
    secrets: SecretPlaces


def build_service(name: str, settled: Settled) -> UnifiedService:
    """Return one service."""
    need = settled.services[name]
    draft = settled.drafts.get(name)
    instances = tuple(
        Instance(name=one.name, on=settled.placed.get(one.name), ports=dict(settled.ports.get(one.name, {})))
        for one in need.instances
    )
    databases = dict(settled.databases.get(name, {}))
    return UnifiedService(
        name=name,
        kit=need.kit,
        kit_version=need.kit_version,
        app_version=need.app_version,
        state=need.state,
        target="helm" if need.cluster else "compose",
        cluster=need.cluster,
        namespace=need.namespace,
        tier=need.tier,
        wave=settled.waves.get(name, 0),
        needs=settled.needs.get(name, ()),
        instances=instances,
        host=_host(need, draft, instances, settled),
        ports={port: one.port for port, one in sorted(need.ports.items())},
        urls=_urls(need, draft, instances, settled),
        cpu=need.requests.cpu,
        memory=need.requests.memory,
        volumes={volume: one.size for volume, one in sorted(need.volumes.items())},
        databases=databases,
        params=need.params,
        secrets=service_secrets(need, draft, settled.secrets),
        backups=settled.backups.get(name, ()),
        tags=need.tags,
        config_hash=_config_hash(need, draft, databases),
        origin=need.origin,
    )


def cluster_host(need: ServiceNeed, draft: Draft | None, clusters: Mapping[str, UnifiedCluster]) -> str:
    """Return the name under which Kubernetes finds a service; kits may publish another one than their own."""
    published = [one.service for one in draft.kit.provides if one.service] if draft and draft.kit else []
    cluster = clusters[need.cluster or ""]
    return f"{published[0] if published else need.name}.{need.namespace}.svc.{cluster.dns_domain}"


def _host(need: ServiceNeed, draft: Draft | None, instances: tuple[Instance, ...], settled: Settled) -> str | None:
    if need.cluster is not None:
        return cluster_host(need, draft, settled.clusters)
    places = [one.on for one in instances if one.on is not None]
    return settled.addresses.get(places[0]) if len(places) == 1 else None


def _urls(need: ServiceNeed, draft: Draft | None, instances: tuple[Instance, ...], settled: Settled) -> tuple[str, ...]:
    """Return where people reach a service: what is exposed, else by the stack's ingress, else host and port."""
    domain = settled.spec.stack.domain
    ingress = next((use for use in need.requires.values() if use.type == "route" and use.service), None)
    exposed = draft.service.expose if draft else ()
    if exposed:
        scheme = "https" if ingress or any(one.public for one in exposed) else "http"
        return tuple(f"{scheme}://{qualified(one.host, domain)}{one.path.rstrip('/')}" for one in exposed)
    route = (
        next((one for one in draft.kit.requires.values() if one.type == "route"), None) if draft and draft.kit else None
    )
    if route is None or route.port is None:
        return ()
    if ingress and domain:
        return (f"https://{need.name}.{domain}",)
    if need.cluster is not None:
        return ()
    return tuple(
        f"http://{_bracketed(settled.addresses[one.on])}:{one.ports[route.port]}"
        for one in instances
        if one.on is not None and one.on in settled.addresses and route.port in one.ports
    )


def qualified(host: str, domain: str | None) -> str:
    """Return a full name: a single word gets the stack's domain."""
    return host if "." in host or domain is None else f"{host}.{domain}"


def _bracketed(address: str | None) -> str:
    return f"[{address}]" if address and ":" in address else str(address)


def _config_hash(need: ServiceNeed, draft: Draft | None, databases: Mapping[str, Any]) -> str:
    """Return a hash of all that shapes a service, so that a change is seen without comparing files."""
    parts = {
        "kit": draft.kit.digest if draft and draft.kit else None,
        "need": need.model_dump(mode="json", exclude={"instances", "origin"}, by_alias=True),
        "values": draft.service.values if draft else {},
        "compose": draft.service.compose if draft else {},
        "databases": dict(databases),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]
