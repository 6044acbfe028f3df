"""Which layer wins: defaults < templates < the entry < overrides < overlays < --set."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.spec.load import Spec

Load = Callable[..., Spec]

STACK = """\
defaults:
  node: {user: admin, cpu: 1, labels: {layer: defaults, a: "1"}, devices: [one, two]}
templates:
  base: {cpu: 2, memory: 2GiB, labels: {layer: base, b: "2"}}
  big: {from: base, memory: 4GiB, labels: {layer: big}}
nodes:
  n[1:3]: {from: big, address: "192.168.1.{1+10}", labels: {layer: entry, c: "3"}}
overrides:
  n2: {memory: 8GiB, labels: {layer: override}}
"""


@pytest.mark.parametrize(
    ("overlays", "sets", "layer", "memory"),
    [
        ((), (), "entry", 4),
        (("nodes: {n1: {labels: {layer: overlay}, memory: 16GiB}}",), (), "overlay", 16),
        (("nodes: {n1: {memory: 16GiB}}", "nodes: {n1: {memory: 32GiB}}"), (), "entry", 32),
        (("nodes: {n1: {memory: 16GiB}}",), ("nodes.n1.memory=64GiB",), "entry", 64),
        ((), ("nodes.n1.memory=64GiB", "nodes.n1.memory=128GiB"), "entry", 128),
        (('nodes: {"n[1:3]": {labels: {layer: overlay}}}',), (), "overlay", 4),
    ],
    ids=["entry", "overlay", "second overlay", "set", "last set", "overlay of a range"],
)
def test_the_highest_layer_wins(
    load: Load, overlays: tuple[str, ...], sets: tuple[str, ...], layer: str, memory: int
) -> None:
    spec = load(STACK, overlays=overlays, sets=sets)
    assert not list(spec.problems)
    node = spec.stack.nodes["n1"]
    assert (node.labels["layer"], node.memory) == (layer, memory * 2**30)
    assert (node.user, node.cpu) == ("admin", 2000)


def test_maps_merge_and_lists_replace(load: Load) -> None:
    spec = load(STACK, overlays=("nodes: {n1: {devices: [three], labels: {d: '4'}}}",))
    assert spec.stack.nodes["n1"].labels == {"layer": "entry", "a": "1", "b": "2", "c": "3", "d": "4"}
    assert spec.stack.nodes["n1"].devices == ("three",)
    assert spec.stack.nodes["n3"].devices == ("one", "two")


def test_an_override_changes_one_node_of_a_range(load: Load) -> None:
    nodes = load(STACK).stack.nodes
    assert [node.memory for node in nodes.values()] == [4 * 2**30, 8 * 2**30, 4 * 2**30]
    assert [node.labels["layer"] for node in nodes.values()] == ["entry", "override", "entry"]


def test_null_removes_what_a_layer_below_says(load: Load) -> None:
    spec = load(STACK, sets=("nodes.n1.memory=null", "nodes.n2.labels.b=null"))
    assert not list(spec.problems)
    assert spec.stack.nodes["n1"].memory is None
    assert spec.stack.nodes["n2"].labels == {"layer": "override", "a": "1", "c": "3"}
    assert not spec.has("nodes", "n1", "memory")


def test_why_tells_every_layer_with_its_place(load: Load) -> None:
    spec = load(STACK, overlays=("nodes: {n2: {memory: 16GiB}}",), sets=("nodes.n2.memory=32GiB",))
    assert [(layer.label, layer.value, str(layer.place)) for layer in spec.why("nodes", "n2", "memory")] == [
        ("templates.base", "2GiB", "kombination.yaml:7:26"),
        ("templates.big", "4GiB", "kombination.yaml:8:29"),
        ("overrides.n2", "8GiB", "kombination.yaml:12:16"),
        ("overlay overlay-0.yaml", "16GiB", "overlay-0.yaml:1:22"),
        ("--set", "32GiB", "--set:1:17"),
    ]


def test_an_origin_is_one_word(load: Load) -> None:
    spec = load(STACK, sets=("nodes.n1.cpu=8",))
    assert spec.origin("nodes", "n1", "memory") == "spec:8:29"
    assert spec.origin("nodes", "n1", "cpu") == "--set:1:14"
    assert spec.origin("nodes", "n1", "arch") == "default"
    assert spec.origin("nodes", "n1") == "spec:10:3"


def test_services_start_from_their_defaults(load: Load) -> None:
    spec = load(
        """\
        defaults: {service: {needs: [base], tags: [all]}}
        services:
          base: {needs: []}
          app:
          web: {tags: [web]}
        """
    )
    services = spec.stack.services
    assert [(name, service.needs, service.tags) for name, service in services.items()] == [
        ("base", (), ("all",)),
        ("app", ("base",), ("all",)),
        ("web", ("base",), ("web",)),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("--set services.x", "'--set services.x' is not path=value"),
        ("services..x=1", "'services..x=1' is not path=value"),
    ],
)
def test_a_set_without_a_path_or_value_is_a_problem(load: Load, text: str, message: str) -> None:
    assert [problem.message for problem in load("", sets=(text,)).problems] == [message]


def test_a_wrong_value_in_an_overlay_is_placed_there(load: Load) -> None:
    spec = load(STACK, overlays=("nodes: {n1: {memory: 16}}",), sets=("nodes.n2.cpu=lots",))
    assert [f"{problem.place} {problem.code}" for problem in spec.problems] == [
        "--set:1:14 K205",
        "overlay-0.yaml:1:22 K206",
    ]


def test_an_overlay_may_add_a_section_a_node_and_a_service(load: Load) -> None:
    spec = load("nodes: {a: 192.168.1.1}\n", overlays=("nodes: {b: 192.168.1.2}\nservices: {jellyfin: }\n",))
    assert not list(spec.problems)
    assert (list(spec.stack.nodes), list(spec.stack.services)) == (["a", "b"], ["jellyfin"])


def test_templates_that_start_from_each_other_are_a_problem(check: Callable[..., list[str]]) -> None:
    found = check("templates: {a: {from: b}, b: {from: a}}\nnodes: {n: {from: a}}\n")
    assert [line.split(" ")[0] for line in found] == ["K304"]
