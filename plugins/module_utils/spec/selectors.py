# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Selectors: the one way to say which nodes are meant.

A term is a name, ``worker-*``, ``worker-[01:05]``, ``site:hq``, ``label:gpu=yes``, ``type:nas``,
``arch:arm64``, ``network:lan``, ``cluster:k8s`` or a cluster's name; ``!`` in front removes; a list is a union.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from fnmatch import translate

from ansible_collections.kombify.stack.plugins.module_utils.spec.model.machines import Node
from ansible_collections.kombify.stack.plugins.module_utils.spec.model.stack import Stack
from ansible_collections.kombify.stack.plugins.module_utils.spec.names import natural
from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import did_you_mean
from ansible_collections.kombify.stack.plugins.module_utils.spec.ranges import BadRange, is_pattern, parse_pattern

PREFIXES = ("node", "cluster", "site", "label", "type", "arch", "network")

# Names that patterns may be held against in all: seconds of work, and far more than a spec has reason for.
MAX_LOOKED = 20_000_000

_WILD = re.compile(r"[*?]")


class BadTerm(ValueError):
    """A term that means nothing: its code, what is wrong with it (``is neither …``), and the remedy when asked for."""

    def __init__(self, code: str, term: str, fault: str, hint: Callable[[], str]) -> None:
        super().__init__(f"'{term}' {fault}")
        self.code = code
        self.term = term
        self.fault = fault
        self._hint = hint

    @property
    def message(self) -> str:
        """What is wrong, in one sentence."""
        return str(self)

    @property
    def hint(self) -> str:
        """What to write instead; looking for the nearest name takes a while, so it is only done on request."""
        return self._hint()


def node_type(node: Node, provider_type: str | None = None) -> str:
    """Return a node's type, worked out from where it runs when the user did not say."""
    if node.type is not None:
        return node.type
    if node.runs_on:
        return "vm"
    return "vps" if provider_type == "hetzner" else "server"


class Names:
    """Names to choose from by ``*`` and ``?``; only those that begin alike are looked at."""

    def __init__(self, names: Iterable[str]) -> None:
        self.known = frozenset(names)
        self._sorted = sorted(self.known)
        self._looked = 0

    def matching(self, pattern: str) -> frozenset[str]:
        """Return the names that a pattern means; without a sign it is a name."""
        wild = _WILD.search(pattern)
        if wild is None:
            return frozenset({pattern} & self.known)
        start = pattern[: wild.start()]
        match = re.compile(translate(pattern)).match
        found = []
        for index in range(bisect_left(self._sorted, start), len(self._sorted)):
            name = self._sorted[index]
            if not name.startswith(start):
                break
            if match(name):
                found.append(name)
            self._looked += 1
        if self._looked > MAX_LOOKED:
            hint = "begin patterns with letters, or use labels"
            raise BadTerm("K308", pattern, "is one pattern too many for this number of names", lambda: hint)
        return frozenset(found)


@dataclass
class Scope:
    """The nodes and clusters that selectors choose from; answers are remembered."""

    stack: Stack
    names: tuple[str, ...] = ()
    _answers: dict[str, frozenset[str] | BadTerm] = field(default_factory=dict)
    _indexes: dict[str, tuple[Names, dict[str, set[str]]]] = field(default_factory=dict)
    _open: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.names = tuple(self.stack.nodes)
        self._nodes = Names(self.names)
        self._sites = Names(self.stack.sites)
        self._services = Names([*self.stack.services, *self.stack.databases])

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

    def chosen(self, terms: Sequence[str]) -> tuple[str, ...]:
        """Return the nodes of a selector, none for one that is wrong: the rules of the spec report it."""
        try:
            return self.select(terms)
        except BadTerm:
            return ()

    def term(self, term: str) -> frozenset[str]:
        """Return the nodes of one term without ``!``."""
        if term not in self._answers:
            try:
                self._answers[term] = self._resolve(term.strip())
            except BadTerm as bad:
                self._answers[term] = bad
        answer = self._answers[term]
        if isinstance(answer, BadTerm):
            raise answer
        return answer

    def step(self, term: str) -> frozenset[str]:
        """Return the nodes of one term of a roll-out's order, where a bare name may also be a site's."""
        sites = self.sites(term)
        if not sites:
            return self.term(term)
        return frozenset().union(*(self._index("site")[1].get(site, ()) for site in sites))

    def sites(self, term: str) -> frozenset[str]:
        """Return the sites that a name, ``branch-*`` or ``branch-[01:05]`` means; none when there is no such site."""
        term = term.removeprefix("site:")
        if not is_pattern(term):
            return self._sites.matching(term)
        try:
            return frozenset().union(*(self._sites.matching(name) for name, _ in parse_pattern(term).names()))
        except BadRange:
            return frozenset()

    def subjects(self, terms: Sequence[str]) -> tuple[frozenset[str], frozenset[str]]:
        """Return the services and the nodes that a list means together, as in what a backup is of."""
        services: set[str] = set()
        nodes: set[str] = set()
        for term in terms:
            named = self.services(term.removeprefix("!"))
            found = frozenset() if named else self.term(term.removeprefix("!"))
            if term.startswith("!"):
                services -= named
                nodes -= found
            else:
                services |= named
                nodes |= found
        return frozenset(services), frozenset(nodes)

    def services(self, term: str) -> frozenset[str]:
        """Return the services that a name or ``git*`` means; none when there is no such service.

        An engine of ``databases:`` counts as a service, for the plan may be what adds its instances.
        """
        return self._services.matching(term)

    def _resolve(self, term: str) -> frozenset[str]:
        prefix, colon, value = term.partition(":")
        if colon and prefix in PREFIXES:
            return self._by_prefix(prefix, value, term)
        if is_pattern(term):
            return self._by_range(term)
        if colon:
            kinds = f"known: {', '.join(f'{known}:' for known in PREFIXES)}"
            fault = f"begins with '{prefix}:', which is not a kind of selector"
            raise BadTerm("K306", term, fault, lambda: did_you_mean(prefix, PREFIXES, kinds))
        if _WILD.search(term):
            return _some(term, self._nodes.matching(term), lambda: _some_of(self.names))
        return self._by_name(term)

    def _by_name(self, name: str) -> frozenset[str]:
        stack = self.stack
        places = {"node": self._nodes.known, "cluster": stack.clusters, "site": stack.sites}
        meanings = [kind for kind, known in places.items() if name in known]
        if len(meanings) > 1:
            choice = " or ".join(f"{kind}:{name}" for kind in meanings)
            raise BadTerm("K307", name, f"is both a {' and a '.join(meanings)}", lambda: f"write {choice}")
        if meanings == ["node"]:
            return frozenset({name})
        if meanings == ["cluster"]:
            return self.cluster(name)
        if meanings == ["site"]:
            raise BadTerm("K306", name, "is a site, not a node", lambda: f"write site:{name}")
        fault = "is neither a node nor a cluster"
        raise BadTerm("K306", name, fault, lambda: _nearest(name, [*self.names, *stack.clusters]))

    def _by_range(self, term: str) -> frozenset[str]:
        try:
            names = {name for name, _numbers in parse_pattern(term).names()}
        except BadRange as bad:
            hint = bad.hint
            raise BadTerm("K210", term, f"is not a range: {bad.message}", lambda: hint) from bad
        found = names & self._nodes.known
        if _WILD.search(term):
            found = set().union(*(self._nodes.matching(name) for name in names))
        return _some(term, frozenset(found), lambda: _some_of(self.names))

    def _by_prefix(self, prefix: str, value: str, term: str) -> frozenset[str]:
        if prefix == "node":
            return _some(term, self._nodes.matching(value), lambda: _nearest(value, self.names))
        if prefix == "cluster":
            found = self.cluster(value) if value in self.stack.clusters else frozenset()
            return _some(term, found, lambda: _nearest(value, self.stack.clusters))
        values, index = self._index(prefix)
        found = frozenset().union(*(index[key] for key in values.matching(value)))
        return _some(term, found, lambda: _nearest(value, index))

    def cluster(self, name: str) -> frozenset[str]:
        """Return the members of a cluster."""
        if name in self._open:
            raise BadTerm("K306", name, "is a member of itself", lambda: "name nodes as members of a cluster")
        cluster = self.stack.clusters[name]
        self._open.append(name)
        try:
            return frozenset(self.select(cluster.control_plane)) | frozenset(
                self.select(cluster.workers) if cluster.workers else ()
            )
        finally:
            self._open.pop()

    def _index(self, prefix: str) -> tuple[Names, dict[str, set[str]]]:
        if prefix not in self._indexes:
            index: dict[str, set[str]] = {}
            for name, node in self.stack.nodes.items():
                for value in self._values(prefix, node):
                    index.setdefault(value, set()).add(name)
            self._indexes[prefix] = (Names(index), index)
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


def _some(term: str, found: frozenset[str], hint: Callable[[], str]) -> frozenset[str]:
    if not found:
        raise BadTerm("K308", term, "matches nothing", hint)
    return found


def _nearest(word: str, known: Iterable[str]) -> str:
    return did_you_mean(word, known, _some_of(known))


def _some_of(names: Iterable[str]) -> str:
    listed = sorted(names, key=natural)
    more = ", …" if len(listed) > 6 else ""
    return f"there are: {', '.join(listed[:6])}{more}" if listed else "there are none yet"
