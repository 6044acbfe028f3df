# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""K306, K307, K308: selectors that mean no node, or two things at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ansible_collections.kombify.stack.plugins.module_utils.spec.load import Spec
from ansible_collections.kombify.stack.plugins.module_utils.spec.model.machines import PlacementWish
from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Problems
from ansible_collections.kombify.stack.plugins.module_utils.spec.rules.common import declared
from ansible_collections.kombify.stack.plugins.module_utils.spec.selectors import BadTerm, Names, Scope
from ansible_collections.kombify.stack.plugins.module_utils.spec.tree import Path

# Where a selector stands, whose it is, how the sentence goes on, and its terms.
Selection = tuple[Path, str, str, tuple[str, ...]]


def check_selectors(spec: Spec, scope: Scope, problems: Problems) -> None:
    """Resolve every term of every selector once."""
    for path, owner, verb, terms in _selections(spec):
        for index, term in enumerate(terms):
            try:
                scope.term(term.removeprefix("!"))
            except BadTerm as bad:
                _report(spec, problems, (*path, index), f"{owner} {verb}", bad, term)
        if any(term.startswith("!") for term in terms):
            _check_rest(spec, scope, problems, path, f"{owner} {verb}", terms)


def _report(spec: Spec, problems: Problems, path: Path, subject: str, bad: BadTerm, term: str) -> None:
    if bad.term != term.removeprefix("!").strip():
        return  # a member of a cluster is wrong; that is reported at the cluster
    if term.removeprefix("!").startswith("arch:") and any(node.arch is None for node in spec.stack.nodes.values()):
        return  # facts will say
    place = spec.place(*path)
    if not problems.repeats(bad.code, place):
        problems.error(bad.code, f"{subject} '{bad.term}', which {bad.fault}", place, bad.hint)


def _check_rest(spec: Spec, scope: Scope, problems: Problems, path: Path, subject: str, terms: tuple[str, ...]) -> None:
    try:
        left = scope.select(terms)
    except BadTerm:
        return
    if not left:
        hint = "remove one of the terms that begin with !"
        problems.error("K308", f"{subject} nothing: every node is taken away again", spec.place(*path), hint)


def _selections(spec: Spec) -> Iterator[Selection]:
    stack = spec.stack
    for name, node in stack.nodes.items():
        if node.runs_on:
            yield ("nodes", name, "runs_on"), f"node '{name}'", "runs_on", node.runs_on
        if node.placement.model_fields_set:
            path: Path = ("nodes", name, "placement")
            yield from _wishes(path, f"node '{name}'", node.placement)
            for key, group in (("with", node.placement.with_), ("apart", node.placement.apart)):
                if group:
                    yield (*path, key), f"node '{name}'", f"has placement.{key}", group.of
    for name, service in stack.services.items():
        own = f"service '{name}'"
        yield ("services", name, "runs_on"), own, "runs_on", service.runs_on or ()
        yield ("services", name, "not_on"), own, "has not_on", service.not_on or ()
        yield from _wishes(("services", name, "placement"), own, service.placement)
    for name, database in stack.databases.items():
        yield from _wishes(("databases", name, "placement"), f"database '{name}'", database.placement)
    for name, link in stack.links.items():
        yield ("links", name, "members"), f"link '{name}'", "has members", link.members
    for name, cluster in stack.clusters.items():
        own = f"cluster '{name}'"
        yield ("clusters", name, "control_plane"), own, "has control_plane", cluster.control_plane
        yield ("clusters", name, "workers"), own, "has workers", cluster.workers
        yield ("clusters", name, "etcd"), own, "has etcd", cluster.etcd or ()
    for name, remediation in stack.remediation.items():
        yield ("remediation", name, "when", "nodes"), f"remediation '{name}'", "watches", remediation.when.nodes


def _wishes(path: Path, owner: str, placement: PlacementWish) -> Iterator[Selection]:
    yield (*path, "prefer"), owner, "has placement.prefer", placement.prefer
    yield (*path, "avoid"), owner, "has placement.avoid", placement.avoid


def check_subjects(spec: Spec, scope: Scope, problems: Problems) -> None:
    """What is backed up may be services or nodes; what is rolled out and ``each: site`` may be sites."""
    services = Names([*declared(spec, "services"), *declared(spec, "databases")])
    for name, policy in spec.stack.backups.policies.items():
        for index, term in enumerate(policy.of):
            if services.matching(term.removeprefix("!")):
                continue
            path: Path = ("backups", "policies", name, "of", index)
            _check_term(spec, scope, problems, path, f"backup policy '{name}' is of", term, "service, ")
    for key, terms in (("order", spec.stack.rollout.order), ("canary", spec.stack.rollout.canary)):
        for index, term in enumerate(terms):
            if not scope.sites(term.removeprefix("!")):
                _check_term(spec, scope, problems, ("rollout", key, index), f"rollout has {key}", term, "site, ")
    for name, service in spec.stack.services.items():
        _check_sites(spec, scope, problems, name, service.sites)


def _check_term(spec: Spec, scope: Scope, problems: Problems, path: Path, subject: str, term: str, also: str) -> None:
    try:
        scope.term(term.removeprefix("!"))
    except BadTerm as bad:
        fault = bad.fault.replace("is neither a node nor a cluster", f"is neither a {also}node nor cluster")
        place = spec.place(*path)
        if not problems.repeats(bad.code, place):
            problems.error(bad.code, f"{subject} '{bad.term}', which {fault}", place, bad.hint)


def _check_sites(spec: Spec, scope: Scope, problems: Problems, service: str, terms: Iterable[str]) -> None:
    for index, term in enumerate(terms):
        place = spec.place("services", service, "sites", index)
        if not scope.sites(term.removeprefix("!")) and not problems.repeats("K308", place):
            known = ", ".join(list(spec.stack.sites)[:6])
            hint = f"there are: {known}" if known else "declare it under sites:"
            problems.error("K308", f"service '{service}' has sites '{term}', which matches nothing", place, hint)
