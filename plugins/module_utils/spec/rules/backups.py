# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""K702, K704: backups that die with what they protect, and backups that get in each other's way."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.kombify.stack.plugins.module_utils.spec.load import Spec
from ansible_collections.kombify.stack.plugins.module_utils.spec.model.backups import BackupPolicy, BackupTarget
from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Problems, Related
from ansible_collections.kombify.stack.plugins.module_utils.spec.rules.common import by_policy, listing
from ansible_collections.kombify.stack.plugins.module_utils.spec.rules.moments import moments
from ansible_collections.kombify.stack.plugins.module_utils.spec.selectors import BadTerm, Scope


def check_shared_fate(spec: Spec, scope: Scope, problems: Problems) -> None:
    """K702: once for each target, for the closest thing that it shares with what it protects."""
    backups = spec.stack.backups
    for name, target in backups.targets.items():
        holders = _holders(spec, scope, target)
        policies = {key: policy for key, policy in backups.policies.items() if policy.target == name}
        shared = [(key, what) for key, policy in policies.items() if (what := _shares(spec, scope, policy, holders))]
        if not shared:
            continue
        closest = min((what for _key, what in shared), key=lambda what: _CLOSE.index(what.split(" ")[0]))
        message = f"backup target '{name}' shares {closest} with what it protects ({listing(key for key, _ in shared)})"
        others = [other for other in backups.targets if other != name]
        hint = f"another target: {listing(others)}" if others else "add a target on another machine at another site"
        mode = spec.stack.policies.backups.mode
        by_policy(problems, mode, "K702", message, spec.key_place("backups", "targets", name), hint)


_CLOSE = ("node", "cluster", "host", "site")


def _holders(spec: Spec, scope: Scope, target: BackupTarget) -> frozenset[str]:
    """Return the nodes that hold a target, as far as the spec tells."""
    if target.node:
        return frozenset({target.node}) & spec.stack.nodes.keys()
    if target.service in spec.stack.services:
        return _nodes_of(spec, scope, str(target.service))
    host = _host_in(target.url or "")
    return frozenset(name for name, node in spec.stack.nodes.items() if host and host in (name, node.address))


def _host_in(url: str) -> str:
    """Return the host of ``https://x/``, ``sftp:user@x:/path`` and ``s3:https://x/bucket``."""
    rest = url.rpartition("://")[2].removeprefix("sftp:")
    return rest.partition("/")[0].rpartition("@")[2].partition(":")[0]


def _nodes_of(spec: Spec, scope: Scope, service: str) -> frozenset[str]:
    runs_on = spec.stack.services[service].runs_on
    try:
        return frozenset(scope.select(runs_on)) if runs_on else frozenset()
    except BadTerm:
        return frozenset()


def _shares(spec: Spec, scope: Scope, policy: BackupPolicy, holders: frozenset[str]) -> str | None:
    """Say what a policy's sources and its target have in common: a node, cluster, host or site."""
    if not holders:
        return None
    found: dict[str, str] = {}
    for nodes in _sources(spec, scope, policy):
        for level, text in _common(spec, scope, nodes, holders):
            found.setdefault(level, text)
    return next((found[level] for level in _CLOSE if level in found), None)


def _sources(spec: Spec, scope: Scope, policy: BackupPolicy) -> Iterator[frozenset[str]]:
    """Yield the nodes on which each thing that is backed up may stand; what is placed later is not known here."""
    services = spec.stack.services
    try:
        named, nodes = scope.subjects(policy.of)
    except BadTerm:
        return
    if not policy.of:
        named = frozenset(name for name, service in services.items() if not service.backup or service.backup.wanted)
    declared = named & spec.stack.services.keys()  # where the plan puts databases it adds, the plan's rules judge
    for where in {_nodes_of(spec, scope, name) for name in declared}:
        if where:
            yield where
    for node in nodes:
        yield frozenset({node})


def _common(spec: Spec, scope: Scope, nodes: frozenset[str], holders: frozenset[str]) -> Iterator[tuple[str, str]]:
    if len(nodes) == 1 and nodes <= holders and len(holders) == 1:
        yield "node", f"node '{min(nodes)}'"
    if nodes == holders and len(nodes) > 1:
        cluster = next((name for name in spec.stack.clusters if _members(scope, name) == nodes), None)
        if cluster:
            yield "cluster", f"cluster '{cluster}'"
    hosts, others = _hosts(spec, scope, nodes), _hosts(spec, scope, holders)
    if len(hosts) == 1 and hosts == others:
        yield "host", f"host '{min(hosts)}'"
    sites, theirs = _sites(spec, scope, nodes), _sites(spec, scope, holders)
    if len(sites) == 1 and sites == theirs and None not in sites:
        yield "site", f"site '{min(filter(None, sites))}'"


def _members(scope: Scope, cluster: str) -> frozenset[str]:
    try:
        return scope.cluster(cluster)
    except BadTerm:
        return frozenset()


def _hosts(spec: Spec, scope: Scope, nodes: frozenset[str]) -> frozenset[str]:
    """Return the machines of metal below some nodes."""
    found: set[str] = set()
    for name in nodes:
        runs_on = spec.stack.nodes[name].runs_on
        try:
            found |= set(scope.select(runs_on)) if runs_on else {name}
        except BadTerm:
            found.add(name)
    return frozenset(found)


def _sites(spec: Spec, scope: Scope, nodes: frozenset[str]) -> frozenset[str | None]:
    return frozenset(scope.site_of(spec.stack.nodes[name]) for name in nodes)


def check_times(spec: Spec, _scope: Scope, problems: Problems) -> None:
    """K704: two policies that begin in the same minute on one target; jitter spreads them by itself."""
    first: dict[tuple[str, str], list[str]] = {}
    policies = spec.stack.backups.policies
    for name, policy in policies.items():
        if policy.jitter:
            continue
        schedule = moments(policy.schedule)
        for clock in sorted(schedule.clock):
            others = first.setdefault((policy.target, clock), [])
            other = next((one for one in others if moments(policies[one].schedule).meets(schedule)), None)
            others.append(name)
            if other is not None:
                _together(spec, problems, (other, name), clock)
                break


def _together(spec: Spec, problems: Problems, names: tuple[str, str], clock: str) -> None:
    first, second = names
    target = spec.stack.backups.policies[second].target
    message = f"backups '{first}' and '{second}' both begin at {clock} on target '{target}'"
    related = [Related("the other one", spec.place("backups", "policies", first, "schedule"))]
    hint = "move one of them by half an hour, or give it jitter: 30m"
    problems.warning("K704", message, spec.place("backups", "policies", second, "schedule"), hint, related)
