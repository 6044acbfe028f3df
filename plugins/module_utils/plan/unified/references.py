# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""References in parameters, ``${nodes.nas.address}``, replaced by what the plan decided.

Whether they name something that exists was checked long before (K313). What has no value yet, because its
service waits for facts, stays as it is written.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.kombify.stack.plugins.module_utils.plan.unified.model import Unified, UnifiedService
from ansible_collections.kombify.stack.plugins.module_utils.spec.interpolation import Reference, references
from ansible_collections.kombify.stack.plugins.module_utils.spec.load import Spec

_LEFT_OUT = object()


def resolve_references(unified: Unified, spec: Spec) -> Unified:
    """Return the plan with the references in the parameters of services resolved."""
    services = {name: _resolved(service, unified, spec) for name, service in unified.services.items()}
    return unified.model_copy(update={"services": services})


def _resolved(service: UnifiedService, unified: Unified, spec: Spec) -> UnifiedService:
    params = _inside(service.params, _Values(unified, spec, service))
    return service if params == service.params else service.model_copy(update={"params": params})


class _Values:
    """What references of one service mean."""

    def __init__(self, unified: Unified, spec: Spec, service: UnifiedService) -> None:
        self.unified = unified
        self.spec = spec
        self.service = service

    def of(self, reference: Reference) -> Any:
        """Return the value, or None when it has none."""
        root, *rest = reference.steps
        if root == "params":
            return self.service.params.get(rest[0])
        if not rest:
            return {"name": self.unified.stack, "domain": self.unified.domain, "timezone": self.unified.timezone}[root]
        derived = self._derived(root, rest[0])
        found = _walk(derived, rest[1:]) if derived is not None else None
        return found if found is not None else _walk(self._written(root, rest[0]), rest[1:])

    def _derived(self, root: str, name: str) -> dict[str, Any] | None:
        """Return what the plan knows beyond the spec, as it would be written down."""
        if root == "nodes" and name in self.unified.nodes:
            node = self.unified.nodes[name].model_dump(mode="json")
            return {**node, "host": node["address"]}
        if root == "services" and name in self.unified.services:
            service = self.unified.services[name]
            url = next(iter(service.urls), None)
            return {**service.model_dump(mode="json"), "port": _port(service), "url": url}
        if root == "databases":
            found = [one for one in self.unified.databases.values() if one.engine == name]
            return found[0].model_dump(mode="json") if found else None
        return None

    def _written(self, root: str, name: str) -> dict[str, Any]:
        entry = getattr(self.spec.stack, root).get(name)
        return entry.model_dump(mode="json", by_alias=True) if entry is not None else {}


def _walk(found: Any, steps: list[str]) -> Any:
    for step in steps:
        found = found.get(step) if isinstance(found, dict) else None
    return found if isinstance(found, str | int) else None


def _port(service: UnifiedService) -> int | None:
    """Return the port under which others reach a service: of the host if it runs on one, the web port before others."""
    ports = service.ports
    if service.cluster is None and len(service.instances) == 1:
        ports = service.instances[0].ports or ports
    return ports.get("http", next(iter(ports.values()), None))


def _inside(value: Any, values: _Values) -> Any:
    if isinstance(value, str):
        return _text(value, values) if "${" in value else value
    if isinstance(value, dict):
        pairs = ((key, _inside(item, values)) for key, item in value.items())
        return {key: item for key, item in pairs if item is not _LEFT_OUT}
    if isinstance(value, list | tuple):
        items = (_inside(item, values) for item in value)
        return [item for item in items if item is not _LEFT_OUT]
    return value


def _text(text: str, values: _Values) -> Any:
    """Return a text with its references replaced; a text that is one reference keeps the value's own type."""
    found = [(reference, values.of(reference)) for reference in references(text)]
    if len(found) == 1 and found[0][0].text == text:
        reference, value = found[0]
        return value if value is not None else (_LEFT_OUT if reference.optional else text)
    for reference, value in found:
        if value is not None or reference.optional:
            text = text.replace(reference.text, "" if value is None else str(value))
    return text.replace("$${", "${")
