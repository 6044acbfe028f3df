"""Rules of names, references, order and operation; each case is a spec and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.kombify.stack.plugins.module_utils.spec.load import load_spec
from ansible_collections.kombify.stack.plugins.module_utils.spec.rules import check_spec
from ansible_collections.kombify.stack.plugins.module_utils.spec.rules.needs import circles

Check = Callable[..., list[str]]


def test_a_circle_is_told_with_every_edge_and_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("k.yaml").write_text(
        "plugin: kombify.stack.kombination\napiVersion: kombify.stack/v1\nname: x\n"
        "services:\n  a: {needs: b}\n  b: {needs: [x, c]}\n  c: {needs: [a]}\n  x:\n",
        encoding="utf-8",
    )
    spec = load_spec(Path("k.yaml"))
    check_spec(spec)
    (problem,) = spec.problems
    assert problem.message == "services need each other in a circle: a -> b -> c -> a"
    assert str(problem.place) == "k.yaml:5:14"
    assert [(other.message, str(other.place)) for other in problem.related] == [
        ("b needs c", "k.yaml:6:18"),
        ("c needs a", "k.yaml:7:15"),
    ]


CASES = {
    f"{path.stem}-{number}": case
    for path in sorted((Path(__file__).parent / "fixtures" / "cases").glob("*.yaml"))
    for number, case in enumerate(yaml.safe_load(path.read_text(encoding="utf-8")))
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_is_wrong_is_named(case: dict[str, Any], check: Check) -> None:
    assert check(case["spec"]) == case["problems"]


@pytest.mark.parametrize(
    ("graph", "found"),
    [
        ({"a": "b", "b": ""}, []),
        ({"a": "a"}, ["a"]),
        ({"a": "b", "b": "a"}, ["ab"]),
        ({"a": "b", "b": "ac", "c": "b"}, ["ab", "bc"]),
        ({"x": "a", "a": "b", "b": "c", "c": "a"}, ["abc"]),
        ({"a": "b", "b": "a", "c": "d", "d": "c"}, ["ab", "cd"]),
        ({"a": "bc", "b": "d", "c": "d", "d": ""}, []),
        ({"a": "bc", "b": "a", "c": "a"}, ["ab", "ac"]),
    ],
)
def test_every_independent_circle_is_found_once(graph: dict[str, str], found: list[str]) -> None:
    assert ["".join(circle) for circle in circles({name: tuple(others) for name, others in graph.items()})] == found


def test_long_chains_and_full_graphs_end() -> None:
    chain = {str(number): (str(number + 1),) for number in range(5000)} | {"5000": ("0",)}
    assert [len(circle) for circle in circles(chain)] == [5001]
    names = tuple(str(number) for number in range(60))
    assert next(circles(dict.fromkeys(names, names))) == ["0"]


@pytest.mark.parametrize(
    ("target", "shared"),
    [
        ("node: nas", "node 'nas'"),
        ("url: 'sftp:x@10.0.0.1:/b'", "node 'nas'"),
        ("url: 'sftp:x@nas:/b'", "node 'nas'"),
        ("url: 'rest:https://nas:8000/b'", "node 'nas'"),
        ("url: 's3:http://10.0.0.1:9000/b'", "node 'nas'"),
        ("service: minio", "node 'nas'"),
        ("node: nas2", "site 'home'"),
        ("node: vm2", "site 'home'"),
        ("node: away", None),
        ("url: 'sftp:x@backup.example.net:/b'", None),
    ],
)
def test_a_target_that_shares_a_fate_is_named(check: Check, target: str, shared: str | None) -> None:
    found = check(
        f"""\
        sites: {{home: , far: }}
        nodes:
          nas: {{address: 10.0.0.1, site: home}}
          nas2: {{address: 10.0.0.2, site: home}}
          away: {{address: 10.0.0.3, site: far}}
          host: {{type: hypervisor, address: 10.0.0.4, site: home}}
          vm2: {{runs_on: host, address: 10.0.0.6, site: home}}
        services:
          minio: {{runs_on: nas}}
          films: {{runs_on: nas}}
        backups:
          targets: {{t: {{type: restic, {target}}}}}
          policies: {{p: {{of: films, schedule: daily 01:00, keep: {{daily: 7}}, target: t}}}}
        """
    )
    assert found == ([f"K702 backup target 't' shares {shared} with what it protects (p)"] if shared else [])


def test_two_vms_of_one_host_share_it(check: Check) -> None:
    found = check(
        """\
        nodes:
          host: {type: hypervisor, address: 10.0.0.4}
          vm[1:2]: {runs_on: host, address: "10.0.0.{1+4}"}
        services: {films: {runs_on: vm1}}
        backups:
          targets: {t: {type: nfs, node: vm2}}
          policies: {p: {of: films, schedule: daily 01:00, keep: {daily: 7}, target: t}}
        policies: {backups: error}
        """
    )
    assert [line for line in found if line.startswith("K702")] == [
        "K702 backup target 't' shares host 'host' with what it protects (p)"
    ]


def test_a_file_with_a_hole_gets_no_follow_up_problems(check: Check) -> None:
    found = check(
        """\
        nodes: {nas: 192.168.1.10
        networks:
          lan: {cidr: 10.0.0.0/24}
          lan2: {cidr: 10.0.0.0/25}
        services:
          a: {runs_on: nas, needs: [b], expose: x.local}
          b: {needs: [a, c]}
        """
    )
    assert [line.split(" ")[0] for line in found] == ["K101", "K503", "K601"]


def test_a_wrong_entry_gets_no_follow_up_problems(check: Check) -> None:
    found = check(
        """\
        networks: {lan: {cidr: 10.0.0.0}}
        nodes: {nas: {address: 10.0.0.1, network: lan, memory: 8}}
        services: {a: {runs_on: nas, needs: [b]}, b: {replicas: 0}}
        """
    )
    assert [line.split(" ")[0] for line in found] == ["K205", "K206", "K205"]
