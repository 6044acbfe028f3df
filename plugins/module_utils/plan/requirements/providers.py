# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who answers a requirement: a service that the user named, one that the stack has, or one that the plan adds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ansible_collections.kombify.stack.plugins.module_utils.kits.capabilities import DATABASES
from ansible_collections.kombify.stack.plugins.module_utils.kits.catalogue import Catalogue
from ansible_collections.kombify.stack.plugins.module_utils.kits.requirements import Requirement
from ansible_collections.kombify.stack.plugins.module_utils.plan.requirements.drafts import Draft
from ansible_collections.kombify.stack.plugins.module_utils.plan.requirements.model import Uses
from ansible_collections.kombify.stack.plugins.module_utils.spec.load import Spec


@dataclass
class Providers:
    """Answers for all services; ``added`` are the engines for which the plan has to add a service."""

    spec: Spec
    drafts: Mapping[str, Draft]
    catalogue: Catalogue
    added: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._offers: dict[str, list[str]] = {}
        for name, draft in self.drafts.items():
            for provided in draft.kit.provides if draft.kit else ():
                self._offers.setdefault(provided.type, []).append(name)

    def of(self, name: str) -> dict[str, Uses]:
        """Return who answers each requirement of a service; what is optional and not wanted is left out."""
        draft = self.drafts[name]
        found = {}
        for key, requirement in (draft.kit.requires if draft.kit else {}).items():
            answer = self._answer(draft, requirement)
            if answer is not None:
                found[key] = answer
        wish = draft.service.database
        if wish is not None and not any(one.type == wish.engine for one in found.values()):
            found["database"] = self._database(draft, wish.engine)
        return found

    def _answer(self, draft: Draft, requirement: Requirement) -> Uses | None:
        wanted = draft.service.database is not None and draft.service.database.engine == requirement.type
        service = self._named(draft, requirement.type)
        own_choice = requirement.optional or requirement.bundled is not None
        if service is None and own_choice and not wanted:
            # What works alone, or comes along, is only shared on request: an order nobody wrote would surprise.
            return self._uses(draft, requirement.type, None, requirement, bundled=True) if requirement.bundled else None
        service = service or self._by_rule(requirement.type)
        if service is None and requirement.type != "hub":
            service = self._present(draft, requirement.type)
        if service is None:
            service = self._addable(requirement.type)
        return self._uses(draft, requirement.type, service, requirement)

    def _database(self, draft: Draft, engine: str) -> Uses:
        named = self._named(draft, engine) or self._by_rule(engine)
        service = named or self._present(draft, engine) or self._addable(engine)
        return self._uses(draft, engine, service, None)

    def _uses(
        self, draft: Draft, kind: str, service: str | None, requirement: Requirement | None, *, bundled: bool = False
    ) -> Uses:
        wish = draft.service.database
        own = wish if wish is not None and wish.engine == kind else None
        rule = self.spec.stack.databases.get(kind)
        version = str(requirement.version) if requirement and requirement.version else None
        return Uses(
            type=kind,
            service=service,
            version=(own.version if own else None) or version,
            extensions=tuple(
                sorted({*(requirement.extensions if requirement else ()), *(own.extensions if own else ())})
            ),
            connections=requirement.connections if requirement else 0,
            share=(own.share if own and own.share else rule.share if rule else "stack") if kind in DATABASES else None,
            bundled=bundled,
        )

    def _named(self, draft: Draft, kind: str) -> str | None:
        """Return the provider that the service itself names."""
        offers = self._offers.get(kind, ())
        for name in (*draft.service.needs, *draft.service.uses):
            if name in offers:
                return name
        return None

    def _by_rule(self, kind: str) -> str | None:
        """Return the provider that ``databases:`` names for an engine."""
        rule = self.spec.stack.databases.get(kind)
        return rule.service if rule is not None and rule.service in self.drafts else None

    def _present(self, draft: Draft, kind: str) -> str | None:
        """Return the first provider that the stack has, one in the same cluster before others."""
        offers = [name for name in self._offers.get(kind, ()) if name != draft.name]
        near = [name for name in offers if self.drafts[name].where.cluster == draft.where.cluster]
        return next(iter(near or offers), None)

    def _addable(self, kind: str) -> str | None:
        """Return the kit of an engine that the plan may add by itself."""
        if kind not in DATABASES or not self.catalogue.providers(kind):
            return None
        self.added.add(kind)
        return kind
