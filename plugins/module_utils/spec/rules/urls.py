# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""K504, K506: names under which services are reached."""

from __future__ import annotations

import ipaddress

from ansible_collections.kombify.stack.plugins.module_utils.spec.load import Spec
from ansible_collections.kombify.stack.plugins.module_utils.spec.model.machines import Node
from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Problems, Related
from ansible_collections.kombify.stack.plugins.module_utils.spec.selectors import Scope, node_type
from ansible_collections.kombify.stack.plugins.module_utils.spec.tree import Path


def check_domains(spec: Spec, _scope: Scope, problems: Problems) -> None:
    """K504: names that resolvers treat in their own way, and public names without a public machine."""
    stack = spec.stack
    if stack.domain and _is_local(stack.domain):
        _local(problems, spec, ("domain",), stack.domain, "home.arpa")
    wanted = any(expose.public for service in stack.services.values() for expose in service.expose)
    reachable = not wanted or bool(stack.links) or any(_is_public(spec, node) for node in stack.nodes.values())
    for name, service in stack.services.items():
        for index, expose in enumerate(service.expose):
            path: Path = ("services", name, "expose", index, "host")
            if _is_local(expose.host):
                _local(problems, spec, path, expose.host, f"{expose.host.split('.')[0]}.home.arpa")
            elif expose.public and not reachable:
                message = f"'{expose.host}' is to be public, but no node has a public address"
                hint = f"use a name for inside such as {expose.host.split('.')[0]}.home.arpa, or add a node at the edge"
                problems.warning("K504", message, spec.place(*path), hint)


def _local(problems: Problems, spec: Spec, path: Path, name: str, better: str) -> None:
    message = f"'{name}' ends in .local, which belongs to mDNS: many resolvers will not find it"
    problems.warning("K504", message, spec.place(*path), f"write {better}")


def _is_local(name: str) -> bool:
    return name.rstrip(".").rpartition(".")[2].lower() == "local"


def _is_public(spec: Spec, node: Node) -> bool:
    provider = spec.stack.providers.get(node.provider or "")
    if node.edge or node_type(node, provider.type if provider else None) == "vps":
        return True
    try:
        return node.address is not None and ipaddress.ip_address(node.address).is_global
    except ValueError:
        return True  # a host name may well be public


def check_urls(spec: Spec, _scope: Scope, problems: Problems) -> None:
    """K506: one URL leads to one service."""
    first: dict[tuple[str, str], Path] = {}
    for name, service in spec.stack.services.items():
        if service.state == "absent":
            continue
        for index, expose in enumerate(service.expose):
            path: Path = ("services", name, "expose", index, "host")
            url = (_full(expose.host, spec.stack.domain), expose.path.rstrip("/"))
            other = first.setdefault(url, path)
            if other != path:
                message = f"{''.join(url)} is exposed by both '{other[1]}' and '{name}'"
                related = Related("first exposed here", spec.place(*other))
                problems.error("K506", message, spec.place(*path), "give one of them another host or path", [related])


def _full(host: str, domain: str | None) -> str:
    host = host.rstrip(".").lower()
    return f"{host}.{domain}" if domain and "." not in host else host
