# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""K301, K303, K305, K306: names of other parts of the spec that are not declared."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.kombify.stack.plugins.module_utils.spec.load import Spec
from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Problems
from ansible_collections.kombify.stack.plugins.module_utils.spec.rules.common import declared, meant, require
from ansible_collections.kombify.stack.plugins.module_utils.spec.selectors import Names, Scope
from ansible_collections.kombify.stack.plugins.module_utils.spec.tree import Path

# ``backup: replication`` is no policy: the service keeps copies of its own.
REPLICATION = "replication"

# Where a name stands, the name, and in which section it must be declared.
Reference = tuple[Path, str | None, Path]


def check_references(spec: Spec, _scope: Scope, problems: Problems) -> None:
    """Check every name that stands for a network, site, provider, link, target, policy or a single node."""
    for path, name, section in (*_of_machines(spec), *_of_operations(spec)):
        if name is None or name in declared(spec, *(str(step) for step in section)):
            continue
        code = "K306" if section == ("nodes",) else "K303"
        message = f"{_dotted(path)} names the {_WORDS[section]} '{name}', which is not declared"
        require(spec, problems, code, message, path, (*section, name), f"add it under {_dotted(section)}:")


def _dotted(path: Path) -> str:
    return ".".join(step for step in path if isinstance(step, str))


_WORDS: dict[Path, str] = {
    ("nodes",): "node",
    ("networks",): "network",
    ("sites",): "site",
    ("providers",): "provider",
    ("links",): "link",
    ("backups", "targets"): "backup target",
    ("backups", "policies"): "backup policy",
}


def _of_machines(spec: Spec) -> Iterator[Reference]:
    stack = spec.stack
    for name, node in stack.nodes.items():
        yield ("nodes", name, "network"), node.network, ("networks",)
        yield ("nodes", name, "site"), node.site, ("sites",)
        yield ("nodes", name, "provider"), node.provider, ("providers",)
    for name, network in stack.networks.items():
        yield ("networks", name, "site"), network.site, ("sites",)
    for name, site in stack.sites.items():
        yield ("sites", name, "provider"), site.provider, ("providers",)
    for name, link in stack.links.items():
        yield ("links", name, "server"), link.server, ("nodes",)
        for member in link.addresses:
            yield ("links", name, "addresses", member), member, ("nodes",)
    for name, cluster in stack.clusters.items():
        if cluster.ingress:
            yield ("clusters", name, "ingress", "from"), cluster.ingress.from_, ("nodes",)
            yield ("clusters", name, "ingress", "via"), cluster.ingress.via, ("links",)


def _of_operations(spec: Spec) -> Iterator[Reference]:
    for name, target in spec.stack.backups.targets.items():
        yield ("backups", "targets", name, "node"), target.node, ("nodes",)
    for name, policy in spec.stack.backups.policies.items():
        yield ("backups", "policies", name, "target"), policy.target, ("backups", "targets")
    for name, service in spec.stack.services.items():
        for index, wanted in enumerate(service.backup.policies if service.backup else ()):
            if wanted != REPLICATION:
                yield ("services", name, "backup", index), wanted, ("backups", "policies")


def check_services_named(spec: Spec, _scope: Scope, problems: Problems) -> None:
    """Check every name that stands for a service."""
    known = Names(declared(spec, "services"))
    for path, subject, name in _service_names(spec):
        if not known.matching(name):
            hint = f"add it under services:, or remove it from {_last_word(path)}"
            message = f"{subject} '{name}', which is not declared"
            require(spec, problems, "K301", message, path, ("services", name), hint)


def _service_names(spec: Spec) -> Iterator[tuple[Path, str, str]]:
    stack = spec.stack
    for name, service in stack.services.items():
        own = f"service '{name}'"
        for index, wanted in enumerate(service.needs):
            yield ("services", name, "needs", index), f"{own} needs", wanted
        for index, wanted in enumerate(service.uses):
            yield ("services", name, "uses", index), f"{own} uses", wanted
        for key, group in (("with", service.placement.with_), ("apart", service.placement.apart)):
            for index, wanted in enumerate(group.of if group else ()):
                yield ("services", name, "placement", key, index), f"{own} is placed {_GROUPS[key]}", wanted
    for name, database in stack.databases.items():
        if database.service:
            yield ("databases", name, "service"), f"database '{name}' is service", database.service
    for name, target in stack.backups.targets.items():
        if target.service:
            yield ("backups", "targets", name, "service"), f"backup target '{name}' is service", target.service
    for name, cluster in stack.clusters.items():
        if cluster.ingress and spec.has("clusters", name, "ingress", "service"):
            yield ("clusters", name, "ingress", "service"), f"ingress of cluster '{name}' is", cluster.ingress.service
    for name, remediation in stack.remediation.items():
        for index, wanted in enumerate(remediation.when.services):
            yield ("remediation", name, "when", "services", index), f"remediation '{name}' watches", wanted
    if stack.auth and stack.auth.provider:
        yield ("auth", "provider"), "auth.provider is", stack.auth.provider


_GROUPS = {"with": "with", "apart": "apart from"}


def _last_word(path: Path) -> str:
    return next(str(step) for step in reversed(path) if isinstance(step, str))


def check_overrides(spec: Spec, _scope: Scope, problems: Problems) -> None:
    """K305: an exception for a node that does not exist changes nothing."""
    for name in declared(spec, "overrides"):
        if name in declared(spec, "nodes"):
            continue
        path = ("overrides", name)
        place = spec.key_place(*path)
        message = f"overrides names the node '{name}', which is not declared"
        otherwise = "overrides hold single nodes by their full name"
        if not problems.repeats("K305", place):
            problems.error("K305", message, place, meant(spec, name, path, ("nodes",), otherwise))
