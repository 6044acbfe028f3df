"""Selectors: the one way to say which nodes are meant."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.spec.load import Spec
from ansible_collections.kombify.stack.plugins.module_utils.spec.selectors import BadTerm, Scope

STACK = """\
sites: {hq: {city: Berlin}, "branch-[1:3]": }
networks: {lan: {cidr: 10.0.0.0/16, site: hq}}
providers: {cloud: {type: hetzner}}
nodes:
  pve: {type: hypervisor, address: 10.0.0.2, network: lan}
  w[1:12]: {runs_on: pve, address: "10.0.1.{1}", network: lan, labels: {gpu: "yes"}}
  pi[01:03]: {site: "branch-{1}", address: "10.1.0.{1}", arch: arm64, type: sbc}
  vps: {provider: cloud}
clusters:
  k8s: {version: 1.35.4, control_plane: "w[1:3]", workers: ["w*", "!w1?"]}
services:
  gitlab: {runs_on: k8s}
  gitea:
"""
WORKERS = tuple(f"w{number}" for number in range(1, 13))


@pytest.fixture
def scope(load: Callable[..., Spec]) -> Scope:
    spec = load(STACK)
    assert not list(spec.problems)
    return Scope(spec.stack)


@pytest.mark.parametrize(
    ("terms", "nodes"),
    [
        (["pve"], ("pve",)),
        (["w*"], WORKERS),
        (["w1?"], ("w10", "w11", "w12")),
        (["w[2:3]"], ("w2", "w3")),
        (["w[1:2]*"], ("w1", "w2", "w10", "w11", "w12")),
        (["site:hq"], ("pve", *WORKERS)),
        (["site:branch-*"], ("pi01", "pi02", "pi03")),
        (["label:gpu=yes"], WORKERS),
        (["label:gpu"], WORKERS),
        (["type:vm"], WORKERS),
        (["type:vps", "type:hypervisor"], ("pve", "vps")),
        (["arch:arm64"], ("pi01", "pi02", "pi03")),
        (["network:lan", "!w*"], ("pve",)),
        (["k8s"], tuple(f"w{number}" for number in range(1, 10))),
        (["cluster:k8s", "!w[1:3]"], tuple(f"w{number}" for number in range(4, 10))),
        (["node:pve"], ("pve",)),
        (["!w*", "!pi*"], ("pve", "vps")),
        (["w1", "!w1"], ()),
    ],
)
def test_a_selector_means_nodes_in_natural_order(scope: Scope, terms: list[str], nodes: tuple[str, ...]) -> None:
    assert scope.select(terms) == nodes


@pytest.mark.parametrize(
    ("term", "code", "message", "hint"),
    [
        ("pvr", "K306", "'pvr' is neither a node nor a cluster", "did you mean 'pve'?"),
        ("hq", "K306", "'hq' is a site, not a node", "write site:hq"),
        ("sit:hq", "K306", "'sit:hq' begins with 'sit:', which is not a kind of selector", "did you mean 'site'?"),
        ("x*", "K308", "'x*' matches nothing", "there are: pi01, pi02, pi03, pve, vps, w1, …"),
        ("site:hp", "K308", "'site:hp' matches nothing", "did you mean 'hq'?"),
        ("label:gpu=ye", "K308", "'label:gpu=ye' matches nothing", "did you mean 'gpu=yes'?"),
        ("cluster:k3s", "K308", "'cluster:k3s' matches nothing", "did you mean 'k8s'?"),
        ("w[20:30]", "K308", "'w[20:30]' matches nothing", "there are: pi01, pi02, pi03, pve, vps, w1, …"),
        ("w[3:1]", "K210", "'w[3:1]' is not a range: [3:1] in 'w[3:1]' runs backwards", "write [1:3]"),
    ],
)
def test_a_term_that_means_nothing_says_what_to_write(
    scope: Scope, term: str, code: str, message: str, hint: str
) -> None:
    for _again in range(2):
        with pytest.raises(BadTerm) as caught:
            scope.term(term)
        assert (caught.value.code, caught.value.message, caught.value.hint) == (code, message, hint)


def test_a_name_of_two_things_is_ambiguous_without_a_prefix(load: Callable[..., Spec]) -> None:
    scope = Scope(load("sites: {nas: }\nnodes: {nas: 10.0.0.1}\n").stack)
    with pytest.raises(BadTerm) as caught:
        scope.term("nas")
    assert (caught.value.code, caught.value.hint) == ("K307", "write node:nas or site:nas")
    assert scope.term("node:nas") == {"nas"}


def test_a_cluster_that_contains_itself_ends_in_a_problem(check: Callable[..., list[str]]) -> None:
    found = check("nodes: {a: 10.0.0.1}\nclusters: {k: {version: 1.35.4, control_plane: [a, k]}}\n")
    assert found == ["K306 cluster 'k' has control_plane 'k', which is a member of itself"]


def test_a_bare_name_in_the_order_of_a_roll_out_may_be_a_site(scope: Scope) -> None:
    assert scope.step("branch-2") == {"pi02"}
    assert scope.step("branch-[1:2]") == {"pi01", "pi02"}
    assert scope.step("pi01") == {"pi01"}
    assert scope.sites("branch-*") == {"branch-1", "branch-2", "branch-3"}


def test_a_backup_is_of_services_and_nodes(scope: Scope) -> None:
    assert scope.subjects(["git*", "pve"]) == ({"gitlab", "gitea"}, {"pve"})
    assert scope.subjects(["git*", "!gitea", "pi*", "!pi02"]) == ({"gitlab"}, {"pi01", "pi03"})


def test_an_arch_that_facts_may_still_tell_is_no_problem(check: Callable[..., list[str]]) -> None:
    known, unknown = "nodes: {a: {arch: amd64}}\n", "nodes: {a: 10.0.0.1}\n"
    wish = "services: {jellyfin: {runs_on: 'arch:arm64'}}\n"
    assert check(unknown + wish) == []
    assert check(known + wish) == ["K308 service 'jellyfin' runs_on 'arch:arm64', which matches nothing"]
