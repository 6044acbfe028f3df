# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From requirements to the pooling decision: who demands which database, and what the kits offer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from ansible_collections.kombify.stack.plugins.module_utils.kits.capabilities import DATABASES
from ansible_collections.kombify.stack.plugins.module_utils.kits.catalogue import Catalogue
from ansible_collections.kombify.stack.plugins.module_utils.kits.model import Kit
from ansible_collections.kombify.stack.plugins.module_utils.kits.versions import VersionRange
from ansible_collections.kombify.stack.plugins.module_utils.plan.lock import Lock
from ansible_collections.kombify.stack.plugins.module_utils.plan.pooling import (
    DatabaseDemand,
    Existing,
    Offer,
    Pooling,
    pool,
)
from ansible_collections.kombify.stack.plugins.module_utils.plan.requirements.model import (
    InstanceNeed,
    Requirements,
    ServiceNeed,
    Uses,
)
from ansible_collections.kombify.stack.plugins.module_utils.spec.load import Spec
from ansible_collections.kombify.stack.plugins.module_utils.spec.model.services import Database

EVERYWHERE = "stack"


def pool_databases(spec: Spec, requirements: Requirements, catalogue: Catalogue, lock: Lock) -> Pooling:
    """Return which database instances a stack has, and who uses which."""
    market = _Market(spec, requirements, catalogue)
    demands = list(market.demands())
    engines = sorted({demand.engine for demand in demands})
    rules = spec.stack.databases
    fixed = {engine: rules[engine].version for engine in engines if engine in rules}
    return pool(
        demands,
        {engine: market.offers(engine) for engine in engines},
        market.existing(demands),
        lock.databases,
        {engine: wanted for engine, text in fixed.items() if (wanted := version_range(text)) is not None},
    )


def version_range(text: str | None) -> VersionRange | None:
    """Return the range that a text means; None for no text, and for one that is reported elsewhere."""
    try:
        return VersionRange(text) if text else None
    except ValueError:
        return None


@dataclass(frozen=True)
class _Market:
    """Demands on one side, offers on the other."""

    spec: Spec
    requirements: Requirements
    catalogue: Catalogue

    def demands(self) -> Iterator[DatabaseDemand]:
        """Iterate over every database that a service wants and its kit does not bring anyway."""
        for service in self.requirements.services.values():
            for key, use in service.requires.items():
                if use.type in DATABASES and use.service is not None and not use.bundled:
                    yield from self._demands_of(service, key, use)

    def _demands_of(self, service: ServiceNeed, key: str, use: Uses) -> Iterator[DatabaseDemand]:
        kit = self._kit(service.name)
        requirement = kit.requires.get(key) if kit else None
        rule = self._rule(use.type)
        demand = DatabaseDemand(
            consumer=service.name,
            engine=use.type,
            unit=EVERYWHERE,
            share=use.share or "stack",
            version=version_range(use.version),
            extensions=tuple(sorted({*use.extensions, *rule.extensions})),
            connections=use.connections,
            service=use.service,
            named=self._named(service.name, use),
            bundled=requirement is not None and requirement.bundled is not None,
            alone="" if requirement is None or requirement.pooled else requirement.why or "",
        )
        for instance in service.instances if service.each else service.instances[:1]:
            consumer = instance.name if service.each else service.name
            yield replace(demand, consumer=consumer, unit=self._demanded_unit(demand, service, instance))

    def _demanded_unit(self, demand: DatabaseDemand, service: ServiceNeed, instance: InstanceNeed) -> str:
        """Return the share unit of a consumer; a single instance that the user named is the unit's own."""
        provider = self.requirements.services.get(demand.service or "")
        if demand.named and provider is not None and not provider.each and provider.instances:
            return self._unit(demand.share, provider, provider.instances[0])
        return self._unit(demand.share, service, instance)

    def _unit(self, share: str, service: ServiceNeed, instance: InstanceNeed) -> str:
        """Return where an instance stands, as far as that is known before anything is placed."""
        if share == "stack":
            return EVERYWHERE
        if share == "cluster":
            return service.cluster or EVERYWHERE
        if share == "node" and instance.pinned and instance.targets[0] in self.requirements.nodes:
            return instance.targets[0]
        return instance.site or self._site(service, instance) or EVERYWHERE

    def _site(self, service: ServiceNeed, instance: InstanceNeed) -> str | None:
        """Return the one site in which an instance can only be."""
        nodes = self.requirements.nodes
        if service.cluster is not None:
            sites = {node.site for node in nodes.values() if node.cluster == service.cluster}
        else:
            sites = {nodes[target].site for target in instance.targets if target in nodes}
        return next(iter(sites)) if len(sites) == 1 else None

    def existing(self, demands: Iterable[DatabaseDemand]) -> Iterator[Existing]:
        """Iterate over declared services that are database instances, one for each unit that they stand in."""
        wanted = {(demand.service, demand.engine, demand.share) for demand in demands if demand.service is not None}
        found: dict[tuple[str, str, str], Existing] = {}
        for name, engine, share in sorted(wanted):
            service, kit = self.requirements.services.get(name), self._kit(name)
            provided = kit.provided(engine) if kit else None
            if service is None or kit is None or provided is None:
                continue
            offer = self._offer(kit, engine, self._own_version(name, provided.version_param))
            for instance in service.instances:
                unit = self._unit(share, service, instance)
                found[name, engine, unit] = Existing(name, engine, unit, offer)
        yield from found.values()

    def _own_version(self, name: str, param: str | None) -> str | None:
        """Return the version that the user fixed for a declared service, by its parameter or as its app version."""
        service = self.spec.stack.services.get(name)
        if service is None:
            return None
        return service.app_version or (str(service.params[param]) if param and param in service.params else None)

    def offers(self, engine: str) -> list[Offer]:
        """Return what the catalogue has for an engine, the kit of the engine's own name first."""
        kits = [self.catalogue.get(name) for name in self.catalogue.providers(engine)]
        usable = [kit for kit in kits if kit is not None and kit.pool is not None]
        return [self._offer(kit, engine) for kit in sorted(usable, key=lambda kit: (kit.name != engine, kit.name))]

    def _offer(self, kit: Kit, engine: str, version: str | None = None) -> Offer:
        provided = kit.provided(engine)
        versions = provided.versions if provided else ()
        wanted = version_range(version)
        if wanted is not None and version is not None:
            versions = tuple(one for one in versions if wanted.contains(one)) or (version,)
        most = self._rule(engine).max_clients or (kit.pool.max_connections if kit.pool else None)
        return Offer(
            kit=kit.name,
            versions=versions,
            default=provided.version if provided else None,
            extensions=frozenset(provided.extensions if provided else ()),
            base=kit.pool.base if kit.pool else 0,
            per_database=kit.pool.per_database if kit.pool else 0,
            max_connections=most,
        )

    def _rule(self, engine: str) -> Database:
        return self.spec.stack.databases.get(engine) or Database()

    def _named(self, name: str, use: Uses) -> bool:
        """Tell whether the user chose the provider, in ``needs`` or ``uses`` or for the whole engine."""
        service = self.spec.stack.services.get(name)
        chosen = {*service.needs, *service.uses} if service else set()
        return use.service in self.requirements.services and (
            use.service in chosen or use.service == self._rule(use.type).service
        )

    def _kit(self, name: str) -> Kit | None:
        service = self.spec.stack.services.get(name)
        return self.catalogue.get((service.kit if service else None) or name)
