# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""K902, K904: secrets in plain fields, and a store that waits for itself. Only places are shown, never values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ansible_collections.kombify.stack.plugins.module_utils.spec.load import Spec
from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Place, Problem, Problems, Related
from ansible_collections.kombify.stack.plugins.module_utils.spec.secrecy import secret_kind
from ansible_collections.kombify.stack.plugins.module_utils.spec.secretrefs import is_secret_ref, parse_secret_ref
from ansible_collections.kombify.stack.plugins.module_utils.spec.selectors import BadTerm, Scope
from ansible_collections.kombify.stack.plugins.module_utils.spec.tree import (
    Mapping,
    Node,
    Path,
    Scalar,
    Sequence,
)

At = tuple[str, int, int]

STORES = frozenset({"vault", "openbao"})


def check_plain_secrets(spec: Spec, _scope: Scope, problems: Problems) -> None:
    """K902: look at every value of the file, and cover what looks like a secret in all that will be shown."""
    refused = {_at(problem.place) for problem in problems if problem.code == "K901"}
    covered: dict[At, Scalar] = {}
    for key, scalar in _values(spec):
        at = (scalar.source.name, scalar.line, scalar.column)
        kind = None if at in refused else _kind(scalar, key)
        if kind and at not in covered:
            problems.error("K902", f"'{key}' {kind}", scalar.place, "write a reference: vault:kv/PATH#KEY?generate=24")
        if kind or at in refused:
            covered[at] = scalar
    if covered:
        _cover(covered, problems)


def _at(place: Place) -> At:
    return place.file, place.line, place.column


def _kind(scalar: Scalar, key: str) -> str | None:
    return None if isinstance(scalar.plain(), bool | None) else secret_kind(scalar.text, key)


def _values(spec: Spec) -> Iterator[tuple[str, Scalar]]:
    """Yield every value with the nearest key above it; entries of a range share one tree."""
    trees: dict[int, tuple[str, Node]] = {}
    for name, tree in spec.root.items():
        trees[id(tree)] = (name, tree)
    for entries in spec.entries.values():
        for name, entry in entries.items():
            trees[id(entry.tree)] = (name, entry.tree)
    waiting = list(trees.values())
    while waiting:
        key, node = waiting.pop()
        if isinstance(node, Scalar):
            yield key, node
        elif isinstance(node, Sequence):
            waiting.extend((key, item) for item in node.items)
        elif isinstance(node, Mapping):
            waiting.extend(node.items())


def _cover(secrets: dict[At, Scalar], problems: Problems) -> None:
    """Blank secrets in the lines that problems show, those found so far and those still to come."""
    by_line: dict[tuple[str, int], list[Scalar]] = {}
    for secret in secrets.values():
        by_line.setdefault((secret.source.name, secret.line), []).append(secret)
    lines = {
        at: found[0].source.hide(found[0].line, [(secret.column, secret.width) for secret in found])
        for at, found in by_line.items()
    }

    def place(shown: Place) -> Place:
        text = lines.get((shown.file, shown.line))
        return shown if text is None else replace(shown, text=text)

    def covered(problem: Problem) -> Problem:
        secret = secrets.get(_at(problem.place))
        message, hint = problem.message, problem.hint
        if secret is not None and len(secret.text) > 3:
            message, hint = message.replace(secret.text, "***"), hint.replace(secret.text, "***")
        related = tuple(Related(other.message, place(other.place)) for other in problem.related)
        return replace(problem, message=message, hint=hint, place=place(problem.place), related=related)

    problems.change(covered)


def check_bootstrap(spec: Spec, scope: Scope, problems: Problems) -> None:
    """K904: until the store runs, nothing that it stands on may need a secret from it."""
    secrets = spec.stack.secrets
    if secrets.store != "vault" or secrets.bootstrap:
        return
    for store, service in spec.stack.services.items():
        if (service.kit or store).partition("@")[0] in STORES and service.state != "absent":
            for path, what in _below(spec, scope, store):
                message = f"{what} comes from '{store}', which needs it to start"
                hint = "name another place for the first secrets: secrets.bootstrap: sops:secrets/bootstrap.sops.yaml"
                related = [Related("the store", spec.key_place("services", store))]
                problems.error("K904", message, spec.place(*path), hint, related)


def _below(spec: Spec, scope: Scope, store: str) -> Iterator[tuple[Path, str]]:
    """Yield every secret of the store that the store itself stands on: services it needs, makers of its machines."""
    services = spec.stack.services
    needed = [store]
    for name in needed:
        needed += [other for other in services[name].needs if other in services and other not in needed]
        for key, text in services[name].secrets.items():
            if _from_store(text):
                yield ("services", name, "secrets", key), f"the secret '{key}' of service '{name}'"
        for key, value in services[name].params.items():
            if isinstance(value, str) and is_secret_ref(value) and _from_store(value):
                yield ("services", name, "params", key), f"the param '{key}' of service '{name}'"
    for provider in sorted(_makers(spec, scope, needed)):
        token = spec.stack.providers[provider].token
        if token and _from_store(token):
            yield ("providers", provider, "token"), f"the token of provider '{provider}'"


def _makers(spec: Spec, scope: Scope, services: list[str]) -> set[str]:
    """Return the providers of the machines that services run on, and of the hypervisors below those."""
    found: set[str] = set()
    for name in services:
        nodes = _select(scope, spec.stack.services[name].runs_on)
        for node in nodes | {host for one in nodes for host in _select(scope, spec.stack.nodes[one].runs_on)}:
            found.add(spec.stack.nodes[node].provider or "")
    return found & spec.stack.providers.keys()


def _select(scope: Scope, terms: tuple[str, ...] | None) -> set[str]:
    try:
        return set(scope.select(terms or ()))
    except BadTerm:
        return set()


def _from_store(text: str) -> bool:
    reference = parse_secret_ref(text)
    return reference is not None and reference.scheme == "vault"
