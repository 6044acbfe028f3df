# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""VMs and service instances as items of placement."""

from __future__ import annotations

from ansible_collections.kombify.stack.plugins.module_utils.plan.lock import Lock
from ansible_collections.kombify.stack.plugins.module_utils.plan.placement.model import (
    Amounts,
    Item,
    Rule,
    Spread,
    Weights,
)
from ansible_collections.kombify.stack.plugins.module_utils.plan.requirements.model import (
    InstanceNeed,
    NodeNeed,
    Requirements,
    ServiceNeed,
)
from ansible_collections.kombify.stack.plugins.module_utils.spec.load import Spec
from ansible_collections.kombify.stack.plugins.module_utils.spec.model.machines import Group, PlacementWish
from ansible_collections.kombify.stack.plugins.module_utils.spec.selectors import Scope


def vm_items(spec: Spec, scope: Scope, requirements: Requirements) -> list[Item]:
    """Return the VMs that go on hypervisors."""
    return [
        _vm(node, spec, scope) for node in requirements.nodes.values() if node.hypervisors and node.state != "absent"
    ]


def _vm(node: NodeNeed, spec: Spec, scope: Scope) -> Item:
    wish = spec.stack.nodes[node.name].placement
    size = node.size
    declared = spec.stack.nodes[node.name]
    return Item(
        name=node.name,
        service=node.name,
        requests=Amounts(size.memory, size.storage, size.cpu)
        if size
        else Amounts(declared.memory or 0, declared.disk or 0, declared.cpu or 0),
        candidates=frozenset(node.hypervisors),
        kinds=frozenset({"hypervisor"}),
        together=_rule(wish.with_, scope, machines=True),
        apart=_rule(wish.apart, scope, machines=True),
        spread=_spread(wish),
        prefer=frozenset(scope.chosen(wish.prefer)),
        avoid=frozenset(scope.chosen(wish.avoid)),
        weights=_weights(wish),
        pinned=len(node.hypervisors) == 1,
        sticky=wish.sticky,
        stateless=False,
        data=size.storage if size else 0,
        family=_range(node.name, spec),
    )


def _range(name: str, spec: Spec) -> str:
    """Return the name as it was declared: the machines of a range are spread together."""
    entry = spec.entries.get("nodes", {}).get(name)
    return entry.key.text if entry is not None else ""


def instance_items(spec: Spec, scope: Scope, requirements: Requirements, lock: Lock) -> list[Item]:
    """Return all instances of services that should run."""
    items = []
    for name, service in requirements.services.items():
        wish = _wish(name, service, spec)
        shared = _shared(name, service, wish, scope, spec)
        items += [_instance(service, one, shared, wish, lock) for one in service.instances]
    return items


def _wish(name: str, service: ServiceNeed, spec: Spec) -> PlacementWish:
    declared = spec.stack.services.get(name)
    if declared is not None:
        return declared.placement
    engine = service.provides[0] if service.provides else name
    rule = spec.stack.databases.get(engine)
    return rule.placement if rule is not None else PlacementWish()


def _shared(name: str, service: ServiceNeed, wish: PlacementWish, scope: Scope, spec: Spec) -> Item:
    """Return what all instances of a service have in common."""
    declared = spec.stack.services.get(name)
    requests = service.requests
    return Item(
        name=name,
        service=name,
        requests=Amounts(requests.memory, requests.storage, requests.cpu),
        archs=frozenset(service.arch),
        devices=frozenset(service.devices),
        refused=frozenset(scope.chosen(declared.not_on or ())) if declared else frozenset(),
        public=bool(declared and service.cluster is None and any(one.public for one in declared.expose)),
        ports=frozenset((port.host, port.protocol) for port in service.ports.values() if port.host is not None),
        together=_rule(wish.with_, scope, machines=False),
        apart=_rule(wish.apart, scope, machines=False),
        spread=_spread(wish),
        prefer=frozenset(scope.chosen(wish.prefer)),
        avoid=frozenset(scope.chosen(wish.avoid)),
        weights=_weights(wish),
        sticky=wish.sticky,
        stateless=not service.stateful,
        data=requests.storage if service.stateful else 0,
    )


def _instance(service: ServiceNeed, one: InstanceNeed, shared: Item, wish: PlacementWish, lock: Lock) -> Item:
    in_cluster = service.cluster is not None
    return Item(
        name=one.name,
        service=shared.service,
        requests=shared.requests,
        candidates=frozenset(one.targets),
        refused=shared.refused,
        archs=frozenset() if in_cluster else shared.archs,
        devices=frozenset() if in_cluster else shared.devices,
        public=shared.public,
        ports=frozenset() if in_cluster else shared.ports,
        together=None if in_cluster else shared.together,
        apart=None if in_cluster else shared.apart,
        spread=None if in_cluster else shared.spread,
        prefer=shared.prefer,
        avoid=shared.avoid,
        volume_on=lock.volumes.get(one.name) if not wish.move else None,
        weights=shared.weights,
        pinned=one.pinned,
        sticky=shared.sticky,
        stateless=shared.stateless,
        data=shared.data,
    )


def _rule(group: Group | None, scope: Scope, *, machines: bool) -> Rule | None:
    """Services are named as they are; VMs are chosen by selectors."""
    if group is None:
        return None
    names = frozenset(scope.chosen(group.of)) if machines else frozenset(group.of)
    return Rule(names, group.strict)


def _spread(wish: PlacementWish) -> Spread | None:
    return Spread(wish.spread.over, wish.spread.max_skew, wish.spread.strict) if wish.spread else None


def _weights(wish: PlacementWish) -> Weights | None:
    return Weights(**wish.weights.model_dump()) if wish.weights else None
