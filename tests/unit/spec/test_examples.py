"""The specs that the documentation shows are right, and say only what is known about them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.spec.load import Spec, load_spec
from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Severity
from ansible_collections.kombify.stack.plugins.module_utils.spec.rules import check_spec

INVENTORIES = Path(__file__).parents[3] / "inventories"


def example(name: str) -> Spec:
    spec = load_spec(INVENTORIES / name / "kombination.yaml")
    check_spec(spec)
    return spec


@pytest.mark.parametrize(
    ("name", "nodes", "services", "expected"),
    [
        ("home", 2, 3, {}),
        ("platform", 5, 42, {"K801": 13, "K810": 1, "K702": 1, "K710": 1, "K711": 1}),
        ("fleet", 1088, 6, {"K810": 1}),
    ],
)
def test_an_example_has_no_errors(name: str, nodes: int, services: int, expected: dict[str, int]) -> None:
    spec = example(name)
    assert (len(spec.stack.nodes), len(spec.stack.services)) == (nodes, services)
    assert Counter(problem.code for problem in spec.problems) == expected
    assert not any(problem.severity is Severity.ERROR for problem in spec.problems)


def test_reading_an_example_leaves_the_file_as_it_is() -> None:
    path = INVENTORIES / "platform" / "kombination.yaml"
    before = path.read_bytes()
    example("platform")
    assert path.read_bytes() == before


def test_the_same_file_is_answered_in_the_same_way() -> None:
    first, second = example("platform"), example("platform")
    assert list(map(str, first.problems)) == list(map(str, second.problems))
    assert first.digest == second.digest
    assert first.stack == second.stack


def test_the_platform_runs_on_kubespray_that_ships_its_versions() -> None:
    cluster = example("platform").stack.clusters["k8s"]
    assert (cluster.version, cluster.kubespray, cluster.cni.version) == ("1.28.5", "v2.26.1", "3.28.0")
    assert cluster.cni.encapsulation == "IPIPCrossSubnet"
