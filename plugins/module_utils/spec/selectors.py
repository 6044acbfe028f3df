# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Selectors: the one way to say which nodes are meant.

A term is a name, ``worker-*``, ``worker-[01:05]``, ``site:hq``, ``label:gpu=yes``, ``type:nas``,
``arch:arm64``, ``network:lan``, ``cluster:k8s`` or a cluster's name; ``!`` in front removes; a list is a union.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fnmatch import translate

from ansible_collections.kombify.stack.plugins.module_utils.spec.model.machines import Node
from ansible_collections.kombify.stack.plugins.module_utils.spec.model.stack import Stack
from ansible_collections.kombify.stack.plugins.module_utils.spec.names import natural
from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import did_you_mean
from ansible_collections.kombify.stack.plugins.module_utils.spec.ranges import BadRange, is_pattern, parse_pattern

PREFIXES = ("node", "cluster", "site", "label", "type", "arch", "network")


class BadTerm(ValueError):
    """A term that means nothing: code, message and remedy."""

    def __init__(self, code: str, message: str, hint: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint


def node_type(node: Node, provider_type: str | None = None) -> str:
    """Return a node's type, worked out from where it runs when the user did not say."""
    if node.type is not None:
        return node.type
    if node.runs_on:
        return "vm"
    return "vps" if provider_type == "hetzner" else "server"


@dataclass
class Scope:
    """The nodes and clusters that selectors choose from; answers are remembered."""

    stack: Stack
    names: tuple[str, ...] = ()
    _answers: dict[str, frozenset[str]] = field(default_factory=dict)
    _indexes: dict[str, dict[str, set[str]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.names = tuple(self.stack.nodes)
        self._known = frozenset(self.names)

    def select(self, terms: Sequence[str]) -> tuple[str, ...]:
        """Return the nodes that a selector means, in natural order; raises :class:`BadTerm`."""
        chosen: set[str] = set()
        if terms and all(term.startswith("!") for term in terms):
            chosen.update(self.names)
        for term in terms:
            if term.startswith("!"):
                chosen -= self.term(term[1:])
            else:
                chosen |= self.term(term)
        return tuple(sorted(chosen, key=natural))

    def term(self, term: str) -> frozenset[str]:
        """Return the nodes of one term without ``!``."""
        if term not in self._answers:
            self._answers[term] = self._resolve(term.strip())
        return self._answers[term]

    def _resolve(self, term: str) -> frozenset[str]:
        prefix, colon, value = term.partition(":")
        if colon and prefix in PREFIXES:
            return self._by_prefix(prefix, value, term)
        if is_pattern(term):
            return self._by_range(term)
        if colon:
            hint = did_you_mean(prefix, PREFIXES, f"known: {', '.join(f'{known}:' for known in PREFIXES)}")
            raise BadTerm("K306", f"'{prefix}:' is not a kind of selector", hint)
        if any(sign in term for sign in "*?"):
            return self._some(term, _matching(term, self.names), "no node has such a name")
        return self._by_name(term)

    def _by_name(self, name: str) -> frozenset[str]:
        meanings = [kind for kind, known in self._namespaces().items() if name in known]
        if len(meanings) > 1:
            choice = " or ".join(f"{kind}:{name}" for kind in meanings)
            raise BadTerm("K307", f"'{name}' is both a {' and a '.join(meanings)}", f"write {choice}")
        if meanings == ["node"]:
            return frozenset({name})
        if meanings == ["cluster"]:
            return self.cluster(name)
        if name in self.stack.sites:
            raise BadTerm("K306", f"'{name}' is a site, not a node", f"write site:{name}")
        known = [*self.names, *self.stack.clusters]
        raise BadTerm("K306", f"'{name}' is neither a node nor a cluster", did_you_mean(name, known, _some_of(known)))

    def _namespaces(self) -> dict[str, Iterable[str]]:
        return {"node": self._known, "cluster": self.stack.clusters}

    def _by_range(self, term: str) -> frozenset[str]:
        try:
            names = {name for name, _numbers in parse_pattern(term).names()}
        except BadRange as bad:
            raise BadTerm("K210", bad.message, bad.hint) from bad
        found = frozenset(names & self._known)
        if any(sign in term for sign in "*?"):
            found = frozenset(found.union(*(_matching(name, self.names) for name in names)))
        return self._some(term, found, "no node has such a name")

    def _by_prefix(self, prefix: str, value: str, term: str) -> frozenset[str]:
        if prefix == "node":
            return self._some(term, _matching(value, self.names), _some_of(self.names))
        if prefix == "cluster":
            if value not in self.stack.clusters:
                raise BadTerm("K308", f"'{term}' means no cluster", did_you_mean(value, self.stack.clusters))
            return self.cluster(value)
        index = self._index(prefix)
        found: set[str] = set()
        for key in _matching(value, index):
            found |= index[key]
        return self._some(term, frozenset(found), did_you_mean(value, index, _some_of(index)))

    @staticmethod
    def _some(term: str, found: frozenset[str], hint: str) -> frozenset[str]:
        if not found:
            raise BadTerm("K308", f"'{term}' matches nothing", hint)
        return found

    def cluster(self, name: str) -> frozenset[str]:
        """Return the members of a cluster."""
        cluster = self.stack.clusters[name]
        return frozenset(self.select(cluster.control_plane)) | frozenset(
            self.select(cluster.workers) if cluster.workers else ()
        )

    def _index(self, prefix: str) -> dict[str, set[str]]:
        if prefix not in self._indexes:
            index: dict[str, set[str]] = {}
            for name, node in self.stack.nodes.items():
                for value in self._values(prefix, node):
                    index.setdefault(value, set()).add(name)
            self._indexes[prefix] = index
        return self._indexes[prefix]

    def _values(self, prefix: str, node: Node) -> list[str]:
        if prefix == "label":
            return [*node.labels, *(f"{key}={value}" for key, value in node.labels.items())]
        if prefix == "site":
            site = self.site_of(node)
            return [site] if site else []
        if prefix == "type":
            provider = self.stack.providers.get(node.provider or "")
            return [node_type(node, provider.type if provider else None)]
        value = node.arch if prefix == "arch" else node.network
        return [value] if value else []

    def site_of(self, node: Node) -> str | None:
        """Return the site of a node: its own, or its network's."""
        if node.site is not None:
            return node.site
        network = self.stack.networks.get(node.network or "")
        return network.site if network else None


def _matching(pattern: str, names: Iterable[str]) -> frozenset[str]:
    if not any(sign in pattern for sign in "*?"):
        return frozenset({pattern} & set(names))
    match = re.compile(translate(pattern)).match
    return frozenset(name for name in names if match(name))


def _some_of(names: Iterable[str]) -> str:
    listed = sorted(names, key=natural)
    more = ", …" if len(listed) > 6 else ""
    return f"there are: {', '.join(listed[:6])}{more}" if listed else "there are none yet"
