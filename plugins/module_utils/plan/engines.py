# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Database instances that nobody declared: the pooling decision turned into services of the plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ansible_collections.kombify.stack.plugins.module_utils.kits.catalogue import Catalogue
from ansible_collections.kombify.stack.plugins.module_utils.plan.pooling import Pooling, PoolInstance
from ansible_collections.kombify.stack.plugins.module_utils.plan.requirements.build import Built
from ansible_collections.kombify.stack.plugins.module_utils.plan.requirements.drafts import Draft
from ansible_collections.kombify.stack.plugins.module_utils.plan.requirements.edges import build_edges, build_flows
from ansible_collections.kombify.stack.plugins.module_utils.plan.requirements.model import (
    InstanceNeed,
    NodeNeed,
    ServiceNeed,
)
from ansible_collections.kombify.stack.plugins.module_utils.plan.requirements.providers import Providers
from ansible_collections.kombify.stack.plugins.module_utils.plan.requirements.services import build_service
from ansible_collections.kombify.stack.plugins.module_utils.plan.requirements.targets import Where
from ansible_collections.kombify.stack.plugins.module_utils.spec.load import Spec
from ansible_collections.kombify.stack.plugins.module_utils.spec.model.services import Service
from ansible_collections.kombify.stack.plugins.module_utils.spec.names import natural


@dataclass(frozen=True)
class Engines:
    """Requirements with the added services; ``service_of`` finds the service of an instance of the pooling again."""

    built: Built
    service_of: Mapping[str, str] = field(default_factory=dict)


def add_engines(built: Built, pooling: Pooling, spec: Spec, catalogue: Catalogue) -> Engines:
    """Return the requirements with a service for every group of database instances that the plan adds."""
    groups = _groups(built, pooling)
    drafts = dict(built.drafts)
    services = dict(built.requirements.services)
    service_of = {one.name: one.service for one in pooling.instances}
    nodes = built.requirements.nodes
    for (name, cluster), members in groups.items():
        where = Where(cluster=cluster) if cluster else Where(nodes=_hosts(nodes, None))
        draft = Draft(name, Service(), catalogue.get(members[0].kit or members[0].engine), where)
        need = build_service(draft, spec, nodes, Providers(spec, {**drafts, name: draft}, catalogue))
        drafts[name] = draft
        instances = tuple(_instance(one, cluster, built) for one in members)
        services[name] = need.model_copy(update={"instances": instances, "origin": _origin(need, members)})
        service_of |= {one.name: name for one in members}
    services = _sized(_bound(services, pooling, service_of), drafts, pooling, service_of)
    edges = build_edges(spec, drafts, services)
    flows = build_flows(services, edges)
    update = {"services": services, "edges": edges, "flows": flows}
    return Engines(Built(built.requirements.model_copy(update=update), drafts), service_of)


def _groups(built: Built, pooling: Pooling) -> dict[tuple[str, str | None], list[PoolInstance]]:
    """Group added instances into services; one in a cluster and one on machines are deployed differently."""
    found: dict[tuple[str, str | None], list[PoolInstance]] = {}
    for one in pooling.instances:
        if one.made and one.kind != "bundled":
            found.setdefault((one.service, _cluster(one, built)), []).append(one)
    names = [service for service, _cluster_name in found]
    renamed = {}
    for (service, cluster), members in found.items():
        name = f"{service}-{cluster}" if cluster and names.count(service) > 1 else service
        renamed[(name, cluster)] = sorted(members, key=lambda one: natural(one.name))
    return renamed


def _sized(
    services: dict[str, ServiceNeed], drafts: Mapping[str, Draft], pooling: Pooling, service_of: Mapping[str, str]
) -> dict[str, ServiceNeed]:
    """Count the memory that an engine needs for all its databases, unless the user said how much it gets."""
    sized = dict(services)
    for one in pooling.instances:
        name = service_of.get(one.name, one.service)
        need = sized.get(name)
        if one.kind == "bundled" or need is None or drafts[name].service.resources.memory is not None:
            continue
        if one.memory > need.requests.memory:
            requests = need.requests.model_copy(update={"memory": one.memory})
            origin = {**need.origin, "memory": f"pooling of {len(one.seats)} databases"}
            sized[name] = need.model_copy(update={"requests": requests, "origin": origin})
    return sized


def _cluster(instance: PoolInstance, built: Built) -> str | None:
    """Return the cluster in which all consumers of an instance run."""
    clusters = {built.requirements.services[_service(seat.consumer)].cluster for seat in instance.seats}
    return next(iter(clusters)) if len(clusters) == 1 else None


def _service(consumer: str) -> str:
    return consumer.partition("/")[0]


def _instance(instance: PoolInstance, cluster: str | None, built: Built) -> InstanceNeed:
    if cluster is not None:
        return InstanceNeed(name=instance.name, targets=(cluster,), pinned=True)
    nodes = built.requirements.nodes
    if instance.unit in nodes:
        return InstanceNeed(name=instance.name, targets=(instance.unit,), pinned=True, site=nodes[instance.unit].site)
    sites = {node.site for node in nodes.values()}
    site = instance.unit if instance.unit in sites else None
    targets = _hosts(nodes, site)
    return InstanceNeed(name=instance.name, targets=targets, pinned=len(targets) == 1, site=site)


def _hosts(nodes: Mapping[str, NodeNeed], site: str | None) -> tuple[str, ...]:
    return tuple(
        name for name, node in nodes.items() if node.docker and node.state != "absent" and site in (None, node.site)
    )


def _origin(need: ServiceNeed, members: Iterable[PoolInstance]) -> dict[str, str]:
    consumers = sorted({_service(seat.consumer) for one in members for seat in one.seats}, key=natural)
    return {**need.origin, "name": f"pooling for {', '.join(consumers)}"}


def _bound(services: dict[str, ServiceNeed], pooling: Pooling, service_of: Mapping[str, str]) -> dict[str, ServiceNeed]:
    """Point each consumer's requirement at the service that answers it after pooling."""
    answers: dict[tuple[str, str], PoolInstance] = {}
    for one in pooling.instances:
        for seat in one.seats:
            answers.setdefault((_service(seat.consumer), one.engine), one)
    bound = dict(services)
    for name, need in services.items():
        requires = dict(need.requires)
        for key, use in need.requires.items():
            answer = answers.get((name, use.type))
            if answer is not None:
                own = answer.kind == "bundled"
                service = None if own else service_of.get(answer.name, answer.service)
                requires[key] = use.model_copy(update={"service": service, "bundled": own})
        if requires != need.requires:
            bound[name] = need.model_copy(update={"requires": requires})
    return bound
