"""What a plan is written down in: complete, the same again, and listed with its hashes."""

from __future__ import annotations

import hashlib
import json

import pytest
import yaml

from ansible_collections.kombify.stack.plugins.module_utils.plan.requirements.model import Requirements
from ansible_collections.kombify.stack.plugins.module_utils.render.artefacts import artefacts, hashes, manifest
from ansible_collections.kombify.stack.plugins.module_utils.render.inventory.build import build_inventory
from ansible_collections.kombify.stack.plugins.module_utils.render.inventory.plan import InventoryPlan
from ansible_collections.kombify.stack.plugins.module_utils.render.static_inventory import (
    inventory_files,
    inventory_text,
)

NOTHING = Requirements(stack="platform", nodes={}, services={})


class Loader(yaml.SafeLoader):
    """Reads what Ansible reads; text that is no template is marked."""


Loader.add_constructor("!unsafe", lambda loader, node: f"unsafe {loader.construct_scalar(node)}")


def test_a_plan_is_written_with_units_and_without_what_says_nothing(unified) -> None:
    written = yaml.safe_load(artefacts(NOTHING, unified("platform"))["unified.yaml"])
    assert written["nodes"]["k8s-worker-1"]["memory"] == "16GiB"
    assert "labels" not in written["nodes"]["gateway"]


def test_the_manifest_lists_every_file_with_its_hash(unified) -> None:
    files = {"a.yaml": "a: 1\n", "b/c.md": "é\n"}
    text = manifest(unified("platform"), files)
    assert hashes(text) == {name: hashlib.sha256(text.encode()).hexdigest() for name, text in files.items()}
    assert json.loads(text)["files"]["b/c.md"]["bytes"] == 3


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"files": 3}', '{"files": {"a": 1}}', '{"files": {"a": {}}}', "[" * 10_000]
)
def test_something_else_than_a_manifest_lists_nothing(text: str) -> None:
    assert hashes(text) == {}


def test_the_same_plan_gives_the_same_bytes(unified) -> None:
    assert artefacts(NOTHING, unified("platform")) == artefacts(NOTHING, unified("platform"))


def test_only_what_the_user_wrote_as_a_variable_is_a_template() -> None:
    plan = InventoryPlan(
        groups={"all": {"hosts": [], "children": [], "vars": {"list": ["{{ a }}"]}, "templates": {}}},
        hostvars={"nas": {"label": {"x": "{{ b }}"}, "plain": "c"}},
        templates={"nas": {"greeting": "{{ d }}"}},
    )
    everything = yaml.load(inventory_text(plan), Loader=Loader)["all"]  # noqa: S506 - made of the safe loader
    assert everything["vars"] == {"list": ["unsafe {{ a }}"]}
    assert everything["hosts"]["nas"] == {"label": {"x": "unsafe {{ b }}"}, "plain": "c", "greeting": "{{ d }}"}


def test_an_inventory_of_files_has_every_host_and_group(unified) -> None:
    inventory = build_inventory(unified("platform"))
    files = inventory_files(inventory)
    hosts = yaml.safe_load(files["hosts.yaml"])
    assert set(hosts["all"]["hosts"]) == set(inventory["hostvars"])
    assert set(hosts) == set(inventory["groups"]) | {"all"}
    assert {f"host_vars/{host}.yaml" for host, own in inventory["hostvars"].items() if own} <= set(files)
