"""What Ansible found on a machine becomes facts; what a machine says is never believed beyond type and size."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.plan.facts import (
    Facts,
    ForeignUse,
    NodeFacts,
    dump_facts,
    load_facts,
)
from ansible_collections.kombify.stack.plugins.module_utils.plan.gathered import differ, node_facts, renewed
from ansible_collections.kombify.stack.plugins.module_utils.spec.problems import Problems

MIB = 2**20
NOW, EARLIER = "2026-11-20T02:10:00Z", "2026-10-01T00:00:00Z"
ROOT = {"mount": "/", "size_total": 250_000, "size_available": 200_000}
NAS = {
    "processor_nproc": 4,
    "processor_vcpus": 8,
    "memtotal_mb": 16_000,
    "memory_mb": {"nocache": {"used": 2560}},
    "architecture": "aarch64",
    "loadavg": {"15m": 1.0},
    "mounts": [ROOT, {"mount": "/mnt/films", "size_total": 9_000_000, "size_available": 1}],
    "virtualization_type": "kvm",
    "virtualization_role": "guest",
    "kombify_devices": ["/dev/ttyUSB0", "/dev/dri", "/dev/dri/renderD128", "/dev/net/kvm"],
}


def test_what_was_found_on_a_machine_becomes_facts() -> None:
    assert node_facts(NAS, NOW) == NodeFacts(
        gathered=NOW,
        cpu=4,
        memory=16_000 * MIB,
        storage=250_000,
        arch="arm64",
        load=250,
        devices=("/dev/dri", "/dev/ttyUSB0"),
        labels={"gpu": "yes", "virtualization": "kvm"},
        foreign=ForeignUse(memory=2048 * MIB, storage=50_000),
    )


@pytest.mark.parametrize(("name", "arch"), [("x86_64", "amd64"), ("armv7l", "arm"), ("riscv64", "riscv64")])
def test_architectures_have_the_names_of_images(name: str, arch: str) -> None:
    assert node_facts({"architecture": name}, NOW).arch == arch


@pytest.mark.parametrize(
    ("mounts", "storage"),
    [
        (["/"], 1),
        (["/", "/var", "/var/lib/docker", "/srv"], 2),
        (["/var/lib", "/var", "/"], 1),
        (["/srv", "/varlib", "var"], None),
    ],
    ids=["one", "var", "var-lib", "none"],
)
def test_storage_is_the_file_system_that_holds_var_lib(mounts: list[str], storage: int | None) -> None:
    found = [{"mount": mount, "size_total": size} for size, mount in enumerate(mounts, 1)]
    assert node_facts({"mounts": found}, NOW).storage == storage
    assert node_facts({"mount_points": {mount["mount"]: mount for mount in found}}, NOW).storage == storage


@pytest.mark.parametrize(("average", "load"), [(0, 0), (0.2, 50), (2, 500), (99.0, 1000), (10**400, None)])
def test_load_is_a_share_of_all_cores_in_steps(average: float, load: int | None) -> None:
    assert node_facts({"processor_vcpus": 4, "loadavg": {"15m": average}}, NOW).load == load


def test_a_host_of_virtual_machines_is_no_guest() -> None:
    assert node_facts({"virtualization_type": "kvm", "virtualization_role": "host"}, NOW).labels == {}


@pytest.mark.parametrize("lie", [None, True, -1, 2**80, 1e9, float("nan"), "{{ 1 }}", "9" * 300, [], {}, {"x": 1}])
@pytest.mark.parametrize("key", sorted(NAS))
def test_a_value_of_another_type_or_size_is_as_if_unknown(key: str, lie: Any) -> None:
    unknown = node_facts({name: value for name, value in NAS.items() if name != key}, NOW)
    assert node_facts({**NAS, key: lie}, NOW) == unknown


@pytest.mark.parametrize(
    "found",
    [
        {"architecture": "x" * 201},
        {"architecture": "amd64\n"},
        {"loadavg": {"15m": float("nan")}, "kombify_devices": ["/dev/dri/../sda", "/dev/kvm\n", 7, None]},
        {"mounts": [7, None, {"mount": 7}, {"mount": "/", "size_total": "1"}, {"mount": "/", "size_total": -1}]},
        {"mount_points": {"/": "full", "/var": {"mount": "/var"}}, "memory_mb": {"nocache": {"used": True}}},
        {"virtualization_type": "{{ lookup('pipe', 'id') }}", "virtualization_role": "guest"},
    ],
)
def test_a_machine_that_lies_is_a_machine_of_which_nothing_is_known(found: dict[str, Any]) -> None:
    assert node_facts(found, NOW) == NodeFacts(gathered=NOW)


def test_machines_that_were_not_reached_keep_their_facts_and_their_date() -> None:
    old = Facts(nodes={"nas": NodeFacts(gathered=EARLIER, cpu=2), "sold": NodeFacts(gathered=EARLIER)})
    new = renewed(old, {"mini": NodeFacts(gathered=NOW), "stranger": NodeFacts(gathered=NOW)}, ["nas", "mini", "new"])
    assert new == Facts(nodes={"mini": NodeFacts(gathered=NOW), "nas": NodeFacts(gathered=EARLIER, cpu=2)})


@pytest.mark.parametrize(("measure", "known", "new"), [("once", 1, 9), ("again", 9, 9), ("never", 0, 0)])
def test_foreign_use_is_measured_before_our_services_run(measure: Any, known: int, new: int) -> None:
    old = Facts(nodes={"known": NodeFacts(gathered=EARLIER, foreign=ForeignUse(memory=1))})
    found = {name: NodeFacts(gathered=NOW, foreign=ForeignUse(memory=9)) for name in ("known", "new")}
    facts = renewed(old, found, found.keys(), measure)
    assert {name: node.foreign.memory for name, node in facts.nodes.items()} == {"known": known, "new": new}


def test_a_later_date_alone_is_no_difference() -> None:
    old, later = (Facts(nodes={"nas": NodeFacts(gathered=moment, cpu=2)}) for moment in (EARLIER, NOW))
    assert not differ(old, later)
    assert differ(old, Facts(nodes={"nas": NodeFacts(gathered=NOW, cpu=4)}))
    assert differ(old, Facts())


def test_facts_that_were_written_are_read_again(tmp_path: Path) -> None:
    facts = Facts(nodes={"nas": node_facts(NAS, NOW), "bare": NodeFacts(gathered=NOW)})
    (tmp_path / "facts.json").write_text(dump_facts(facts), encoding="utf-8")
    problems = Problems()
    assert load_facts(tmp_path / "facts.json", problems).nodes == facts.nodes
    assert list(problems) == []
