# Copyright (c) 2026, the kombify.stack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.kombify.stack.plugins.module_utils.plan.base import NOTHING
from ansible_collections.kombify.stack.plugins.module_utils.plan.changes import changes
from ansible_collections.kombify.stack.plugins.module_utils.plan.lock import Lock
from ansible_collections.kombify.stack.plugins.module_utils.plan.requirements.model import (
    InstanceNeed,
    NodeNeed,
    Requirements,
    ServiceNeed,
)


def node(name: str, state: str = "present", **rest: object) -> NodeNeed:
    return NodeNeed(name=name, type="server", state=state, **rest)  # type: ignore[arg-type]


def service(name: str, *targets: str, instances: tuple[str, ...] = ()) -> ServiceNeed:
    needs = tuple(InstanceNeed(name=one, targets=targets) for one in instances or (name,))
    return ServiceNeed(name=name, kit=name, state="running", requests=NOTHING, instances=needs)


STACK = Requirements(
    stack="home",
    nodes={
        one.name: one
        for one in (
            node("nas", network="lan"),
            node("mini", network="lan", address="192.168.1.11"),
            node("old", "maintenance"),
            node("gone", "absent"),
            node("vm", hypervisors=("pve",)),
        )
    },
    services={one.name: one for one in (service("web", "nas", "mini"), service("shop", "nas", "mini", "old"))},
)


def found(old: dict[str, object], new: dict[str, object]) -> list[tuple[str, str, str, str | None, str | None, str]]:
    both = changes(Lock.model_validate(old), Lock.model_validate(new), STACK)
    return [(one.kind, one.what, one.name, one.before, one.after, one.reason) for one in both]


def test_equal_locks_have_no_changes() -> None:
    lock: dict[str, object] = {"placement": {"web": "nas"}, "addresses": {"nas": "192.168.1.10"}}
    assert found(lock, lock) == []


def test_everything_is_new_without_a_lock() -> None:
    new: dict[str, object] = {"placement": {"web": "nas"}, "vmids": {"vm": 100}, "ports": {"web": {"http": 8080}}}
    assert found({}, new) == [
        ("add", "placement", "web", None, "nas", "new"),
        ("add", "vmid", "vm", None, "100", "new"),
        ("add", "port", "web/http", None, "8080", "new"),
    ]


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        pytest.param("old", "nas", "old is in state maintenance", id="maintenance"),
        pytest.param("ghost", "nas", "ghost is no longer declared", id="node not declared"),
        pytest.param("mini", "nas", "mini no longer fits", id="no room"),
        pytest.param("vm", "nas", "may no longer run on vm", id="not allowed"),
    ],
)
def test_a_moved_service_says_why_it_could_not_stay(before: str, after: str, reason: str) -> None:
    changed = found({"placement": {"shop": before}}, {"placement": {"shop": after}})
    assert changed == [("change", "placement", "shop", before, after, reason)]


def test_the_placements_own_words_come_first() -> None:
    old, new = Lock(placement={"web": "nas"}), Lock(placement={"web": "mini"})
    (one,) = changes(old, new, STACK, {"web": "more room"})
    assert one.reason == "more room"


@pytest.mark.parametrize(
    ("section", "name", "reason"),
    [
        ("placement", "wiki", "no longer declared"),
        ("placement", "wiki/2", "no longer declared"),
        ("placement", "web", "has no place any more"),
        ("placement", "web/2", "not needed any more"),
        ("addresses", "printer", "no longer declared"),
        ("addresses", "gone", "is to be absent"),
        ("vms", "printer", "no longer declared"),
        ("volumes", "wiki", "no longer declared"),
    ],
)
def test_what_goes_away_says_why(section: str, name: str, reason: str) -> None:
    ((kind, _what, _name, _before, after, why),) = found({section: {name: "nas"}}, {})
    assert (kind, after, why) == ("remove", None, reason)


@pytest.mark.parametrize(
    ("name", "reason"), [("mini", "written in the spec"), ("nas", "network lan gives another one")]
)
def test_a_changed_address_says_who_wants_it(name: str, reason: str) -> None:
    changed = found({"addresses": {name: "192.168.1.5"}}, {"addresses": {name: "192.168.1.11"}})
    assert changed == [("change", "address", name, "192.168.1.5", "192.168.1.11", reason)]


@pytest.mark.parametrize(
    ("old", "new", "before", "after", "reason"),
    [
        pytest.param(
            {"version": "1.0.0", "digest": "aaaaaaaabb"},
            {"version": "1.1.0", "digest": "bbbbbbbbcc"},
            "1.0.0 aaaaaaaa",
            "1.1.0 bbbbbbbb",
            "the catalogue has version 1.1.0",
            id="version",
        ),
        pytest.param(
            {"version": "1.0.0", "digest": "aaaaaaaabb"},
            {"version": "1.0.0", "digest": "bbbbbbbbcc"},
            "1.0.0 aaaaaaaa",
            "1.0.0 bbbbbbbb",
            "the kit's content changed under the same version",
            id="content",
        ),
        pytest.param(
            {"version": "1.0.0", "digest": "aa", "app_version": "2"},
            {"version": "1.0.0", "digest": "aa", "app_version": "3"},
            "1.0.0 aa (2)",
            "1.0.0 aa (3)",
            "the application's version",
            id="application",
        ),
    ],
)
def test_a_changed_kit_says_what_of_it_changed(
    old: dict[str, str], new: dict[str, str], before: str, after: str, reason: str
) -> None:
    assert found({"kits": {"web": old}}, {"kits": {"web": new}}) == [("change", "kit", "web", before, after, reason)]


def test_databases_that_move_are_told_from_those_that_go() -> None:
    old: dict[str, object] = {
        "databases": {"postgresql/stack": "16", "postgresql/stack/web": "web", "postgresql/stack/wiki": "wiki"}
    }
    new: dict[str, object] = {"databases": {"postgresql-2/stack": "17", "postgresql-2/stack/web": "web"}}
    assert [(kind, name, reason) for kind, _what, name, _before, _after, reason in found(old, new)] == [
        ("add", "postgresql-2/stack", "new"),
        ("add", "postgresql-2/stack/web", "new"),
        ("remove", "postgresql/stack", "no longer declared"),
        ("remove", "postgresql/stack/web", "its consumer uses another instance"),
        ("remove", "postgresql/stack/wiki", "no longer declared"),
    ]


def test_addresses_in_links_are_named_after_link_and_node() -> None:
    changed = found({"links": {"mesh": {"printer": "10.99.0.7"}}}, {"links": {"mesh": {"nas": "10.99.0.1"}}})
    assert changed == [
        ("add", "link", "mesh/nas", None, "10.99.0.1", "new"),
        ("remove", "link", "mesh/printer", "10.99.0.7", None, "no longer declared"),
    ]


def test_a_change_is_plain_data_for_programs() -> None:
    (one,) = changes(Lock(), Lock(vmids={"vm": 100}), STACK)
    assert one.as_dict() == {
        "kind": "add",
        "what": "vmid",
        "name": "vm",
        "before": None,
        "after": "100",
        "reason": "new",
    }
