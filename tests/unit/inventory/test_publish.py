"""What Ansible gets: groups, hosts, variables, and which text it may template."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.inventory.data import InventoryData
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar, is_trusted_as_template

from ansible_collections.kombify.stack.plugins.plugin_utils.publish import publish

EVIL = "{{ lookup('pipe', 'touch /tmp/never') }}"


def group(**parts: Any) -> dict[str, Any]:
    return {"hosts": [], "children": [], "vars": {}, "templates": {}, **parts}


@pytest.fixture
def inventory() -> InventoryData:
    plan = {
        "groups": {
            "site_hq": group(hosts=["a", "b"], vars={"note": EVIL, "plain": "text"}),
            "above": group(
                children=["site_hq"], templates={"shout": ["{{ name | upper }}", {"deep": "{{ name }}"}, 1]}
            ),
            "empty": group(),
        },
        "hostvars": {
            "a": {
                "name": "ann",
                "labels": {"evil": EVIL, "many": [EVIL, "fine"]},
                "number": 5,
                "yes": True,
                "none": None,
            },
            "b": {"name": "#jinja2: variable_start_string: '['\n[ 1 + 1 ]"},
        },
        "templates": {"a": {"name": "{{ 'bob' }}"}},
    }
    data = InventoryData()
    publish(plan, data)
    data.reconcile_inventory()
    return data


def templated(inventory: InventoryData, host: str, value: Any) -> Any:
    return Templar(loader=DataLoader(), variables=inventory.hosts[host].get_vars()).template(value)


def test_hosts_and_groups_are_there(inventory: InventoryData) -> None:
    assert inventory.get_groups_dict()["above"] == ["a", "b"]
    assert inventory.get_groups_dict()["empty"] == []
    assert [one.name for one in inventory.groups["above"].child_groups] == ["site_hq"]


def test_values_keep_their_types(inventory: InventoryData) -> None:
    found = inventory.hosts["a"].vars
    assert (found["number"], found["yes"], found["none"]) == (5, True, None)
    assert type(found["labels"]) is dict


def test_a_literal_is_never_templated(inventory: InventoryData) -> None:
    found = inventory.hosts["a"].vars
    assert templated(inventory, "a", found["labels"]) == {"evil": EVIL, "many": [EVIL, "fine"]}
    assert templated(inventory, "a", inventory.groups["site_hq"].vars["note"]) == EVIL


def test_a_literal_cannot_bring_its_own_signs(inventory: InventoryData) -> None:
    name = inventory.hosts["b"].vars["name"]
    assert not is_trusted_as_template(name)
    assert templated(inventory, "b", name) == name


def test_harmless_text_is_marked_so_that_listings_show_it_plainly(inventory: InventoryData) -> None:
    assert is_trusted_as_template(inventory.groups["site_hq"].vars["plain"])
    assert not is_trusted_as_template(inventory.groups["site_hq"].vars["note"])


def test_a_variable_of_the_user_is_a_template_and_wins(inventory: InventoryData) -> None:
    assert templated(inventory, "a", inventory.hosts["a"].vars["name"]) == "bob"
    assert templated(inventory, "a", inventory.groups["above"].vars["shout"]) == ["BOB", {"deep": "bob"}, 1]
