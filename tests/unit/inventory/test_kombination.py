"""The inventory plugin under Ansible's own commands: what comes out, and what happens to a bad spec."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from ansible_collections.kombify.stack.plugins.inventory.kombination import SHOWN_WARNINGS, InventoryModule

Run = Callable[..., subprocess.CompletedProcess[str]]

REPOSITORY = Path(__file__).parents[3]
OURS = REPOSITORY / "ansible.cfg"
FIXTURES = Path(__file__).parent / "fixtures"
INVENTORIES = REPOSITORY / "inventories"


@pytest.mark.parametrize(
    ("name", "taken"),
    [
        ("kombination.yaml", True),
        ("kombination.yml", True),
        ("prod.kombination.yaml", True),
        ("mykombination.yaml", False),
        ("kombination.json", False),
        ("hosts.yaml", False),
    ],
)
def test_a_spec_is_known_by_its_name(name: str, taken: bool, tmp_path: Path) -> None:
    (tmp_path / name).touch()
    assert InventoryModule().verify_file(str(tmp_path / name)) is taken
    assert not InventoryModule().verify_file(str(tmp_path / f"missing.{name}"))


def test_without_any_configuration_the_first_line_is_enough(run: Run) -> None:
    done = run("ansible-inventory", "-i", INVENTORIES / "home/kombination.yaml", "--list")
    shown = json.loads(done.stdout)
    assert shown["_meta"]["hostvars"]["nas"]["ansible_host"] == "192.168.1.10"
    assert shown["_meta"]["hostvars"]["mini"]["kombify_stack"] == "home"
    assert "nas" in shown["service_jellyfin"]["hosts"]
    assert "__ansible_unsafe" not in done.stdout


def test_the_platform_has_the_groups_of_kubespray(run: Run) -> None:
    spec = INVENTORIES / "platform/kombination.yaml"
    done = run("ansible-inventory", "-i", spec, "--list", "--yaml", "--export", ANSIBLE_CONFIG=OURS)
    assert done.returncode == 0
    children = yaml.safe_load(done.stdout)["all"]["children"]
    cluster = children["cluster_k8s"]
    assert cluster["vars"]["kube_version"] == "v1.28.5"
    assert set(cluster["children"]["k8s_cluster"]["children"]) == {"kube_control_plane", "kube_node"}
    assert len(cluster["children"]["k8s_cluster"]["children"]["kube_node"]["hosts"]) == 3
    assert set(cluster["children"]["etcd"]["hosts"]) == {"k8s-master-1"}
    assert {"proxmox_hypervisors", "gateways", "docker_hosts", "network_lan", "service_traefik"} <= children.keys()
    assert "unsafe" not in done.stdout


def test_many_warnings_become_a_few_lines(run: Run) -> None:
    done = run("ansible-inventory", "-i", INVENTORIES / "platform/kombination.yaml", "--graph", ANSIBLE_CONFIG=OURS)
    warnings = [line for line in done.stderr.splitlines() if line.startswith("[WARNING]")]
    assert len(warnings) == SHOWN_WARNINGS + 1
    assert "more warnings; kombify validate" in warnings[-1]


def test_a_broken_spec_ends_the_run_with_every_problem_once(run: Run) -> None:
    spec = FIXTURES / "broken.kombination.yaml"
    done = run("ansible-inventory", "-i", spec, "--list", ANSIBLE_CONFIG=OURS)
    assert done.returncode != 0
    assert f"{spec} is not valid: 2 errors" in done.stderr
    assert done.stderr.count("error K306 service 'jellyfin' runs_on 'nsa'") == 1
    assert done.stderr.count("error K301 service 'vaultwarden' needs 'postgress'") == 1
    assert "did you mean 'nas'?" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_broken_spec_is_explained_without_any_configuration_too(run: Run) -> None:
    done = run("ansible-inventory", "-i", FIXTURES / "broken.kombination.yaml", "--list")
    assert done.stderr.count("error K306 service 'jellyfin' runs_on 'nsa'") == 1
    assert json.loads(done.stdout)["_meta"]["hostvars"] == {}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("unclosed", "error K101 unclosed ["),
        ("bare", "the first line must be: plugin: kombify.stack.kombination"),
    ],
)
def test_a_file_that_ansible_cannot_read_gets_our_words(name: str, words: str, run: Run) -> None:
    done = run("ansible-inventory", "-i", FIXTURES / f"{name}.kombination.yaml", "--list", ANSIBLE_CONFIG=OURS)
    assert done.returncode != 0
    assert words in done.stderr


def test_variables_and_groups_are_constructed(run: Run) -> None:
    done = run("ansible-inventory", "-i", FIXTURES / "constructed.kombination.yaml", "--list", ANSIBLE_CONFIG=OURS)
    shown = json.loads(done.stdout)
    assert shown["_meta"]["hostvars"]["nas"]["where"] == {"__ansible_unsafe": "home/nas"}
    assert {name: shown[name]["hosts"] for name in ("storage", "composed", "floor_1", "floor_2")} == {
        "storage": ["nas"],
        "composed": ["mini"],
        "floor_1": ["nas"],
        "floor_2": ["mini"],
    }


def test_strict_makes_a_wrong_expression_an_error(run: Run, tmp_path: Path) -> None:
    spec = tmp_path / "kombination.yaml"
    text = "plugin: kombify.stack.kombination\napiVersion: kombify.stack/v1\nname: home\nnodes: {nas: 10.0.0.1}\n"
    spec.write_text(f"{text}compose: {{wrong: nowhere.to.be.found}}\n", encoding="utf-8")
    assert run("ansible-inventory", "-i", spec, "--list", ANSIBLE_CONFIG=OURS).returncode == 0
    spec.write_text(f"{text}compose: {{wrong: nowhere.to.be.found}}\nstrict: true\n", encoding="utf-8")
    done = run("ansible-inventory", "-i", spec, "--list", ANSIBLE_CONFIG=OURS)
    assert done.returncode != 0
    assert "Could not set wrong for host nas" in done.stderr


def test_text_of_the_spec_is_never_run_and_variables_of_the_user_are_templates(run: Run, tmp_path: Path) -> None:
    spec = FIXTURES / "constructed.kombination.yaml"
    message = "{{ greeting }} {{ list }} {{ kombify_labels }} {{ ansible_user }} {{ copied }} {{ hostvars['nas'] }}"
    done = run(
        "ansible", "-i", spec, "nas", "-c", "local", "-m", "debug", "-a", f'msg="{message}"', ANSIBLE_CONFIG=OURS
    )
    assert done.returncode == 0
    assert "NAS [2]" in done.stdout
    assert "touch pwned" in done.stdout
    assert not (tmp_path / "pwned").exists()


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("inventory", "kombify.stack.kombination"),
        ("module", "kombify.stack.spec_info"),
        ("module", "kombify.stack.plan_info"),
    ],
)
def test_the_documentation_can_be_read(kind: str, name: str, run: Run) -> None:
    done = run("ansible-doc", "--type", kind, "--json", name)
    found = json.loads(done.stdout)[name]
    assert found["doc"]["short_description"]
    assert found["examples"]
